"""The table of texts, as a person works in it: all that was drawn around, sorted, read, pointed at and labelled."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import ask_map, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
CLASSES = ("late", "lovely")
ROWS = 240
LABELS = 8


@pytest.fixture
def server(tmp_path):
    """A server on a corpus with stars, and a lens with labels."""
    rng = np.random.default_rng(0)
    kinds = np.arange(ROWS) % 2
    long = " It went on and on." * 40
    texts = [f"{CLASSES[k]} remark, number {i}{long if i == 5 else ''}" for i, k in enumerate(kinds)]
    file = io.BytesIO(pd.DataFrame({"text": texts, "stars": rng.permutation(ROWS)}).to_csv(index=False).encode())
    file.name = "remarks.csv"
    X = np.eye(8)[kinds] * 3 + rng.normal(size=(ROWS, 8))
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings=X))
    lens = workspace.add_lens(entry.id, "how it was", classes=list(CLASSES))
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[i]: CLASSES[kinds[i]] for i in range(LABELS)})
    with running_server(tmp_path) as running:
        yield running


def test_all_that_is_drawn_around_is_listed_sorted_read_and_labelled(page, server):
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, LABELS)
    page.get_by_role("button", name=f"{ROWS} texts").click()
    table = page.get_by_role("grid", name="all texts")
    expect(table).to_have_attribute("aria-rowcount", f"{ROWS + 1}")

    draw_around_everything(page)
    drawn = sorted(ask_map(page, "map.selected.length > 100 ? map.selected : null"))
    table = page.get_by_role("grid", name="selected texts")
    expect(table).to_have_attribute("aria-rowcount", f"{len(drawn) + 1}")
    row = table.locator("[data-index]")
    assert row.count() < 60, "only the rows that are seen are on the page"

    table.get_by_role("button", name="stars").click()
    expect(table.get_by_role("columnheader", name="stars")).to_have_attribute("aria-sort", "ascending")
    first, second = (table.locator(f"[data-index='{i}']") for i in (0, 1))
    expect(first.locator(".gst-cell-number").last).to_have_text("0")
    expect(second.locator(".gst-cell-number").last).to_have_text("1")

    second.hover()
    lit = page.locator(".gst-lit")
    expect(lit).to_be_visible()
    page.mouse.move(2, 2)
    expect(lit).to_be_hidden()

    page.mouse.move(*ask_map(page, "map.pixelOf(arg)", int(second.get_attribute("data-document"))))
    expect(second).to_have_class(re.compile(r"\bgst-pointed\b"))
    page.mouse.move(2, 2)
    expect(second).not_to_have_class(re.compile(r"\bgst-pointed\b"))

    second.click()
    page.keyboard.press("Enter")
    expect(second.get_by_role("button", name="Show one line")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    first.click()
    second.click(modifiers=["Control"])
    expect(page.get_by_text("2 selected", exact=True)).to_be_visible()
    expect(table.locator("[aria-selected=true]")).to_have_count(2)
    chosen = {int(one.get_attribute("data-document")) for one in (first, second)}
    assert set(ask_map(page, "map.selected")) == chosen, "a selection is the page's"
    page.keyboard.press("2")
    after = LABELS + len(chosen - set(range(LABELS)))
    expect(page.get_by_test_id("label-count")).to_contain_text(f"{after} labels, saved")
    expect(table).to_have_attribute("aria-rowcount", f"{len(drawn) + 1}")
    expect(first.locator(".gst-cell-category").last).to_have_text("lovely")
    wait_until_settled(page, after)


def draw_around_everything(page):
    page.get_by_role("button", name="Draw around texts").click()
    box = page.locator(".gst-plot").bounding_box()
    x, y, right, bottom = box["x"] + 3, box["y"] + 48, box["x"] + box["width"] - 3, box["y"] + box["height"] - 3
    page.mouse.move(x, y)
    page.mouse.down()
    for corner in ((right, y), (right, bottom), (x, bottom), (x, y)):
        page.mouse.move(*corner, steps=6)
    page.mouse.up()
