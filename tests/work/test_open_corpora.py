import threading

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.work import open_corpora
from gst_core.work.jobs import Jobs
from gst_core.work.open_corpora import KEPT, KEPT_MAPS, OpenCorpora
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


@pytest.mark.usefixtures("at_once")
def test_of_many_lenses_maps_a_few_stay_in_memory_and_each_comes_back(workspace):
    jobs, corpus = Jobs(workspace), workspace.corpora()[0].id
    ids = jobs.corpus(corpus).ids
    lenses = [workspace.add_lens(corpus, f"lens {i}", classes=["a", "b"]) for i in range(KEPT_MAPS + 3)]
    for lens in lenses:
        workspace.set_labels(lens.id, {ids[0]: "a", ids[1]: "b"})
    drawn = {}
    for lens in lenses:
        job = jobs.reforming(corpus, lens.id)
        drawn[lens.id] = job.wait(LONG).frame.positions
        job.join(LONG)
    with jobs._corpora.use(corpus) as opened:
        assert len(opened.maps) <= KEPT_MAPS + 2, "the generic one, and the one that was asked for last"
    for lens in lenses:
        state = jobs.reforming(corpus, lens.id).wait(LONG)
        assert np.array_equal(state.frame.positions, drawn[lens.id])
        assert state.seconds == 0.0, "it is not made again"


def test_no_page_waits_for_an_encoder_that_is_loaded(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    texts = "\n".join(f"text {i}" for i in range(30))
    entry = workspace.add_corpus(read_corpus(file("text\n" + texts), text="text"))
    jobs = Jobs(workspace)
    jobs.encoding(entry.id).wait(LONG)
    monkeypatch.setattr("gst_core.encoding.encoders.encoder_identity", lambda *_: pytest.fail("asked under the lock"))
    monkeypatch.setattr("gst_core.work.encoding_job.encoder_identity", lambda *_: pytest.fail("asked under the lock"))
    assert jobs.reforming(entry.id).wait(LONG).frame is not None


def test_what_another_process_replaced_is_read_anew(workspace):
    jobs, entry = Jobs(workspace), workspace.corpora()[0]
    before = jobs.corpus(entry.id)
    edited = [*before.texts[:-1], "a text that was edited"]
    other = read_corpus(file("text\n" + "\n".join(edited)), text="text", embeddings=before.embeddings)
    Workspace(workspace.folder).replace_corpus(entry.id, other)
    assert jobs.corpus(entry.id).texts == tuple(edited)
    assert jobs.reforming(entry.id).wait(LONG).frame is not None


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
