import threading
import time

import numpy as np
import pytest

from gst_core.corpus.corpus import read_corpus
from gst_core.work.encoding_job import EncodingJob
from gst_core.work.growing_map import GrowingMap
from gst_core.work.jobs import Jobs
from gst_core.work.map_job import MapJob, MapRequest
from gst_core.work.turns import already_ready, computing
from gst_core.workspace.workspace import Workspace
from tests.conftest import few
from tests.corpus.test_corpus import file


def test_the_latest_request_wins(blobs):
    X, kinds = blobs
    saved = []
    ready = threading.Event()
    job = MapJob(X, save=lambda key, frame: saved.append(key), layout_ready=ready)
    job.ask(MapRequest("first", [None] * len(X)))
    job.ask(MapRequest("second", few(kinds, 2)))
    assert job.waits_for_compiler
    ready.set()
    state = job.wait(60)
    assert not state.running
    assert job.key == "second"
    assert state.frame.classes == ("blue", "green", "red")


def test_an_error_is_a_sentence_and_can_be_retried(blobs):
    X, kinds = blobs
    job = MapJob(X)
    job.ask(MapRequest("key", ["too", "short"]))
    assert "300 rows" in job.wait(60).error
    job.ask(MapRequest("key", few(kinds, 2)))
    assert job.state.error, "nothing begins anew before somebody says so"
    job.retry()
    job.ask(MapRequest("key", few(kinds, 2)))
    state = job.wait(60)
    assert state.error == ""
    assert state.frame.final


def test_a_lens_is_found_again_after_a_restart(tmp_path):
    rng = np.random.default_rng(0)
    lines = "".join(f"text number {i}\n" for i in range(80))
    corpus = read_corpus(file("text\n" + lines), text="text", embeddings=rng.normal(size=(80, 8)))
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus)
    lens = workspace.add_lens(entry.id, "parity", classes=["even", "odd"])
    jobs = Jobs(workspace)
    assert jobs.reforming(entry.id).wait(60).frame.final
    without = jobs.reforming(entry.id, lens.id).wait(60)
    assert np.array_equal(without.frame.positions, jobs.reforming(entry.id).state.frame.positions)
    workspace.set_labels(lens.id, {corpus.ids[0]: "even", corpus.ids[1]: "odd"})
    before = jobs.reforming(entry.id, lens.id).wait(60).frame
    restarted = Jobs(Workspace(tmp_path)).reforming(entry.id, lens.id)
    found = restarted.wait(60)
    assert found.seconds == 0.0, "it is not made again"
    assert np.array_equal(found.frame.positions, before.positions)
    assert np.allclose(found.frame.probabilities, before.probabilities)


@pytest.mark.parametrize("kinds_labelled", [1, 2])
def test_one_class_or_two_give_a_map(blobs, kinds_labelled):
    X, kinds = blobs
    y = [k if k in ("red", "green")[:kinds_labelled] and i < 30 else None for i, k in enumerate(kinds)]
    job = MapJob(X)
    job.ask(MapRequest("key", y))
    assert job.wait(60).frame.final


def test_no_two_maps_share_a_revision(blobs):
    first, second = MapJob(blobs[0]), MapJob(blobs[0])
    seen = {first.state.revision, second.state.revision}
    for job in (first, second):
        job.ask(MapRequest("key", [None] * len(blobs[0])))
        seen.add(job.wait(60).revision)
    assert len(seen) == 4


def test_a_deleted_corpus_leaves_no_map_behind(tmp_path, blobs):
    workspace = Workspace(tmp_path)
    lines = "\n".join(f"text {i}" for i in range(300))
    entry = workspace.add_corpus(read_corpus(file("text\n" + lines), text="text", embeddings=blobs[0]))
    jobs = Jobs(workspace)
    with computing:  # the map is asked for and cannot begin
        jobs.reforming(entry.id)
        jobs.delete_corpus(entry.id)
    for thread in [t for t in threading.enumerate() if t.name == "map"]:
        thread.join(60)
    assert not list(tmp_path.rglob("*.npz"))


def test_an_encoder_that_cannot_be_had_is_said_and_can_be_tried_again(tmp_path):
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\none\ntwo")), encoder=str(tmp_path / "nowhere"))
    jobs = Jobs(workspace)
    for again in (False, True):
        state = jobs.encoding(entry.id, again=again).wait(60)
        assert state.status == "failed"
        assert "nowhere" in state.error


def test_a_map_grows_while_texts_are_encoded(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.work.growing_map.FIRST", 40)
    monkeypatch.setattr("gst_core.encoding.batches.FIRST_CHUNK", 50)
    monkeypatch.setattr("gst_core.encoding.batches.CHUNK", 60)
    words = ["soup", "bread", "tea", "train", "bus", "delay", "room", "bed", "view", "price", "bill", "refund"]
    texts = [f"the {words[i % 12]} was {words[(i * 5) % 11]} on day {i}" for i in range(1500)]
    corpus = read_corpus(file("text\n" + "\n".join(texts)), text="text")
    encoding = EncodingJob(corpus, "all-MiniLM-L6-v2", Workspace(tmp_path))
    growing = GrowingMap(encoding, 1500, already_ready())
    drawn = set()
    while encoding.state.status == "running":
        now = growing.state
        if now.frame is not None:
            placed = np.isfinite(now.frame.positions).all(axis=1)
            assert placed.sum() == now.drawn
            drawn.add(now.drawn)
        time.sleep(0.005)
    assert encoding.state.status == "done"
    assert len(drawn) > 1
    assert max(drawn) <= 1500


def test_the_whole_map_begins_where_the_growing_one_was(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.work.growing_map.FIRST", 60)
    monkeypatch.setattr("gst_core.encoding.batches.CHUNK", 60)
    texts = [f"text number {i} on {('trains', 'soup', 'rooms')[i % 3]}" for i in range(1500)]
    corpus = read_corpus(file("text\n" + "\n".join(texts)), text="text")
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus)
    jobs = Jobs(workspace)
    jobs.encoding(entry.id).wait()
    grown = jobs.growing(entry.id)
    lens = workspace.add_lens(entry.id, "what it is about")
    with computing:  # the whole map waits
        start = jobs.reforming(entry.id)
        assert start.state.frame is not None
        assert jobs.reforming(entry.id, lens.id).state.running, "a part is not the map of a lens without labels"
        labelled = workspace.add_lens(entry.id, "what it is about", classes=["trains", "soup"])
        workspace.set_labels(labelled.id, {corpus.ids[0]: "trains", corpus.ids[1]: "soup"})
        of_labels = jobs.reforming(entry.id, labelled.id)
        assert of_labels.state.frame is not None, "a first label keeps the map on the page"
        assert of_labels.state.running
    frame = start.wait(60).frame
    assert np.isfinite(frame.positions).all()
    assert np.array_equal(jobs.reforming(entry.id, lens.id).state.frame.positions, frame.positions)
    there = np.isfinite(grown.frame.positions).all(axis=1)
    assert there.sum() == grown.drawn
    moved = np.linalg.norm(frame.positions[there] - grown.frame.positions[there], axis=1)
    assert np.median(moved) < 0.25 * np.ptp(frame.positions, axis=0).max()
