"""What is different above the size from which landmarks lead the map; the size is lowered for the tests."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from gst_core import reform
from gst_core.compute import pca_projection
from gst_core.map.clusters import find_clusters
from gst_core.map.landmarks import landmark_rows, weigh_landmarks
from gst_core.work import MapJob
from gst_core.work.map_job import MapRequest
from tests.conftest import few
from tests.map.conftest import last


def test_a_map_led_by_landmarks_is_as_true_as_one_without(corpus, monkeypatch):
    X, _ = corpus
    whole = last(reform(X, None, random_state=0))
    monkeypatch.setattr("gst_core.map.landmarks.ALL_UP_TO", 200)
    monkeypatch.setattr("gst_core.map.landmarks.LANDMARKS", 150)
    led = last(reform(X, None, random_state=0))
    assert not np.array_equal(whole.positions, led.positions)
    score = [trustworthiness(X, f.positions, n_neighbors=15, metric="cosine") for f in (whole, led)]
    assert score[1] > 0.98 * score[0]


@pytest.mark.usefixtures("led_by_landmarks")
@pytest.mark.parametrize("loaded", [False, True])
def test_the_first_frame_after_a_label_is_on_its_way(corpus, loaded):
    X, kinds = corpus
    before = last(reform(X, None, random_state=0))
    assert before.landmark_weights is not None
    if loaded:  # what a map on disk does not hold is found anew
        before = replace(before, landmark_weights=None)
    frames = list(reform(X, few(kinds, 4), before, random_state=0))
    whole = frames[-1].positions - before.positions
    first = frames[0].positions - before.positions
    along = (first * whole).sum(axis=1) / np.maximum((whole**2).sum(axis=1), 1e-9)
    assert np.median(along) > 0.2
    assert len(frames) > 3
    assert frames[0].classes == ((*frames[-1].classes,) if loaded else ())
    assert not frames[0].final
    assert frames[0].clusters is None
    assert all(f.classes == ("blue", "green", "red") and len(f.embedding) == len(X) for f in frames[1:])


@pytest.mark.usefixtures("led_by_landmarks")
def test_a_frame_that_has_only_moved_is_shown_with_the_newest_predictions(corpus):
    X, kinds = corpus
    before = last(reform(X, None, random_state=0))
    job = MapJob(X, ("before", before), random_state=0)
    job.ask(MapRequest("after", few(kinds, 4)))
    newest = job.wait(60).frame
    early = next(reform(X, few(kinds, 5), before, random_state=0))
    assert early.classes == ()
    shown = job._with_shown_predictions(early)
    assert shown.classes == newest.classes
    assert shown.probabilities is newest.probabilities
    assert np.array_equal(shown.positions, early.positions)


@pytest.mark.usefixtures("led_by_landmarks")
def test_nothing_new_moves_nothing(corpus):
    X, kinds = corpus
    first = last(reform(X, few(kinds, 4)))
    again = last(reform(X, few(kinds, 4), first))
    assert np.array_equal(first.positions, again.positions)
    assert np.array_equal(first.clusters, again.clusters)


@pytest.mark.usefixtures("led_by_landmarks")
def test_the_same_seed_gives_the_same_map(corpus):
    X, kinds = corpus
    one, other = (last(reform(X, few(kinds, 4), random_state=5)) for _ in range(2))
    assert np.array_equal(one.positions, other.positions)


@pytest.mark.usefixtures("led_by_landmarks")
def test_points_without_a_place_are_set_among_their_landmarks(corpus):
    X, _ = corpus
    settled = last(reform(X, None, random_state=0))
    positions = settled.positions.copy()
    positions[::3] = np.nan
    partly = replace(settled, positions=positions)
    grown = last(reform(X, None, partly, random_state=0))
    assert np.isfinite(grown.positions).all()
    moved = np.linalg.norm(grown.positions - settled.positions, axis=1)
    assert np.median(moved) < 0.15 * np.ptp(settled.positions, axis=0).max()


@pytest.mark.usefixtures("led_by_landmarks")
def test_a_map_of_which_no_landmark_has_a_place_is_drawn_anew(corpus):
    X, _ = corpus
    settled = last(reform(X, None, random_state=0))
    positions = settled.positions.copy()
    positions[landmark_rows(len(X))] = np.nan
    grown = last(reform(X, None, replace(settled, positions=positions), random_state=0))
    assert np.isfinite(grown.positions).all()
    assert trustworthiness(X, grown.positions, n_neighbors=15, metric="cosine") > 0.9


def test_landmarks_are_the_same_every_time_and_all_of_a_small_corpus():
    assert np.array_equal(landmark_rows(50_000), landmark_rows(50_000))
    assert len(np.unique(landmark_rows(50_000))) == 4_000
    assert np.array_equal(landmark_rows(100), np.arange(100))


def test_a_landmark_is_placed_where_it_is(corpus):
    points = pca_projection(corpus[0])
    rows = np.arange(0, 1200, 10)
    positions = np.random.default_rng(0).normal(size=(len(rows), 2)).astype(np.float32)
    weights = weigh_landmarks(points, rows)
    assert np.allclose(weights.weight.sum(axis=1), 1, atol=1e-5)
    still = weights.interpolate(positions)
    assert np.allclose(weights.displace(still, positions, positions), still, atol=1e-4)


def test_many_points_are_grouped_by_a_sample(monkeypatch):
    rng = np.random.default_rng(0)
    positions = (rng.normal(size=(3000, 2)) * 0.3 + 10 * np.eye(3)[np.arange(3000) % 3][:, :2]).astype(np.float32)
    whole = find_clusters(positions)
    monkeypatch.setattr("gst_core.map.clusters.CLUSTERED", 800)
    sampled = find_clusters(positions)
    assert len(np.unique(sampled[sampled >= 0])) == 3
    both = (whole >= 0) & (sampled >= 0)
    assert both.mean() > 0.9
    assert len(set(zip(whole[both].tolist(), sampled[both].tolist(), strict=True))) == 3
