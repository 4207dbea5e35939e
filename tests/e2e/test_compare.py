"""Two lenses side by side: how much they agree, the texts of a cell on both maps, and a bar that filters."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import LOOKS, PATIENCE, running_server

pytestmark = pytest.mark.e2e
ROWS = 240
TOPICS, MOODS = ("bags", "delays", "crews"), ("angry", "glad")
LABELS = 5


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A server with texts of three topics and two moods, and a lens for each; the texts come with vectors."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("compare")
    topic, mood = rng.integers(0, 3, ROWS), rng.integers(0, 2, ROWS)
    X = np.eye(6)[topic] + 0.7 * np.eye(6)[3 + mood] + rng.normal(0, 0.1, (ROWS, 6))
    texts = [
        f"{TOPICS[t]} and again {TOPICS[t]}, {MOODS[m]} {i}" for i, (t, m) in enumerate(zip(topic, mood, strict=True))
    ]
    frame = pd.DataFrame({"text": texts, "mood": [MOODS[m] for m in mood]})
    file = io.BytesIO(frame.to_csv(index=False).encode())
    file.name = "texts.csv"
    workspace = Workspace(folder / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", embeddings=X.astype(np.float32)))
    ids = workspace.read_corpus(entry.id).ids
    lenses = []
    for name, codes, classes in (("What about?", topic, TOPICS), ("Which mood?", mood, MOODS)):
        lens = workspace.add_lens(entry.id, name, classes=list(classes))
        for code, class_name in enumerate(classes):
            workspace.set_labels(lens.id, {ids[i]: class_name for i in np.flatnonzero(codes == code)[:LABELS]})
        lenses.append(lens)
    with running_server(folder) as server:
        yield server, entry, lenses


def wait_for_selection(page, count):
    """Wait until so many texts are selected on both maps."""
    page.wait_for_function(
        "n => { const maps = Object.entries(window.gstMaps ?? {}).filter(([key]) => key.startsWith('compare-'));"
        " return maps.length === 2 && maps.every(([, map]) => map.selected.length === n); }",
        arg=count,
        timeout=PATIENCE,
        polling=LOOKS,
    )


def test_two_lenses_are_compared_and_the_texts_of_a_cell_are_lit_on_both_maps_and_listed(here, page):
    server, entry, (topics, moods) = here
    page.goto(f"{server.url}/compare?corpus={entry.id}&a={topics.id}/class&b={moods.id}/class")
    expect(page.get_by_test_id("agreement")).to_contain_text(f"over {ROWS} texts")
    cell = page.get_by_role("button", name="bags and angry:")
    cell.click()
    count = int(cell.inner_text())
    assert 0 < count < ROWS
    wait_for_selection(page, count)
    expect(page.locator(".gst-document").first).to_contain_text("bags and again bags, angry")
    expect(page.get_by_role("button", name=f"{count} of {ROWS} texts")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("agreement")).to_contain_text(f"over {ROWS} texts")
    assert f"b={moods.id}" in page.url

    page.goto(f"{server.url}?corpus={entry.id}&lens={topics.id}")
    page.locator(".st-key-section-charts summary").click()
    page.locator(".gst-chart .point path").first.hover(force=True)  # the chart hears the mouse above its bars
    page.locator(".gst-chart .hoverlayer text").first.wait_for()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('filter=')", polling=LOOKS)
