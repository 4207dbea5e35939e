"""Words move a map that has no label; the page says how right a map is; texts are found, and one is explained."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.metrics import v_measure_score

from gst_core.analysis import FoldedTexts, TextQuery
from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import (
    LOOKS,
    MAP,
    PATIENCE,
    ROOT,
    ask_map,
    click_point,
    instruct,
    only_field,
    positions,
    running_server,
    wait_for_map,
    wait_until_settled,
)
from tests.e2e.test_walk import as_file, exported

pytestmark = pytest.mark.e2e
ROWS = 600
NAMES = ["family with children", "business trip"]  # of the five in the column; nothing is said of the others
FEELINGS = ["delighted", "content", "disappointed", "angry"]
LABELS_PER_CLASS, CHECKED = 5, 6


@pytest.fixture(scope="module")
def reviews():
    return pd.read_csv(ROOT / "data" / "hotel_reviews.csv").drop_duplicates("text").head(ROWS)


@pytest.fixture(scope="module")
def here(tmp_path_factory, reviews):
    """A server with some hotel reviews, its workspace and their entry."""
    folder = tmp_path_factory.mktemp("words")
    workspace = Workspace(folder / "workspace")
    entry = workspace.add_corpus(read_corpus(as_file(reviews), text="text"))
    with running_server(folder) as server:
        yield server, workspace, entry


def wait_for_words(page, words):
    """Wait until the settled map says so, and its points have arrived."""
    page.wait_for_function(
        "words => { const s = document.querySelector('[data-testid=map-status]');"
        f" const m = {MAP};"
        " return s && m && !s.classList.contains('running') && !m.flying && s.textContent.includes(words)"
        " && /\\d groups?\\b/.test(s.textContent); }",
        arg=words,
        timeout=PATIENCE,
        polling=LOOKS,
    )


def agreement(table):
    known = table.dropna(subset=["gst:cluster"])
    return v_measure_score(known["traveller"], known["gst:cluster"])


def test_two_class_names_move_the_map_towards_what_they_name_without_a_label(here, page):
    server, workspace, entry = here
    without_lens = f"{server.url}?corpus={entry.id}&lens=none"
    page.goto(without_lens)
    wait_for_map(page)
    wait_until_settled(page)
    generic = exported(page)
    page.goto(without_lens)
    wait_for_map(page)
    wait_until_settled(page)
    before = np.array(positions(page))
    instruct(page, "Who is travelling?")
    add = only_field(page, "New class")
    add.fill(", ".join(NAMES))
    add.press("Enter")
    wait_for_words(page, "By words alone, no label yet")
    assert np.abs(np.array(positions(page)) - before).max() > 0.5
    assert agreement(exported(page)) > agreement(generic) + 0.06
    page.get_by_role("link", name="Explore").first.click()
    wait_for_words(page, "By words alone, no label yet")

    page.get_by_text("Names move the map").click()
    page.wait_for_function(f"() => !{MAP}?.data.status[0].includes('By words alone')", polling=LOOKS)
    wait_until_settled(page)
    assert np.allclose(positions(page), before, atol=1e-3), "the generic map is there for who wants it"
    lens = workspace.lenses(entry.id)[-1]
    assert not lens.by_words
    page.get_by_text("Names move the map").click()
    wait_for_words(page, "By words alone, no label yet")
    assert np.abs(np.array(positions(page)) - before).max() > 0.5

    card = page.locator("[class*='st-key-next-card-']").first
    card.hover()
    card.locator("[data-testid=stButtonGroup] button").first.click()
    wait_until_settled(page, 1)
    expect(page.get_by_test_id("map-status")).not_to_contain_text("By words alone")
    expect(page.get_by_text("Names move the map")).to_have_count(0)


def labelled_lens(workspace, entry, reviews):
    lens = workspace.add_lens(entry.id, "How does the guest feel?", classes=FEELINGS)
    ids = dict(zip(workspace.read_corpus(entry.id).texts, workspace.read_corpus(entry.id).ids, strict=True))
    for feeling in FEELINGS:
        for text in reviews.loc[reviews["feeling"] == feeling, "text"].head(LABELS_PER_CLASS):
            workspace.set_labels(lens.id, {ids[text]: feeling})
    return lens


def next_drawn(page, number):
    """Return the row of the drawn text that has this number in the check, as soon as the page asks for its class."""
    found = page.wait_for_function(
        "number => { const text = document.querySelector('[data-testid=check-text]');"
        " const [n, row] = (text?.dataset.check ?? '').split(' ');"
        " return n === String(number) && { row: Number(row) }; }",
        arg=number,
        timeout=PATIENCE,
        polling=LOOKS,
    )
    return found.json_value()["row"]


def test_the_page_says_how_right_it_is_and_drawn_texts_check_it(here, page, reviews):
    server, workspace, entry = here
    lens = labelled_lens(workspace, entry, reviews)
    given = LABELS_PER_CLASS * len(FEELINGS)
    truth = dict(zip(reviews["text"], reviews["feeling"], strict=True))
    texts = workspace.read_corpus(entry.id).texts
    page.goto(f"{server.url}?corpus={entry.id}&lens={lens.id}")
    wait_for_map(page)
    wait_until_settled(page, given)
    expect(page.get_by_test_id("map-status")).to_contain_text(re.compile(r"about \d+% right \(\d+–\d+\)"))
    before = np.array(positions(page))
    guesses = ask_map(page, "map.model.guesses && Array.from(map.model.guesses.classes)")
    panel = page.get_by_role("button", name=re.compile(r"About \d+% right"))
    panel.click()
    expect(page.get_by_test_id("accuracy")).to_contain_text("of the texts are in the right class")
    expect(page.get_by_test_id("accuracy-table").locator("tbody tr")).to_have_count(len(FEELINGS))
    page.get_by_role("button", name="Label 20 drawn at random").click()

    right = 0
    for number in range(1, CHECKED + 1):
        row = next_drawn(page, number)
        feeling = truth[texts[row]]
        right += FEELINGS[guesses[row]] == feeling
        pills = page.locator(f".st-key-check-{lens.id}-{row}")
        pills.locator("button").filter(has_text=re.compile(f"^{feeling}$")).click()
    next_drawn(page, CHECKED + 1)
    page.locator(".st-key-stop-check-here button").click()
    expect(page.get_by_test_id("check-text")).to_have_count(0)
    wait_until_settled(page, given + CHECKED)
    assert np.allclose(positions(page), before, atol=1e-3), "the map has not learned from the check"
    if not page.get_by_test_id("accuracy").is_visible():
        panel.click()
    expect(page.get_by_test_id("accuracy")).to_contain_text(f"of {CHECKED} drawn at random {right} were")
    expect(page.get_by_test_id("check")).to_contain_text(f"{right} of {CHECKED} drawn texts are right.")
    drawn = workspace.random_check(lens.id)
    assert len(drawn.documents) == CHECKED
    assert {x.document for x in workspace.labels(lens.id)} >= set(drawn.documents), "saved as labels are"


def hits(page):
    """Return how many texts the line under the map offers to select."""
    said = page.locator(".st-key-select-hits button").inner_text()
    return int(re.search(r"Select the ([\d,]+) text", said)[1].replace(",", ""))


def test_texts_are_found_by_words_and_by_meaning_and_one_is_explained(here, page, reviews):
    server, workspace, entry = here
    lens = labelled_lens(workspace, entry, reviews)
    page.goto(f"{server.url}?corpus={entry.id}&lens={lens.id}")
    wait_for_map(page)
    wait_until_settled(page, LABELS_PER_CLASS * len(FEELINGS))
    field = page.get_by_placeholder("Find words in the texts")
    field.fill("ROOM -clean")
    field.press("Enter")
    expected = len(TextQuery.of("room -clean").rows(FoldedTexts.of(workspace.read_corpus(entry.id).texts)))
    button = page.locator(".st-key-select-hits button")
    expect(button).to_have_text(f"Select the {expected} texts with “ROOM -clean”")
    button.click()
    expect(page.get_by_text(re.compile(rf"^Selected \({expected}\)$", re.IGNORECASE)).first).to_be_visible()

    page.locator(".st-key-search [data-testid=stButtonGroup] button").filter(has_text="meaning").click()
    field = page.get_by_placeholder("Find texts by what a sentence means")
    field.fill("we had to wait far too long")
    field.press("Enter")
    slider = page.locator(".st-key-near").get_by_role("slider")
    slider.wait_for(state="attached")
    before = hits(page)
    slider.press("ArrowRight")
    page.wait_for_url(re.compile("by=meaning.*near="))
    slider.press("ArrowRight")
    page.wait_for_function(
        "before => { const said = document.querySelector('.st-key-select-hits button')?.textContent ?? '';"
        " return Number(/the (\\d+) text/.exec(said)?.[1] ?? before) < before; }",
        arg=before,
        polling=LOOKS,
    )
    near = page.url
    page.reload()
    wait_for_map(page)
    expect(page.get_by_placeholder("Find texts by what a sentence means")).to_have_value("we had to wait far too long")
    assert page.url == near

    wait_until_settled(page, LABELS_PER_CLASS * len(FEELINGS))
    click_point(page, 300)
    expect(page.get_by_test_id("explain-chances")).to_contain_text("angry")
    page.get_by_role("button", name="Which words matter?").click()
    expect(page.get_by_test_id("explain-words").locator("mark").first).to_be_visible()
