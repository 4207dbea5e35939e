"""Another process replaces a corpus, or deletes it, while a page shows its map."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import PATIENCE, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e


def corpus(rows):
    file = io.BytesIO(pd.DataFrame({"text": [f"text number {i}" for i in rows]}).to_csv(index=False).encode())
    file.name = "texts.csv"
    kinds = np.array([*rows]) % 3
    X = np.eye(6)[kinds] * 4 + np.random.default_rng(0).normal(size=(len(kinds), 6))
    return read_corpus(file, text="text", embeddings=X)


def test_the_page_goes_on_with_what_is_there_and_logs_no_traceback(tmp_path, page):
    workspace = Workspace(tmp_path / "workspace")
    entry = workspace.add_corpus(corpus(range(60)))
    lens = workspace.add_lens(entry.id, "which?", classes=("low", "high"))
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[30]: "low", ids[31]: "high", ids[0]: "low"})
    with running_server(tmp_path) as server:
        page.goto(server.url)
        wait_for_map(page)
        wait_until_settled(page, labels=3)
        workspace.replace_corpus(entry.id, corpus(range(20, 50)))
        expect(page.get_by_text("2 labels, saved")).to_be_visible(timeout=PATIENCE)
        wait_until_settled(page, labels=2)
        workspace.delete_corpus(entry.id)
        expect(page.get_by_text("Steer a text map")).to_be_visible(timeout=PATIENCE)
        assert "Traceback" not in server.log.read_text()
