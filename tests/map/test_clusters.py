"""Groups of a map: whole, and found whatever a library makes of the points."""

import numpy as np
import pytest

from gst_core import reform
from gst_core.map import clusters
from gst_core.map.clusters import NOISE, find_clusters, whole_groups


def three_islands(n, seed=0):
    rng = np.random.default_rng(seed)
    return (np.array([[0, 0], [9, 0], [0, 9]])[np.arange(n) % 3] + rng.normal(size=(n, 2))).astype(np.float32)


@pytest.mark.parametrize("n", [60, 3_000])
def test_groups_are_found_where_hdbscan_fails(monkeypatch, n):
    points = three_islands(n)
    found = find_clusters(points)

    def fail(*_, **__):
        raise KeyError(n)

    monkeypatch.setattr(clusters, "_by_hdbscan", fail)
    assert np.array_equal(found == NOISE, find_clusters(points) == NOISE)
    assert len(set(zip(found, find_clusters(points), strict=True))) == len(set(found))


def test_points_of_few_texts_are_not_given_to_the_algorithm_that_fails_on_few(monkeypatch):
    asked = []
    real = clusters._by_hdbscan
    monkeypatch.setattr(clusters, "_by_hdbscan", lambda *a, **k: asked.append(k["algorithm"]) or real(*a, **k))
    find_clusters(three_islands(60))
    assert asked == ["prims_kdtree"]


@pytest.mark.parametrize(("n", "vectors"), [(60, 1), (700, 1), (700, 20), (700, 350)])
def test_one_vector_is_in_one_group(n, vectors):
    X = np.random.default_rng(0).normal(size=(vectors, 16))[np.arange(n) % vectors]
    *_, frame = reform(X, random_state=0)
    groups = [set(frame.clusters[np.arange(n) % vectors == i]) for i in range(vectors)]
    assert max(map(len, groups)) == 1
    if n // vectors >= clusters.smallest_cluster(n):
        assert all(NOISE not in group for group in groups)


def test_equal_vectors_go_where_most_of_them_are_and_the_others_stay():
    X = np.eye(8, dtype=np.float32)[[0, 0, 0, 1, 2, 3, 4, 4]]
    found = np.array([1, 1, NOISE, 0, 2, 2, NOISE, NOISE], dtype=np.int32)
    assert whole_groups(found, X).tolist() == [1, 1, 1, 0, 2, 2, NOISE, NOISE]
