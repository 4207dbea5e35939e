import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.embedding_store import EmbeddingStore, text_keys
from gst_core.errors import WorkspaceError
from gst_core.workspace import LLM, Workspace, effective_labels
from tests.unit.test_corpus import file


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "ws")


@pytest.fixture
def lens(workspace):
    entry = workspace.add_corpus(read_corpus(file("text,n\nfirst text,1\nsecond text,2\nthird text,3\n"), text="text"))
    return workspace.add_lens(entry.id, "  how  it feels ", classes=["good", "bad"])


def given(workspace, lens):
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
    assert given(workspace, lens) == {"a": "good", "b": "good"}
    assert workspace.undo(lens.id) == 2
    assert given(workspace, lens) == {}
    assert workspace.undo(lens.id) == 0
    assert workspace.redo(lens.id) == 2
    assert workspace.redo(lens.id) == 1
    assert given(workspace, lens) == {"a": "good", "b": "bad"}


def test_a_new_label_ends_what_could_be_redone(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.undo(lens.id)
    workspace.set_labels(lens.id, {"b": "bad"})
    assert workspace.history(lens.id).redo == 0


def test_a_persons_label_wins(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    workspace.set_labels(lens.id, {"a": "bad", "b": "bad"}, who=LLM)
    assert given(workspace, lens) == {"a": "good", "b": "bad"}


def test_renaming_a_class_to_another_merges_them(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good", "b": "bad"})
    workspace.rename_class(lens.id, "bad", "good")
    assert workspace.lens(lens.id).classes == ("good",)
    assert given(workspace, lens) == {"a": "good", "b": "good"}
    workspace.undo(lens.id)
    assert given(workspace, lens) == {"a": "good", "b": "bad"}
    assert set(workspace.lens(lens.id).classes) == {"good", "bad"}


def test_lenses_are_found_again_by_another_process(workspace, lens):
    workspace.set_labels(lens.id, {"a": "good"})
    other = Workspace(workspace.folder)
    assert other.lens(lens.id).instruction == "how it feels"
    assert given(other, lens) == {"a": "good"}


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


WRITER = """
import sys
from gst_core.workspace import Workspace
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
    stored = given(Workspace(workspace.folder), lens)
    assert set(confirmed) <= set(stored)
    assert workspace.set_labels(lens.id, {"one more": "bad"}) == 1


def test_embeddings_are_found_by_text_and_only_new_ones_are_missing(tmp_path):
    store = EmbeddingStore(tmp_path)
    old, new = text_keys([f"text {i}" for i in range(50)]), text_keys([f"text {i}" for i in range(60)])
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    store.add("encoder", old[:30], vectors[:30])
    store.add("encoder", old[30:], vectors[30:])
    assert np.array_equal(store.assemble("encoder", old), vectors)
    assert store.missing("encoder", new).tolist() == list(range(50, 60))
    assert store.missing("another", old).tolist() == list(range(50))
