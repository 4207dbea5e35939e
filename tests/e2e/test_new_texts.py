"""Texts come to a corpus on the page: the map stays where it is, and a group is read in detail."""

import io
import json

import numpy as np
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import ask_map, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
KINDS = ("late train", "cold soup", "kind porter")
ROWS, MORE = 240, 30


def written(numbers, X):
    """JSON lines of texts of two kinds, with their embeddings; those from ROWS on are of a third kind, too."""
    kinds = np.where(numbers < ROWS, numbers % 2, numbers % 3)
    rows = [
        {"text": f"a {KINDS[k]}, remark {i}", "day": f"2024-0{1 + i % 9}-11", "city": "Ulm", "vector": X[i].tolist()}
        for i, k in zip(numbers.tolist(), kinds.tolist(), strict=True)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


@pytest.fixture
def labelled(tmp_path):
    """A server on a corpus with a lens and six labels, and a file with thirty texts more, of which ten are strange."""
    rng = np.random.default_rng(0)
    kinds = np.r_[np.arange(ROWS) % 2, np.arange(ROWS, ROWS + MORE) % 3]
    X = np.eye(8)[kinds] * 4 + rng.normal(size=(ROWS + MORE, 8))
    file = io.BytesIO(written(np.arange(ROWS), X))
    file.name = "remarks.jsonl"
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings="vector"))
    lens = workspace.add_lens(entry.id, "what it is about", classes=["train", "soup"])
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[i]: ("train", "soup")[i % 2] for i in range(6)})
    more = tmp_path / "more.jsonl"
    more.write_bytes(written(np.arange(ROWS - 5, ROWS + MORE), X))
    with running_server(tmp_path) as running:
        yield running, more


def test_new_texts_come_to_a_map_that_does_not_move_and_a_group_is_read_in_detail(page, labelled):
    server, more = labelled
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, 6)
    before, drawn = ask_map(page, "[Array.from(map.model.points), map.positions()]")
    assert len(before) == 2 * ROWS

    page.goto(f"{server.url}/corpus")
    page.get_by_role("button", name="Add texts").click()
    page.locator("input[type=file]").first.set_input_files(more)
    expect(page.get_by_text("30 texts are new, 5 are there already and stay.")).to_be_visible()
    page.get_by_role("button", name=f"Add {MORE} texts").click()

    wait_for_map(page)
    wait_until_settled(page, 6)
    there = f"map.model.points.length === {2 * (ROWS + MORE)}"
    after, now = ask_map(page, f"{there} ? [Array.from(map.model.points), map.positions()] : null")
    assert after[: 2 * ROWS] == before
    assert now[: 2 * ROWS] == pytest.approx(drawn, abs=1e-3)
    said = page.get_by_test_id("new-texts")
    expect(said).to_contain_text("30 new texts are on the map, which has not moved.")
    expect(said).to_contain_text("fit no group")
    page.get_by_role("button", name="that fit no group").click()
    strange = set(ask_map(page, "map.selected.length ? Array.from(map.selected) : null"))
    assert len(strange & {i for i in range(ROWS, ROWS + MORE) if i % 3 == 2}) >= 8

    page.locator("[class*=st-key-cluster-] button").first.click()
    words = page.get_by_test_id("group-words")
    expect(words).to_contain_text("%")
    expect(page.get_by_test_id("group-mix").first).to_contain_text("train")
    expect(page.get_by_test_id("group-times")).to_be_visible()
    page.locator(".st-key-side-right").get_by_role("button", name="Close").click()
    expect(words).to_have_count(0)
