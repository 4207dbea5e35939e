"""What is loaded when a server paints its first page: in a process of its own, as a server begins."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"torch", "sklearn", "scipy", "faiss", "numba", "pandas", "pyarrow", "sentence_transformers"}
PAINT = """
import json, sys, threading
from streamlit.testing.v1 import AppTest
from gst_core.ui import state

threads, warmed_up = threading.active_count(), []
state.warm_up = lambda: warmed_up.append(threading.active_count() - threads)
app = AppTest.from_file("app.py", default_timeout=300)
BEFORE
app.run()
assert not app.exception, app.exception
labels = [one.label for one in (*app.button, *app.selectbox)]
print(json.dumps([sorted(m for m in sys.modules if "." not in m), labels, warmed_up]))
"""
STOP_AT_THE_PICKERS = """
from gst_core.ui import lens_bar
import streamlit as st
pickers = lens_bar.pickers
lens_bar.pickers = lambda entry: (pickers(entry), state.warm_up(), st.stop())
"""


def painted(workspace, before=""):
    """Run the app once on a workspace; return what is loaded then, what can be clicked, and the warm-ups."""
    environment = {name: value for name, value in os.environ.items() if name != "GST_CORPUS"}
    run = subprocess.run(
        [sys.executable, "-c", PAINT.replace("BEFORE", before)],
        cwd=ROOT, env=environment | {"GST_WORKSPACE": str(workspace)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    loaded, labels, warmed_up = json.loads(run.stdout.splitlines()[-1])
    return set(loaded), labels, warmed_up


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


def test_the_first_page_of_an_empty_workspace_is_painted_before_anything_numeric_is_loaded(workspace):
    loaded, labels, warmed_up = painted(workspace)
    assert "Open hotel reviews" in labels
    assert not HEAVY & loaded
    assert warmed_up == [1], "the warm-up begins once, beside no thread but the page's own"


def test_corpus_and_lens_are_painted_before_anything_numeric_is_loaded(workspace):
    file = io.BytesIO(b"text\none\ntwo\nthree\n")
    file.name = "texts.csv"
    stored = Workspace(workspace)
    entry = stored.add_corpus(read_corpus(file, text="text", embeddings=np.eye(3)))
    stored.add_lens(entry.id, "numbers")
    loaded, labels, _ = painted(workspace, STOP_AT_THE_PICKERS)
    assert labels == ["Corpus", "Lens"]
    assert not HEAVY & loaded
