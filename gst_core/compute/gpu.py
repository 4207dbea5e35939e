"""Which library computes on a GPU, cuML where it is installed and TorchDR otherwise, and its neighbour search."""

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Library = Literal["cuml", "torchdr"]
LIBRARIES: tuple[Library, ...] = ("cuml", "torchdr")  # in the order of preference
DISTANCES_AT_ONCE = 2**26  # of float32: 256 MiB, beside which a corpus' embeddings fit on a small GPU
NO_LIBRARY = (
    "There is a GPU, but neither cuML nor TorchDR can be imported, so that neighbours and the layout stay on the CPU. "
    "To move them, install what requirements-gpu.txt names."
)


@dataclass(frozen=True)
class Accelerator:
    """Where neighbours and layout are computed instead of by faiss and numba on the CPU.

    Attributes
    ----------
    device : torch.device
    library : {"cuml", "torchdr"}
        cuML needs CUDA; TorchDR computes on any device of PyTorch.
    """

    device: torch.device
    library: Library


@lru_cache(maxsize=1)
def installed_library() -> Library | None:
    """Return the library to use, or say once in the log that there is none."""
    for library in LIBRARIES:
        try:
            import_module(library)
        except (ImportError, OSError, RuntimeError) as error:  # or what it is built on is missing, or is too old
            log.info("%s cannot be imported: %s", library, error)
            continue
        return library
    log.warning(NO_LIBRARY)
    return None


def nearest_among(
    points: NDArray[np.float32], others: NDArray[np.float32], k: int, accelerator: Accelerator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Find the k of the others that are nearest to each of the points, exactly.

    Parameters
    ----------
    points : ndarray of shape (n, d), float32
        Unit rows.
    others : ndarray of shape (m, d), float32
        Unit rows.
    k : int
        Less than m.
    accelerator : Accelerator

    Returns
    -------
    similarity : ndarray of shape (n, k), float32
        Cosine, falling.
    index : ndarray of shape (n, k), int64
    """
    distance, index = (_cuml_nearest if accelerator.library == "cuml" else _torchdr_nearest)(
        points, others, k, accelerator
    )
    return (1.0 - distance).astype(np.float32), index.astype(np.int64)


def _torchdr_nearest(
    points: NDArray[np.float32], others: NDArray[np.float32], k: int, accelerator: Accelerator
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return cosine distances and indices, by blocks of points because all distances at once would not fit."""
    from torchdr import pairwise_distances

    there = torch.tensor(others, device=accelerator.device)
    blocks = torch.split(torch.tensor(points), max(DISTANCES_AT_ONCE // len(others), 1))
    found = [
        pairwise_distances(
            block.to(accelerator.device), there, metric="angular", backend=None, k=k, return_indices=True
        )
        for block in blocks
    ]
    product, index = (torch.cat(parts).cpu().numpy() for parts in zip(*found, strict=True))
    return 1.0 + product, index  # its angular distance is the negative product


def on_gpu(device: torch.device) -> AbstractContextManager[Any]:
    """Make a GPU the one that cuML computes on."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def _cuml_nearest(
    points: NDArray[np.float32], others: NDArray[np.float32], k: int, accelerator: Accelerator
) -> tuple[NDArray[Any], NDArray[Any]]:
    from cuml.neighbors import NearestNeighbors

    with on_gpu(accelerator.device):
        search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric="cosine", output_type="numpy").fit(others)
        distance, index = search.kneighbors(points)
    return distance, index
