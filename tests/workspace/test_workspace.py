import os
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.corpus.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.workspace.annotation_runs import AnnotationRun
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from gst_core.workspace.records import HUMAN, LLM, HistoryState, effective_labels, models_of
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


@pytest.fixture
def lens(workspace):
    entry = workspace.add_corpus(read_corpus(file("text,n\nfirst text,1\nsecond text,2\nthird text,3\n"), text="text"))
    return workspace.add_lens(entry.id, "  how  it feels ", classes=["good", "bad"])


def counting(workspace, lens):
    return effective_labels(workspace.labels(lens.id))


def test_a_corpus_comes_back_as_it_was(workspace, lens):
    corpus = workspace.read_corpus(lens.corpus)
    assert corpus.texts == ("first text", "second text", "third text")
    assert corpus.metadata["n"].tolist() == [1, 2, 3]
    assert corpus.report.rows == 3


def test_the_same_corpus_is_stored_once(workspace, lens):
    again = read_corpus(file("text,n\nfirst text,1\nsecond text,2\nthird text,3\n"), text="text")
    assert workspace.add_corpus(again).id == lens.corpus
    assert len(workspace.corpora()) == 1


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


def test_renaming_a_class_to_another_merges_them(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    workspace.rename_class(lens.id, "bad", "good")
    assert workspace.lens(lens.id).classes == ("good",)
    assert counting(workspace, lens) == {"a": "good", "b": "good"}
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {"a": "good", "b": "bad"}
    assert set(workspace.lens(lens.id).classes) == {"good", "bad"}


def test_lenses_are_found_again_by_another_process(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    other = Workspace(workspace.folder)
    assert other.lens(lens.id).instruction == "how it feels"
    assert counting(other, lens) == {"a": "good"}


def test_deleting_a_corpus_leaves_no_file_of_it(workspace, lens):
    workspace.delete_corpus(lens.corpus)
    assert workspace.corpora() == []
    assert not list((workspace.folder / "corpora").iterdir())
    with pytest.raises(WorkspaceError, match="no longer"):
        workspace.lens(lens.id)


def test_an_empty_instruction_and_an_empty_class_are_refused(workspace, lens):
    with pytest.raises(WorkspaceError, match="few words"):
        workspace.add_lens(lens.corpus, "   ")
    with pytest.raises(WorkspaceError, match="name"):
        workspace.add_class(lens.id, " ")


def said(workspace, lens):
    """All labels: who said what of which document, and how sure they were."""
    return {(x.document, x.who): (x.class_name, x.confidence) for x in workspace.labels(lens.id)}


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


def when(workspace, lens):
    """All labels: when each was said."""
    return {(x.document, x.who): x.created for x in workspace.labels(lens.id)}


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
    assert workspace.take_labels(lens.id, ["a", "b", "no label"]) == 2
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


DEFINED = LabelSet(
    (ClassDefinition("Bad", "the guest is cross", ("a", "b")), ClassDefinition("calm", "nothing stirs")), False
)


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


def test_a_label_set_for_a_lens_that_is_gone_changes_nothing(workspace, lens):
    workspace.delete_lens(lens.id)
    for write in (workspace.define_classes, workspace.save_proposal):
        with pytest.raises(WorkspaceError, match="no longer"):
            write(lens.id, DEFINED)
    with pytest.raises(WorkspaceError, match="no longer"):
        workspace.save_annotation_run(lens.id, AnnotationRun("model", 300, 400))


def test_a_proposed_label_set_survives_a_restart_until_it_is_dropped(workspace, lens):
    assert workspace.proposal(lens.id) is None
    workspace.save_proposal(lens.id, LabelSet((ClassDefinition("draft"),)))
    workspace.save_proposal(lens.id, DEFINED)
    assert Workspace(workspace.folder).proposal(lens.id) == DEFINED
    assert workspace.lens(lens.id).classes == ("good", "bad")
    workspace.drop_proposal(lens.id)
    assert workspace.proposal(lens.id) is None


def test_how_far_a_run_came_is_known_after_a_restart(workspace, lens):
    assert workspace.annotation_run(lens.id) is None
    run = AnnotationRun("a-model", requested=300, budget=400, done=120, status="cancelled", prompt_tokens=9_000)
    workspace.save_annotation_run(lens.id, AnnotationRun("a-model", requested=300, budget=400))
    workspace.save_annotation_run(lens.id, run)
    assert Workspace(workspace.folder).annotation_run(lens.id) == run


def test_answers_are_kept_in_the_workspaces_folder_from_the_first_one_on(workspace):
    assert not (workspace.folder / "answers.sqlite").exists()
    workspace.answers.get("a question")
    assert (workspace.folder / "answers.sqlite").exists()


FIRST_SCHEMA = """
CREATE TABLE corpora (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, documents INTEGER NOT NULL,
    encoder TEXT NOT NULL, own_embeddings INTEGER NOT NULL DEFAULT 0, content TEXT NOT NULL);
CREATE TABLE lenses (
    id TEXT PRIMARY KEY, corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE,
    name TEXT NOT NULL, instruction TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE classes (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (lens, name));
CREATE TABLE labels (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, who TEXT NOT NULL,
    class TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (lens, document, who));
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, document TEXT NOT NULL, who TEXT NOT NULL, before TEXT, after TEXT,
    undone INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL);
CREATE INDEX history_of_lens ON history (lens, step);
INSERT INTO corpora VALUES ('c', 'letters', '2024-01-01', 2, 'all-MiniLM-L6-v2', 0, 'content');
INSERT INTO lenses VALUES ('l', 'c', 'how', 'how', '2024-01-02');
INSERT INTO classes VALUES ('l', 'good', 1), ('l', 'bad', 2);
INSERT INTO labels VALUES ('l', 'a', 'human', 'good', '2024-01-03');
INSERT INTO history (lens, step, document, who, before, after, undone, created) VALUES
    ('l', 1, 'a', 'human', NULL, 'good', 0, '2024-01-03'),
    ('l', 2, 'a', 'human', 'good', 'bad', 1, '2024-01-03'), ('l', 3, 'b', 'human', NULL, 'bad', 1, '2024-01-03');
"""


def test_a_workspace_of_an_earlier_version_keeps_all_and_can_do_what_is_new(tmp_path):
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        db.executescript(FIRST_SCHEMA)
    db.close()
    workspace = Workspace(tmp_path)
    lens = workspace.lens("l")
    assert lens.classes == ("good", "bad")
    assert said(workspace, lens) == {("a", HUMAN): ("good", None)}
    assert workspace.history("l") == HistoryState(1, 2)
    assert [workspace.redo("l"), workspace.redo("l"), workspace.undo("l")] == [1, 1, 1]
    assert counting(workspace, lens) == {"a": "bad"}
    assert when(workspace, lens) == {("a", HUMAN): "2024-01-03"}
    workspace.set_labels("l", {"b": "good"}, LLM, confidences={"b": 0.6}, step="run")
    workspace.define_classes("l", DEFINED)
    again = Workspace(tmp_path)
    assert said(again, lens) == {("a", HUMAN): ("Bad", None)}
    assert again.label_set("l") == DEFINED


WRITER = """
import sys
from gst_core.workspace.workspace import Workspace
workspace, lens = Workspace(sys.argv[1]), sys.argv[2]
for i in range(100_000):
    workspace.set_labels(lens, {f"document-{i}": "good"})
    print(f"document-{i}", flush=True)
"""


def test_a_kill_loses_no_label_that_was_confirmed(workspace, lens):
    command = [sys.executable, "-c", WRITER, str(workspace.folder), lens.id]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    confirmed = [writer.stdout.readline().strip() for _ in range(40)]
    time.sleep(0.05)
    os.kill(writer.pid, signal.SIGKILL)
    confirmed += writer.stdout.read().split("\n")[:-1]
    writer.wait()
    stored = counting(Workspace(workspace.folder), lens)
    assert set(confirmed) <= set(stored)
    assert workspace.set_labels(lens.id, {"one more": "bad"}) == 1
