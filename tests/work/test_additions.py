"""Texts that come later: only they are encoded, and the maps of all lenses hold them without having moved."""

import numpy as np
import pytest

from gst_core.corpus import read_corpus
from gst_core.work.jobs import Jobs
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

LONG = 60.0


@pytest.fixture
def coloured(tmp_path, blobs):
    """Jobs on a corpus of 280 points with a lens of six labels, whose maps have settled, and 20 points more."""
    X, kinds = blobs

    def corpus(rows):
        lines = "\n".join(f"text {i}" for i in rows)
        return read_corpus(file(f"text\n{lines}"), text="text", name="points", embeddings=X[list(rows)])

    workspace = Workspace(tmp_path / "workspace")
    first = corpus(range(280))
    entry = workspace.add_corpus(first)
    lens = workspace.add_lens(entry.id, "colour", classes=["red", "green", "blue"])
    workspace.set_labels(lens.id, {first.ids[i]: kinds[i] for i in range(6)})
    jobs = Jobs(workspace, random_state=0)
    assert jobs.reforming(entry.id).wait(LONG).frame.final
    jobs.reforming(entry.id, lens.id).wait(LONG)
    return jobs, entry, lens, corpus


def test_the_maps_of_a_corpus_and_of_its_lenses_hold_new_texts_and_do_not_move(coloured):
    jobs, entry, lens, corpus = coloured
    before = {which: jobs.reforming(entry.id, which).wait(LONG).frame for which in (None, lens.id)}
    added = jobs.add_documents(entry.id, corpus(range(270, 300)))
    assert added.new == 20
    for which, frame in before.items():
        now = jobs.reforming(entry.id, which).wait(LONG)
        assert now.seconds == 0.0, "it is not made again"
        assert not now.error
        assert np.array_equal(now.frame.positions[:280], frame.positions)
        assert np.array_equal(now.frame.clusters[:280], frame.clusters)
        assert now.frame.positions.shape == (300, 2)
        assert now.frame.later.first == 280
    assert now.frame.probabilities.shape == (300, 3)
    assert np.allclose(now.frame.probabilities[:280], frame.probabilities, atol=1e-5)
    restarted = Jobs(Workspace(jobs.workspace.folder)).reforming(entry.id, lens.id).wait(LONG)
    assert np.array_equal(restarted.frame.positions, now.frame.positions), "they are kept with their places"


def test_the_next_label_forms_the_map_of_all_texts(coloured):
    jobs, entry, lens, corpus = coloured
    jobs.add_documents(entry.id, corpus(range(280, 300)))
    jobs.reforming(entry.id, lens.id).wait(LONG)
    jobs.workspace.set_labels(lens.id, {jobs.corpus(entry.id).ids[290]: "green"})
    now = jobs.reforming(entry.id, lens.id).wait(LONG)
    assert not now.error
    assert now.frame.positions.shape == (300, 2)
    assert now.frame.later is None
    assert np.isfinite(now.frame.positions).all()


def test_only_new_texts_are_encoded_and_the_map_that_is_there_is_shown_meanwhile(tmp_path):
    def corpus(*numbers):
        return read_corpus(file("text\n" + "\n".join(f"a text on topic {i}" for i in numbers)), text="text", name="t")

    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus(*range(12)))
    jobs = Jobs(workspace, random_state=0)
    assert jobs.encoding(entry.id).wait(LONG).progress.encoded == 12
    before = jobs.reforming(entry.id).wait(LONG).frame
    jobs.add_documents(entry.id, corpus(10, 11, 12, 13, 14))
    job = jobs.encoding(entry.id)
    growing = jobs.growing(entry.id)
    assert job.wait(LONG).progress.encoded == 3
    assert np.array_equal(growing.frame.positions[:12], before.positions)
    assert np.isnan(growing.frame.positions[12:]).all()
    assert growing.drawn == 12
    now = jobs.reforming(entry.id).wait(LONG).frame
    assert np.array_equal(now.positions[:12], before.positions)
    assert np.isfinite(now.positions).all()
