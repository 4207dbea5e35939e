"""What a re-forming map looks like at one moment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gst_core.map.landmarks import LandmarkWeights
    from gst_core.transform import GuidedSpaceTransform

Stage = Literal["transform", "projection", "clusters"]


@dataclass(frozen=True, eq=False)
class Frame:
    """One step of a re-forming map.

    The first frame of a large map shows where its points are heading before more than its landmarks' embedding is
    known. Its stage is "transform", and everything else but its positions is that of the map before.

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
        What the positions were drawn from; see above for the first frame of a large map.
    probabilities : ndarray of shape (n, n_classes), float32, or None
        None without labels.
    classes : tuple of str
    transform : GuidedSpaceTransform or None
        None without labels.
    landmark_weights : LandmarkWeights or None
        Between which landmarks each point lies, so that the next frame can follow them at once; None where there are
        no landmarks or it is not known.
    """

    positions: NDArray[np.float32]
    clusters: NDArray[np.int32] | None
    stage: Stage
    elapsed: float
    final: bool
    embedding: NDArray[np.float32]
    probabilities: NDArray[np.float32] | None = None
    classes: tuple[str, ...] = ()
    transform: "GuidedSpaceTransform | None" = None
    landmark_weights: "LandmarkWeights | None" = None
