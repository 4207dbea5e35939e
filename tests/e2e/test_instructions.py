"""What is typed is kept: an instruction that is retyped, or reworded in another session, and whose step `u` is."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import click_point, instruct, only_field, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
ROWS = 90


@pytest.fixture
def here(tmp_path, page):
    """A server with a small corpus, its workspace, and a page that shows the map."""
    rng = np.random.default_rng(0)
    X = np.eye(6)[np.arange(ROWS) % 3] * 4 + rng.normal(size=(ROWS, 6))
    file = io.BytesIO(pd.DataFrame({"text": [f"text number {i}" for i in range(ROWS)]}).to_csv(index=False).encode())
    file.name = "texts.csv"
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings=X))
    with running_server(tmp_path) as server:
        page.goto(server.url)
        wait_for_map(page)
        wait_until_settled(page)
        yield server, workspace, entry


def test_an_instruction_that_is_retyped_stays(here, page):
    _, workspace, entry = here
    for words in ("first", "second", "first", "third", "second"):
        instruct(page, words)
        wait_until_settled(page)  # polls have come and gone, each with what the browser knows of all fields
        assert [lens.instruction for lens in workspace.lenses(entry.id)] == [words]


def test_a_lens_that_another_session_rewords_is_neither_set_back_nor_made_twice(here, page):
    _, workspace, entry = here
    instruct(page, "first")
    lens = workspace.lenses(entry.id)[0]
    workspace.add_class(lens.id, "kind")
    workspace.set_labels(lens.id, {workspace.read_corpus(entry.id).ids[0]: "kind"})
    workspace.rename_lens(lens.id, "reworded")
    page.get_by_placeholder("Find words in the texts").fill("number 7")
    page.keyboard.press("Enter")
    only_field(page, "Instruction", "reworded")
    assert [one.instruction for one in workspace.lenses(entry.id)] == ["reworded"]


def of_one_class(here, page):
    """Make a lens with one class; return the workspace and the lens."""
    _, workspace, entry = here
    instruct(page, "first")
    lens = workspace.lenses(entry.id)[0]
    workspace.add_class(lens.id, "kind")
    page.reload()
    wait_until_settled(page)
    return workspace, lens


def label(page, row, count):
    click_point(page, row)
    expect(page.get_by_text(re.compile(r"^Selected \(1\)$", re.IGNORECASE))).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_test_id("label-count")).to_contain_text(f"{count} label")


def test_a_reload_does_not_end_a_session_of_labelling(here, page):
    workspace, lens = of_one_class(here, page)
    label(page, 3, 1)
    page.reload()
    wait_until_settled(page, 1)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("u")
    wait_until_settled(page, 0)
    assert workspace.labels(lens.id) == []


def newest(workspace, lens):
    """Return the document that was labelled last."""
    return max(workspace.labels(lens.id), key=lambda label: label.created).document


def test_the_key_u_takes_back_what_this_session_did(here, page, chromium):
    workspace, lens = of_one_class(here, page)
    label(page, 3, 1)
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as other:
        second = other.new_page()
        second.goto(page.url)
        wait_until_settled(second, 1)
        label(second, 50, 2)
        theirs = newest(workspace, lens)
        page.keyboard.press("u")
        wait_until_settled(second, 1)
        assert newest(workspace, lens) == theirs, "the other session's label stays"


def test_a_number_without_a_selection_labels_nothing_and_says_why(here, page):
    workspace, lens = of_one_class(here, page)
    page.locator(".gst-stage").hover(position={"x": 5, "y": 5})
    page.keyboard.press("1")
    expect(page.get_by_test_id("map-hint")).to_have_text("Select a text first: click it, or draw around several.")
    assert workspace.labels(lens.id) == []
    label(page, 3, 1)
    expect(page.get_by_test_id("map-hint")).to_be_hidden()


NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, textarea, [tabindex='0']")].filter((one) => {
  if (!one.checkVisibility() || one.getAttribute("aria-label") || one.labels?.length || one.placeholder) return false;
  const seen = one.cloneNode(true);
  for (const hidden of seen.querySelectorAll("[aria-hidden=true]")) hidden.remove();
  return !seen.textContent.trim();
}).map((one) => one.outerHTML.slice(0, 200))"""


def test_keys_alone_choose_a_text_label_it_and_take_that_back(here, page):
    workspace, lens = of_one_class(here, page)
    assert page.evaluate(NAMELESS) == []
    expect(page.get_by_role("heading", name="Explore", level=1)).to_be_attached()
    expect(page.get_by_role("heading", name="Label next", level=2)).to_be_attached()
    page.keyboard.press("m")
    expect(page.get_by_test_id("map")).to_be_focused()
    page.keyboard.press("ArrowRight")
    said = page.get_by_test_id("map-said")
    expect(said).to_contain_text("text number")
    first = said.text_content()
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(first)
    expect(said).to_contain_text("text number")
    chosen = said.text_content()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"^Selected \(1\)$", re.IGNORECASE))).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_test_id("label-count")).to_contain_text("1 label")
    corpus = workspace.read_corpus(lens.corpus)
    labelled = [corpus.texts[corpus.ids.index(one.document)] for one in workspace.labels(lens.id)]
    assert len(labelled) == 1
    assert chosen.startswith(labelled[0])
    page.keyboard.press("u")
    expect(page.get_by_test_id("label-count")).to_contain_text("0 labels")
    page.keyboard.press("?")
    expect(page.get_by_test_id("map-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("map-keys")).to_be_hidden()
