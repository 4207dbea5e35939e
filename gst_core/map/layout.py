"""The 2-D map: UMAP's layout of a neighbour graph, warm from the last positions.

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

from gst_core.compute import Accelerator
from gst_core.map import gpu_layout
from gst_core.map.graph import FuzzyGraph

WIDTH = 10.0  # UMAP's customary side of a fresh map
COLD_EPOCHS = 120
WARM_EPOCHS = (20, 80)  # when nothing changed, when every neighbour did
DIFFUSION_STEPS = 40  # for a cold map, or when every neighbour changed
CHUNKS = 6  # frames of one layout
SMALLEST_LAYOUT = 4  # rows; fewer are set on a line or triangle
TINY = 1e-9


@dataclass(frozen=True)
class LayoutOptions:
    """How and where a map is laid out.

    Attributes
    ----------
    random_state : int or None
        With a number the same input gives the same positions, on one core; with None the layout runs on all cores.
    accelerator : Accelerator or None
        Where neighbours and the layout are computed, if not on the CPU.
    """

    random_state: int | None = None
    accelerator: Accelerator | None = None

    @property
    def seed(self) -> int:
        """Of what is drawn at random beside the layout's own steps."""
        return self.random_state or 0


def start_positions(Z: NDArray[np.float32], graph: FuzzyGraph, seed: int) -> NDArray[np.float32]:
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


def diffuse(positions: NDArray[np.float64], graph: FuzzyGraph, steps: int) -> NDArray[np.float64]:
    """Let each point move to the mean of itself and its graph neighbours, `steps` times, keeping the map's spread.

    Parameters
    ----------
    positions : ndarray of shape (n, 2)
    graph : FuzzyGraph
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


def place_missing(positions: NDArray[np.float32], graph: FuzzyGraph) -> NDArray[np.float32]:
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
    graph: FuzzyGraph,
    options: LayoutOptions,
    *,
    epochs: int,
    strength: float = 1.0,
    chunks: int = CHUNKS,
) -> Iterator[NDArray[np.float32]]:
    """Run UMAP's layout from given positions, a few epochs at a time.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    graph : FuzzyGraph
    options : LayoutOptions
    epochs : int
    strength : float
        The learning rate of the first epoch; it falls to 0.
    chunks : int
        How many times positions are given out.

    Yields
    ------
    ndarray of shape (n, 2), float32
        A copy of the positions so far. Closing the generator stops the work.
    """
    if len(positions) < SMALLEST_LAYOUT:
        yield positions.astype(np.float32)
        return
    if options.accelerator is not None:
        yield from gpu_layout.layout(
            positions,
            graph.weights,
            options.accelerator,
            epochs=epochs,
            strength=strength,
            chunks=chunks,
            seed=options.random_state,
        )
        return
    from gst_core.map.umap_sgd import UmapSGD  # brings numba, which takes a second to import

    sgd = UmapSGD(positions, graph.weights, options.random_state)
    for part in np.array_split(np.arange(epochs), min(chunks, epochs)):
        for epoch in part:
            sgd.epoch(int(epoch), strength * (1.0 - epoch / epochs))
        yield sgd.positions.copy()


def tiny_positions(n: int) -> NDArray[np.float32]:
    """Return positions (n, 2) for corpora too small for a layout: points on a circle."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    return np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)


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
