import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.workspace.records import HUMAN, LLM, HistoryState, Label, models_of
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.workspace.conftest import counting, said, when


def test_labels_can_be_undone_and_redone_step_by_step(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "good"})
    workspace.set_labels(lens.id, {"b": "bad"})
    assert workspace.undo(lens.id) == 1
    assert counting(workspace, lens) == {"a": "good", "b": "good"}
    assert workspace.undo(lens.id) == 2
    assert counting(workspace, lens) == {}
    assert workspace.undo(lens.id) == 0
    assert workspace.redo(lens.id) == 2
    assert workspace.redo(lens.id) == 1
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}


def test_a_new_label_ends_what_could_be_redone(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.undo(lens.id)
    workspace.set_labels(lens.id, {"b": "bad"})
    assert workspace.history(lens.id).redo == 0


def test_a_persons_label_wins(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.set_labels(lens.id, {"a": "bad", "b": "bad"}, who=LLM)
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}


def test_a_machines_label_keeps_its_confidence_and_a_persons_has_none(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"}, LLM, confidences={"a": 0.7, "b": np.float32(0.5)})
    workspace.set_labels(lens.id, {"a": "bad"})
    assert said(Workspace(workspace.folder), lens) == {
        ("a", LLM): ("good", 0.7),
        ("b", LLM): ("bad", 0.5),
        ("a", HUMAN): ("bad", None),
    }
    assert workspace.set_labels(lens.id, {"a": "good"}, LLM, confidences={"a": 0.9}) == 1
    workspace.undo(lens.id, LLM)
    assert said(workspace, lens)["a", LLM] == ("good", 0.7)


def test_a_label_keeps_which_model_gave_it(workspace, lens):
    def models():
        return {x.document: x.model for x in workspace.labels(lens.id)}

    workspace.set_labels(lens.id, {"a": "bad", "b": "good"}, LLM, model="small", step="one")
    assert workspace.set_labels(lens.id, {"b": "good"}, LLM, model="large", step="two") == 1
    workspace.set_labels(lens.id, {"c": "bad"})
    assert models() == {"a": "small", "b": "large", "c": ""}
    assert models_of(workspace.labels(lens.id)) == "large and small"
    workspace.rename_class(lens.id, "bad", "good")
    assert models() == {"a": "small", "b": "large", "c": ""}
    workspace.undo(lens.id, LLM)
    assert models() == {"a": "small", "b": "small", "c": ""}
    workspace.redo(lens.id, LLM)
    assert models() == {"a": "small", "b": "large", "c": ""}


def test_a_decision_for_the_own_label_is_kept_with_what_the_model_had_said(workspace, lens):
    workspace.keep_label(lens.id, "a", "bad")
    workspace.keep_label(lens.id, "b", "good")
    workspace.rename_class(lens.id, "bad", "poor")
    assert Workspace(workspace.folder).kept_labels(lens.id) == {"a": "poor", "b": "good"}
    workspace.delete_lens(lens.id)
    assert workspace.kept_labels(lens.id) == {}


def test_all_batches_of_one_run_are_one_step(workspace, lens):
    for i in range(5):
        workspace.set_labels(lens.id, {f"d{i}": "good"}, LLM, confidences={f"d{i}": 0.8}, step="run")
    assert workspace.history(lens.id) == HistoryState(1, 0)
    assert workspace.undo(lens.id) == 5
    assert said(workspace, lens) == {}
    assert workspace.redo(lens.id) == 5
    assert said(workspace, lens)["d4", LLM] == ("good", 0.8)


def test_a_run_that_goes_on_after_it_was_undone_begins_a_new_step(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"}, LLM, step="run")
    workspace.undo(lens.id)
    workspace.set_labels(lens.id, {"b": "good"}, LLM, step="run")
    assert counting(workspace, lens) == {"b": "good"}
    assert workspace.undo(lens.id) == 1
    assert counting(workspace, lens) == {}


def test_undo_takes_the_persons_own_step_first_and_then_the_run(workspace, lens):
    workspace.set_labels(lens.id, {"before": "good"})
    workspace.set_labels(lens.id, {"a": "good"}, LLM, step="run")
    workspace.set_labels(lens.id, {"a": "bad"})
    workspace.set_labels(lens.id, {"b": "good"}, LLM, step="run")
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"before": "good", "a": "good", "b": "good"}
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"a": "good", "b": "good"}
    assert workspace.undo(lens.id) == 2
    assert counting(workspace, lens) == {}
    assert [workspace.redo(lens.id) for _ in range(4)] == [2, 1, 1, 0]
    assert counting(workspace, lens) == {"before": "good", "a": "bad", "b": "good"}


def test_a_run_can_be_taken_back_alone(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"}, LLM, step="run")
    workspace.set_labels(lens.id, {"b": "bad"})
    assert workspace.history(lens.id, LLM) == HistoryState(1, 0)
    assert workspace.undo(lens.id, LLM) == 1
    assert counting(workspace, lens) == {"b": "bad"}
    assert workspace.redo(lens.id) == 1
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}


def test_a_label_that_streams_in_leaves_what_the_person_can_redo(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.undo(lens.id)
    workspace.set_labels(lens.id, {"b": "bad"}, LLM, step="run")
    assert workspace.redo(lens.id) == 1
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}


def test_taking_back_and_doing_again_or_merging_leaves_when_a_label_was_said(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"}, LLM, step="run")
    workspace.set_labels(lens.id, {"a": "bad"})
    before = when(workspace, lens)
    for undo_and_redo in range(2):
        for _ in range(2):
            (workspace.redo if undo_and_redo else workspace.undo)(lens.id)
    assert when(workspace, lens) == before
    workspace.rename_class(lens.id, "bad", "good")
    assert when(workspace, lens) == before
    workspace.undo(lens.id)
    assert when(workspace, lens) == before


def test_a_label_that_is_said_anew_is_as_old_as_that(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    before = when(workspace, lens)["a", HUMAN]
    workspace.set_labels(lens.id, {"a": "bad"})
    assert when(workspace, lens)["a", HUMAN] > before
    workspace.undo(lens.id)
    assert when(workspace, lens)["a", HUMAN] == before


def test_the_labels_that_count_are_taken_away_in_one_step_whoever_said_them(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad", "c": "bad"}, LLM, confidences={"b": 0.6}, step="run")
    workspace.set_labels(lens.id, {"a": "bad"})
    before = said(workspace, lens)
    assert workspace.remove_labels(lens.id, ["a", "b", "no label"]) == 2
    assert counting(workspace, lens) == {"a": "good", "c": "bad"}
    assert workspace.history(lens.id, HUMAN) == HistoryState(2, 0)
    assert workspace.undo(lens.id) == 2
    assert said(workspace, lens) == before


actions = st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None]), st.sampled_from([HUMAN, LLM]))


@settings(max_examples=25, deadline=None)
@given(st.lists(actions, max_size=8))
def test_undoing_everything_leaves_nothing_and_redoing_it_leaves_all(tmp_path_factory, taken):
    workspace = Workspace(tmp_path_factory.mktemp("ws"))
    entry = workspace.add_corpus(read_corpus(file("text\none\ntwo\n"), text="text"))
    lens = workspace.add_lens(entry.id, "topic", classes=["x", "y"])
    for document, name, who in taken:
        workspace.set_labels(lens.id, {document: name}, who, step="run" if who == LLM else "")
    end = said(workspace, lens)
    steps = workspace.history(lens.id).undo
    for _ in range(steps):
        workspace.undo(lens.id)
    assert workspace.labels(lens.id) == []
    assert workspace.history(lens.id) == HistoryState(0, steps)
    for _ in range(steps):
        workspace.redo(lens.id)
    assert workspace.history(lens.id) == HistoryState(steps, 0)
    assert said(workspace, lens) == end


@pytest.mark.parametrize(("name", "who"), [("   ", HUMAN), ("x" * 500, HUMAN), ("good", "bob")])
def test_a_class_without_a_name_and_a_label_of_nobody_are_refused(workspace, lens, name, who):
    with pytest.raises(WorkspaceError):
        workspace.set_labels(lens.id, {"a": name}, who)
    assert counting(workspace, lens) == {}


def test_the_name_of_a_class_is_cleaned_wherever_it_comes_from(workspace, lens):
    workspace.set_labels(lens.id, {"a": "  very   good "})
    assert counting(workspace, lens) == {"a": "very good"}


def test_a_session_takes_back_its_own_steps_and_no_other_sessions(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"}, session="mine")
    workspace.set_labels(lens.id, {"b": "bad"}, session="theirs")
    assert workspace.history(lens.id, session="mine") == HistoryState(1, 0)
    assert [workspace.undo(lens.id, session="mine"), workspace.undo(lens.id, session="mine")] == [1, 0]
    assert counting(workspace, lens) == {"b": "bad"}
    assert workspace.redo(lens.id, session="theirs") == 0
    workspace.set_labels(lens.id, {"c": "bad"}, session="theirs")
    assert workspace.redo(lens.id, session="mine") == 1, "what another session says ends no redo of mine"
    assert counting(workspace, lens) == {"a": "good", "b": "bad", "c": "bad"}


def test_what_undo_leaves_alone_as_another_session_changed_it_redo_leaves_alone_too(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "good"}, session="mine")
    workspace.set_labels(lens.id, {"b": None}, session="theirs")
    assert workspace.undo(lens.id, session="mine") == 1
    assert workspace.redo(lens.id, session="mine") == 1
    assert counting(workspace, lens) == {"a": "good"}, "b was taken away by somebody else, and stays away"
    assert workspace.undo(lens.id, session="theirs") == 1
    assert workspace.undo(lens.id, session="mine") == 2, "all of it is as this step left it again"


def test_a_session_takes_back_what_no_session_said_and_a_program_what_any_said(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "good"})
    workspace.remove_labels(lens.id, ["a"], session="one")
    workspace.delete_class(lens.id, "good", session="two")
    assert workspace.undo(lens.id, session="one") == 1
    assert workspace.undo(lens.id, session="one") == 1, "the labels without a session, where they are as they were said"
    assert workspace.undo(lens.id) == 1


def test_labels_from_elsewhere_are_one_step_of_the_session_that_took_them_over(workspace, lens):
    first, second, third = workspace.read_corpus(lens.corpus).ids
    workspace.set_labels(lens.id, {first: "good"}, session="theirs")
    brought = [Label(second, "new kind", "file:old \ud800.csv", ""), Label(third, "torn \ud800", "column:stars ", "")]
    assert workspace.bring_labels(lens.id, brought, [(first, "human")], session="mine") == 3
    now = {(second, "file:old \ufffd.csv"): "new kind", (third, "column:stars "): "torn \ufffd"}
    assert {key: name for key, (name, _) in said(workspace, lens).items()} == now
    assert workspace.undo(lens.id, session="mine") == 3
    assert {key: name for key, (name, _) in said(workspace, lens).items()} == {(first, "human"): "good"}
    assert workspace.redo(lens.id, session="theirs") == 0
    assert workspace.redo(lens.id, session="mine") == 3
    assert {key: name for key, (name, _) in said(workspace, lens).items()} == now
