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
