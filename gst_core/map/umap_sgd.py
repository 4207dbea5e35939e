"""UMAP's stochastic gradient descent (McInnes et al., "UMAP", 2018, section 3.2), an epoch at a time.

The steps are umap-learn's: the same edges in the same epochs, both ends of an edge moved, five points pushed away for
each. Three things make an epoch about twice as fast: forces are read from a table of distances instead of two powers
each, edges are kept by point, and when a point's turn comes follows from the epoch's number alone.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from numba import njit, prange
from numpy.typing import NDArray

# a and b, for which 1 / (1 + a d^2b) is nearest to UMAP's membership in the plane (McInnes et al., 2018, definition
# 11): what `umap.umap_.find_ab_params` gives for its default spread of 1 and minimum distance of 0.1.
CURVE = (1.5769434602697652, 0.8950608778515733)
NEGATIVES = 5  # points that each followed edge pushes away
FARTHEST = 4.0  # that one force moves a point at full strength
SOFTENING = 1e-3  # of the square distance at which a push would be infinite
BINS = 4_096  # of the tables, even in r / (1 + r)


@lru_cache(maxsize=1)
def forces() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return pull and push along the difference of two points, each a table of `BINS` distances."""
    a, b = CURVE
    part = (np.arange(BINS) + 0.5) / BINS
    r = part / (1.0 - part)
    membership = 1.0 + a * r ** (2 * b)
    pull = -2.0 * a * b * r ** (2 * b - 2) / membership
    push = 2.0 * b / ((SOFTENING + r**2) * membership)
    return pull.astype(np.float32), push.astype(np.float32)


class UmapSGD:
    """A layout under way.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
        Copied.
    weights : csr_matrix of shape (n, n)
        The fuzzy graph, symmetric.
    seed : int or None
        With a number every run is the same, on one core. With None all cores write to the same points, and runs differ
        a little.

    Attributes
    ----------
    positions : ndarray of shape (n, 2), float32
        Where the points are; changed by each epoch.
    """

    def __init__(self, positions: NDArray[np.float32], weights: sp.csr_matrix, seed: int | None) -> None:
        self.positions = np.array(positions, dtype=np.float32, order="C")
        self._starts, self._ends = weights.indptr.astype(np.int64), weights.indices.astype(np.int32)
        strongest = float(weights.data.max()) if weights.nnz else 1.0
        self._often = (weights.data / strongest).astype(np.float32)
        self._seed = np.uint64(seed or 0)
        self._run = _on_all_cores if seed is None else _on_one_core

    def epoch(self, number: int, strength: float) -> None:
        """Follow edges once, each in so many epochs as it is strong."""
        pull, push = forces()
        self._run(
            self.positions, self._starts, self._ends, self._often, pull, push, np.float32(strength), number, self._seed
        )


def compile_kernels() -> None:
    """Compile an epoch on all cores, as a page lays maps out, into numba's cache, which takes seconds."""
    weights = sp.csr_matrix(np.ones((4, 4), dtype=np.float32))
    UmapSGD(np.zeros((4, 2), dtype=np.float32), weights, None).epoch(0, 1.0)


@njit(fastmath=True, inline="always")
def _limited(step: Any) -> Any:  # noqa: ANN401 - numba's own types
    return min(max(step, np.float32(-FARTHEST)), np.float32(FARTHEST))


@njit(fastmath=True, inline="always")
def _bin(square: Any) -> Any:  # noqa: ANN401
    r = np.sqrt(square)
    return min(np.int64(np.float32(BINS) * r / (np.float32(1.0) + r)), BINS - 1)


@njit(inline="always")
def _scrambled(seed: Any, number: Any, i: Any) -> Any:  # noqa: ANN401
    """Return a start for a point's chances in an epoch: the output function of splitmix64 (Steele et al., 2014)."""
    x = (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x += i * np.uint64(0xBF58476D1CE4E5B9) + number * np.uint64(0xD1342543DE82EF95)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))) | np.uint64(1)


@njit(fastmath=True, inline="always")
def _follow(
    i: Any,  # noqa: ANN401
    points: NDArray[np.float32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int32],
    often: NDArray[np.float32],
    pull: NDArray[np.float32],
    push: NDArray[np.float32],
    strength: np.float32,
    number: int,
    seed: np.uint64,
) -> None:
    """Let one point follow its edges."""
    chance = _scrambled(seed, np.uint64(number), np.uint64(i))
    now, then = np.float32(number + 1), np.float32(number)
    for e in range(starts[i], starts[i + 1]):
        if np.floor(now * often[e]) <= np.floor(then * often[e]):
            continue
        j = ends[e]
        dx, dy = points[i, 0] - points[j, 0], points[i, 1] - points[j, 1]
        force = pull[_bin(dx * dx + dy * dy)]
        dx, dy = strength * _limited(force * dx), strength * _limited(force * dy)
        points[i, 0] += dx
        points[i, 1] += dy
        points[j, 0] -= dx
        points[j, 1] -= dy
        for _ in range(NEGATIVES):
            chance ^= chance << np.uint64(13)  # xorshift64 (Marsaglia, 2003)
            chance ^= chance >> np.uint64(7)
            chance ^= chance << np.uint64(17)
            k = np.int64(((chance >> np.uint64(32)) * np.uint64(len(points))) >> np.uint64(32))
            dx, dy = points[i, 0] - points[k, 0], points[i, 1] - points[k, 1]
            force = push[_bin(dx * dx + dy * dy)]
            points[i, 0] += strength * _limited(force * dx)
            points[i, 1] += strength * _limited(force * dy)


@njit(parallel=True, fastmath=True, cache=True)
def _on_all_cores(points, starts, ends, often, pull, push, strength, number, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in prange(len(points)):
        _follow(i, points, starts, ends, often, pull, push, strength, number, seed)


@njit(fastmath=True, cache=True)
def _on_one_core(points, starts, ends, often, pull, push, strength, number, seed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(len(points)):
        _follow(i, points, starts, ends, often, pull, push, strength, number, seed)
