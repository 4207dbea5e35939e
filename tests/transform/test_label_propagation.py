"""A few labels become pseudo-labels of the texts around them."""

import numpy as np

from gst_core.transform.label_propagation import neighbour_graph, propagate_labels, spread_labels


def codes_of(kinds, per_class, folds=1):
    """Class numbers of the first few rows of each kind, -1 elsewhere."""
    truth = np.unique(kinds, return_inverse=True)[1]
    codes = np.full(len(kinds), -1)
    for c in np.unique(truth):
        rows = np.flatnonzero(truth == c)[:per_class]
        codes[rows] = c
    return np.stack([codes] * folds, axis=1), truth


def test_pseudo_labels_are_right_where_kinds_are_clusters_and_labels_stay_as_they_are(blobs):
    X, kinds = blobs
    codes, truth = codes_of(kinds, 3)
    pseudo = propagate_labels(X, codes, 3, np.ones(len(X), dtype=np.float32))
    labelled = codes[:, 0] >= 0
    assert (pseudo.probabilities[:, 0].argmax(axis=1) == truth).mean() > 0.9
    assert np.array_equal(pseudo.probabilities[labelled, 0], np.eye(3)[truth[labelled]])
    assert (pseudo.weight[labelled] == 1).all()
    np.testing.assert_allclose(pseudo.probabilities.sum(axis=2), 1.0, rtol=1e-5)


def test_a_label_that_is_trusted_less_counts_less(blobs):
    X, kinds = blobs
    codes, _ = codes_of(kinds, 3)
    trust = np.where(np.arange(len(X)) % 2, 0.25, 1.0).astype(np.float32)
    pseudo = propagate_labels(X, codes, 3, trust)
    labelled = codes[:, 0] >= 0
    assert np.array_equal(pseudo.weight[labelled, 0], trust[labelled])


def test_rows_that_no_label_reaches_are_uniform():
    two = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0)
    mass = np.zeros((8, 1, 3), dtype=np.float32)
    mass[0, 0, 1] = 1.0
    spread = spread_labels(neighbour_graph(two, neighbours=3), mass)
    assert (spread[:4, 0].argmax(axis=1) == 1).all()
    np.testing.assert_allclose(spread[4:], 1 / 3, rtol=1e-5)
