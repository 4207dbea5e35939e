import threading

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.jobs import Jobs
from gst_core.map_job import MapJob, MapRequest
from gst_core.workspace import Workspace
from tests.conftest import few
from tests.unit.test_corpus import file


def test_the_latest_request_wins(blobs):
    X, kinds = blobs
    saved = []
    ready = threading.Event()
    job = MapJob(X, save=lambda key, frame: saved.append(key), ready=ready)
    job.ask(MapRequest("first", [None] * len(X)))
    job.ask(MapRequest("second", few(kinds, 2)))
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
    assert not restarted.state.running
    assert np.array_equal(restarted.state.frame.positions, before.positions)
    assert np.allclose(restarted.state.frame.probabilities, before.probabilities)


@pytest.mark.parametrize("kinds_labelled", [1, 2])
def test_one_class_or_two_give_a_map(blobs, kinds_labelled):
    X, kinds = blobs
    y = [k if k in ("red", "green")[:kinds_labelled] and i < 30 else None for i, k in enumerate(kinds)]
    job = MapJob(X)
    job.ask(MapRequest("key", y))
    assert job.wait(60).frame.final
