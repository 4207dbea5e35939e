"""Clusters on the map: HDBSCAN, and ids that stay with a cluster between frames."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from gst_core.compute import equal_rows
from gst_core.map.condensed_tree import NOISE, CondensedTree, nearest_cut

SMALLEST = 5  # points in a cluster, whatever the corpus' size
SIZE_FACTOR = 0.7  # of the square root of n: 34 of 2,400 texts, 99 of 20,000
MIN_SAMPLES = 5
CLUSTERED = 15_000  # points; the groups of a sample differ from those of all as if all had moved by 0.2 % of the map
TOO_LARGE = 0.6  # of all points: such a group on a map without classes is looked into
PRIMS_UP_TO = 2_000  # points, for which both algorithms take 0.03 s
NEXT_TO_NOTHING = 1e-9
SAME_GROUP = 0.4  # of the points of both: from here on a cluster counts as the one it was


def cluster_tree(
    positions: NDArray[np.float32], look_into_large: bool = False, previous: NDArray[np.int32] | None = None
) -> CondensedTree:
    """Find the groups of a map by density, and all that they could be split into or joined to.

    Of more than `CLUSTERED` points a sample is looked at, and every other point goes where the nearest of the sample
    is.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    look_into_large : bool
        Take the groups within one that holds more than `TOO_LARGE` of all points, if most points are in one then. Where
        no island is far from the rest, HDBSCAN's choice between the two hangs on a hair: a map of 1,000 hotel reviews
        gave 2 groups or 9 when its points moved by 0.2 % of its width.
    previous : ndarray of shape (n,), int32, optional
        The groups before, which are kept where that is nearly as good, see `nearest_cut`.
    """
    n = len(positions)
    smallest = smallest_cluster(n)
    if n < 2 * smallest:
        return _without_parts(n, [])
    if np.ptp(positions, axis=0).max() < 1e-6:
        return _without_parts(n, [0])
    if n <= CLUSTERED:
        tree = _condensed(positions, smallest)
    else:
        rows = np.sort(np.random.default_rng(0).permutation(n)[:CLUSTERED])
        tree = _condensed(positions[rows], max(SMALLEST, round(smallest * CLUSTERED / n)))
        tree = replace(tree, node=tree.node[cKDTree(positions[rows]).query(positions, workers=-1)[1]])
    usual, largest = _usual_cut(tree, look_into_large)
    return replace(tree, chosen=nearest_cut(tree, usual, previous, largest))


def find_clusters(positions: NDArray[np.float32], look_into_large: bool = False) -> NDArray[np.int32]:
    """Group the points of the map by density, see `cluster_tree`.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster numbers from 0, -1 for noise.
    """
    tree = cluster_tree(positions, look_into_large)
    return tree.clusters(tree.chosen)


def _without_parts(n: int, cut: Sequence[int]) -> CondensedTree:
    """Return the tree of points of which none stand apart."""
    root = np.zeros(1, dtype=np.int32)
    return CondensedTree(root - 1, np.zeros(1), root + n, np.zeros(n, np.int32), np.array(cut, np.int32))


def _usual_cut(tree: CondensedTree, look_into_large: bool) -> tuple[NDArray[np.int32], int]:
    """Return HDBSCAN's own cut, and the bound on the groups' sizes that it was found with, 0 for none."""
    cut, largest = tree.best(tree.excess), round(TOO_LARGE * int(tree.size[0]))
    if not look_into_large or tree.size[cut].max(initial=0) <= largest:
        return cut, 0
    finer = tree.best(tree.excess, largest)
    return (finer, largest) if tree.size[finer].sum() > 0.5 * tree.size[0] else (cut, 0)


def _condensed(positions: NDArray[np.float32], smallest: int) -> CondensedTree:
    """Run hdbscan.

    On one core, as its own pool of processes takes longer to start than the work takes. Of many points the spanning
    tree is found by Borůvka's algorithm, as Prim's takes five times as long for 15,000 points of the plane. But
    hdbscan's implementation of the former gives trees of few points, now and then and not on every machine, that its
    next step fails on with a `KeyError`. The exact tree costs no more than the approximate one, which groups up to 5 %
    of the pairs otherwise.
    """
    points = positions.astype(np.float64)
    if len(points) > PRIMS_UP_TO:
        with suppress(KeyError, IndexError, ValueError):
            return _of_rows(_by_hdbscan(points, smallest, algorithm="boruvka_kdtree", approx_min_span_tree=False))
    try:
        return _of_rows(_by_hdbscan(points, smallest, algorithm="prims_kdtree"))
    except (KeyError, IndexError, ValueError):
        return _of_rows(_by_scikit_learn(points, smallest))


def _by_hdbscan(points: NDArray[np.float64], smallest: int, **how: Any) -> NDArray[Any]:  # noqa: ANN401
    """Return the condensed tree as hdbscan writes it: a row for each node's part and for each point that leaves one."""
    from hdbscan import HDBSCAN  # a second to import, which the first paint of the page need not wait for

    model = HDBSCAN(min_cluster_size=smallest, min_samples=MIN_SAMPLES, core_dist_n_jobs=1, **how).fit(points)
    rows: NDArray[Any] = model.condensed_tree_.to_numpy()
    return rows


def _by_scikit_learn(points: NDArray[np.float64], smallest: int) -> NDArray[Any]:
    """Find the spanning tree by another implementation, which gives the same groups where both give any."""
    from hdbscan._hdbscan_tree import condense_tree
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=smallest,
        min_samples=MIN_SAMPLES + 1,  # the point itself among them, which hdbscan does not count
        algorithm="kd_tree",
        copy=True,
    ).fit(points)
    merges = model._single_linkage_tree_
    columns = ("left_node", "right_node", "value", "cluster_size")
    rows: NDArray[Any] = condense_tree(np.column_stack([merges[c] for c in columns]).astype(np.float64), smallest)
    return rows


def _of_rows(rows: NDArray[Any]) -> CondensedTree:
    """Read a condensed tree that hdbscan has written.

    Points on one spot leave their node at an infinite density, which is taken for the largest other one.
    """
    n = int(rows["parent"].min())
    parent_of, child, density = rows["parent"] - n, rows["child"], rows["lambda_val"].astype(np.float64)
    finite = density[np.isfinite(density)]
    density = np.minimum(density, finite.max(initial=0.0))
    inner = child >= n
    m = int(max(rows["parent"].max(), child.max())) - n + 1
    parent, born = np.full(m, NOISE, dtype=np.int32), np.zeros(m)
    parent[child[inner] - n], born[child[inner] - n] = parent_of[inner], density[inner]
    size = np.full(m, n, dtype=np.int32)
    size[child[inner] - n] = rows["child_size"][inner]
    excess = np.zeros(m)
    np.add.at(excess, parent_of, (density - born[parent_of]) * rows["child_size"])
    node = np.zeros(n, dtype=np.int32)
    node[child[~inner]] = parent_of[~inner]
    return CondensedTree(parent, excess, size, node, np.zeros(0, dtype=np.int32))


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
