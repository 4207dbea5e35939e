"""Clusters on the map: HDBSCAN, and ids that stay with a cluster between frames."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

NOISE = -1
SMALLEST = 5  # points in a cluster, whatever the corpus' size
SIZE_FACTOR = 0.7  # of the square root of n: 34 of 2,400 texts, 99 of 20,000
MIN_SAMPLES = 5
CLUSTERED = 15_000  # points; the groups of a sample differ from those of all as if all had moved by 0.2 % of the map
TOO_LARGE = 0.6  # of all points: such a group on a map without classes is looked into
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
    smallest = max(SMALLEST, round(SIZE_FACTOR * n**0.5))
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

    On one core and by Borůvka's algorithm: its own pool of processes takes longer to start than the work takes, and for
    15,000 points of the plane Prim's takes five times as long. The exact spanning tree costs no more than the
    approximate one, which groups up to 5 % of the pairs otherwise.
    """
    from hdbscan import HDBSCAN  # a second to import, which the first paint of the page need not wait for

    model = HDBSCAN(
        min_cluster_size=smallest,
        min_samples=MIN_SAMPLES,
        max_cluster_size=largest,
        algorithm="boruvka_kdtree",
        approx_min_span_tree=False,
        core_dist_n_jobs=1,
    )
    return np.asarray(model.fit_predict(positions.astype(np.float64)), dtype=np.int32)


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
