"""Each row's nearest others by cosine similarity: exact for few rows or on a GPU, an inverted file for many."""

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from gst_core.compute import gpu

EXACT_UP_TO = 6_000  # rows among as many; above, an inverted file is many times faster at a recall above 0.9
LEADING = 64  # principal directions that a search looks at; more cost time and change few neighbours
SAMPLED = 4_000  # rows, at least, that the principal directions are found from
LIST = 128  # rows in a list of the inverted file, so that a search costs the same however many lists there are
PROBED = 6  # lists
TINY = 1e-12


def nearest(
    points: NDArray[np.float32], k: int, accelerator: gpu.Accelerator | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Find the k nearest rows of each row, itself among them.

    Parameters
    ----------
    points : ndarray of shape (n, d), float32
        Unit rows.
    k : int
        At most n.
    accelerator : Accelerator, optional
        faiss on the CPU without one.

    Returns
    -------
    similarity : ndarray of shape (n, k), float32
        Cosine, falling.
    index : ndarray of shape (n, k), int64
        -1 where fewer than k were found.
    """
    return nearest_among(points, points, k, accelerator)


def nearest_among(
    points: NDArray[np.float32],
    others: NDArray[np.float32],
    k: int,
    accelerator: gpu.Accelerator | None = None,
    probed: int = PROBED,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Find the k of the `others`, shape (m, d), that are nearest to each of the points; as `nearest` otherwise."""
    points, others = np.ascontiguousarray(points, np.float32), np.ascontiguousarray(others, np.float32)
    if accelerator is not None and k < len(others):  # TorchDR does not sort them when all are wanted, which are few
        return gpu.nearest_among(points, others, k, accelerator)
    exact = len(points) * len(others) <= EXACT_UP_TO**2
    similarity, rows = _index(others, exact, probed).search(points, min(k, len(others)))
    return similarity, rows


def _index(points: NDArray[np.float32], exact: bool, probed: int) -> "faiss.Index":
    width = points.shape[1]
    index: faiss.Index = faiss.IndexFlatIP(width)
    if not exact and len(points) >= LIST:
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, len(points) // LIST, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter, index.cp.max_points_per_centroid = 1, 4, 32
        index.cp.min_points_per_centroid = 1
        index.train(points)
        index.nprobe = probed
    index.add(points)
    return index


def pca_projection(X: NDArray[np.float32], width: int = LEADING) -> NDArray[np.float32]:
    """Project rows of any length onto their leading principal directions, by a PCA that does not centre them.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
    width : int
        Directions to keep.

    Returns
    -------
    ndarray of shape (n, min(d, width)), float32
        Rows of length 1.
    """
    return project(X, principal_directions(X, width))


def principal_directions(X: NDArray[np.float32], width: int = LEADING) -> NDArray[np.float32] | None:
    """Return the leading principal directions of rows (not centred), shape (d, width); None when all d are leading."""
    d = X.shape[1]
    if d <= width:
        return None
    some = X[:: max(len(X) // SAMPLED, 1)]
    _, vectors = eigh(some.T @ some / np.float32(len(some)), subset_by_index=[d - width, d - 1])
    return np.asarray(vectors)


def project(X: NDArray[np.float32], directions: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Project rows onto directions, shape (d, width), or leave them as they are, and scale them to length 1."""
    points = X if directions is None else X @ directions
    return points / np.maximum(np.sqrt(np.einsum("ij,ij->i", points, points)), TINY)[:, None]
