"""Rows as the encoder looks at them: centred, of length 1, views side by side."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHORTEST = 1e-8  # rows that are shorter point nowhere


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


def _scale(rows: Tensor, to: float) -> None:
    length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    nowhere = length[:, 0] < SHORTEST
    rows.mul_(to / length.clamp_min(SHORTEST))
    if nowhere.any():
        rows[nowhere] = to * torch.eye(1, rows.shape[1])
