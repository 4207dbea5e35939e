"""What is done to groups is kept, taken back and done again by session, and goes and moves with its documents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.workspace import GroupStep
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file
from tests.stored_bytes import stored_bytes

NAMED = GroupStep("name", (("a", "b"),), name=" the  good ones ")
MERGED = GroupStep("merge", (("a", "b"), ("c",)))
TABLE = "key,text\na,first text\nb,second text\nc,third text\n"


@pytest.fixture
def corpus(workspace):
    return workspace.add_corpus(read_corpus(file(TABLE), text="text", id="key", name="s")).id


def written(workspace):
    return b"".join(stored_bytes(workspace.folder).values())


def done(workspace, corpus, lens=None):
    return [(one.kind, one.parts, one.name, one.number) for one in workspace.group_steps(corpus, lens)]


def test_steps_are_kept_in_order_for_each_map_by_itself(workspace, corpus):
    lens = workspace.add_lens(corpus, "how it feels").id
    workspace.add_group_step(corpus, NAMED)
    workspace.add_group_step(corpus, MERGED, lens)
    workspace.add_group_step(corpus, GroupStep("number", number=7))
    again = Workspace(workspace.folder)
    assert done(again, corpus) == [("name", (("a", "b"),), "the good ones", 0), ("number", (), "", 7)]
    assert done(again, corpus, lens) == [("merge", (("a", "b"), ("c",)), "", 0)]


@pytest.mark.parametrize(
    "step",
    [
        GroupStep("name", (("a",),), name="  "),
        GroupStep("name", (("a",),), name="x" * 81),
        GroupStep("name", name="no group"),
        GroupStep("merge", (("a",),)),
        GroupStep("split", (("a", "b"), ("a",))),
        GroupStep("move", ((),)),
        GroupStep("noise", ()),
        GroupStep("paint"),
    ],
)
def test_a_step_that_says_nothing_is_refused_in_a_sentence(workspace, corpus, step):
    with pytest.raises(WorkspaceError, match=r"\.$"):
        workspace.add_group_step(corpus, step)
    assert not done(workspace, corpus)


def test_a_step_on_a_map_that_is_gone_is_refused(workspace, corpus):
    with pytest.raises(WorkspaceError):
        workspace.add_group_step("nothing", NAMED)
    with pytest.raises(WorkspaceError):
        workspace.add_group_step(corpus, NAMED, "nothing")


def test_undo_takes_back_what_this_session_did_and_redo_brings_it_again(workspace, corpus):
    workspace.add_group_step(corpus, NAMED, session="mine")
    workspace.add_group_step(corpus, MERGED, session="theirs")
    assert workspace.undo_group_step(corpus, session="mine")
    assert [kind for kind, *_ in done(workspace, corpus)] == ["merge"]
    assert not workspace.undo_group_step(corpus, session="mine")
    assert workspace.group_history(corpus, session="mine").redo == 1
    assert not workspace.redo_group_step(corpus, session="theirs")
    assert workspace.redo_group_step(corpus, session="mine")
    assert [kind for kind, *_ in done(workspace, corpus)] == ["name", "merge"]


def test_what_was_taken_back_cannot_be_done_again_after_something_new(workspace, corpus):
    workspace.add_group_step(corpus, NAMED, session="mine")
    workspace.undo_group_step(corpus, session="mine")
    workspace.add_group_step(corpus, MERGED, session="mine")
    assert not workspace.redo_group_step(corpus, session="mine")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["new", "undo", "redo"]), max_size=12))
def test_any_sequence_of_steps_is_what_a_list_with_a_pointer_would_be(tmp_path_factory, acts):
    workspace = Workspace(tmp_path_factory.mktemp("ws"))
    corpus = workspace.add_corpus(read_corpus(file(TABLE), text="text", id="key", name="s")).id
    there, undone = [], []
    for number, act in enumerate(acts, start=1):
        if act == "new":
            workspace.add_group_step(corpus, GroupStep("number", number=number), session="mine")
            there, undone = [*there, number], []
        elif act == "undo":
            assert workspace.undo_group_step(corpus, session="mine") == bool(there)
            undone += [there.pop()] if there else []
        else:
            assert workspace.redo_group_step(corpus, session="mine") == bool(undone)
            there += [undone.pop()] if undone else []
        assert [number for *_, number in done(workspace, corpus)] == there
        history = workspace.group_history(corpus, session="mine")
        assert (history.undo, history.redo) == (len(there), len(undone))


def test_steps_go_with_their_lens_and_with_their_corpus_for_good(workspace, corpus):
    lens = workspace.add_lens(corpus, "how it feels").id
    secret = GroupStep("name", (("a",),), name="a name that nobody else has")
    workspace.add_group_step(corpus, secret, lens)
    workspace.add_group_step(corpus, NAMED)
    assert b"a name that nobody else has" in written(workspace)
    workspace.delete_lens(lens)
    assert done(workspace, corpus, lens) == []
    assert b"a name that nobody else has" not in written(workspace)
    workspace.delete_corpus(corpus)
    assert b"the good ones" not in written(workspace)


def test_steps_follow_their_texts_when_a_corpus_is_replaced(workspace, corpus):
    workspace.add_group_step(corpus, MERGED)
    changed = read_corpus(file("key,text\nb,first text\nx,third text\n"), text="text", id="key", name="s")
    workspace.replace_corpus(corpus, changed)
    assert done(workspace, corpus) == [("merge", (("b",), ("x",)), "", 0)]
