import threading

import numpy as np
import pytest

from gst_core.compute import Embeddings
from gst_core.corpus import read_corpus
from gst_core.encoding import LexicalStore
from gst_core.errors import WorkspaceError
from gst_core.work.jobs import Jobs
from gst_core.work.views_job import ViewsJob
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

LONG = 60.0
COLOURS = ("red", "green", "blue", "grey")
LINES = [f"{COLOURS[i % 4]} thing number {i}" for i in range(120)]


@pytest.fixture
def corpus():
    X = np.random.default_rng(0).normal(size=(len(LINES), 8))
    return read_corpus(file("text\n" + "\n".join(LINES)), text="text", embeddings=X)


@pytest.fixture
def desk(tmp_path, corpus):
    """The jobs of a server, a corpus with embeddings of its own, and a lens on it with eight labels."""
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus)
    lens = workspace.add_lens(entry.id, "colour", classes=COLOURS)
    workspace.set_labels(lens.id, {corpus.ids[i]: COLOURS[i % 4] for i in range(8)})
    return Jobs(workspace, random_state=0), entry, lens


def base_of(corpus):
    return Embeddings(corpus.embeddings, (8,))


def test_a_lens_looks_at_the_words_also_of_texts_that_brought_their_embeddings(desk):
    jobs, entry, lens = desk
    jobs.reforming(entry.id).wait(LONG)
    frame = jobs.reforming(entry.id, lens.id).wait(LONG).frame
    words = frame.transform.lexical_
    assert words.transform(["a red thing"]).any()
    assert frame.transform.n_features_in_ == 8 + words.width
    restarted = Jobs(Workspace(jobs.workspace.folder))
    found = restarted.reforming(entry.id, lens.id).wait(LONG)
    assert found.seconds == 0.0, "the map on disk is of the same views"
    assert np.allclose(found.frame.probabilities, frame.probabilities, atol=1e-5)


def test_the_generic_map_waits_for_no_words_and_a_lens_does(desk, monkeypatch):
    jobs, entry, lens = desk
    go_on, all_views = threading.Event(), LexicalStore.all_views

    def slow(*args, **kwargs):
        assert go_on.wait(LONG)
        return all_views(*args, **kwargs)

    monkeypatch.setattr(LexicalStore, "all_views", slow)
    assert jobs.reforming(entry.id).wait(LONG).frame.final
    job = jobs.reforming(entry.id, lens.id)
    assert job.state.running
    go_on.set()
    assert job.wait(LONG).frame.transform.lexical_ is not None


def test_a_corpus_goes_on_without_words_where_they_cannot_be_kept(tmp_path, corpus, monkeypatch):
    def full(*_args, **_kwargs):
        raise WorkspaceError("the disk is full")

    monkeypatch.setattr(LexicalStore, "all_views", full)
    base = base_of(corpus)
    assert ViewsJob(corpus, base, "own", Workspace(tmp_path), "").wait() is base


def test_words_of_a_corpus_that_another_process_deleted_are_not_kept(desk, corpus, monkeypatch):
    jobs, entry, _ = desk
    all_views = LexicalStore.all_views

    def late(*args, **kwargs):
        Workspace(jobs.workspace.folder).delete_corpus(entry.id)
        return all_views(*args, **kwargs)

    monkeypatch.setattr(LexicalStore, "all_views", late)
    ViewsJob(corpus, base_of(corpus), "own", jobs.workspace, entry.id).wait()
    assert not list(jobs.workspace.files.lexical.glob("*"))


def test_a_deletion_waits_for_the_words_and_takes_them(desk):
    jobs, entry, _ = desk
    jobs.reforming(entry.id).wait(LONG)
    jobs.reforming(entry.id)
    jobs.delete_corpus(entry.id)
    assert not list(jobs.workspace.files.lexical.glob("*"))


def test_what_a_kill_left_of_a_view_is_removed_at_the_next_start(desk):
    jobs, _entry, _ = desk
    left = jobs.workspace.files.lexical / ".half.a1b2c3d4"
    left.mkdir(parents=True)
    Workspace(jobs.workspace.folder)
    assert not left.exists()


def test_words_of_a_text_that_a_corpus_lost_are_gone_and_those_of_a_corpus_that_grew_stay(desk, corpus):
    jobs, entry, _ = desk
    workspace = jobs.workspace
    before = workspace.lexical.all_views(corpus.texts, base_of(corpus)).lexical

    def replaced(lines):
        X = np.random.default_rng(0).normal(size=(len(lines), 8))
        now = read_corpus(file("text\n" + "\n".join(lines)), text="text", embeddings=X)
        jobs.replace_corpus(entry.id, now)
        job = ViewsJob(now, base_of(now), "own", workspace, entry.id)
        return job.wait().lexical

    assert replaced([*LINES, *(f"violet thing number {i}" for i in range(30))]).identity == before.identity
    assert replaced(LINES[10:]).identity != before.identity
    assert len(list(workspace.files.lexical.glob("*"))) == 1
