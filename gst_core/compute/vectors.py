"""Embeddings as they come in: rows of length 1, and the views that stand side by side in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from gst_core.errors import TransformError

UNIT = 1e-5  # how far from 1 the length of a unit row may be
SMALL, LARGE = 1e-12, 1e15  # lengths of rows that can be scaled as they are


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Generic embeddings of a corpus: one or more views of each text, side by side.

    Attributes
    ----------
    matrix : ndarray of shape (n, d), float32
        Finite, rows of any length.
    widths : tuple of int
        The columns of each view, which add up to d. The first view is the one that the generic map is drawn from: the
        encoder's own embedding, or the analyst's.

    Raises
    ------
    TransformError
        The widths do not add up to the columns of the matrix.

    Examples
    --------
    >>> import numpy as np
    >>> E = Embeddings(np.ones((3, 6), dtype=np.float32), (4, 2))
    >>> len(E), E.first.shape
    (3, (3, 4))
    """

    matrix: NDArray[np.float32]
    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        check_views(self.widths, self.matrix.shape[1])

    def __len__(self) -> int:
        return len(self.matrix)

    @cached_property
    def first(self) -> NDArray[np.float32]:
        """The first view, shape (n, widths[0]), float32, with unit rows; the matrix itself when it is the only one."""
        return first_view(self.matrix, self.widths)


def as_embeddings(X: ArrayLike | Embeddings, views: Sequence[int] | None = None) -> Embeddings:
    """Return checked embeddings with unit rows.

    Parameters
    ----------
    X : Embeddings, or array-like of shape (n, d)
    views : sequence of int, optional
        The widths of the views in an array; one view when left out. Not used where X says them itself.

    Raises
    ------
    TransformError
        As for `check_embeddings` and `check_views`.
    """
    if isinstance(X, Embeddings):
        matrix = check_embeddings(X.matrix)
        return X if np.may_share_memory(matrix, X.matrix) else Embeddings(matrix, X.widths)
    matrix = check_embeddings(X)
    return Embeddings(matrix, check_views(views, matrix.shape[1]))


def check_embeddings(X: ArrayLike) -> NDArray[np.float32]:
    """Return X as (n, d) float32 with unit rows.

    Rows of zeros become the first axis. X itself is returned, not a copy, when it is float32 with unit rows already.

    Raises
    ------
    TransformError
        X is not a two-dimensional table of finite numbers with at least one row and two columns.
    """
    if issparse(X):
        raise TransformError("X is sparse; embeddings are dense. Give X.toarray().")
    try:
        array = np.asarray(X)
        if array.dtype.kind not in "fiubc":
            array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TransformError("X does not hold numbers only.") from error
    if array.dtype.kind == "c":
        raise TransformError("Complex data not supported: X must hold real numbers.")
    if array.ndim != 2:
        raise TransformError(
            f"X has the shape {array.shape}; expected 2D array (n, d), one row per text. Reshape your data with "
            "X.reshape(1, -1) when it is one text."
        )
    for axis, what in enumerate(("sample(s)", "feature(s)")):
        if array.shape[axis] < 1:
            raise TransformError(f"X has 0 {what} (shape={array.shape}) while a minimum of 1 is required.")
    array = array.astype(np.float32, copy=False)
    norms = np.sqrt(np.einsum("ij,ij->i", array, array))
    if np.abs(norms - 1.0).max() < UNIT:
        return array
    if ((norms > SMALL) & (norms < LARGE)).all():
        return np.asarray(array / norms[:, None], dtype=np.float32)
    return _scaled_rows(array)


def _scaled_rows(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give rows of huge, tiny or no numbers the length 1; refuse what is not finite."""
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise TransformError(
            f"X holds NaN or infinity in row {int(finite.argmin())} ({int((~finite).sum())} such rows)."
        )
    scale = np.abs(array).max(axis=1, keepdims=True)
    scaled = array / np.where(scale > 0, scale, 1.0)
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    out = np.asarray(scaled / np.where(norms > 0, norms, 1.0), dtype=np.float32)
    nowhere = norms[:, 0] == 0
    if nowhere.any():
        out[nowhere] = np.eye(1, array.shape[1], dtype=np.float32)
    return out


def first_view(X: NDArray[np.float32], views: Sequence[int] | None) -> NDArray[np.float32]:
    """Return the first of the views that stand side by side in X, with unit rows; X itself when it is the only one.

    Raises
    ------
    TransformError
        As for `check_views`.
    """
    width = check_views(views, X.shape[1])[0]
    return X if width == X.shape[1] else check_embeddings(X[:, :width])


def check_views(views: Sequence[int] | None, width: int) -> tuple[int, ...]:
    """Return the widths of the views that stand side by side in X.

    Raises
    ------
    TransformError
        They do not add up to the width of X.
    """
    widths = (width,) if views is None else tuple(int(v) for v in views)
    if sum(widths) != width or min(widths) < 1:
        raise TransformError(f"views is {widths}, which does not add up to the {width} columns of X.")
    return widths
