import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import state
from gst_core.ui.classes_panel import labels_saved
from gst_core.work import Jobs
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
    monkeypatch.setattr(state, "jobs", lambda: Jobs(made))
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


def test_labels_of_a_column_are_counted_apart_from_yours():
    labels = [said("a", HUMAN), said("b", "column:stars"), said("c", LLM)]
    assert labels_saved(labels) == "1 label by you, 1 by the column stars, 1 by the model, saved"


def test_a_class_is_defined_given_a_key_and_moved_and_its_row_says_so(workspace):
    lens = workspace.lenses(workspace.corpora()[0].id)[0]
    for name in ("cross", "sad"):
        workspace.add_class(lens.id, name)
    shown = AppTest.from_function(page, default_timeout=60).run()
    shown.text_input(key=f"define-{lens.id}-cross-").set_value("the guest is cross").run()
    shown.text_input(key=f"key-{lens.id}-cross-2").set_value("x").run()
    shown.button(key=f"up-{lens.id}-cross").click().run()
    assert not shown.exception
    now = workspace.lens(lens.id)
    assert (now.classes, now.keys) == (("cross", "calm", "sad"), ("x", "1", "3"))
    assert workspace.label_set(lens.id).definition("cross").definition == "the guest is cross"
    first = next(x.proto.body for x in shown.get("html") if "class-row" in x.proto.body)
    assert "<kbd>x</kbd>" in first
    assert "cross: the guest is cross" in first
    shown.text_input(key=f"key-{lens.id}-cross-x").set_value("2").run()
    assert workspace.lens(lens.id).keys == ("2", "1", "3"), "its usual key again"


def test_a_renamed_class_moves_nothing_until_it_is_asked_for(workspace):
    lens = workspace.lenses(workspace.corpora()[0].id)[0]
    workspace.set_labels(lens.id, {workspace.read_corpus(lens.corpus).ids[0]: "calm"})
    shown = AppTest.from_function(page, default_timeout=60).run()
    shown.text_input(key=f"rename-{lens.id}-calm").set_value("serene").run()
    assert workspace.lens(lens.id).meanings == ("calm",)
    shown.button(key=f"follow-words-{lens.id}-calm").click().run()
    assert workspace.lens(lens.id).meanings == ("serene",)
