"""What is left of a column in neighbourhoods, when no linear function reads it any more, is taken from the original.

Texts of one value still lie in groups of their own after `Erasure`, on all sides of those of others, so that the means
are equal and yet each group is an island of the map. Around many anchors, the texts are moved by the difference of the
mean of those that lie near and the mean that it would be if every value had its usual share there: what texts of all
values have in common stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from gst_core.compute import SHORTEST, columns_of_views
from gst_core.transform.erasure import Erasure

if TYPE_CHECKING:
    from gst_core.transform.left_out import LeftOut

SAMPLE = 6_000  # rows that say what lies near an anchor
ANCHORS, FEWEST_TEXTS = 64, 30  # anchors, and texts per anchor on average
ROUNDS = 5
NEAR = 0.05  # temperature of squared distances: how far away texts are that an anchor speaks of
DRAWS = 3  # of values at random
MOVED = 0.05  # the same for texts that are moved
BATCH = 1_024
ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, eq=False)
class GroupErasure:
    """Moves texts by what their neighbourhood tells of a column, in one view.

    Attributes
    ----------
    anchors : ndarray of shape (rounds, anchors, d), float32
        Points among unit rows.
    moves : ndarray of shape (rounds, anchors, d), float32
        What is taken from a text that lies there.
    centre : ndarray of shape (d,), float32
        The mean of the unit rows that all this was done to.
    """

    anchors: NDArray[np.float32]
    moves: NDArray[np.float32]
    centre: NDArray[np.float32]

    @classmethod
    def fit(cls, rows: NDArray[np.float32], left_out: "LeftOut") -> "GroupErasure":
        """Find the moves.

        Parameters
        ----------
        rows : ndarray of shape (n, d), float32
            One view after `Erasure`, of any length.
        left_out : LeftOut
            Of the same rows.
        """
        from sklearn.cluster import MiniBatchKMeans  # not on the way to a saved transform

        rows, count = _unit(rows), min(ANCHORS, len(rows) // FEWEST_TEXTS)
        anchors = np.zeros((ROUNDS if count > 1 else 0, count, rows.shape[1]), dtype=np.float32)
        moves = np.zeros_like(anchors)
        for number in range(len(anchors)):
            kmeans = MiniBatchKMeans(count, n_init=1, batch_size=BATCH, random_state=0).fit(rows)
            anchors[number] = kmeans.cluster_centers_
            moves[number] = _moves(rows, anchors[number], left_out.kinds)
            rows = _unit(_moved(rows, anchors[number], moves[number]))
        return cls(anchors, moves, rows.mean(axis=0))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return all arrays by name, for saving; `of_arrays` takes them back."""
        return {"anchors": self.anchors, "moves": self.moves, "centre": self.centre}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.float32]]) -> "GroupErasure":
        """Return what these arrays are of; a KeyError if one is missing."""
        return cls(arrays["anchors"], arrays["moves"], arrays["centre"])

    def fits(self, width: int) -> bool:
        """Say whether all arrays are those of a view of this width."""
        return (
            self.anchors.ndim == 3
            and self.anchors.shape[2] == width
            and self.anchors.shape == self.moves.shape
            and self.centre.shape == (width,)
        )

    def apply(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one view of texts without what neighbourhoods tell, as rows of length 1.

        Parameters
        ----------
        rows : ndarray of shape (m, d), float32
            After `Erasure`, of any length.
        """
        out = _unit(rows)
        for start in range(0, len(out), ROWS_AT_ONCE):
            some = slice(start, start + ROWS_AT_ONCE)
            for anchors, moves in zip(self.anchors, self.moves, strict=True):
                out[some] = _unit(_moved(out[some], anchors, moves))
        return out


def erase_groups(
    X: NDArray[np.float32], erasure: Erasure, left_out: "LeftOut", widths: Sequence[int], views: Sequence[int]
) -> tuple[GroupErasure, ...]:
    """Find what neighbourhoods tell of a column in each of some views.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Embeddings, all views side by side.
    erasure : Erasure
        Of these embeddings.
    left_out : LeftOut
        Of the same rows.
    widths : sequence of int
        Of all views; they add up to d.
    views : sequence of int
        Their numbers, from 0.
    """
    sample = np.arange(len(X)) if len(X) <= SAMPLE else np.random.default_rng(0).permutation(len(X))[:SAMPLE]
    rows, of_rows = erasure.apply(X[sample]), left_out.of(sample)
    return tuple(GroupErasure.fit(columns_of_views(rows, widths, (view,)), of_rows) for view in views)


def below(arrays: Mapping[str, NDArray[np.float32]], prefix: str) -> dict[str, NDArray[np.float32]]:
    """Return the arrays whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _moves(rows: NDArray[np.float32], anchors: NDArray[np.float32], kinds: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the mean of the means of each value near each anchor, less that of values that are given out at random.

    Of fewer texts the nearest lie farther from an anchor, and so the one is compared with the other. For several
    columns, kinds of shape (n, columns), the differences are added.
    """
    nearness = (2.0 * anchors @ rows.T - np.square(rows).sum(axis=1)) / NEAR
    rng, moves = np.random.default_rng(0), np.zeros_like(anchors)
    for column in kinds.T:
        moves -= _mean_of_values(rows, nearness, column)
        for _ in range(DRAWS):
            moves += _mean_of_values(rows, nearness, rng.permutation(column)) / DRAWS
    return moves


def _mean_of_values(
    rows: NDArray[np.float32], nearness: NDArray[np.float32], column: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return what texts near each anchor would be on average if all values had their usual shares there."""
    mean = np.zeros((len(nearness), rows.shape[1]), dtype=np.float32)
    for kind in np.unique(column):
        of_kind = column == kind
        mean += of_kind.mean() * softmax(nearness[:, of_kind], axis=1) @ rows[of_kind]
    return mean


def _moved(rows: NDArray[np.float32], anchors: NDArray[np.float32], moves: NDArray[np.float32]) -> NDArray[np.float32]:
    nearness = (2.0 * rows @ anchors.T - np.square(anchors).sum(axis=1)) / MOVED
    return np.asarray(rows - softmax(nearness, axis=1) @ moves, dtype=np.float32)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), SHORTEST), dtype=np.float32)
