"""Clusters on the map: HDBSCAN, and ids that stay with a cluster between frames."""

from contextlib import suppress
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from gst_core.compute import equal_rows

NOISE = -1
SMALLEST = 5  # points in a cluster, whatever the corpus' size
SIZE_FACTOR = 0.7  # of the square root of n: 34 of 2,400 texts, 99 of 20,000
MIN_SAMPLES = 5
CLUSTERED = 15_000  # points; the groups of a sample differ from those of all as if all had moved by 0.2 % of the map
TOO_LARGE = 0.6  # of all points: such a group on a map without classes is looked into
PRIMS_UP_TO = 2_000  # points, for which both algorithms take 0.03 s
NEXT_TO_NOTHING = 1e-9
SAME_GROUP = 0.4  # of the points of both: from here on a cluster counts as the one it was


def find_clusters(positions: NDArray[np.float32], look_into_large: bool = False) -> NDArray[np.int32]:
    """Group the points of the map by density.

    Of more than `CLUSTERED` points a sample is grouped, and every other point goes where the nearest of the sample is.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    look_into_large : bool
        Take the groups within one that holds more than `TOO_LARGE` of all points, if most points are in one then. Where
        no island is far from the rest, HDBSCAN's choice between the two hangs on a hair: a map of 1,000 hotel reviews
        gave 2 groups or 9 when its points moved by 0.2 % of its width.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster numbers from 0, -1 for noise.
    """
    n = len(positions)
    smallest = smallest_cluster(n)
    if n < 2 * smallest:
        return np.full(n, NOISE, dtype=np.int32)
    if np.ptp(positions, axis=0).max() < 1e-6:
        return np.zeros(n, dtype=np.int32)
    if n <= CLUSTERED:
        return _by_density(positions, smallest, look_into_large)
    rows = np.sort(np.random.default_rng(0).permutation(n)[:CLUSTERED])
    sampled = _by_density(positions[rows], max(SMALLEST, round(smallest * CLUSTERED / n)), look_into_large)
    return sampled[cKDTree(positions[rows]).query(positions, workers=-1)[1]]


def _by_density(positions: NDArray[np.float32], smallest: int, look_into_large: bool) -> NDArray[np.int32]:
    clusters = _hdbscan(positions, smallest)
    largest = round(TOO_LARGE * len(positions))
    if not look_into_large or np.bincount(clusters + 1)[1:].max(initial=0) <= largest:
        return clusters
    finer = _hdbscan(positions, smallest, largest)
    return finer if np.mean(finer != NOISE) > 0.5 else clusters


def _hdbscan(positions: NDArray[np.float32], smallest: int, largest: int = 0) -> NDArray[np.int32]:
    """Run hdbscan with a bound on the clusters' sizes, 0 for none.

    On one core, as its own pool of processes takes longer to start than the work takes. Of many points the spanning
    tree is found by Borůvka's algorithm, as Prim's takes five times as long for 15,000 points of the plane. But
    hdbscan's implementation of the former gives trees of few points, now and then and not on every machine, that its
    next step fails on with a `KeyError`. The exact tree costs no more than the approximate one, which groups up to 5 %
    of the pairs otherwise.
    """
    points = positions.astype(np.float64)
    if len(points) > PRIMS_UP_TO:
        with suppress(KeyError, IndexError, ValueError):
            return _by_hdbscan(points, smallest, largest, algorithm="boruvka_kdtree", approx_min_span_tree=False)
    try:
        return _by_hdbscan(points, smallest, largest, algorithm="prims_kdtree")
    except (KeyError, IndexError, ValueError):
        return _by_scikit_learn(points, smallest, largest)


def _by_hdbscan(
    points: NDArray[np.float64],
    smallest: int,
    largest: int,
    **how: Any,  # noqa: ANN401
) -> NDArray[np.int32]:
    from hdbscan import HDBSCAN  # a second to import, which the first paint of the page need not wait for

    model = HDBSCAN(
        min_cluster_size=smallest, min_samples=MIN_SAMPLES, max_cluster_size=largest, core_dist_n_jobs=1, **how
    )
    return np.asarray(model.fit_predict(points), dtype=np.int32)


def _by_scikit_learn(points: NDArray[np.float64], smallest: int, largest: int) -> NDArray[np.int32]:
    """Run another implementation, which gives the same groups where both give any."""
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=smallest,
        min_samples=MIN_SAMPLES + 1,  # the point itself among them, which hdbscan does not count
        max_cluster_size=largest or None,
        algorithm="kd_tree",
        copy=True,
    )
    return np.asarray(model.fit_predict(points), dtype=np.int32)


def whole_groups(clusters: NDArray[np.int32], X: NDArray[np.float32]) -> NDArray[np.int32]:
    """Let rows of equal vectors be in one cluster, the one that most of them are in.

    The layout of a map sets equal rows side by side, not on one point. Where all are noise they are a cluster of their
    own if they are as many as one needs.

    Parameters
    ----------
    clusters : ndarray of shape (n,), int32
    X : ndarray of shape (n, d), float32
        Unit rows.

    Returns
    -------
    ndarray of shape (n,), int32
        Numbers from 0, -1 for noise.
    """
    vector = equal_rows(X)
    rows = np.flatnonzero(vector >= 0)
    if not len(rows):
        return clusters
    found, number = np.unique(clusters[rows], return_inverse=True)
    weight = np.where(clusters[rows] == NOISE, NEXT_TO_NOTHING, 1.0)
    counts = sp.csr_matrix((weight, (vector[rows], number)))
    chosen = found[np.asarray(counts.argmax(axis=1)).ravel()]
    large = (chosen == NOISE) & (np.bincount(vector[rows]) >= smallest_cluster(len(X)))
    chosen[large] = clusters.max(initial=NOISE) + 1 + np.arange(large.sum())
    out = clusters.copy()
    out[rows] = chosen[vector[rows]]
    named = np.unique(out[out != NOISE])
    out[out != NOISE] = np.searchsorted(named, out[out != NOISE])
    return out


def smallest_cluster(n: int) -> int:
    """Return how many points of a map of n are a cluster."""
    return max(SMALLEST, round(SIZE_FACTOR * n**0.5))


def match_clusters(previous: NDArray[np.int32] | None, current: NDArray[np.int32]) -> NDArray[np.int32]:
    """Renumber clusters so that a group keeps the id it had.

    The pairs with the largest overlap (intersection over union) are found by the Hungarian method; a group that is not
    the same as any before takes the smallest id that was not in use.

    Parameters
    ----------
    previous, current : ndarray of shape (n,), int32

    Returns
    -------
    ndarray of shape (n,), int32
        `current` with other numbers.
    """
    new = np.unique(current[current != NOISE])
    if previous is None or len(previous) != len(current) or not len(new):
        return current
    old = np.unique(previous[previous != NOISE])
    renamed: dict[int, int] = {}
    if len(old):
        shared = np.array([[np.sum((previous == o) & (current == c)) for o in old] for c in new], dtype=np.float64)
        sizes = np.array([[np.sum(current == c)] for c in new]) + np.array([np.sum(previous == o) for o in old])
        overlap = shared / (sizes - shared)
        rows, columns = linear_sum_assignment(-overlap)
        renamed = {int(new[i]): int(old[j]) for i, j in zip(rows, columns, strict=True) if overlap[i, j] >= SAME_GROUP}
    taken = {int(o) for o in old}
    for cluster in (int(c) for c in new if int(c) not in renamed):
        fresh = next(i for i in range(len(taken) + 1) if i not in taken)
        renamed[cluster] = fresh
        taken.add(fresh)
    out = current.copy()
    for cluster, name in renamed.items():
        out[current == cluster] = name
    return out
