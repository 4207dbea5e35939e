import threading

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.work import open_corpora
from gst_core.work.jobs import Jobs
from gst_core.work.open_corpora import KEPT, OpenCorpora
from gst_core.work.turns import computing
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

LONG = 60.0


@pytest.fixture
def workspace(tmp_path):
    """A workspace with two corpora more than are kept in memory."""
    workspace = Workspace(tmp_path)
    for c in range(KEPT + 2):
        vectors = np.random.default_rng(c).normal(size=(40, 8))
        texts = "\n".join(f"text {i} of corpus {c}" for i in range(40))
        workspace.add_corpus(read_corpus(file("text\n" + texts), text="text", name=f"corpus {c}", embeddings=vectors))
    return workspace


@pytest.fixture
def at_once(monkeypatch):
    """Corpora that nobody asked for this very moment are dropped."""
    monkeypatch.setattr(open_corpora, "RECENT_SECONDS", 0.0)


@pytest.mark.usefixtures("at_once")
def test_many_corpora_leave_a_few_in_memory_and_each_comes_back_with_its_map(workspace):
    jobs, ids = Jobs(workspace), [entry.id for entry in workspace.corpora()]
    drawn = {corpus: jobs.reforming(corpus).wait(LONG).frame.positions for corpus in ids}
    jobs.corpus(ids[-1])
    assert len(jobs._corpora) == KEPT
    for corpus in ids:
        state = jobs.reforming(corpus).wait(LONG)
        assert np.array_equal(state.frame.positions, drawn[corpus])
        assert state.seconds == 0.0, "it is not made again"
        assert len(jobs._corpora) == KEPT


def test_a_corpus_that_was_just_asked_for_stays(workspace):
    corpora, ids = OpenCorpora(workspace), [entry.id for entry in workspace.corpora()]
    for corpus in ids:
        with corpora.use(corpus):
            pass
    assert len(corpora) == KEPT + 2


@pytest.mark.usefixtures("at_once")
def test_a_corpus_stays_as_long_as_its_job_runs(workspace):
    jobs, (first, *others) = Jobs(workspace), [entry.id for entry in workspace.corpora()]
    with computing:  # the map has begun and cannot end
        job = jobs.reforming(first)
        for corpus in others:
            jobs.corpus(corpus)
        assert jobs.reforming(first) is job
        assert job.state.running
    job.wait(LONG)
    for corpus in others:
        jobs.corpus(corpus)
    assert jobs.reforming(first) is not job


def test_reading_one_corpus_does_not_hold_up_another(workspace, monkeypatch):
    jobs, (slow, other, *_) = Jobs(workspace), [entry.id for entry in workspace.corpora()]
    reading, go_on, read = threading.Event(), threading.Event(), workspace.read_corpus

    def read_slowly(corpus):
        if corpus == slow:
            reading.set()
            assert go_on.wait(LONG)
        return read(corpus)

    monkeypatch.setattr(workspace, "read_corpus", read_slowly)
    thread = threading.Thread(target=jobs.corpus, args=(slow,))
    thread.start()
    assert reading.wait(LONG)
    assert len(jobs.corpus(other)) == 40
    assert thread.is_alive()
    go_on.set()
    thread.join(LONG)


def test_nobody_opens_a_corpus_that_is_being_deleted(workspace, monkeypatch):
    jobs, corpus = Jobs(workspace), workspace.corpora()[0].id
    deleting, go_on, delete, refused = threading.Event(), threading.Event(), workspace.delete_corpus, []

    def delete_slowly(corpus):
        deleting.set()
        assert go_on.wait(LONG)
        delete(corpus)

    def ask():
        try:
            jobs.reforming(corpus)
        except WorkspaceError as error:
            refused.append(error)

    monkeypatch.setattr(workspace, "delete_corpus", delete_slowly)
    threads = [threading.Thread(target=jobs.delete_corpus, args=(corpus,)), threading.Thread(target=ask)]
    threads[0].start()
    assert deleting.wait(LONG)
    threads[1].start()
    threads[1].join(0.1)
    go_on.set()
    for thread in threads:
        thread.join(LONG)
    assert len(refused) == 1
    assert len(jobs._corpora) == 0
