"""What a re-forming map looks like at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gst_core.transform import GuidedSpaceTransform
from gst_core.transform.validation import check_labels

Stage = Literal["transform", "projection", "clusters"]


@dataclass(frozen=True)
class Frame:
    """One step of a re-forming map.

    Attributes
    ----------
    positions : ndarray of shape (n, 2), float32
    clusters : ndarray of shape (n,), int32, or None
        -1 is noise; None while not known yet.
    stage : {"transform", "projection", "clusters"}
        What was computed last.
    elapsed : float
        Seconds since the start.
    final : bool
        Whether this is the last frame.
    embedding : ndarray of shape (n, k), float32
        What the positions were drawn from.
    probabilities : ndarray of shape (n, n_classes), float32, or None
        None without labels.
    classes : tuple of str
    transform : GuidedSpaceTransform or None
        None without labels.
    """

    positions: NDArray[np.float32]
    clusters: NDArray[np.int32] | None
    stage: Stage
    elapsed: float
    final: bool
    embedding: NDArray[np.float32]
    probabilities: NDArray[np.float32] | None = None
    classes: tuple[str, ...] = ()
    transform: GuidedSpaceTransform | None = None


def agreement(frame: Frame, y: ArrayLike | Sequence[str | None] | None) -> float | None:
    """Return the share of labelled texts whose likeliest class is the one they were given, or None without labels."""
    classes, codes = check_labels(y, len(frame.positions))
    labelled = codes >= 0
    if frame.probabilities is None or not labelled.any():
        return None
    given = np.array([str(c) for c in classes])[codes[labelled]]
    guessed = np.array(frame.classes)[frame.probabilities[labelled].argmax(axis=1)]
    return float((given == guessed).mean())
