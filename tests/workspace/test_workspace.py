import os
import signal
import subprocess
import sys
import time

import pytest

from gst_core.corpus import read_corpus
from gst_core.encoding import DEFAULT_ENCODER, class_name_sentences, class_name_vectors, encoder_identity
from gst_core.encoding.text_keys import text_keys
from gst_core.errors import WorkspaceError
from gst_core.workspace.annotation_runs import AnnotationRun
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.workspace.conftest import DEFINED, counting


def test_a_corpus_comes_back_as_it_was(workspace, lens):
    corpus = workspace.read_corpus(lens.corpus)
    assert corpus.texts == ("first text", "second text", "third text")
    assert corpus.metadata["n"].tolist() == [1, 2, 3]
    assert corpus.report.rows == 3


def test_the_same_corpus_is_stored_once(workspace, lens):
    again = read_corpus(file("text,n\nfirst text,1\nsecond text,2\nthird text,3\n"), text="text")
    assert workspace.add_corpus(again).id == lens.corpus
    assert len(workspace.corpora()) == 1


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


def test_class_names_form_a_map_from_two_on_unless_someone_says_no(workspace, lens):
    assert lens.words == ("good", "bad")
    assert workspace.let_words_form(lens.id, by_words=False).words == ()
    assert Workspace(workspace.folder).lens(lens.id).words == ()
    assert workspace.let_words_form(lens.id, by_words=True).words == ("good", "bad")
    workspace.delete_class(lens.id, "bad")
    assert workspace.lens(lens.id).words == ()


def test_class_names_of_a_lens_stay_encoded_when_another_lens_goes(workspace, lens):
    other = workspace.add_lens(lens.corpus, "what it is", classes=["text", "word"])
    for one in (lens, other):
        class_name_vectors(one.instruction, one.classes, DEFAULT_ENCODER, workspace.class_names)
    workspace.delete_lens(other.id)

    def missing(one):
        keys = text_keys([text for name in one.classes for text in class_name_sentences(one.instruction, name)])
        return len(workspace.class_names.missing(encoder_identity(DEFAULT_ENCODER), keys))

    assert missing(lens) == 0
    assert missing(other) == 8
