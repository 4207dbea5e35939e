"""The whole way through the product, as a new user goes it."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.metrics import v_measure_score

from gst_core.corpus import read_corpus
from gst_core.counting import counted
from gst_core.workspace import Workspace
from tests.e2e.conftest import (
    PATIENCE,
    ROOT,
    ask_map,
    click_point,
    instruct,
    only_field,
    positions,
    wait_for_map,
    wait_until_settled,
)

pytestmark = pytest.mark.e2e
CLASSES = ["waste", "housing", "library and school", "parks", "traffic", "noise"]
ROWS = 1000
LABELS = 10


@pytest.fixture
def letters(tmp_path):
    """A CSV of demo letters, with an empty row and a repeated one at its end."""
    frame = pd.read_csv(ROOT / "data" / "city_letters.csv").head(ROWS)
    path = tmp_path / "my letters.csv"
    extra = pd.DataFrame({"text": ["", frame["text"][0]]})
    pd.concat([frame, extra]).to_csv(path, index=False)
    return path, frame


def as_file(frame):
    file = io.BytesIO(frame.to_csv(index=False).encode())
    file.name = "texts.csv"
    return file


def candidates(frame):
    """Yield documents to click, in turns over the classes."""
    rng = np.random.default_rng(1)
    order = [rng.permutation(np.flatnonzero(frame["topic"] == c)) for c in CLASSES]
    for turn in zip(*(o[:LABELS] for o in order), strict=True):
        yield from (int(row) for row in turn)


def exported(page):
    page.get_by_role("link", name="Export").first.click()
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="CSV for programs").click(timeout=PATIENCE)
    return pd.read_csv(download.value.path())


def agreement(table):
    known = table.dropna(subset=["gst:cluster"])
    return v_measure_score(known["topic"].fillna("?"), known["gst:cluster"])


def test_the_whole_way(server, page, letters):
    path, frame = letters
    page.goto(server.url)
    page.get_by_role("link", name="Open a file").click(timeout=PATIENCE)
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text("1 row has no text")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Open this corpus").click()
    wait_for_map(page)
    wait_until_settled(page)
    generic = exported(page)
    assert len(generic) == ROWS + 2

    page.get_by_role("link", name="Explore").first.click()
    wait_for_map(page)
    wait_until_settled(page)
    before = np.array(positions(page))
    instruct(page, "What is the letter about?")
    add = only_field(page, "New class")
    add.fill(", ".join(CLASSES))
    add.press("Enter")
    expect(page.get_by_test_id("class-row")).to_have_count(6)
    label_by_click(page, frame)
    wait_until_settled(page, LABELS)
    after = np.array(positions(page))
    assert np.abs(after - before).max() > 0.5
    steered = exported(page)
    assert agreement(steered) >= agreement(generic) + 0.15
    assert steered["gst:label"].notna().sum() >= LABELS

    server.kill()
    stored = Workspace(server.workspace)
    lens = stored.lenses(stored.corpora()[0].id)[0]
    assert len(stored.labels(lens.id)) == LABELS
    server.start()
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, LABELS)
    assert np.allclose(positions(page), after, atol=1e-3)
    expect(page.get_by_test_id("label-count")).to_contain_text(f"{counted(LABELS, 'label')}, saved")
    page.get_by_role("button", name="New lens").click()
    page.wait_for_function("() => !document.querySelector('[data-testid=label-count]')")
    wait_until_settled(page)
    assert np.allclose(positions(page), before, atol=1e-3)


def label_by_click(page, frame):
    """Click on texts, read what is at the right, and press the number of the class that it belongs to."""
    true_class = dict(zip(frame["text"], frame["topic"], strict=True))
    texts = list(dict.fromkeys(frame["text"]))
    labelled = set()
    for row in candidates(frame):
        if len(labelled) == LABELS:
            break
        wait_until_settled(page, len(labelled))
        click_point(page, row)
        text = texts[ask_map(page, "map.selected.length === 1 ? map.selected[0] : null")]  # the topmost point there
        if text in labelled:
            continue
        wait_for_selected(page, text)
        labelled.add(text)
        page.keyboard.press(str(CLASSES.index(true_class[text]) + 1))
        expect(page.get_by_test_id("label-count")).to_contain_text(f"{counted(len(labelled), 'label')}, saved")


def wait_for_selected(page, text):
    """Wait until the one text that is selected stands beside the map."""
    page.wait_for_function(
        "text => { const shown = [...document.querySelectorAll('.gst-document')].map((one) => one.textContent);"
        " return shown.length === 1 && shown[0] === text; }",
        arg=text,
    )


@pytest.mark.parametrize("milliseconds", [0, 120, 600])
def test_a_kill_loses_no_label_that_the_page_showed_as_saved(server, page, milliseconds):
    rng = np.random.default_rng(0)
    texts = [f"text number {i}" for i in range(200)]
    corpus = read_corpus(as_file(pd.DataFrame({"text": texts})), embeddings=rng.normal(size=(200, 8)))
    workspace = Workspace(server.workspace)
    lens = workspace.add_lens(workspace.add_corpus(corpus).id, "parity", classes=["even", "odd"])
    page.goto(server.url)
    wait_for_map(page)
    for count, row in enumerate((3, 8, 41), start=1):
        wait_until_settled(page, count - 1)
        click_point(page, row)
        expect(page.get_by_text(re.compile(r"^Selected \(1\)$", re.IGNORECASE))).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_test_id("label-count")).to_contain_text(f"{counted(count, 'label')}, saved")
    page.wait_for_timeout(milliseconds)
    server.kill()
    assert len(Workspace(server.workspace).labels(lens.id)) == 3


def test_a_bad_file_gets_a_sentence_and_nothing_is_stored(empty_server, page):
    page.goto(empty_server.url)
    page.get_by_role("link", name="Open a file").click(timeout=PATIENCE)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.csv", "mimeType": "text/csv", "buffer": io.BytesIO(b"\x89PNG\r\n\x1a\n\x00\x00").getvalue()}
    )
    expect(page.get_by_test_id("stAlert")).to_contain_text("photo.csv")
    assert Workspace(empty_server.workspace).corpora() == []
