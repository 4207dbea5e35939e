"""A slice of a corpus, as a person cuts it on the page by a click, a drag and keys; an address and a label keep it."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import ask_map, click_point, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
CLASSES = ("late", "lovely")
ROWS = 240


@pytest.fixture
def sliced(tmp_path):
    """A server on a corpus with cities and days, and a lens with labels; and its table."""
    rng = np.random.default_rng(0)
    kinds = np.arange(ROWS) % 2
    table = pd.DataFrame(
        {
            "text": [f"{CLASSES[k]} remark, number {i}" for i, k in enumerate(kinds)],
            "city": rng.choice(["Rome", "Oslo", "Bonn"], ROWS),
            "day": [f"{1 + i % 28:02d}-02-2015 11.{i % 60:02d}" for i in range(ROWS)],
        }
    )
    file = io.BytesIO(table.to_csv(index=False).encode())
    file.name = "remarks.csv"
    X = np.eye(8)[kinds] * 3 + rng.normal(size=(ROWS, 8))
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings=X))
    lens = workspace.add_lens(entry.id, "how it was", classes=list(CLASSES))
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[i]: CLASSES[kinds[i]] for i in range(8)})
    with running_server(tmp_path) as running:
        yield running, table


def test_a_slice_is_cut_by_a_click_and_a_drag_and_outlives_a_reload_and_a_label(page, sliced):
    server, table = sliced
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, 8)
    remain = page.locator(".gst-remain")
    expect(remain).to_have_text(f"all {ROWS} texts")

    page.get_by_role("button", name="Oslo").click()
    oslo = table["city"] == "Oslo"
    expect(remain).to_have_text(f"{oslo.sum()} of {ROWS} remain")
    ask_map(page, "map.data.shown && true")

    day = page.locator("[data-column='column:day']")
    day.scroll_into_view_if_needed()
    box = day.locator(".gst-histogram").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 28 * 7.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 28 * 13.5, box["y"] + 20, steps=5)
    expect(day.locator(".gst-range")).to_have_text("2015-02-08 – 2015-02-14")
    page.mouse.up()
    number = np.arange(ROWS) % 28 + 1
    left = oslo & (number >= 8) & (number <= 14)
    expect(remain).to_have_text(f"{left.sum()} of {ROWS} remain")

    page.get_by_role("slider", name="day to").press("ArrowLeft")
    left &= number <= 13
    expect(remain).to_have_text(f"{left.sum()} of {ROWS} remain")

    page.reload()
    wait_for_map(page)
    wait_until_settled(page, 8)
    expect(remain).to_have_text(f"{left.sum()} of {ROWS} remain")
    expect(page.get_by_role("button", name="Oslo")).to_have_attribute("aria-pressed", "true")

    click_point(page, int(np.flatnonzero(left)[-1]))
    page.keyboard.press("2")
    wait_until_settled(page, 9)
    expect(remain).to_have_text(f"{left.sum()} of {ROWS} remain")

    page.get_by_role("button", name="clear all").click()
    expect(remain).to_have_text(f"all {ROWS} texts")
    assert "filter=" not in page.url
