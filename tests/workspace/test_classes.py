import threading

import pytest

from gst_core.corpus import read_corpus
from gst_core.workspace.records import HUMAN, LLM, HistoryState, effective_labels
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.workspace.conftest import DEFINED, counting, said, when


def test_renaming_a_class_to_another_merges_them(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    workspace.rename_class(lens.id, "bad", "good")
    assert workspace.lens(lens.id).classes == ("good",)
    assert counting(workspace, lens) == {"a": "good", "b": "good"}
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}
    assert set(workspace.lens(lens.id).classes) == {"good", "bad"}


def test_merging_moves_the_machines_labels_too_in_one_step(workspace, lens):
    workspace.set_labels(lens.id, {"a": "bad"})
    workspace.set_labels(lens.id, {"b": "bad"}, LLM, confidences={"b": 0.6}, step="run")
    workspace.rename_class(lens.id, "bad", "good")
    assert said(workspace, lens) == {("a", HUMAN): ("good", None), ("b", LLM): ("good", 0.6)}
    workspace.undo(lens.id)
    assert said(workspace, lens) == {("a", HUMAN): ("bad", None), ("b", LLM): ("bad", 0.6)}


def test_deleting_a_class_takes_the_machines_labels_with_it_until_it_is_undone(workspace, lens):
    workspace.set_labels(lens.id, {"a": "bad"})
    workspace.set_labels(lens.id, {"b": "bad"}, LLM, step="run")
    workspace.delete_class(lens.id, "bad")
    assert workspace.labels(lens.id) == []
    assert workspace.undo(lens.id) == 2
    assert counting(workspace, lens) == {"a": "bad", "b": "bad"}


def test_a_label_set_gives_a_lens_names_definitions_and_order_at_once(workspace, lens):
    workspace.set_labels(lens.id, {"a": "bad"})
    workspace.set_labels(lens.id, {"b": "good", "c": "bad"}, LLM, step="run")
    assert workspace.define_classes(lens.id, DEFINED).classes == ("Bad", "calm")
    assert Workspace(workspace.folder).label_set(lens.id) == DEFINED
    assert counting(workspace, lens) == {"a": "Bad", "c": "Bad"}
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"a": "Bad", "b": "good", "c": "Bad"}


def test_a_class_that_a_person_used_outlives_a_label_set_without_it(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    assert workspace.define_classes(lens.id, DEFINED).classes == ("Bad", "calm", "good")
    assert counting(workspace, lens) == {"a": "good"}


def test_classes_that_are_renamed_in_a_label_set_keep_everybodys_labels(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.set_labels(lens.id, {"b": "good", "c": "bad"}, LLM, step="run")
    workspace.save_proposal(lens.id, workspace.label_set(lens.id).rename("good", "fine").rename("bad", "poor"))
    lens = workspace.define_classes(lens.id, workspace.proposal(lens.id))
    assert lens.classes == ("fine", "poor")
    assert counting(workspace, lens) == {"a": "fine", "b": "fine", "c": "poor"}
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"b": "fine", "c": "poor"}


def test_two_classes_can_swap_their_names(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    swapped = workspace.label_set(lens.id).rename("good", "between").rename("bad", "good").rename("between", "bad")
    assert workspace.define_classes(lens.id, swapped).classes == ("bad", "good")
    assert counting(workspace, lens) == {"a": "bad", "b": "good"}


@pytest.mark.parametrize("into", ["good", "bad", "Bad", "lively"])
def test_classes_that_are_merged_in_a_label_set_bring_everybodys_labels_together(workspace, lens, into):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    workspace.set_labels(lens.id, {"c": "good", "d": "bad"}, LLM, confidences={"d": 0.6}, step="run")
    before = when(workspace, lens)
    workspace.define_classes(lens.id, workspace.label_set(lens.id).merge(["good", "bad"], into).add("more"))
    assert workspace.lens(lens.id).classes == (into, "more")
    assert counting(workspace, lens) == dict.fromkeys("abcd", into)
    assert when(workspace, lens) == before
    assert workspace.undo(lens.id) == 2
    assert len(set(counting(workspace, lens).values())) == 2


def test_merging_and_dropping_classes_by_a_label_set_is_one_step(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad", "c": "third"}, LLM, step="run")
    workspace.define_classes(lens.id, workspace.label_set(lens.id).merge(["good", "bad"], "good").delete("third"))
    assert counting(workspace, lens) == {"a": "good", "b": "good"}
    assert workspace.history(lens.id, HUMAN) == HistoryState(1, 0)
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"a": "good", "b": "bad", "c": "third"}


def test_a_class_that_another_session_adds_while_one_is_renamed_to_it_is_merged_with_it(tmp_path):
    """Whether the name is there already is looked up where nobody else can write any more."""
    workspace, other = Workspace(tmp_path), Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\none\ntwo\n"), text="text"))
    lens = workspace.add_lens(entry.id, "how it feels", classes=["bad"])
    workspace.set_labels(lens.id, {"a": "bad"})
    with other._database.transaction() as db:
        renaming = threading.Thread(target=workspace.rename_class, args=(lens.id, "bad", "good"))
        renaming.start()
        renaming.join(0.5)  # it waits for this transaction
        db.execute("INSERT INTO classes (lens, name, position) VALUES (?, 'good', 2)", (lens.id,))
    renaming.join(30)
    assert workspace.lens(lens.id).classes == ("good",)
    assert effective_labels(workspace.labels(lens.id)) == {"a": "good"}
