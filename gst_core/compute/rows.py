"""Rows as the encoder looks at them: centred, of length 1, views side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHORTEST = 1e-6  # rows that are shorter point nowhere: unit rows in single precision differ by 1e-7 from being rounded


def centred_rows(
    embeddings: NDArray[np.float32], centre: NDArray[np.float32], widths: Sequence[int]
) -> NDArray[np.float32]:
    """Centre each view, scale its rows to one length, and set the views side by side as rows of length 1.

    A row that lies on the centre is given the first axis.
    """
    rows = np.require(embeddings, np.float32, ["C", "W"])  # what torch takes
    out = torch.from_numpy(rows) - torch.from_numpy(np.require(centre, np.float32, "W"))  # on all cores
    for view in out.split(list(widths), dim=1):
        _scale(view, len(widths) ** -0.5)
    return np.asarray(out.numpy(), dtype=np.float32)


def columns_of_views(
    embeddings: NDArray[np.float32], widths: Sequence[int], views: Sequence[int]
) -> NDArray[np.float32]:
    """Return the columns of some of the views that stand side by side; a slice of them where these are neighbours.

    Parameters
    ----------
    embeddings : ndarray of shape (m, d), float32, or of shape (d,)
    widths : sequence of int
        Of all views; they add up to d.
    views : sequence of int
        Their numbers, rising, from 0.
    """
    ends = np.cumsum(widths)
    starts = ends - widths
    if list(views) == list(range(views[0], views[-1] + 1)):
        return embeddings[..., starts[views[0]] : ends[views[-1]]]
    return np.concatenate([embeddings[..., starts[v] : ends[v]] for v in views], axis=-1)


def _scale(rows: Tensor, to: float) -> None:
    length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    nowhere = length[:, 0] < SHORTEST
    rows.mul_(to / length.clamp_min(SHORTEST))
    if nowhere.any():
        rows[nowhere] = to * torch.eye(1, rows.shape[1])


def equal_rows(X: NDArray[np.float32]) -> NDArray[np.int64]:
    """Give numbers to the vectors that stand in several rows.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32

    Returns
    -------
    ndarray of shape (n,), int64
        The number of each row's vector, from 0; -1 where no other row is equal to it.
    """
    numbers = np.full(len(X), -1, dtype=np.int64)
    some = _not_alone(np.ascontiguousarray(X[:, 0]))
    if not len(some):
        return numbers
    content = np.array([hash(row.tobytes()) for row in X[some] + np.float32(0)])  # which makes 0 of -0
    repeated = _not_alone(content)
    numbers[some[repeated]] = np.unique(content[repeated], return_inverse=True)[1]
    return numbers


def _not_alone(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return where values stand that stand more than once."""
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.flatnonzero(count[number] > 1)
