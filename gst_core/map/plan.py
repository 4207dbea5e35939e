"""What a map has to do to come from where it is to where its labels want it: decided once, before anything moves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import Accelerator, nearest_among
from gst_core.map.frame import Frame
from gst_core.map.graph import NEIGHBOURS, kept_neighbours
from gst_core.map.layout import SMALLEST_LAYOUT, WARM_EPOCHS
from gst_core.map.space import Space

SAMPLED = 400  # landmarks, of which it is counted how many neighbours they kept
SETTLED = 0.995  # share of kept neighbours from which on a map is left as it is
IN_FLIGHT = 0.5  # the most that counts as kept where points were still on their way, perhaps elsewhere

Kind = Literal["tiny", "stay", "cold", "cold by landmarks", "warm", "warm by landmarks"]


@dataclass(frozen=True, eq=False)
class Plan:
    """How a map moves.

    Attributes
    ----------
    kind : str
        "tiny" corpora are set on a circle. A map that still holds "stays". Others are laid out "cold", from nothing, or
        "warm", from the last positions; large ones by way of their landmarks.
    known : ndarray of shape (n, 2), float32, or None
        The last positions, NaN where a row has none; None where no landmark has one.
    change : float
        From 0 to 1: the share of the landmarks' neighbours and class probabilities that is new.
    effort : float
        From 0 to 1: how much there is to lay out. At least `change`; more where rows have no position.
    """

    kind: Kind
    known: NDArray[np.float32] | None = None
    change: float = 1.0
    effort: float = 1.0

    @property
    def epochs(self) -> int:
        """Epochs of a warm layout."""
        few, many = WARM_EPOCHS
        return round(few + (many - few) * self.effort)

    @property
    def strength(self) -> float:
        """Learning rate of the first epoch of a warm layout, from 0.2 to 1."""
        return 0.2 + 0.8 * self.effort


def plan_move(space: Space, previous: Frame | None, accelerator: Accelerator | None = None) -> Plan:
    """Decide how a map comes from its last frame to a new space.

    Parameters
    ----------
    space : Space
        Of n rows.
    previous : Frame or None
        Of the same n rows; those without a position (NaN) are placed by their neighbours.
    accelerator : Accelerator, optional
        Where neighbours are looked for, if not on the CPU.

    Returns
    -------
    Plan
    """
    if len(space) < SMALLEST_LAYOUT:
        return Plan("tiny")
    if previous is None or not np.isfinite(previous.positions[space.landmarks]).any():
        return Plan("cold by landmarks" if space.has_landmarks else "cold")
    known = previous.positions
    kept = _kept(previous, space, accelerator)
    placed = np.isfinite(known).all(axis=1)
    if placed.all() and kept >= SETTLED:
        return Plan("stay", known, 1.0 - kept)
    effort = max(1.0 - kept, 0.5 * (1.0 - float(placed.mean())))
    return Plan("warm by landmarks" if space.has_landmarks else "warm", known, 1.0 - kept, effort)


def _kept(previous: Frame, space: Space, accelerator: Accelerator | None) -> float:
    """Return how much of the last frame still holds for the landmarks, 0 to 1: their neighbours and their classes."""
    if len(previous.embedding) != len(previous.positions):  # the map of a part of the corpus
        return 0.0
    kept = _kept_share(previous.embedding[space.landmarks], space.landmark_embedding, accelerator)
    kept *= 1.0 - _changed_probabilities(previous, space)
    return kept if previous.final else min(kept, IN_FLIGHT)


def _kept_share(before: NDArray[np.float32], after: NDArray[np.float32], accelerator: Accelerator | None) -> float:
    """Return the share of neighbours among landmarks (m, k) that a sample of them has in both embeddings."""
    sample = np.random.default_rng(0).permutation(len(after))[:SAMPLED]
    k = min(NEIGHBOURS, len(after))
    return kept_neighbours(*(nearest_among(Z[sample], Z, k, accelerator)[1] for Z in (before, after)))


def _changed_probabilities(previous: Frame, space: Space) -> float:
    """Return the mean total variation between the landmarks' class probabilities, 0 to 1; a new class had none."""
    names = sorted({*previous.classes, *space.classes})
    n = len(space.landmarks)
    if not names:
        return 0.0
    aligned = np.zeros((2, n, len(names)), dtype=np.float32)
    before = None if previous.probabilities is None else previous.probabilities[space.landmarks]
    tables = [(previous.classes, before), (space.classes, space.landmark_probabilities)]
    for out, (classes, table) in zip(aligned, tables, strict=True):
        if table is not None:
            out[:, [names.index(c) for c in classes]] = table
    both = max(float(aligned[0].sum()), float(aligned[1].sum()), 1.0) / n
    return float(np.abs(aligned[0] - aligned[1]).sum() / n / (2 if min(aligned.sum(axis=(1, 2))) > 0 else 1) / both)
