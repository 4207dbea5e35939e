"""A person follows a column, leaves another out, takes labels over from a file after a look, and takes them back."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
ROWS = 160


@pytest.fixture
def remarks(tmp_path):
    """A server on remarks to two airlines in two moods, where the airline is in the way."""
    rng = np.random.default_rng(0)
    airline, mood = np.arange(ROWS) % 2, rng.integers(0, 2, ROWS)
    table = pd.DataFrame(
        {
            "text": [f"{['late', 'lovely'][m]} remark, number {i}" for i, m in enumerate(mood)],
            "airline": np.array(["Delta", "United"])[airline],
            "mood": np.array(["cross", "glad"])[mood],
        }
    )
    file = io.BytesIO(table.to_csv(index=False).encode())
    file.name = "remarks.csv"
    X = 4 * np.eye(8)[airline] + 2 * np.eye(8)[mood + 3] + rng.normal(size=(ROWS, 8))
    Workspace(tmp_path / "workspace").add_corpus(read_corpus(file, text="text", embeddings=X))
    with running_server(tmp_path) as running:
        yield running, table


def test_a_column_is_followed_another_left_out_and_labels_of_a_file_are_taken_over_and_back(page, remarks, tmp_path):
    server, table = remarks
    page.goto(server.url)
    wait_for_map(page)
    page.get_by_role("button", name="Follow a column").click()
    page.get_by_role("combobox", name="Column").click()
    page.get_by_role("option", name="mood").click()
    page.get_by_role("button", name="Follow it").click()
    wait_until_settled(page, 32)
    expect(page.get_by_test_id("label-count")).to_contain_text("32 by the column mood")

    page.get_by_role("button", name="Leave out").click()
    page.get_by_role("combobox", name="Columns that have no part in the map").click()
    page.get_by_role("option", name="airline").click()
    wait_until_settled(page, 32)
    expect(page.get_by_text("without airline")).to_be_visible()
    page.keyboard.press("Escape")

    theirs = table.assign(label="their own", who="anna")[["text", "label", "who"]].tail(40)
    theirs.loc[len(table)] = ["a text that is not here", "x", ""]
    path = tmp_path / "theirs.csv"
    theirs.to_csv(path, index=False)
    page.get_by_role("button", name="Take labels over").click()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").last.set_input_files(path)
    expect(page.get_by_test_id("import-matches")).to_contain_text("40 rows found (40 by text); 1 row of no text here")
    preview = page.get_by_test_id("import-preview")
    expect(preview).to_contain_text("contradict")
    new = int(preview.inner_text().split()[0])
    page.get_by_role("button", name=f"Take {new} labels over").click()
    wait_until_settled(page, 32 + new)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo", exact=True).click()
    wait_until_settled(page, 32)
