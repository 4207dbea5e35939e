"""Embeddings as they come in: rows of length 1, and the views that stand side by side in them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from gst_core.errors import TransformError

UNIT = 1e-5  # how far from 1 the length of a unit row may be
SMALL, LARGE = 1e-12, 1e15  # lengths of rows that can be scaled as they are


class LexicalColumns(Protocol):
    """What makes the lexical columns of texts, as `Embeddings` and saved transforms carry it: a `LexicalView`."""

    @property
    def width(self) -> int:
        """How many columns there are."""

    @property
    def identity(self) -> str:
        """What tells it from every other."""

    def transform(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the columns of m texts, shape (m, width)."""

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write it into a folder."""


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
    lexical : LexicalView or None
        What makes the lexical columns of texts that come later, where the last view is lexical.

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
    lexical: LexicalColumns | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.matrix, np.ndarray) or self.matrix.ndim != 2:
            raise TransformError("Embeddings need an array of two axes, (texts, columns).")
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
        return X if np.may_share_memory(matrix, X.matrix) else Embeddings(matrix, X.widths, X.lexical)
    matrix = check_embeddings(X)
    return Embeddings(matrix, check_views(views, matrix.shape[1]))


def side_by_side(parts: Sequence[Embeddings], lexical: LexicalColumns | None = None) -> Embeddings:
    """Set the views of several embeddings of the same texts side by side, every view as long as the others.

    Parameters
    ----------
    parts : sequence of Embeddings
        Of n texts each, with rows of length 1. A row of zeros says nothing of its text; the others share its length.
    lexical : LexicalView, optional
        What made the last part.

    Returns
    -------
    Embeddings
        Rows of length 1.
    """
    views = np.array([len(part.widths) for part in parts], dtype=np.float32)
    there = np.stack([part.matrix.any(axis=1) for part in parts], axis=1) * views
    scale = np.sqrt(there / np.maximum(there.sum(axis=1, keepdims=True), 1)).astype(np.float32)
    matrix = np.empty((len(scale), sum(part.matrix.shape[1] for part in parts)), dtype=np.float32)
    end = 0
    for i, part in enumerate(parts):
        start, end = end, end + part.matrix.shape[1]
        np.multiply(part.matrix, scale[:, i : i + 1], out=matrix[:, start:end])
    return Embeddings(matrix, tuple(width for part in parts for width in part.widths), lexical)


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
    given = _real_numbers(X)
    if given.ndim != 2:
        raise TransformError(
            f"X has the shape {given.shape}; expected 2D array (n, d), one row per text. Reshape your data with "
            "X.reshape(1, -1) when it is one text."
        )
    for axis, what in enumerate(("sample(s)", "feature(s)")):
        if given.shape[axis] < 1:
            raise TransformError(f"X has 0 {what} (shape={given.shape}) while a minimum of 1 is required.")
    with np.errstate(over="ignore", invalid="ignore"):  # seen below
        array = given.astype(np.float32, copy=False)
    norms = np.sqrt(np.einsum("ij,ij->i", array, array))
    if np.abs(norms - 1.0).max() < UNIT:
        return array
    if ((norms > SMALL) & (norms < LARGE)).all():
        return np.asarray(array / norms[:, None], dtype=np.float32)
    return _scaled_rows(given)


def _real_numbers(X: ArrayLike) -> NDArray[Any]:
    """Return X as an array of real numbers, of any shape."""
    if np.ma.isMaskedArray(X) and np.ma.getmaskarray(X).any():
        raise TransformError("X has masked values, which are no numbers. Fill them, or leave their rows out.")
    try:
        array: NDArray[Any] = np.asarray(X)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise TransformError(f"X does not hold numbers only ({str(error).strip()[:120]}).") from error
    if array.dtype.kind == "c":
        raise TransformError("Complex data not supported: X must hold real numbers.")
    if array.dtype.kind not in "fiub":
        raise TransformError(f"X does not hold numbers only but values of the type {array.dtype}.")
    return array


def _scaled_rows(array: NDArray[Any]) -> NDArray[np.float32]:
    """Give rows of huge, tiny or no numbers the length 1; refuse what is not finite."""
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise TransformError(
            f"X holds NaN or infinity in row {int(finite.argmin())} ({int((~finite).sum())} such rows)."
        )
    exact = array.astype(np.promote_types(array.dtype, np.float64))  # what single precision takes for 0 or infinity
    scale = np.abs(exact).max(axis=1, keepdims=True)
    scaled = (exact / np.where(scale > 0, scale, 1.0)).astype(np.float64)
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
        They are no whole numbers, or do not add up to the width of X.
    """
    widths = (width,) if views is None else as_widths(views)
    if sum(widths) != width:
        raise TransformError(f"views is {widths}, which does not add up to the {width} columns of X.")
    return widths


def as_widths(views: Sequence[int]) -> tuple[int, ...]:
    """Return the widths of views as a tuple of whole numbers.

    Raises
    ------
    TransformError
        They are none, or one is below 1.
    """
    try:
        widths = tuple(index(v) for v in views)
    except TypeError:
        widths = ()
    if not widths or min(widths) < 1:
        raise TransformError(
            f"views is {views!r:.80}; it must be the widths of the views, such as (384, 384), or None."
        )
    return widths
