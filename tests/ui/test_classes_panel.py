import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import state
from gst_core.ui.classes_panel import labels_saved
from gst_core.workspace import HUMAN, LLM, Label, Workspace
from tests.corpus.test_corpus import file


def said(document, who):
    return Label(document, "good", who, "2025-01-01T00:00:00.000000")


def test_labels_are_counted_in_the_singular_and_the_plural():
    assert labels_saved([]) == "0 labels, saved"
    assert labels_saved([said("a", HUMAN)]) == "1 label, saved"
    assert labels_saved([said("a", HUMAN), said("b", HUMAN)]) == "2 labels, saved"


def test_a_text_that_person_and_model_labelled_counts_as_the_persons():
    labels = [said("a", HUMAN), said("a", LLM), said("b", LLM)]
    assert labels_saved(labels) == "1 label by you, 1 by the model, saved"


def page():
    from gst_core.ui import classes_panel, state

    workspace = state.workspace()
    entry = workspace.corpora()[0]
    lens = workspace.lenses(entry.id)[0]
    classes_panel.draw_classes(lens, workspace.labels(lens.id), own_embeddings=entry.own_embeddings)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    made.add_lens(made.add_corpus(read_corpus(file("text\none\ntwo\n"), text="text")).id, "mood", classes=["calm"])
    monkeypatch.setattr(state, "workspace", lambda: made)
    return made


def test_a_switch_keeps_the_generic_map_while_there_are_two_names_and_no_label(workspace):
    lens = workspace.lenses(workspace.corpora()[0].id)[0]
    shown = AppTest.from_function(page, default_timeout=60).run()
    assert not shown.toggle, "one name says nothing"
    workspace.add_class(lens.id, "cross")
    shown.run().toggle[0].set_value(False).run()
    assert not workspace.lens(lens.id).by_words
    assert not shown.toggle[0].value
    shown.toggle[0].set_value(True).run()
    assert workspace.lens(lens.id).by_words
    workspace.set_labels(lens.id, {workspace.read_corpus(lens.corpus).ids[0]: "calm"})
    assert not shown.run().toggle, "labels speak now"
