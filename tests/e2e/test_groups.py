"""Groups are worked on as a person does: named, merged, fewer of them, looked into; a reload changes nothing of it."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import LOOKS, MAP, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
WORDS = ("bus", "tram", "train", "soup", "bread", "cake")
ROWS = 240


@pytest.fixture
def shown(tmp_path, page):
    """A page with a map of six groups, without a lens; and its workspace and corpus."""
    rng = np.random.default_rng(0)
    X = np.eye(8)[np.arange(ROWS) % 6] * 4 + 0.5 * rng.normal(size=(ROWS, 8))
    texts = [f"the {WORDS[i % 6]} number {i}" for i in range(ROWS)]
    file = io.BytesIO(pd.DataFrame({"text": texts}).to_csv(index=False).encode())
    file.name = "texts.csv"
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings=X))
    with running_server(tmp_path) as server:
        page.goto(server.url)
        wait_for_map(page)
        wait_until_settled(page)
        yield workspace, entry.id


def groups(page):
    """The rows of the groups, as locators."""
    return page.locator(".st-key-clusters [class*='st-key-cluster-'] button")


def menu_of(page, title):
    """Open the menu of a group."""
    page.get_by_role("button", name=re.compile(f"What to do with {title}")).click()


def test_a_group_is_named_two_are_merged_fewer_are_asked_for_and_all_of_it_stays(shown, page):
    workspace, corpus = shown
    expect(groups(page)).to_have_count(6)
    menu_of(page, "bus")
    name = page.get_by_label("Name", exact=True)
    name.fill("by *road*")
    name.press("Enter")
    expect(groups(page).filter(has_text="by *road* · 40")).to_have_count(1)

    page.get_by_label("Merge with").click()
    page.get_by_role("option", name="tram").click()
    expect(groups(page)).to_have_count(5)
    expect(groups(page).filter(has_text="by *road* · 80")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(groups(page)).to_have_count(6)
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(groups(page)).to_have_count(5)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(groups(page)).to_have_count(6)

    page.get_by_role("slider", name="Fewer and more groups").press("ArrowLeft")
    expect(groups(page)).to_have_count(5)
    page.reload()
    wait_for_map(page)
    expect(groups(page)).to_have_count(5)
    expect(groups(page).filter(has_text="by *road* · ")).to_have_count(1)
    assert [step.kind for step in workspace.group_steps(corpus)] == ["name", "number"]

    menu_of(page, "by")
    page.get_by_role("button", name="Look into it").click()
    placed = f"() => {MAP} && Array.from({MAP}.positions()).filter(Number.isFinite).length / 2"
    page.wait_for_function(f"n => ({placed})() < n", arg=ROWS, polling=LOOKS)
    page.get_by_role("button", name="All texts").click()
    page.wait_for_function(f"n => ({placed})() === n", arg=ROWS, polling=LOOKS)
    expect(groups(page)).to_have_count(5)
