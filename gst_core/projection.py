"""The 2-D map: a neighbour graph of the embedding, and UMAP's layout of it, warm from the last positions.

A warm start that only ran UMAP's epochs from the old positions would stay stuck in the old map, because its forces are
local. So the old positions are first diffused over the *new* neighbour graph. Diffusion with the spread restored is a
power iteration: it tends to the graph's spectral layout (which a cold UMAP starts from) but keeps the side and the
orientation of the old map, and the less the graph changed, the less of it is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.neighbours import leading_directions, nearest

NEIGHBOURS = 15
MIN_DIST = 0.1
SPREAD = 1.0
NEGATIVES = 5
WIDTH = 10.0  # UMAP's customary side of a fresh map
COLD_EPOCHS = 120
WARM_EPOCHS = (20, 80)  # when nothing changed, when every neighbour did
DIFFUSION_STEPS = 40  # for a cold map, or when every neighbour changed
CHUNKS = 6  # frames of one layout
SMALLEST_LAYOUT = 4  # rows; fewer are set on a line or triangle
TINY = 1e-9
BISECTIONS = 40
COMPANIONS = 5  # ties of a text to its class
TIE = 0.5  # of a neighbour's strength, when both are sure
SMALLEST_BANDWIDTH = 1e-3  # of the mean distance, as in umap-learn
SEED_RANGE = 2**31 - 1


@dataclass(frozen=True)
class NeighbourGraph:
    """Nearest neighbours and UMAP's fuzzy graph of them.

    Attributes
    ----------
    index : ndarray of shape (n, k), int64
        Each row's neighbours, itself first.
    weights : csr_matrix of shape (n, n)
        Symmetric membership strengths from 0 to 1 (McInnes et al., 2018, section 3.1).
    """

    index: NDArray[np.int64]
    weights: sp.csr_matrix


def neighbour_graph(Z: NDArray[np.float32], neighbours: int = NEIGHBOURS) -> NeighbourGraph:
    """Build the graph that the map is laid out from.

    Parameters
    ----------
    Z : ndarray of shape (n, k), float32
        The embedding; rows of any length.
    neighbours : int
        Cut to n - 1 for small corpora.

    Returns
    -------
    NeighbourGraph
    """
    k = min(neighbours, len(Z))
    similarity, index = nearest(leading_directions(_unit(Z)), k)
    index, distance = _itself_first(index, np.clip(1.0 - similarity, 0.0, 2.0).astype(np.float32))
    return NeighbourGraph(index, _symmetric(index, membership(distance)))


def guided_graph(graph: NeighbourGraph, probabilities: NDArray[np.float32], seed: int) -> NeighbourGraph:
    """Tie texts of the same likely class together, near or not.

    A layout of nearest neighbours alone keeps every island of the corpus whole and may put islands of one class at
    opposite ends of the map, because no edge says that they belong together. So each text also gets `COMPANIONS` edges
    to random texts of its likeliest class, as strong as both are sure of it.

    Parameters
    ----------
    graph : NeighbourGraph
    probabilities : ndarray of shape (n, n_classes), float32
    seed : int
        Decides which texts are tied.

    Returns
    -------
    NeighbourGraph
        With the same neighbours and more weights.
    """
    rng = np.random.default_rng(seed)
    n, classes = probabilities.shape
    if classes < 2:
        return graph
    best, sure = probabilities.argmax(axis=1), (probabilities.max(axis=1) - 1 / classes) / (1 - 1 / classes)
    rows, columns = [], []
    for c in range(classes):
        members = np.flatnonzero(best == c)
        rows.append(np.repeat(members, COMPANIONS))
        columns.append(rng.choice(members, COMPANIONS * len(members)) if len(members) else members)
    head, tail = np.concatenate(rows), np.concatenate(columns)
    strength = TIE * sure[head] * sure[tail] * (head != tail)
    ties = sp.csr_matrix((strength, (head, tail)), shape=(n, n))
    return NeighbourGraph(graph.index, sp.csr_matrix(graph.weights.maximum(ties.maximum(ties.T))))


def membership(distance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn distances to neighbours into membership strengths.

    The strength falls as ``exp(-(d - rho) / sigma)`` with rho the distance of the nearest other point and sigma such
    that the strengths of a row sum to ``log2(k)`` (McInnes et al., "UMAP", 2018, section 3.1 and algorithm 3). It is
    umap-learn's `smooth_knn_dist` for all rows at once, because that one compiles for 8 s in every new process.

    Parameters
    ----------
    distance : ndarray of shape (n, k), float32
        Each row's own distance, 0, first; infinity where there is no neighbour.

    Returns
    -------
    ndarray of shape (n, k), float32
        From 0 to 1; 0 in the first column.
    """
    others = distance[:, 1:].astype(np.float64)
    if not others.shape[1]:
        return np.zeros(distance.shape, dtype=np.float32)
    positive = np.where((others > 0) & np.isfinite(others), others, np.inf)
    rho = positive.min(axis=1)
    rho[~np.isfinite(rho)] = 0.0
    excess = np.maximum(others - rho[:, None], 0.0)
    sigma = _bandwidth(excess, np.log2(distance.shape[1]))
    finite = np.isfinite(others)
    mean = np.where(finite, others, 0.0).sum(axis=1) / np.maximum(finite.sum(axis=1), 1)
    sigma = np.maximum(sigma, SMALLEST_BANDWIDTH * np.where(rho > 0, mean, mean.mean()))
    strength = np.exp(-excess / np.maximum(sigma, TINY)[:, None])
    return np.hstack([np.zeros((len(distance), 1)), strength]).astype(np.float32)


def _bandwidth(excess: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Find by bisection, for each row, the sigma at which the strengths sum to the target."""
    low, high = np.zeros(len(excess)), np.full(len(excess), np.inf)
    middle = np.ones(len(excess))
    for _ in range(BISECTIONS):
        too_much = np.exp(-excess / middle[:, None]).sum(axis=1) > target
        high = np.where(too_much, middle, high)
        low = np.where(too_much, low, middle)
        middle = np.where(np.isinf(high), middle * 2, (low + high) / 2)
    return middle


def _symmetric(index: NDArray[np.int64], strength: NDArray[np.float32]) -> sp.csr_matrix:
    """Join both directions of each edge by the probabilistic sum ``a + b - a b`` (McInnes et al., 2018)."""
    n, k = index.shape
    rows = np.repeat(np.arange(n), k)
    there = (index.ravel() >= 0) & (strength.ravel() > 0)
    graph = sp.csr_matrix((strength.ravel()[there], (rows[there], index.ravel()[there])), shape=(n, n))
    both = graph.multiply(graph.T)
    return sp.csr_matrix(graph + graph.T - both)


def kept_neighbours(before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    """Return the share of neighbours (itself not counted) that rows keep from one graph to the next, 0 to 1."""
    if before.shape != after.shape or before.shape[1] < 2:
        return 0.0
    shared = (after[:, 1:, None] == before[:, None, 1:]).any(axis=2)
    return float(shared.mean())


def start_positions(Z: NDArray[np.float32], graph: NeighbourGraph, seed: int) -> NDArray[np.float32]:
    """Return positions (n, 2) for a cold start: two principal directions, diffused over the graph."""
    centred = Z - Z.mean(axis=0)
    _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    plane = (centred @ vectors[:, :-3:-1].astype(np.float32)).astype(np.float64)
    if plane.shape[1] < 2:
        plane = np.column_stack([plane, np.zeros(len(plane))])
    rng = np.random.default_rng(seed)
    scale = np.maximum(plane.std(axis=0), TINY)
    plane = plane / scale + rng.normal(scale=1e-3, size=plane.shape)
    diffused = diffuse(plane, graph, DIFFUSION_STEPS)
    return _fit_width(diffused + rng.normal(scale=1e-2, size=plane.shape))


def diffuse(positions: NDArray[np.float64], graph: NeighbourGraph, steps: int) -> NDArray[np.float64]:
    """Let each point move to the mean of itself and its graph neighbours, `steps` times, keeping the map's spread.

    Parameters
    ----------
    positions : ndarray of shape (n, 2)
    graph : NeighbourGraph
    steps : int

    Returns
    -------
    ndarray of shape (n, 2), float64
        With the mean and the covariance of `positions`.
    """
    if steps == 0 or len(positions) < SMALLEST_LAYOUT:
        return positions
    degree = np.maximum(np.asarray(graph.weights.sum(axis=1)).ravel(), TINY)
    walk = sp.csr_matrix(sp.diags(0.5 / degree) @ graph.weights)
    share = (degree / degree.sum())[:, None]
    moved = positions.astype(np.float64)
    for _ in range(steps):
        moved = 0.5 * moved + walk @ moved
        moved = _whiten(moved - (share * moved).sum(axis=0))
    mean = positions.mean(axis=0)
    spread = np.cov(positions.T) + TINY * np.eye(2)
    return _turn_towards(moved, positions - mean) @ _square_root(spread) + mean


def place_missing(positions: NDArray[np.float32], graph: NeighbourGraph) -> NDArray[np.float32]:
    """Give rows without a position (NaN) the mean of their placed neighbours, ring by ring.

    Rows that no placed row reaches are set at the middle.
    """
    out = positions.astype(np.float64).copy()
    missing = np.asarray(~np.isfinite(out).all(axis=1))
    if missing.all():
        raise ValueError("no position is known")
    middle = np.median(out[~missing], axis=0)
    while missing.any():
        known = sp.diags((~missing).astype(np.float64))
        weights = graph.weights @ known
        mass = np.asarray(weights.sum(axis=1)).ravel()
        reached = missing & (mass > 0)
        if not reached.any():
            out[missing] = middle
            break
        sums = weights @ np.where(missing[:, None], 0.0, out)
        out[reached] = sums[reached] / mass[reached, None]
        missing = missing & ~reached
    return out.astype(np.float32)


def layout(
    positions: NDArray[np.float32],
    graph: NeighbourGraph,
    *,
    epochs: int,
    strength: float = 1.0,
    chunks: int = CHUNKS,
    seed: int | None = None,
) -> Iterator[NDArray[np.float32]]:
    """Run UMAP's layout from given positions, a few epochs at a time.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    graph : NeighbourGraph
    epochs : int
    strength : float
        The learning rate of the first epoch; it falls to 0.
    chunks : int
        How many times positions are given out.
    seed : int, optional
        With a seed the layout runs on one core and is the same every time; without, on all cores.

    Yields
    ------
    ndarray of shape (n, 2), float32
        A copy of the positions so far. Closing the generator stops the work.
    """
    if len(positions) < SMALLEST_LAYOUT:
        yield positions.astype(np.float32)
        return
    from umap.umap_ import make_epochs_per_sample

    edges = graph.weights.tocoo()
    strong = edges.data >= edges.data.max() / max(epochs, 10)
    head, tail = edges.row[strong].astype(np.int32), edges.col[strong].astype(np.int32)
    every = make_epochs_per_sample(edges.data[strong], epochs)
    state = _Epochs(positions, head, tail, every, seed)
    done = 0
    for part in np.array_split(np.arange(epochs), min(chunks, epochs)):
        for epoch in part:
            state.step(int(epoch), strength * (1.0 - done / epochs))
            done += 1
        yield state.positions.copy()


class _Epochs:
    """UMAP's stochastic gradient descent with its running state, so that it can be run an epoch at a time."""

    def __init__(
        self,
        positions: NDArray[np.float32],
        head: NDArray[np.int32],
        tail: NDArray[np.int32],
        every: NDArray[np.float64],
        seed: int | None,
    ) -> None:
        from umap.layouts import _get_optimize_layout_euclidean_single_epoch_fn
        from umap.umap_ import find_ab_params

        self.positions = np.ascontiguousarray(positions, dtype=np.float32).copy()
        self.head, self.tail, self.every = head, tail, every
        self.a, self.b = find_ab_params(SPREAD, MIN_DIST)
        random = np.random.RandomState(seed)
        rng_state = random.randint(-SEED_RANGE, SEED_RANGE, 3).astype(np.int64)
        self.random = rng_state + self.positions[:, 0].astype(np.float64).view(np.int64).reshape(-1, 1)
        self.every_negative = every / NEGATIVES
        self.next_negative, self.next_sample = self.every_negative.copy(), every.copy()
        self.run = _get_optimize_layout_euclidean_single_epoch_fn(seed is None)

    def step(self, epoch: int, strength: float) -> None:
        nothing = np.zeros(1, dtype=np.float32)
        self.run(
            self.positions, self.positions, self.head, self.tail, len(self.positions), self.every, self.a, self.b,
            self.random, 1.0, 2, True, strength, self.every_negative, self.next_negative, self.next_sample, epoch,
            False, nothing, nothing, 0, 0, 0, 0, nothing, nothing, 0,
        )  # fmt: skip


def tiny_positions(n: int) -> NDArray[np.float32]:
    """Return positions (n, 2) for corpora too small for a layout: points on a circle."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    return np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def _unit(Z: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(Z, axis=1, keepdims=True)
    return np.asarray(Z / np.maximum(norms, TINY), dtype=np.float32)


def _itself_first(
    index: NDArray[np.int64], distance: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Put each row itself first among its neighbours; equal rows and an inexact search may have left it out."""
    rows = np.arange(len(index))
    itself = index == rows[:, None]
    at = np.where(itself.any(axis=1), itself.argmax(axis=1), index.shape[1] - 1)
    index, distance = index.copy(), distance.copy()
    index[rows, at], distance[rows, at] = index[:, 0], distance[:, 0]
    index[:, 0], distance[:, 0] = rows, 0.0
    gone = index < 0
    distance[gone] = np.inf
    return index, distance


def _fit_width(positions: NDArray[np.float64]) -> NDArray[np.float32]:
    low, high = np.percentile(positions, [1, 99], axis=0)
    centred = positions - (low + high) / 2
    scale = WIDTH / max(float((high - low).max()), TINY)
    return np.clip(centred * scale, -WIDTH, WIDTH).astype(np.float32)


def _whiten(moved: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance = moved.T @ moved / len(moved) + TINY * np.eye(2)
    values, vectors = np.linalg.eigh(covariance)
    return moved @ (vectors / np.sqrt(np.maximum(values, TINY))) @ vectors.T


def _square_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _turn_towards(moved: NDArray[np.float64], old: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotate or mirror whitened positions so that they lie closest to the old ones (orthogonal Procrustes)."""
    left, _, right = np.linalg.svd(moved.T @ old)
    return moved @ (left @ right)
