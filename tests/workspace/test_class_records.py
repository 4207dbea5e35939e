"""Classes keep their number, and with it key and colour, for life; keys, order, definitions and what the map knows."""

import pytest

from gst_core.errors import WorkspaceError
from gst_core.workspace import LLM, Workspace
from tests.workspace.conftest import counting


def numbers(workspace, lens):
    now = workspace.lens(lens.id)
    return dict(zip(now.classes, now.numbers, strict=True))


def keys(workspace, lens):
    now = workspace.lens(lens.id)
    return dict(zip(now.classes, now.keys, strict=True))


def test_a_class_keeps_its_number_when_another_is_deleted_and_when_that_is_undone(workspace, lens):
    workspace.add_class(lens.id, "so so")
    workspace.set_labels(lens.id, {"a": "good", "b": "bad", "c": "so so"})
    workspace.delete_class(lens.id, "bad")
    assert numbers(workspace, lens) == {"good": 0, "so so": 2}
    assert workspace.add_class(lens.id, "new") == "new"
    assert numbers(workspace, lens)["new"] == 3, "the number of a class that may come back is kept for it"
    workspace.undo(lens.id)
    assert numbers(Workspace(workspace.folder), lens) == {"good": 0, "bad": 1, "so so": 2, "new": 3}
    assert workspace.lens(lens.id).classes == ("good", "bad", "so so", "new"), "and so is its place"


def test_a_merge_and_its_undo_leave_all_numbers_and_definitions(workspace, lens):
    workspace.define_class(lens.id, "good", "the guest  is pleased")
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    workspace.rename_class(lens.id, "good", "bad")
    assert numbers(workspace, lens) == {"bad": 1}
    workspace.undo(lens.id)
    assert numbers(workspace, lens) == {"good": 0, "bad": 1}
    assert workspace.label_set(lens.id).definition("good").definition == "the guest is pleased"
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}


def test_a_class_that_was_never_used_leaves_its_number_to_the_next(workspace, lens):
    workspace.delete_class(lens.id, "bad")
    workspace.add_class(lens.id, "poor")
    assert numbers(workspace, lens) == {"good": 0, "poor": 1}


def test_a_renamed_class_keeps_number_key_and_place(workspace, lens):
    workspace.set_class_key(lens.id, "good", "G")
    workspace.rename_class(lens.id, "good", "fine")
    now = workspace.lens(lens.id)
    assert (now.classes, now.numbers, now.keys) == (("fine", "bad"), (0, 1), ("g", "2"))


def test_classes_can_be_put_in_order_with_their_numbers(workspace, lens):
    workspace.add_class(lens.id, "so so")
    now = workspace.order_classes(lens.id, ["so so", "good", "unheard of"])
    assert (now.classes, now.numbers) == (("so so", "good", "bad"), (2, 0, 1))


def test_no_two_classes_have_one_key(workspace, lens):
    with pytest.raises(WorkspaceError, match="that of “bad”"):
        workspace.set_class_key(lens.id, "good", "2")
    workspace.set_class_key(lens.id, "good", "12")
    for _ in range(10):
        workspace.add_class(lens.id, f"class {_}")
    given = list(keys(workspace, lens).values())
    assert len(set(given)) == len(given) == 12
    assert keys(workspace, lens)["good"] == "12"
    with pytest.raises(WorkspaceError, match="that of “class"):
        workspace.set_class_key(lens.id, "bad", "3")
    workspace.set_class_key(lens.id, "good", "")
    assert keys(workspace, lens)["good"] == "1"


@pytest.mark.parametrize("key", ["0", "100", "ab", "ä", "?", "u"])
def test_what_is_no_key_is_refused_in_a_sentence(workspace, lens, key):
    with pytest.raises(WorkspaceError, match="key"):
        workspace.set_class_key(lens.id, "good", key)


def test_a_rename_beside_labels_leaves_what_the_map_knows_until_asked(workspace, lens):
    workspace.rename_class(lens.id, "bad", "poor")
    assert workspace.lens(lens.id).meanings == ("good", "poor"), "without labels the names are all that is said"
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.rename_class(lens.id, "good", "fine")
    workspace.rename_class(lens.id, "fine", "lovely")
    workspace.reword_lens(lens.id, "mood")
    now = workspace.lens(lens.id)
    assert (now.classes, now.meanings) == (("lovely", "poor"), ("good", "poor"))
    assert (now.name, now.instruction, now.meant) == ("mood", "mood", "how it feels")
    now = workspace.follow_words(lens.id)
    assert (now.meanings, now.meant) == (("lovely", "poor"), "mood")


def test_columns_and_words_that_are_left_out_are_kept_with_the_lens(workspace, lens):
    workspace.leave_out(lens.id, ["airline", "week", "airline"])
    workspace.leave_out_words(lens.id, ["Luggage  Bag", "@", " "])
    now = Workspace(workspace.folder).lens(lens.id)
    assert (now.left_out, now.left_out_words) == (("airline", "week"), ("luggage bag", "@"))


def test_labels_of_a_column_count_after_a_persons_and_before_a_models_and_are_one_step(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.set_labels(lens.id, {"b": "good", "c": "good"}, LLM, step="run")
    workspace.set_labels(lens.id, {"a": "bad", "b": "bad"}, "column:stars")
    assert counting(workspace, lens) == {"a": "good", "b": "bad", "c": "good"}
    workspace.set_labels(lens.id, {"b": "good"}, "file:old.csv")
    assert counting(workspace, lens)["b"] == "good", "the last source that was taken over"
    workspace.undo(lens.id)
    assert workspace.undo(lens.id) == 2
    assert counting(workspace, lens) == {"a": "good", "b": "good", "c": "good"}
    for nobody in ("column:", "Eve"):
        with pytest.raises(WorkspaceError, match="gives no labels"):
            workspace.set_labels(lens.id, {"a": "good"}, nobody)
