"""A corpus that another session replaces while this one looks at it."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.ui import labelling, state, zero_shot
from gst_core.ui.lens_view import LensView
from gst_core.work import Jobs
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

BEFORE = [f"remark {i}" for i in range(12)]
AFTER = BEFORE[6:]


def corpus(texts):
    return read_corpus(file("text\n" + "\n".join(texts)), text="text", name="remarks")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The page's workspace with a corpus and a lens."""
    workspace = Workspace(tmp_path)
    jobs = Jobs(workspace)
    for name, value in (("workspace", lambda: workspace), ("jobs", lambda: jobs)):
        monkeypatch.setattr(state, name, value)
    monkeypatch.setattr(st, "session_state", {})
    entry = workspace.add_corpus(corpus(BEFORE))
    return SimpleNamespace(
        workspace=workspace,
        jobs=jobs,
        entry=entry,
        lens=workspace.add_lens(entry.id, "which?", classes=("low", "high")),
    )


def test_no_text_is_labelled_by_the_number_that_another_one_has_now(desk):
    seen = desk.jobs.corpus(desk.entry.id)
    labelling.label(seen, desk.lens, [0], "low")
    desk.jobs.replace_corpus(desk.entry.id, corpus(AFTER))
    with pytest.raises(WorkspaceError, match="was replaced meanwhile"):
        labelling.label(seen, desk.lens, [1], "low")
    assert desk.workspace.labels(desk.lens.id) == []
    labelling.label(desk.jobs.corpus(desk.entry.id), desk.lens, [0], "low")
    assert [x.document for x in desk.workspace.labels(desk.lens.id)] == [corpus(AFTER).ids[0]]


def test_guesses_are_of_the_texts_that_are_there_now(desk, monkeypatch):
    monkeypatch.setattr(desk.jobs, "generic", lambda _: np.eye(len(desk.jobs.corpus(desk.entry.id))))
    monkeypatch.setattr(zero_shot, "guess", lambda X, *_: len(X))
    monkeypatch.setattr(zero_shot, "PATIENCE", 60.0)
    assert zero_shot.guesses(desk.entry, desk.lens) == 12
    replaced = desk.jobs.replace_corpus(desk.entry.id, corpus(AFTER)).entry
    assert zero_shot.guesses(replaced, desk.lens) == 6


def test_suggestions_of_texts_that_are_gone_are_not_kept_while_the_map_runs(desk, monkeypatch):
    monkeypatch.setattr(LensView, "_suggest", lambda view: [SimpleNamespace(index=len(view.codes) - 1)])

    def suggested(entry, count):
        job, now = SimpleNamespace(key=str(count)), SimpleNamespace(running=True, frame=None)
        here = desk.jobs.corpus(entry.id)
        view = LensView(entry, desk.lens, here, None, job, now, None, [], None, codes=np.full(count, -1))
        monkeypatch.setattr(LensView, "names_only", lambda _: None)
        return [s.index for s in view.suggestions()]

    assert suggested(desk.entry, 12) == [11]
    assert suggested(desk.jobs.replace_corpus(desk.entry.id, corpus(AFTER)).entry, 6) == [5]
