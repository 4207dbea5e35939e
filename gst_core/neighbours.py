"""Each row's nearest others by cosine similarity: exact for few rows, an inverted file for many."""

import faiss
import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 6_000  # rows; above, an inverted file is many times faster at a recall above 0.9
LEADING = 64  # principal directions that a search looks at; more cost time and change few neighbours
TINY = 1e-12


def nearest(points: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Find the k nearest rows of each row, itself among them.

    Parameters
    ----------
    points : ndarray of shape (n, d), float32
        Unit rows.
    k : int
        At most n.

    Returns
    -------
    similarity : ndarray of shape (n, k), float32
        Cosine, falling.
    index : ndarray of shape (n, k), int64
        -1 where fewer than k were found.
    """
    points = np.ascontiguousarray(points, dtype=np.float32)
    width = points.shape[1]
    index: faiss.Index = faiss.IndexFlatIP(width)
    if len(points) > EXACT_UP_TO:
        lists = int(np.sqrt(len(points)) * 1.5)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.niter, index.cp.max_points_per_centroid = 1, 8, 64
        index.train(points)
        index.nprobe = 12
    index.add(points)
    similarity, rows = index.search(points, min(k, len(points)))
    return similarity, rows


def leading_directions(X: NDArray[np.float32], width: int = LEADING) -> NDArray[np.float32]:
    """Project rows onto their leading principal directions (not centred) and scale them to length 1.

    Returns
    -------
    ndarray of shape (n, min(d, width)), float32
    """
    if X.shape[1] <= width:
        return np.ascontiguousarray(X)
    _, vectors = np.linalg.eigh((X.T @ X).astype(np.float64) / len(X))
    points = X @ vectors[:, -width:].astype(np.float32)
    points /= np.maximum(np.sqrt(np.einsum("ij,ij->i", points, points)), TINY)[:, None]
    return points
