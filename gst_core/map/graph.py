"""The neighbour graph that a map is laid out from.

UMAP's fuzzy graph of each row's nearest others (McInnes et al., "UMAP", 2018), and ties between texts of one class.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray

from gst_core.compute import Accelerator, nearest, pca_projection

NEIGHBOURS = 15
TINY = 1e-9
BISECTIONS = 24
COMPANIONS = 5  # ties of a text to its class
TIE = 0.5  # of a neighbour's strength, when both are sure
SMALLEST_BANDWIDTH = 1e-3  # of the mean distance, as in umap-learn


@dataclass(frozen=True, eq=False)
class FuzzyGraph:
    """Nearest neighbours and UMAP's fuzzy graph of them.

    Attributes
    ----------
    index : ndarray of shape (n, k), int64
        Each row's neighbours, itself first.
    weights : csr_matrix of shape (n, n)
        Symmetric membership strengths from 0 to 1 (McInnes et al., 2018, section 3.1).
    """

    index: NDArray[np.int64]
    weights: sp.csr_matrix


def fuzzy_graph(
    Z: NDArray[np.float32], accelerator: Accelerator | None = None, neighbours: int = NEIGHBOURS
) -> FuzzyGraph:
    """Build the graph that the map is laid out from.

    Parameters
    ----------
    Z : ndarray of shape (n, k), float32
        The embedding; rows of any length.
    accelerator : Accelerator, optional
        Where neighbours are looked for, if not on the CPU.
    neighbours : int
        Per row, itself among them; cut to n for small corpora.

    Returns
    -------
    FuzzyGraph
    """
    k = min(neighbours, len(Z))
    similarity, index = nearest(pca_projection(Z), k, accelerator)
    index, distance = _itself_first(index, np.clip(1.0 - similarity, 0.0, 2.0).astype(np.float32))
    return FuzzyGraph(index, symmetric(index, membership(distance)))


def guided_graph(graph: FuzzyGraph, probabilities: NDArray[np.float32], seed: int) -> FuzzyGraph:
    """Tie texts of the same likely class together, near or not.

    A layout of nearest neighbours alone keeps every island of the corpus whole and may put islands of one class at
    opposite ends of the map, because no edge says that they belong together. So each text also gets `COMPANIONS` edges
    to random texts of its likeliest class, as strong as the geometric mean of how sure both are of it.

    Parameters
    ----------
    graph : FuzzyGraph
    probabilities : ndarray of shape (n, n_classes), float32
    seed : int
        Decides which texts are tied.

    Returns
    -------
    FuzzyGraph
        With the same neighbours and more weights.
    """
    rng = np.random.default_rng(seed)
    n, classes = probabilities.shape
    if classes < 2:
        return graph
    best, sure = probabilities.argmax(axis=1), (probabilities.max(axis=1) - 1 / classes) / (1 - 1 / classes)
    rows, columns = [], []
    for c in range(classes):
        members = np.flatnonzero(best == c)
        rows.append(np.repeat(members, COMPANIONS))
        columns.append(rng.choice(members, COMPANIONS * len(members)) if len(members) else members)
    head, tail = np.concatenate(rows), np.concatenate(columns)
    strength = TIE * np.sqrt(sure[head] * sure[tail]) * (head != tail)
    ties = sp.csr_matrix((strength, (head, tail)), shape=(n, n))
    return FuzzyGraph(graph.index, sp.csr_matrix(graph.weights.maximum(ties.maximum(ties.T))))


def membership(distance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn distances to neighbours into membership strengths.

    The strength falls as ``exp(-(d - rho) / sigma)`` with rho the distance of the nearest other point and sigma such
    that the strengths of a row sum to ``log2(k)`` (McInnes et al., "UMAP", 2018, section 3.1 and algorithm 3). It is
    umap-learn's `smooth_knn_dist` for all rows at once, because that one compiles for 8 s in every new process.

    Parameters
    ----------
    distance : ndarray of shape (n, k), float32
        Each row's own distance, 0, first; infinity where there is no neighbour.

    Returns
    -------
    ndarray of shape (n, k), float32
        From 0 to 1; 0 in the first column.
    """
    others = distance[:, 1:].astype(np.float32)
    if not others.shape[1]:
        return np.zeros(distance.shape, dtype=np.float32)
    positive = np.where((others > 0) & np.isfinite(others), others, np.inf)
    rho = positive.min(axis=1)
    rho[~np.isfinite(rho)] = 0.0
    excess = np.maximum(others - rho[:, None], 0.0)
    sigma = _bandwidth(excess, np.log2(distance.shape[1]))
    finite = np.isfinite(others)
    mean = np.where(finite, others, 0.0).sum(axis=1) / np.maximum(finite.sum(axis=1), 1)
    sigma = np.maximum(sigma, SMALLEST_BANDWIDTH * np.where(rho > 0, mean, mean.mean()))
    strength = np.exp(-excess / np.maximum(sigma, TINY)[:, None])
    return np.hstack([np.zeros((len(distance), 1), np.float32), strength]).astype(np.float32)


def _bandwidth(excess: NDArray[np.float32], target: float) -> NDArray[np.float32]:
    """Find by bisection, for each row, the sigma at which the strengths sum to the target."""
    negative = -torch.from_numpy(excess)  # torch computes exponentials on all cores
    low, high = torch.zeros(len(excess)), torch.full((len(excess),), np.inf)
    middle = torch.ones(len(excess))
    for _ in range(BISECTIONS):
        too_much = (negative / middle[:, None]).exp_().sum(dim=1) > target
        high = torch.where(too_much, middle, high)
        low = torch.where(too_much, low, middle)
        middle = torch.where(torch.isinf(high), middle * 2, (low + high) / 2)
    return np.asarray(middle.numpy(), dtype=np.float32)


def symmetric(index: NDArray[np.int64], strength: NDArray[np.float32]) -> sp.csr_matrix:
    """Join both directions of each edge by the probabilistic sum ``a + b - a b`` (McInnes et al., 2018)."""
    n, k = index.shape
    rows = np.repeat(np.arange(n), k)
    there = (index.ravel() >= 0) & (strength.ravel() > 0)
    graph = sp.csr_matrix((strength.ravel()[there], (rows[there], index.ravel()[there])), shape=(n, n))
    both = graph.multiply(graph.T)
    return sp.csr_matrix(graph + graph.T - both)


def kept_neighbours(before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    """Return the share of neighbours (itself not counted) that rows keep from one graph to the next, 0 to 1."""
    if before.shape != after.shape or before.shape[1] < 2:
        return 0.0
    shared = (after[:, 1:, None] == before[:, None, 1:]).any(axis=2)
    return float(shared.mean())


def _itself_first(
    index: NDArray[np.int64], distance: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Put each row itself first among its neighbours; equal rows and an inexact search may have left it out."""
    rows = np.arange(len(index))
    itself = index == rows[:, None]
    at = np.where(itself.any(axis=1), itself.argmax(axis=1), index.shape[1] - 1)
    index, distance = index.copy(), distance.copy()
    index[rows, at], distance[rows, at] = index[:, 0], distance[:, 0]
    index[:, 0], distance[:, 0] = rows, 0.0
    gone = index < 0
    distance[gone] = np.inf
    return index, distance
