"""Texts that were drawn for a random check: in their order, kept apart or not, and following their corpus."""

import pytest

from gst_core.errors import WorkspaceError
from gst_core.workspace import LLM, RandomCheck, Workspace


def documents(labels):
    return [label.document for label in labels]


def test_a_lens_has_no_check_before_one_is_begun(workspace, lens):
    assert workspace.random_check(lens.id) == RandomCheck((), apart=True)


def test_drawn_documents_stay_in_their_order_and_more_come_after_them(workspace, lens):
    workspace.extend_check(lens.id, ["c", "a"])
    workspace.extend_check(lens.id, ["b", "a"])
    assert Workspace(workspace.folder).random_check(lens.id).documents == ("c", "a", "b")


def test_the_map_learns_nothing_from_labels_of_a_check_that_is_kept_apart(workspace, lens):
    workspace.extend_check(lens.id, ["a"])
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    assert documents(workspace.teaching_labels(lens.id)) == ["b"]
    assert documents(workspace.labels(lens.id)) == ["a", "b"]
    workspace.keep_check_apart(lens.id, apart=False)
    assert documents(workspace.teaching_labels(lens.id)) == ["a", "b"]
    workspace.keep_check_apart(lens.id, apart=True)
    assert documents(workspace.teaching_labels(lens.id)) == ["b"]


def test_a_check_that_is_stopped_keeps_what_a_person_has_labelled(workspace, lens):
    workspace.extend_check(lens.id, ["a", "b", "c"])
    workspace.set_labels(lens.id, {"b": "good"})
    workspace.set_labels(lens.id, {"c": "good"}, LLM)
    assert workspace.stop_check(lens.id).documents == ("b",)


def test_a_label_of_a_check_can_be_undone(workspace, lens):
    workspace.extend_check(lens.id, ["a"])
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.undo(lens.id)
    assert workspace.labels(lens.id) == []
    assert workspace.random_check(lens.id).documents == ("a",)


def test_a_check_goes_with_its_lens(workspace, lens):
    workspace.extend_check(lens.id, ["a"])
    workspace.delete_lens(lens.id)
    assert workspace.random_check(lens.id).documents == ()
    with pytest.raises(WorkspaceError):
        workspace.extend_check(lens.id, ["b"])
