from gst_core.ui.classes_panel import labels_saved
from gst_core.workspace import HUMAN, LLM, Label


def said(document, who):
    return Label(document, "good", who, "2025-01-01T00:00:00.000000")


def test_labels_are_counted_in_the_singular_and_the_plural():
    assert labels_saved([]) == "0 labels, saved"
    assert labels_saved([said("a", HUMAN)]) == "1 label, saved"
    assert labels_saved([said("a", HUMAN), said("b", HUMAN)]) == "2 labels, saved"


def test_a_text_that_person_and_model_labelled_counts_as_the_persons():
    labels = [said("a", HUMAN), said("a", LLM), said("b", LLM)]
    assert labels_saved(labels) == "1 label by you, 1 by the model, saved"
