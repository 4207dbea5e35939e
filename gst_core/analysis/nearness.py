"""How near texts are to a sentence, to a text or to several, in the generic space or in that of a lens."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

USUAL = 50  # texts that are found until somebody moves the threshold: as many as one reads through
STEP = 0.01  # of a threshold
BARS = 40


def nearness_to(vectors: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine of each text with what is looked for.

    Parameters
    ----------
    vectors : ndarray of shape (n, d), float32
        Unit rows.
    target : ndarray of shape (d,), float32
        Of any length but 0.

    Returns
    -------
    ndarray of shape (n,), float32
        From -1 to 1.
    """
    cosines = vectors @ (target / np.linalg.norm(target)).astype(np.float32)
    return np.clip(cosines, -1.0, 1.0)


def middle_of(vectors: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
    """Return what several texts have in common: the mean of their vectors, shape (d,); the first where it is 0."""
    chosen = vectors[np.asarray(rows, dtype=np.int64)]
    mean = np.asarray(chosen.mean(axis=0), dtype=np.float32)
    return mean if np.linalg.norm(mean) > 0 else np.asarray(chosen[0], dtype=np.float32)


def usual_threshold(near: NDArray[np.float32], count: int = USUAL) -> float:
    """Return the threshold, a multiple of `STEP`, that the `count` nearest texts pass, with as few others as it can."""
    if not len(near):
        return 0.0
    count = min(count, len(near))
    least = float(np.partition(near, len(near) - count)[len(near) - count])
    return round(math.floor(least / STEP) * STEP, 2)


def nearest_first(
    near: NDArray[np.float32], threshold: float, among: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Return the rows that pass a threshold, the nearest first.

    Parameters
    ----------
    near : ndarray of shape (n,), float32
    threshold : float
    among : ndarray of shape (n,), bool, optional
        The texts that are looked at.

    Returns
    -------
    ndarray of shape (m,), int64
    """
    passes = near >= np.float32(threshold - STEP / 1000)
    rows = np.flatnonzero(passes if among is None else passes & among)
    return rows[np.argsort(-near[rows], kind="stable")]


@dataclass(frozen=True, eq=False)
class NearnessHistogram:
    """How many texts are how near.

    Attributes
    ----------
    counts : ndarray of shape (bars,), int64
    low, high : float
        Where the first bar begins and the last one ends: multiples of `STEP`, between which a threshold is dragged.
    """

    counts: NDArray[np.int64]
    low: float
    high: float

    @classmethod
    def of(cls, near: NDArray[np.float32], bars: int = BARS) -> "NearnessHistogram":
        """Count the texts of each bar."""
        low = math.floor(float(near.min()) / STEP) * STEP if len(near) else 0.0
        high = max(math.ceil(float(near.max()) / STEP) * STEP, low + STEP) if len(near) else STEP
        counts = np.histogram(near, bars, (low, high))[0]
        return cls(counts.astype(np.int64), round(low, 2), round(high, 2))
