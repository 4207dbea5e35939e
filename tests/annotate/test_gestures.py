from gst_core.annotate import gestures
from gst_core.corpus import read_corpus
from gst_core.workspace import HUMAN, LLM, Label, Workspace
from tests.corpus.test_corpus import file


def said(document, name, second, who=HUMAN):
    return Label(document, name, who, f"2025-01-01T00:00:{second:02}.000000")


def test_texts_that_are_labelled_at_once_with_one_class_are_one_gesture():
    labels = [
        said("a", "good", 1),
        said("b", "good", 1),
        said("c", "good", 2),
        said("d", "bad", 3),
        said("e", "bad", 3),
    ]
    found = gestures(labels)
    assert found["a"] == found["b"] != found["d"] == found["e"]
    assert "c" not in found


def test_labels_of_a_file_and_those_of_a_model_are_no_gestures():
    of_file = [said("a", "good", 1), said("b", "bad", 1), said("c", "good", 1)]
    of_model = [said("d", "good", 2, LLM), said("e", "good", 2, LLM)]
    assert gestures(of_file + of_model) == {}


def test_labels_stay_those_of_a_gesture_when_the_person_undoes_and_redoes_them(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\nfirst\nsecond\n"), text="text"))
    lens = workspace.add_lens(entry.id, "mood")
    workspace.set_labels(lens.id, {"a": "good", "b": "good"})
    before = gestures(workspace.labels(lens.id))
    workspace.undo(lens.id)
    assert gestures(workspace.labels(lens.id)) == {}
    workspace.redo(lens.id)
    assert gestures(workspace.labels(lens.id)) == before
    assert len(before) == 2
