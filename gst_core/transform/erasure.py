"""Leaving out: what some columns say of texts is erased from their embeddings, in closed form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse

from gst_core.compute import SHORTEST

LOOKED_AT = 3_000  # rows that say how the embeddings vary; all rows say how they vary with the columns
SHRINKAGE = 0.1  # of the covariance towards a multiple of the identity, so that it has an inverse
MANY, LARGEST_PART = 32, 0.25  # dimensions of a view that are erased; of more at most this part, else nothing is left
NOTHING = 1e-6  # correlations, and shares of a square that is variance, below which there is but rounding
ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, eq=False)
class Erasure:
    """Takes from each view what a linear function of it could say of some columns.

    Attributes
    ----------
    mean : ndarray of shape (d,), float32
        Of the embeddings that it was fitted to, all views side by side.
    reads : tuple of ndarray of shape (rank, width), float32
        Of each view: the directions in which texts of different values differ.
    takes : tuple of ndarray of shape (rank, width), float32
        Of each view: what is taken away for each unit that is read.
    """

    mean: NDArray[np.float32]
    reads: tuple[NDArray[np.float32], ...]
    takes: tuple[NDArray[np.float32], ...]

    @classmethod
    def fit(cls, X: NDArray[np.float32], Z: sparse.csr_matrix, widths: Sequence[int]) -> "Erasure":
        """Find what has to be taken away.

        With the covariance S of a view, shrunk, and its covariance C with the columns, ``r(x) = x - C (C' S^-1 C)^+ C'
        S^-1 (x - mean)`` has no covariance with the columns, whatever S is, and of all such functions it changes x
        least in the mean. The covariance of all views with the columns is 0 as well, so that no linear probe of all of
        them together reads a column.

        Parameters
        ----------
        X : ndarray of shape (n, d), float32
            Embeddings, all views side by side.
        Z : csr_matrix of shape (n, k), float64
            The columns as numbers, see `gst_core.transform.left_out.read_left_out`; k may be 0.
        widths : sequence of int
            Of the views; they add up to d.

        References
        ----------
        Belrose et al., "LEACE: Perfect linear concept erasure in closed form", NeurIPS 2023.
        """
        mean, covariance = _covariance_with(X, Z)
        sample = X if len(X) <= LOOKED_AT else X[np.random.default_rng(0).permutation(len(X))[:LOOKED_AT]]
        ends = np.cumsum(widths)[:-1]
        parts = [
            _directions(rows.astype(np.float64), shared)
            for rows, shared in zip(np.split(sample, ends, axis=1), np.split(covariance, ends), strict=True)
        ]
        return cls(mean.astype(np.float32), tuple(p[0] for p in parts), tuple(p[1] for p in parts))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return all arrays by name, for saving; `of_arrays` takes them back."""
        views = enumerate(zip(self.reads, self.takes, strict=True))
        parts = {
            f"{part}.{v}": array for v, pair in views for part, array in zip(("reads", "takes"), pair, strict=True)
        }
        return {"mean": self.mean, **parts}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.float32]]) -> "Erasure":
        """Return the erasure of these arrays; a KeyError if one is missing."""
        views = range(sum(name.startswith("reads.") for name in arrays))
        reads, takes = (tuple(arrays[f"{part}.{v}"] for v in views) for part in ("reads", "takes"))
        return cls(arrays["mean"], reads, takes)

    def fits(self, widths: Sequence[int]) -> bool:
        """Say whether all arrays are those of views of these widths."""
        shapes = [(len(reads), width) for reads, width in zip(self.reads, widths, strict=False)]
        return (
            self.mean.shape == (sum(widths),)
            and [r.shape for r in self.reads] == shapes == [t.shape for t in self.takes]
            and len(shapes) == len(widths)
        )

    def apply(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings without what the columns say.

        Parameters
        ----------
        X : ndarray of shape (m, d), float32
            Views side by side as in the fit, perhaps the leading ones only; of the same texts or others.

        Returns
        -------
        ndarray of shape (m, d), float32
            Each row of each view has the length that it had.
        """
        return self._without(X, self.mean)

    def apply_to_names(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings of class names, of any length, without the directions that the columns are read in.

        Parameters
        ----------
        vectors : ndarray of shape (m, d), float32
            What is zero in a view stays so.
        """
        return self._without(vectors, np.zeros_like(self.mean))

    def _without(self, X: NDArray[np.float32], origin: NDArray[np.float32]) -> NDArray[np.float32]:
        out = np.empty(X.shape, dtype=np.float32)
        ends = np.cumsum([reads.shape[1] for reads in self.reads])
        for reads, takes, end in zip(self.reads, self.takes, ends, strict=True):
            view = slice(end - reads.shape[1], end)
            for start in range(0, len(X) if end <= X.shape[1] else 0, ROWS_AT_ONCE):
                some = slice(start, start + ROWS_AT_ONCE)
                out[some, view] = _as_long(X[some, view], _less(X[some, view], origin[view], reads, takes))
        return out


def _less(
    rows: NDArray[np.float32],
    origin: NDArray[np.float32],
    reads: NDArray[np.float32],
    takes: NDArray[np.float32],
) -> NDArray[np.float32]:
    return np.asarray(rows - ((rows - origin) @ reads.T) @ takes, dtype=np.float32)


def _as_long(rows: NDArray[np.float32], changed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give changed rows the lengths that they had."""
    length, now = (np.linalg.norm(x, axis=1, keepdims=True) for x in (rows, changed))
    return np.asarray(changed * (length / np.maximum(now, SHORTEST)), dtype=np.float32)


def _covariance_with(X: NDArray[np.float32], Z: sparse.csr_matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of X, shape (d,), and its covariance with the columns of Z scaled to variance 1, shape (d, k)."""
    n = len(X)
    total, product = np.zeros(X.shape[1]), np.zeros((Z.shape[1], X.shape[1]))
    for start in range(0, n, ROWS_AT_ONCE):
        rows = X[start : start + ROWS_AT_ONCE].astype(np.float64)
        total += rows.sum(axis=0)
        product += Z[start : start + ROWS_AT_ONCE].T @ rows
    mean, mean_of_z = total / n, np.asarray(Z.mean(axis=0)).ravel()
    variance = np.asarray(Z.multiply(Z).mean(axis=0)).ravel() - mean_of_z**2
    varies = variance > NOTHING * np.asarray(Z.multiply(Z).mean(axis=0)).ravel()
    shared = (product / n - np.outer(mean_of_z, mean))[varies] / np.sqrt(variance[varies])[:, None]
    return mean, shared.T


def _directions(
    rows: NDArray[np.float64], shared: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is read of a view and what is taken from it, shapes (rank, width)."""
    width = rows.shape[1]
    centred = rows - rows.mean(axis=0)
    covariance = centred.T @ centred / len(rows)
    spread = np.trace(covariance) / width
    if spread < SHORTEST**2 or not shared.size:
        nothing = np.zeros((0, width), dtype=np.float32)
        return nothing, nothing
    covariance *= 1.0 - SHRINKAGE
    covariance[np.diag_indices(width)] += SHRINKAGE * spread
    root = np.linalg.cholesky(covariance)
    whitened = scipy.linalg.solve_triangular(root, shared, lower=True)
    directions, correlation, _ = np.linalg.svd(whitened, full_matrices=False)
    rank = min(int((correlation > NOTHING).sum()), max(MANY, int(LARGEST_PART * width)))
    strongest = directions[:, :rank]
    reads = scipy.linalg.solve_triangular(root, strongest, lower=True, trans="T").T
    length = np.linalg.norm(reads, axis=1, keepdims=True)
    return (reads / length).astype(np.float32), (length * (root @ strongest).T).astype(np.float32)
