"""Novelty detection: how likely each text is of a class that nobody has labelled yet.

Soft labels only weigh the labelled classes against each other, so those of such a text mean nothing, however sure they
are. Each text's similarity to the labelled ones is compared with the similarity that labelled texts have to each other
when their own label is held out (a conformal p-value; Vovk et al., "Algorithmic Learning in a Random World", 2005).
Where the texts of the corpus are less similar than labelled ones would be, the surplus is novel: the local false
discovery rate (Efron, "Large-Scale Simultaneous Hypothesis Testing", JASA 2004) is the chance that a text is not.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from gst_core.transform.validation import UNLABELLED

FOLDS = 4
LEAST_LABELS = 8  # with fewer, novelty cannot be told from chance
LABELS_PER_BIN, MOST_BINS = 8, 10
ROWS_AT_ONCE = 2_048
TINY = 1e-9


def in_class_probability(X: NDArray[np.float32], codes: NDArray[np.int64], graph: sp.csr_matrix) -> NDArray[np.float32]:
    """Return the chance that each row is of a class that has labels; 1 less that is its out-of-class probability.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Unit rows.
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.
    graph : csr_matrix of shape (n, n), float32
        Of `neighbour_graph`; a row's similarity is averaged with its neighbours'.

    Returns
    -------
    ndarray of shape (n,), float32
        From 0 to 1; 1 for labelled rows, and everywhere with fewer than `LEAST_LABELS` labels or where nothing hints at
        other classes.
    """
    labelled, others = np.flatnonzero(codes != UNLABELLED), np.flatnonzero(codes == UNLABELLED)
    in_class = np.ones(len(X), dtype=np.float32)
    if len(labelled) < LEAST_LABELS or not len(others):
        return in_class
    fold = np.random.default_rng(0).permutation(len(labelled)) % FOLDS
    closest = _closest(X, labelled, fold)
    held_out = np.zeros(len(labelled), dtype=np.float32)
    for i in range(FOLDS):
        held_out[fold == i] = _smoothed(np.delete(closest, i, axis=1), graph)[labelled[fold == i]]
    similarity = _smoothed(closest, graph)[others]
    p = (np.searchsorted(np.sort(held_out), similarity, side="right") + 1) / (len(held_out) + 1)
    in_class[others] = _false_discovery_rate(p, int(np.clip(len(labelled) // LABELS_PER_BIN, 2, MOST_BINS)))
    return in_class


def _closest(X: NDArray[np.float32], labelled: NDArray[np.int64], fold: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return each row's similarity to the nearest label of each fold, itself left out, shape (n, `FOLDS`)."""
    closest = np.full((len(X), FOLDS), -1.0, dtype=np.float32)
    place = np.full(len(X), -1)
    for i in range(FOLDS):
        of_fold = labelled[fold == i]
        place[:] = -1
        place[of_fold] = np.arange(len(of_fold))
        for start in range(0, len(X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            similarity = X[rows] @ X[of_fold].T
            itself = np.flatnonzero(place[rows] >= 0)
            similarity[itself, place[rows][itself]] = -1.0
            closest[rows, i] = similarity.max(axis=1, initial=-1.0)
    return closest


def _smoothed(closest: NDArray[np.float32], graph: sp.csr_matrix) -> NDArray[np.float32]:
    """Return the mean of each row's closest similarity and that of its neighbours on average, shape (n,)."""
    own = closest.max(axis=1)
    weight = np.asarray(graph.sum(axis=1)).ravel()
    neighbours = np.where(weight > TINY, (graph @ own) / np.maximum(weight, TINY), own)
    return np.asarray((own + neighbours) / 2, dtype=np.float32)


def _false_discovery_rate(p: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Return the local false discovery rate of p-values, by a falling histogram whose upper half is taken as chance."""
    counts = np.histogram(p, bins=bins, range=(0.0, 1.0))[0].astype(np.float64)
    density = isotonic_regression(counts, increasing=False)
    rate = np.minimum(1.0, density[bins // 2 :].mean() / np.maximum(density, TINY))
    return np.interp(p, (np.arange(bins) + 0.5) / bins, rate)
