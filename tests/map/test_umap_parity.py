"""What is umap-learn's, held against it: the curve, the strengths of edges and the descent."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from gst_core.compute import pca_projection
from gst_core.map.graph import fuzzy_graph, membership
from gst_core.map.layout import start_positions
from gst_core.map.umap_sgd import CURVE, UmapSGD


@pytest.fixture(scope="module")
def theirs():
    from umap import umap_  # it compiles for seconds: not for who collects the tests

    return umap_


def test_the_curve_is_that_of_umap(theirs):
    assert np.allclose(CURVE, theirs.find_ab_params(1.0, 0.1), atol=1e-4)


def test_the_sgd_is_as_true_as_umaps(corpus, theirs):
    X, _ = corpus
    points = pca_projection(X)
    graph = fuzzy_graph(points)
    start = start_positions(points, graph, 0)
    a, b = CURVE
    positions, _ = theirs.simplicial_set_embedding(
        X,
        graph.weights,
        2,
        1.0,
        a,
        b,
        1.0,
        5,
        60,
        start.copy(),
        np.random.RandomState(0),
        "cosine",
        {},
        False,
        {},
        False,
    )
    sgd = UmapSGD(start, graph.weights, 0)
    for epoch in range(60):
        sgd.epoch(epoch, 1 - epoch / 60)
    score = [trustworthiness(X, p, n_neighbors=15, metric="cosine") for p in (positions, sgd.positions)]
    assert score[1] > score[0] - 0.01


def test_strengths_are_those_of_umap(theirs):
    X = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    ours = fuzzy_graph(X)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    distance = 1 - (unit[:, None] * unit[ours.index]).sum(axis=2)
    distance[:, 0] = 0
    weights, _, _ = theirs.fuzzy_simplicial_set(
        X, 15, np.random.RandomState(0), "cosine", knn_indices=ours.index, knn_dists=distance.astype(np.float32)
    )
    assert abs(weights - ours.weights).max() < 1e-3
    assert membership(np.zeros((3, 1), dtype=np.float32)).tolist() == [[0], [0], [0]]
