"""UMAP's layout on a GPU, a chunk of epochs at a time, by the library that `compute.gpu` has found.

Both libraries lay a graph out from given positions in one call that cannot be watched or stopped. So a layout is cut
into chunks of epochs, each a call of its own on the edges that are due in it, and each edge is followed as often as it
would be in one long call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray

from gst_core.compute import Accelerator, on_gpu

SHORTEST_CHUNK = 2  # epochs; both libraries drop an edge that is due in one epoch of one
BETWEEN = 0.5  # added to how often an edge is due, so that rounding cannot lose a time
# Of the strength on the CPU, because a GPU moves all points at once and no edge sees what another has just done. At the
# full strength a map swells to nearly twice its width before it settles, and is 0.98 as trustworthy as the CPU's; at
# this one it is 0.99 to 1.00 as trustworthy (TorchDR on clinc150, see docs/gpu.md).
TOGETHER = 0.3
NUDGE = 1e-3  # of a map's width of 10, for points of which all have the same x


@dataclass(frozen=True)
class Chunk:
    """Some epochs of a layout.

    Attributes
    ----------
    edges : csr_matrix of shape (n, n)
        Those that are followed at least once; the value is the share of the epochs in which each is, at most 1.
    epochs : int
    strengths : tuple of float
        The learning rate of the first epoch, and that after the last one.
    seed : int
    """

    edges: sp.csr_matrix
    epochs: int
    strengths: tuple[float, float]
    seed: int


def layout(
    positions: NDArray[np.float32],
    weights: sp.csr_matrix,
    accelerator: Accelerator,
    *,
    epochs: int,
    strength: float,
    chunks: int,
    seed: int | None,
) -> Iterator[NDArray[np.float32]]:
    """Run UMAP's layout from given positions, a chunk at a time.

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    weights : csr_matrix of shape (n, n)
        The fuzzy graph, symmetric.
    accelerator : Accelerator
    epochs : int
        At least `SHORTEST_CHUNK`.
    strength : float
        As on the CPU; see `TOGETHER`. It falls to 0.
    chunks : int
        How many times positions are given out, at most.
    seed : int or None
        The same number gives the same map, and None is a number too.

    Yields
    ------
    ndarray of shape (n, 2), float32
        Closing the generator stops the work.
    """
    advance = _cuml_chunk if accelerator.library == "cuml" else _torchdr_chunk
    for part in np.array_split(np.arange(epochs), max(min(chunks, epochs // SHORTEST_CHUNK), 1)):
        chunk = _chunk(weights, int(part[0]), int(part[-1]) + 1, epochs, strength, seed or 0)
        if chunk.edges.nnz:
            positions = advance(positions, chunk, accelerator)
        yield positions.copy()


def _chunk(weights: sp.csr_matrix, first: int, end: int, epochs: int, strength: float, seed: int) -> Chunk:
    """Return what is to do from one epoch up to another, of so many in all."""
    often = weights.data / max(float(weights.data.max(initial=0.0)), np.finfo(np.float32).tiny)
    times = np.floor(end * often) - np.floor(first * often)
    share = np.minimum((times + BETWEEN) / (end - first), 1.0) * (times > 0)
    edges = sp.csr_matrix((share.astype(np.float32), weights.indices, weights.indptr), shape=weights.shape, copy=True)
    edges.eliminate_zeros()
    before, after = (TOGETHER * strength * (1.0 - epoch / epochs) for epoch in (first, end))
    return Chunk(edges, end - first, (before, after), seed + first)


def _torchdr_chunk(positions: NDArray[np.float32], chunk: Chunk, accelerator: Accelerator) -> NDArray[np.float32]:
    from torchdr import UMAP

    from gst_core.map.umap_sgd import CURVE, NEGATIVES

    start = torch.tensor(positions, device=accelerator.device)
    if not float(start[:, 0].std()):
        start[::2, 0] += NUDGE
    before, after = chunk.strengths
    a, b = CURVE
    model = UMAP(
        n_neighbors=2,  # not used: the graph is given
        a=a,
        b=b,
        lr=before,
        scheduler_kwargs={"start_factor": 1.0, "end_factor": after / before, "total_iters": chunk.epochs},
        init=start,
        init_scaling=float(start[:, 0].std()),  # it divides by this
        max_iter=chunk.epochs,
        negative_sample_rate=NEGATIVES,
        process_duplicates=False,  # points may share a place
        distributed=False,
    )
    model.affinity_in = _given_graph(chunk.edges, accelerator.device)
    with torch.random.fork_rng(devices=[accelerator.device] if accelerator.device.type == "cuda" else []):
        torch.manual_seed(chunk.seed)
        found: torch.Tensor = model.fit_transform(start)
    return found.detach().cpu().numpy()


def _given_graph(edges: sp.csr_matrix, device: torch.device) -> Any:  # noqa: ANN401 - a class of TorchDR's
    """Return a graph as TorchDR's UMAP takes it: one row of neighbours per point, filled up with -1."""
    from torchdr import SparseAffinity

    n, degree = edges.shape[0], np.diff(edges.indptr)
    rows = np.repeat(np.arange(n), degree)
    at = np.arange(edges.nnz) - np.repeat(edges.indptr[:-1], degree)
    places = torch.tensor(rows, device=device), torch.tensor(at, dtype=torch.int64, device=device)
    strength = torch.zeros((n, int(degree.max())), device=device)
    neighbour = torch.full(strength.shape, -1, dtype=torch.int64, device=device)
    strength[places] = torch.tensor(edges.data, device=device)
    neighbour[places] = torch.tensor(edges.indices, dtype=torch.int64, device=device)

    class GivenGraph(SparseAffinity):
        """A graph that is known already."""

        def _compute_sparse_affinity(
            self, X: torch.Tensor, return_indices: bool = True
        ) -> tuple[torch.Tensor, torch.Tensor]:
            return strength, neighbour

    return GivenGraph(distributed=False)


def _cuml_chunk(positions: NDArray[np.float32], chunk: Chunk, accelerator: Accelerator) -> NDArray[np.float32]:
    from cuml.manifold.umap import simplicial_set_embedding

    from gst_core.map.umap_sgd import CURVE, NEGATIVES

    # Its first epoch follows no edge, and its learning rate falls to 0 in every call: the one that gives the same mean
    # over the epochs that count is passed.
    epochs = chunk.epochs + 1
    its_mean = 1.0 - (chunk.epochs - 1) / (2.0 * epochs)
    a, b = CURVE
    with on_gpu(accelerator.device):
        found = simplicial_set_embedding(
            positions,  # read for its shape alone, because the graph and the start are given
            chunk.edges,
            n_components=2,
            initial_alpha=sum(chunk.strengths) / 2.0 / its_mean,
            a=a,
            b=b,
            negative_sample_rate=NEGATIVES,
            n_epochs=epochs,
            init=positions,
            random_state=chunk.seed,
        )
    moved: NDArray[np.float32] = torch.as_tensor(found).cpu().numpy()  # an array of NumPy's or of CuPy's, by version
    return moved
