"""Rows as the encoder looks at them: centred, of length 1, views side by side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def unit_rows(X: NDArray[np.float32], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Scale rows to length 1; a row of zeros, which points nowhere, is given the first axis.

    The result is written to `out`, which may be X itself, when it is given.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", X, X))
    nowhere = lengths < 1e-8
    lengths[nowhere] = 1.0
    result = np.divide(X, lengths[:, None], out=out)
    if nowhere.any():
        result[nowhere] = np.eye(1, X.shape[1], dtype=np.float32)
    return result


def centred_rows(
    embeddings: NDArray[np.float32], centre: NDArray[np.float32], widths: Sequence[int]
) -> NDArray[np.float32]:
    """Centre each view, scale its rows to one length, and set the views side by side as rows of length 1."""
    out = np.subtract(embeddings, centre, dtype=np.float32)
    if len(widths) == 1:
        return unit_rows(out, out)
    start = 0
    for width in widths:
        view = out[:, start : start + width]
        unit_rows(view, view)
        view *= len(widths) ** -0.5
        start += width
    return out
