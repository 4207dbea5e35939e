import threading
import time

import numpy as np
import pytest

from gst_core.map import Frame, reform
from gst_core.work.map_job import MapJob, MapRequest
from gst_core.work.turns import computing
from tests.conftest import few

LONG = 60.0


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


class Disk:
    """A stored map, which is loaded when somebody says so."""

    def __init__(self, key, frame):
        self.key, self.frame, self.opened, self.saved = key, frame, threading.Event(), []

    def load(self):
        assert self.opened.wait(LONG)
        return self.key, self.frame

    def save(self, key, frame):
        self.saved.append(key)


@pytest.fixture
def disk(blobs):
    *_, frame = reform(blobs[0], None, random_state=0)
    return Disk("stored", frame)


def test_nobody_waits_while_a_stored_map_is_loaded(blobs, disk):
    job = MapJob(blobs[0], None, disk.load, disk.save)
    job.ask(MapRequest("stored", [None] * len(blobs[0])))
    assert (job.loading, job.state.running, job.state.frame) == (True, True, None)
    assert job.wait_until_loaded(0.01).running
    disk.opened.set()
    state = job.wait(LONG)
    assert state.frame is disk.frame
    assert (state.running, state.stage, state.seconds, state.groups) == (False, None, 0.0, 3)
    assert not disk.saved, "it is not made again"


def test_a_stored_map_of_other_labels_is_where_the_new_one_begins(blobs, disk):
    X, kinds = blobs
    job = MapJob(X, None, disk.load, disk.save, random_state=0)
    job.ask(MapRequest("newer", few(kinds, 2)))
    disk.opened.set()
    with computing:  # the new map has to wait
        state = job.wait_until_loaded(LONG)
        assert state.running
        assert state.frame is disk.frame
    after = job.wait(LONG)
    assert after.frame.classes == ("blue", "green", "red")
    assert disk.saved == ["newer"]
    assert np.linalg.norm(after.frame.positions - disk.frame.positions, axis=1).mean() < 5.0


def test_what_is_shown_meanwhile_is_not_replaced_by_the_stored_map(blobs, disk):
    X, _ = blobs
    other = Frame(np.zeros((len(X), 2), np.float32), np.zeros(len(X), np.int32), "clusters", 0.0, True, X)
    job = MapJob(X, None, disk.load, disk.save)
    job.ask(MapRequest("stored", [None] * len(X)))
    job.show("other", other)
    disk.opened.set()
    until(lambda: disk.saved == ["other"])
    assert job.state.frame is other
    assert (job.key, job.state.running) == ("other", False)


def test_a_stored_map_that_cannot_be_loaded_is_made_again(blobs):
    def load():
        raise RuntimeError("damaged")

    job = MapJob(blobs[0], load=load)
    job.ask(MapRequest("key", [None] * len(blobs[0])))
    assert job.wait(LONG).frame.final


def test_a_stopped_job_takes_nothing_more_and_writes_nothing(blobs, disk):
    X, _ = blobs
    job = MapJob(X, None, disk.load, disk.save)
    job.ask(MapRequest("newer", [None] * len(X)))
    job.stop()
    disk.opened.set()
    job.ask(MapRequest("newest", [None] * len(X)))
    job.show("other", disk.frame)
    state = job.wait(LONG)
    assert (state.running, state.frame, job.key) == (False, None, "")
    for thread in [t for t in threading.enumerate() if t.name == "map"]:
        thread.join(LONG)
    assert not disk.saved


def until(condition, seconds=LONG):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to this in time"
        time.sleep(0.01)


def test_a_map_that_cannot_be_kept_is_shown_all_the_same(blobs):
    def fail(_key, _frame):
        raise RuntimeError("the disk is full")

    job = MapJob(blobs[0], save=fail)
    job.ask(MapRequest("one", [None] * len(blobs[0])))
    first = job.wait(120)
    assert not first.error
    assert first.frame.final
    job.show("another", first.frame)
    job.ask(MapRequest("third", [None] * len(blobs[0])))
    assert job.wait(120).frame.final
