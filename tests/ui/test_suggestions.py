"""What waits to be labelled: a text that is skipped makes place for the next one, and comes back in its place."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.suggest import Suggestion
from gst_core.ui import labelling, state
from gst_core.ui.lens_view import LensView
from gst_core.workspace import NONE_OF_THESE, Workspace
from tests.corpus.test_corpus import file


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    entry = made.add_corpus(read_corpus(file("text\n" + "".join(f"text {i}\n" for i in range(6))), text="text"))
    made.add_lens(entry.id, "mood", classes=["calm"])
    corpus = made.read_corpus(entry.id)
    monkeypatch.setattr(state, "workspace", lambda: made)
    monkeypatch.setattr(state, "jobs", lambda: SimpleNamespace(corpus=lambda _: corpus))
    return made


def view_of(workspace):
    entry = workspace.corpora()[0]
    lens, corpus = workspace.lenses(entry.id)[0], workspace.read_corpus(entry.id)
    now = SimpleNamespace(frame=None, running=False, revision=1, clusters=None)
    view = LensView(entry, lens, corpus, None, SimpleNamespace(key="map"), now, None, [], None)
    view.read_labels()
    return view


def test_a_skipped_text_makes_place_for_the_next_and_comes_back_by_undo(workspace, monkeypatch):
    monkeypatch.setattr(st, "session_state", {})

    def three(self):
        return [Suggestion(i, "") for i, document in enumerate(self.corpus.ids) if document not in self.skipped][:3]

    monkeypatch.setattr(LensView, "_suggest", three)
    view = view_of(workspace)
    assert [s.index for s in view.suggestions()] == [0, 1, 2]
    labelling.skip(view.corpus, view.lens, 1)
    assert [s.index for s in view_of(workspace).suggestions()] == [0, 2, 3], "the others stay where they are"
    labelling.undo(view.lens)
    assert [s.index for s in view_of(workspace).suggestions()] == [0, 1, 2]


def page():
    from gst_core.suggest import Suggestion
    from gst_core.ui import documents_panel, state

    entry = state.workspace().corpora()[0]
    corpus, lens = state.workspace().read_corpus(entry.id), state.workspace().lenses(entry.id)[0]
    documents_panel.draw_next(corpus, lens, [Suggestion(2, "why")])


def test_a_suggested_text_can_be_skipped_or_be_none_of_these(workspace):
    lens = workspace.lenses(workspace.corpora()[0].id)[0]
    ids = workspace.read_corpus(lens.corpus).ids
    shown = AppTest.from_function(page, default_timeout=60).run()
    shown.button(key="skip-2").click().run()
    assert not shown.exception
    assert workspace.skipped(lens.id) == {ids[2]}
    shown.button(key="none-2").click().run()
    assert [(label.document, label.class_name) for label in workspace.labels(lens.id)] == [(ids[2], NONE_OF_THESE)]


def test_a_group_that_is_looked_into_has_its_own_texts_suggested(workspace, monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    view = view_of(workspace)
    X = np.random.default_rng(0).normal(size=(len(view.corpus), 3)).astype(np.float32)
    monkeypatch.setattr(state, "jobs", lambda: SimpleNamespace(generic=lambda _: X))
    everywhere = {s.index for s in view.suggestions()}
    view.looked = SimpleNamespace(title="a few", map=SimpleNamespace(rows=np.array([1, 2])))
    assert {s.index for s in view.suggestions()} == {1, 2}
    view.looked = None
    assert {s.index for s in view.suggestions()} == everywhere
