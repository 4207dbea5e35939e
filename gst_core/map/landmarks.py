"""Large maps are laid out twice: a few thousand landmarks first, then all points from where their landmarks are.

The landmarks know the whole shape of the map and settle in a fraction of a second. Every other point is set among the
landmarks that it is nearest to, and what is left to do for the full layout is local, so that a few epochs do it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import Accelerator, nearest_among, pca_projection

ALL_UP_TO = 6_000  # points; larger maps have landmarks
LANDMARKS = 4_000
NEAREST = 5  # landmarks that a point is set among
DIRECTIONS = 32  # in which a point's landmarks are looked for
PROBED = 4  # lists of landmarks that are looked at for a point: it need not be set among the very nearest
TINY = 1e-9


def landmark_rows(n: int) -> NDArray[np.int64]:
    """Return the rows that are landmarks: all of a small corpus, the same sample of a large one every time."""
    if n <= ALL_UP_TO:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).permutation(n)[:LANDMARKS])


@dataclass(frozen=True, eq=False)
class LandmarkWeights:
    """Between which landmarks each point lies.

    Attributes
    ----------
    nearest : ndarray of shape (n, k), int64
        Numbers of landmarks.
    weight : ndarray of shape (n, k), float32
        Rows sum to 1.
    """

    nearest: NDArray[np.int64]
    weight: NDArray[np.float32]

    def interpolate(self, positions: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the positions of all points, shape (n, 2), from those of the landmarks, shape (m, 2)."""
        return np.einsum("nk,nkc->nc", self.weight, positions[self.nearest]).astype(np.float32)

    def displace(
        self, before: NDArray[np.float32], landmarks_before: NDArray[np.float32], landmarks_after: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Displace all points as their landmarks were displaced.

        A point keeps its place among its landmarks, as far as it was there before: one that lay elsewhere is set in
        their midst.

        Parameters
        ----------
        before : ndarray of shape (n, 2), float32
        landmarks_before, landmarks_after : ndarray of shape (m, 2), float32

        Returns
        -------
        ndarray of shape (n, 2), float32
        """
        offset = before - self.interpolate(landmarks_before)
        length = np.sqrt((offset**2).sum(axis=1, keepdims=True))
        near = 1.0 / (1.0 + (length / max(2.0 * float(np.median(length)), TINY)) ** 2)
        return (self.interpolate(landmarks_after) + near * offset).astype(np.float32)


def weigh_landmarks(
    points: NDArray[np.float32], landmarks: NDArray[np.int64], accelerator: Accelerator | None = None
) -> LandmarkWeights:
    """Find the landmarks nearest to each point by cosine, and how much each of them counts.

    Parameters
    ----------
    points : ndarray of shape (n, d), float32
        Rows of any length.
    landmarks : ndarray of shape (m,), int64
        Rows of `points`.
    accelerator : Accelerator, optional
        Where neighbours are looked for, if not on the CPU.

    Returns
    -------
    LandmarkWeights
        Weights fall as ``exp(-3 d / mean(d))`` with the cosine distance d.
    """
    unit = pca_projection(points, DIRECTIONS)
    similarity, nearest = nearest_among(unit, unit[landmarks], NEAREST, accelerator, PROBED)
    distance = np.maximum(1.0 - similarity, 0.0)
    scale = np.maximum(distance.mean(axis=1, keepdims=True), TINY)
    weight = np.where(nearest >= 0, np.exp(-3.0 * distance / scale), 0.0) + TINY * (nearest == nearest[:, :1])
    return LandmarkWeights(np.maximum(nearest, 0), (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32))
