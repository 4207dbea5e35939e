import json
import sqlite3

from gst_core.corpus import read_corpus
from gst_core.work.encoding_job import EncodingJob
from gst_core.work.jobs import Jobs
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

LONG = 60.0


def test_an_encoder_that_cannot_be_had_is_said_and_can_be_tried_again(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\none\ntwo")), encoder=str(tmp_path / "nowhere"))
    jobs = Jobs(workspace)
    for again in (False, True):
        state = jobs.encoding(entry.id, again=again).wait(60)
        assert state.status == "failed"
        assert "nowhere" in state.error


def test_a_sample_is_of_the_first_view_and_the_embeddings_say_their_views(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.encoding.batches.FIRST_CHUNK", 8)
    corpus = read_corpus(file("text\n" + "\n".join(f"text number {i}" for i in range(20))), text="text")
    job = EncodingJob(corpus, "all-MiniLM-L6-v2", Workspace(tmp_path))
    seen = []
    while job.state.status == "running":
        rows, vectors = job.sample()
        seen += [vectors.shape[1]] if len(rows) else []
    assert job.wait(LONG).status == "done"
    assert set(seen) <= {384}
    assert (job.embeddings.matrix.shape, job.embeddings.widths) == ((20, 768), (384, 384))


def test_a_job_says_which_texts_are_cut_and_whose_embeddings_in_chunks_are_another_maps(tmp_path):
    workspace = Workspace(tmp_path)
    texts = ("one short text", "another short one", "the soup was cold. " * 100)
    corpus = read_corpus(file(json.dumps([{"text": t} for t in texts]), "texts.json"))
    jobs = {way: EncodingJob(corpus, "all-MiniLM-L6-v2", workspace, long=way) for way in ("cut", None)}
    for job in jobs.values():
        job.wait()
        assert job.cut is not None
        assert job.cut.tolist() == [False, False, True]
    assert "not read" in jobs["cut"].long_texts
    assert "in pieces" in jobs[None].long_texts
    assert jobs["cut"].identity != jobs[None].identity


def test_a_corpus_of_an_earlier_version_is_not_read_anew_and_a_new_one_by_its_texts(tmp_path):
    workspace = Workspace(tmp_path)
    corpus = read_corpus(file("text\nOne\nTwo\n", "texts.csv"))
    entry = workspace.add_corpus(corpus)
    assert entry.long == ""
    assert workspace.add_corpus(corpus, long="chunks").long == "chunks"
    assert workspace.corpora()[0].long == "chunks"
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        db.execute("ALTER TABLE corpora DROP COLUMN long_texts")
    assert Workspace(tmp_path).corpora()[0].long == "cut"
