"""What an analyst says that columns hold is kept with the corpus, as long as both are there."""

import pytest

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

LETTERS = "text,stars,day\none letter,1,45000\nanother letter,5,45001\n"


@pytest.fixture
def here(tmp_path):
    workspace = Workspace(tmp_path)
    return workspace, workspace.add_corpus(read_corpus(file(LETTERS), text="text", name="letters")).id


def test_a_kind_that_was_chosen_is_there_when_the_workspace_is_opened_again(here):
    workspace, corpus_id = here
    assert workspace.column_kinds(corpus_id) == {}
    workspace.choose_column_kinds(corpus_id, {"day": "date", "stars": "category"})
    workspace.choose_column_kinds(corpus_id, {"stars": "text"})
    assert Workspace(workspace.folder).column_kinds(corpus_id) == {"day": "date", "stars": "text"}
    workspace.choose_column_kinds(corpus_id, {"stars": None})
    assert workspace.column_kinds(corpus_id) == {"day": "date"}


def test_what_is_no_kind_changes_nothing(here):
    workspace, corpus_id = here
    with pytest.raises(WorkspaceError, match="no kind of column"):
        workspace.choose_column_kinds(corpus_id, {"day": "date", "stars": "colour"})
    assert workspace.column_kinds(corpus_id) == {}
    with pytest.raises(WorkspaceError, match="no longer in the workspace"):
        workspace.choose_column_kinds("gone", {"day": "date"})


def test_kinds_follow_a_corpus_that_is_replaced_as_far_as_their_columns_do(here):
    workspace, corpus_id = here
    workspace.choose_column_kinds(corpus_id, {"day": "date", "stars": "category"})
    newer = read_corpus(file(LETTERS.replace("stars", "points")), text="text", name="letters")
    workspace.replace_corpus(corpus_id, newer)
    assert workspace.column_kinds(corpus_id) == {"day": "date"}


def test_kinds_go_with_their_corpus(here):
    workspace, corpus_id = here
    workspace.choose_column_kinds(corpus_id, {"day": "date"})
    workspace.delete_corpus(corpus_id)
    assert workspace.column_kinds(corpus_id) == {}
