"""A person takes over the labels that a file brings along."""

import io

import numpy as np
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import state
from gst_core.workspace import Workspace, deciding_labels

EXPORT = b"gst:id,text,gst:label\na,one,red\nb,two,Red\nc,three,\n"


def page():
    from gst_core.ui import labels_of_file, state

    entry = state.current_corpus()
    labels_of_file.offer(entry, state.workspace().read_corpus(entry.id))


def shown(tmp_path, monkeypatch, content):
    source = io.BytesIO(content)
    source.name = "texts.csv"
    made = Workspace(tmp_path / "workspace")
    entry = made.add_corpus(read_corpus(source, embeddings=np.eye(3)))
    monkeypatch.setattr(state, "workspace", lambda: made)
    return made, entry, AppTest.from_function(page, default_timeout=60).run()


def test_labels_of_an_export_are_offered_and_taken_over_once(tmp_path, monkeypatch):
    workspace, entry, app = shown(tmp_path, monkeypatch, EXPORT)
    app.button(key="labels-of-file").click().run()
    assert not app.exception
    (lens,) = workspace.lenses(entry.id)
    assert {i: x.class_name for i, x in deciding_labels(workspace.labels(lens.id)).items()} == {"a": "red", "b": "Red"}
    assert "“red” and “Red”" in str(app.session_state[state.NOTICE])
    assert not app.button


def test_nothing_is_offered_of_another_file(tmp_path, monkeypatch):
    assert not shown(tmp_path, monkeypatch, b"text,label\none,red\ntwo,\nthree,\n")[2].button
