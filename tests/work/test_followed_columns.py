"""A lens that starts from a column says who gave its labels, and one step of undo takes them back."""

import numpy as np
import pytest

from gst_core.analysis import file_columns
from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.work.followed_columns import follow_column
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)


@pytest.fixture
def opened(tmp_path):
    lines = "".join(f"text number {i},{['Delta', 'United'][i % 2]},x\n" for i in range(40))
    corpus = read_corpus(file("text,airline,same\n" + lines), text="text")
    workspace = Workspace(tmp_path)
    return workspace, workspace.add_corpus(corpus), corpus, file_columns(corpus.metadata)


def test_a_column_is_followed_in_one_step_that_can_be_undone(opened):
    workspace, entry, corpus, columns = opened
    lens = follow_column(workspace, entry.id, corpus, columns["column:airline"], 5, X, session="tab")
    labels = workspace.labels(lens.id)
    assert (lens.name, lens.classes) == ("airline", ("Delta", "United"))
    assert [sum(x.class_name == name for x in labels) for name in lens.classes] == [5, 5]
    assert {x.who for x in labels} == {"column:airline"}
    shown = dict(zip(corpus.ids, corpus.metadata["airline"], strict=True))
    assert all(shown[x.document] == x.class_name for x in labels)
    assert workspace.undo(lens.id, session="tab") == 10
    assert workspace.labels(lens.id) == []
    assert workspace.redo(lens.id, session="tab") == 10


def test_no_lens_is_left_of_a_column_that_cannot_be_followed(opened):
    workspace, entry, corpus, columns = opened
    with pytest.raises(WorkspaceError, match="no two values"):
        follow_column(workspace, entry.id, corpus, columns["column:same"], 5, X)
    assert workspace.lenses(entry.id) == []
