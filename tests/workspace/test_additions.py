"""Texts that come later to a corpus in the workspace: what a person said of the others stays."""

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.encoding.text_keys import text_keys
from gst_core.errors import CorpusError, WorkspaceError
from gst_core.workspace import GroupStep, generic_map
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.workspace.conftest import said


def texts(*lines, **options):
    return read_corpus(file("text,n\n" + "".join(f"{line},1\n" for line in lines)), text="text", name="s", **options)


@pytest.fixture
def entry(workspace):
    return workspace.add_corpus(texts("first text", "second text"))


def test_lenses_labels_and_their_history_stay_when_texts_are_added(workspace, entry):
    lens = workspace.add_lens(entry.id, "how?", classes=["good", "bad"])
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[0]: "good"})
    workspace.set_labels(lens.id, {ids[1]: "bad"})
    workspace.add_group_step(entry.id, GroupStep("name", ((ids[0],),), name="firsts"), lens.id)
    before = said(workspace, lens)
    added = workspace.add_documents(entry.id, texts("second text", "third text"))
    assert added.new == 1
    assert added.sentence() == "1 text came to “s”, which has 3 now."
    now = workspace.read_corpus(entry.id)
    assert now.texts == ("first text", "second text", "third text")
    assert now.ids[:2] == ids
    assert said(workspace, lens) == before
    assert [x.id for x in workspace.lenses(entry.id)] == [lens.id]
    assert [x.parts for x in workspace.group_steps(entry.id, lens.id)] == [((ids[0],),)]
    workspace.undo(lens.id)
    assert set(said(workspace, lens)) == {(ids[0], "human")}


def test_maps_and_their_names_stay_until_the_corpus_is_replaced(workspace, entry):
    folder = workspace.map_folder(generic_map(entry.id))
    folder.mkdir(parents=True)
    once = workspace.add_documents(entry.id, texts("third text")).entry
    twice = workspace.add_documents(entry.id, texts("fourth text")).entry
    assert folder.is_dir()
    assert entry.origin == once.origin == twice.origin
    assert len({entry.content, once.content, twice.content}) == 3
    assert Workspace(workspace.folder).corpus_entry(entry.id) == twice
    replaced = workspace.replace_corpus(entry.id, texts("first text", "another text")).entry
    assert not folder.exists()
    assert replaced.origin == replaced.content != entry.origin


def test_nothing_is_written_where_no_text_is_new(workspace, entry):
    added = workspace.add_documents(entry.id, texts("second text"))
    assert added.entry == entry
    assert "has these texts already" in added.sentence()
    assert workspace.corpus_entry(entry.id) == entry


def test_embeddings_of_the_texts_before_are_not_removed_with_the_old_files(workspace, entry):
    keys = text_keys(["first text", "second text"])
    workspace.embeddings.add("e", keys, np.eye(2, 4, dtype=np.float32))
    workspace.add_documents(entry.id, texts("third text"))
    assert not len(workspace.embeddings.missing("e", keys))
    assert len(workspace.files.corpus_files()) == 2, "the files of the version before are gone"


def test_a_text_with_the_id_of_another_is_left_out_unless_it_is_asked_for(workspace):
    def keyed(*lines):
        return read_corpus(file("key,text\n" + "\n".join(lines)), text="text", id="key", name="k")

    entry = workspace.add_corpus(keyed("a,one", "b,two"))
    left = workspace.add_documents(entry.id, keyed("a,three", "c,four"))
    assert left.new == 1
    assert "1 text with the id of another text was left out" in left.sentence()
    nothing = workspace.add_documents(entry.id, keyed("a,five", "b,six")).sentence()
    assert nothing == "Nothing was added to “k”. 2 texts with the id of another text were left out."
    assert workspace.add_documents(entry.id, keyed("a,three"), same_id="add").new == 1
    assert workspace.read_corpus(entry.id).texts == ("one", "two", "four", "three")
    with pytest.raises(CorpusError, match="same_id is 'drop'"):
        workspace.add_documents(entry.id, keyed("z,six"), same_id="drop")


def test_how_long_texts_are_read_is_kept_however_many_long_ones_come(workspace, entry):
    long = " ".join(["word"] * 600)
    grown = workspace.add_documents(entry.id, texts(*(f"{long} {i}" for i in range(5)))).entry
    assert grown.long == "cut"


def test_an_addition_to_a_corpus_that_was_replaced_meanwhile_is_refused(workspace, entry, monkeypatch):
    read = workspace.read_corpus

    def replaced_while_read(corpus_id):
        corpus = read(corpus_id)
        monkeypatch.setattr(workspace, "read_corpus", read)
        workspace.replace_corpus(corpus_id, texts("quite another", "text"))
        return corpus

    monkeypatch.setattr(workspace, "read_corpus", replaced_while_read)
    with pytest.raises(WorkspaceError, match="Nothing was changed"):
        workspace.add_documents(entry.id, texts("third text"))
    assert read(entry.id).texts == ("quite another", "text")
