import threading

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.errors import WorkspaceError
from gst_core.work.jobs import Jobs
from gst_core.work.turns import computing
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file


@pytest.fixture
def coloured(tmp_path, blobs):
    """The jobs of a server, a corpus of 300 points, and a lens on it with six labels."""
    workspace = Workspace(tmp_path / "workspace")
    corpus = read_corpus(file("text\n" + "\n".join(f"text {i}" for i in range(300))), text="text", embeddings=blobs[0])
    entry = workspace.add_corpus(corpus)
    lens = workspace.add_lens(entry.id, "colour", classes=["red", "green", "blue"])
    workspace.set_labels(lens.id, {corpus.ids[i]: blobs[1][i] for i in range(6)})
    return Jobs(workspace, random_state=0), entry, lens


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


def wait_for_map_threads():
    for thread in [t for t in threading.enumerate() if t.name == "map"]:
        thread.join(60)


@pytest.mark.parametrize("what", ["lens", "corpus"])
def test_what_is_deleted_leaves_no_map_behind(coloured, what):
    jobs, entry, lens = coloured
    jobs.reforming(entry.id).wait(60)
    with computing:  # the lens' map is asked for and cannot begin
        assert jobs.reforming(entry.id, lens.id).state.running
        if what == "lens":
            jobs.delete_lens(lens.id)
        else:
            jobs.delete_corpus(entry.id)
    wait_for_map_threads()
    kept = [path.parts for path in jobs.workspace.folder.rglob("*.npz")]
    assert not any(lens.id in parts for parts in kept)
    assert len(kept) == (1 if what == "lens" else 0), "the generic map goes with its corpus"
    with pytest.raises(WorkspaceError):
        jobs.reforming(entry.id, lens.id)


def test_nothing_is_held_of_a_lens_that_was_deleted(coloured):
    jobs, entry, lens = coloured
    jobs.reforming(entry.id, lens.id).wait(60)
    job, annotation = jobs.reforming(entry.id, lens.id), jobs.annotation(lens.id)
    jobs.delete_lens(lens.id)
    with jobs._corpora.use(entry.id) as opened:
        held = (*opened.maps.values(), *opened.annotations.values())
        assert job not in held
        assert annotation not in held
        assert lens.id not in opened.last_requests


def test_a_lens_that_was_never_drawn_begins_where_the_stored_generic_map_stands(coloured):
    jobs, entry, lens = coloured
    generic = jobs.reforming(entry.id).wait(60).frame
    again = Jobs(Workspace(jobs.workspace.folder), random_state=0)
    with computing:  # the lens' map has to wait
        state = again.reforming(entry.id, lens.id).wait_until_loaded(60)
        assert state.running
        assert np.array_equal(state.frame.positions, generic.positions)
    assert again.reforming(entry.id, lens.id).wait(60).frame.final


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


def test_two_class_names_ask_for_a_map_of_their_own_and_one_for_the_generic_one(tmp_path):
    texts = [f"text number {i} on {('trains', 'soup', 'rooms')[i % 3]}" for i in range(60)]
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\n" + "\n".join(texts)), text="text"))
    jobs = Jobs(workspace, random_state=0)
    jobs.encoding(entry.id).wait()
    generic = jobs.reforming(entry.id)
    frame = generic.wait(60).frame
    lens = workspace.add_lens(entry.id, "what it is about", classes=["trains", "soup"])
    by_names = jobs.reforming(entry.id, lens.id)
    by_names.wait(60)
    assert by_names.key != generic.key
    workspace.let_words_form(lens.id, by_words=False)
    assert jobs.reforming(entry.id, lens.id).key == generic.key
    workspace.let_words_form(lens.id, by_words=True)
    assert jobs.reforming(entry.id, lens.id).key == by_names.key
    workspace.delete_class(lens.id, "soup")
    back = jobs.reforming(entry.id, lens.id)
    assert back.key == generic.key
    assert np.array_equal(back.state.frame.positions, frame.positions)


def test_the_map_learns_nothing_from_a_check_that_is_kept_apart(coloured):
    jobs, entry, lens = coloured
    jobs.reforming(entry.id, lens.id).wait(60)
    before = jobs.reforming(entry.id, lens.id).key
    document = jobs.corpus(entry.id).ids[40]
    jobs.workspace.extend_check(lens.id, [document])
    jobs.workspace.set_labels(lens.id, {document: "blue"})
    assert jobs.reforming(entry.id, lens.id).key == before
    jobs.workspace.keep_check_apart(lens.id, apart=False)
    assert jobs.reforming(entry.id, lens.id).key != before


def test_a_class_that_is_renamed_beside_labels_moves_nothing_until_its_new_words_are_to_be_followed(coloured):
    jobs, entry, lens = coloured
    before = jobs.reforming(entry.id, lens.id).wait(60).frame
    jobs.rename_class(lens.id, "red", "zinnober")
    assert "zinnober" in jobs.reforming(entry.id, lens.id).state.frame.classes, "also while it is fitted anew"
    after = jobs.reforming(entry.id, lens.id).wait(60).frame
    assert set(after.classes) == {"zinnober", "green", "blue"}
    assert np.array_equal(after.positions, before.positions)
    assert np.array_equal(after.clusters, before.clusters)
    jobs.rename_class(lens.id, "zinnober", "blue")
    assert set(jobs.workspace.lens(lens.id).classes) == {"green", "blue"}, "two that are called the same are merged"
