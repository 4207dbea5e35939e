"""What a re-forming map looks like at one moment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import TransformError

if TYPE_CHECKING:
    from gst_core.map.condensed_tree import CondensedTree
    from gst_core.map.landmarks import LandmarkWeights
    from gst_core.transform import GuidedSpaceTransform

Stage = Literal["transform", "projection", "clusters"]


@dataclass(frozen=True, eq=False)
class Later:
    """Texts that came to a map that stood, and were placed on it.

    Attributes
    ----------
    first : int
        Row of the first of them; all behind it came later, too.
    strange : ndarray of shape (s,), int64
        Rows of those that fit no group.
    """

    first: int
    strange: NDArray[np.int64]


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
    tree : CondensedTree or None
        What the clusters can be split into and joined to; None while not known.
    later : Later or None
        Which texts were placed on the map when it stood already; None on one that was laid out with all of them.
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
    tree: "CondensedTree | None" = None
    later: Later | None = None


def check_frame(frame: object, n: int) -> None:
    """Refuse what is no frame of a map of n rows.

    Raises
    ------
    TransformError
        It is something else, of another number of rows, or its parts do not fit each other.
    """
    if not isinstance(frame, Frame):
        raise TransformError(f"previous is a {type(frame).__name__}; give a frame that `reform` gave, or None.")
    if np.shape(frame.positions) != (n, 2):
        raise TransformError(
            f"The previous frame has positions of the shape {np.shape(frame.positions)}; X has {n} rows."
        )
    fits = (
        _is_numbers(frame.positions)
        and _is_numbers(frame.embedding)
        and np.ndim(frame.embedding) == 2
        and (frame.clusters is None or np.ndim(frame.clusters) == 1)
        and (frame.probabilities is None or np.shape(frame.probabilities) == (n, len(frame.classes)))
    )
    if not fits:
        raise TransformError("The parts of the previous frame do not fit each other. Give it as `reform` gave it.")


def _is_numbers(array: object) -> bool:
    return isinstance(array, np.ndarray) and array.dtype.kind in "fiu"
