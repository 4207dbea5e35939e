"""The transform of the GSTransform paper, as a baseline: an encoder-decoder trained on the given labels alone.

Feng et al., "Don't Reinvent the Wheel: Efficient Instruction-Following Text Embedding based on Guided Space
Transformation", ACL 2025, arXiv 2505.24754. Widths, steps and learning rate are fixed here and tuned to no dataset.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

HIDDEN, CODE = 256, 128
STEPS = 300
BATCH = 256  # labelled rows in a step, and as many rows of the whole corpus
LEARNING_RATE = 1e-3
TEMPERATURE = 0.1


class PaperTransform(nn.Module):
    """Linear, GELU, Linear to a code, and the mirror back to the embedding.

    Parameters
    ----------
    width : int
        Columns of the embeddings, d.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, CODE))
        self.decoder = nn.Sequential(nn.Linear(CODE, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, width))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return codes, shape (m, 128), L2-normalised rows, of embeddings (m, d)."""
        return functional.normalize(self.encoder(embeddings), dim=1)

    def reconstruct(self, embeddings: Tensor) -> Tensor:
        """Return what the decoder makes of the encoder's output, shape (m, d)."""
        return self.decoder(self.encoder(embeddings))


def supervised_contrastive_loss(code: Tensor, labels: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Return the loss of Khosla et al. (NeurIPS 2020, eq. 2), the mean over rows that have a partner.

    Parameters
    ----------
    code : Tensor of shape (m, k)
        L2-normalised rows.
    labels : Tensor of shape (m,), int64
    temperature : float

    Returns
    -------
    Tensor
        A scalar, at least 0; 0 when no row has a partner.
    """
    itself = torch.eye(len(code), dtype=torch.bool)
    similarity = (code @ code.T / temperature).masked_fill(itself, -torch.inf)
    log_share = (similarity - torch.logsumexp(similarity, dim=1, keepdim=True)).masked_fill(itself, 0.0)
    partners = (labels[:, None] == labels[None, :]) & ~itself
    count = partners.sum(dim=1)
    per_row = -(log_share * partners).sum(dim=1) / count.clamp_min(1)
    return per_row.sum() / (count > 0).sum().clamp_min(1)


def fit_paper_transform(
    X: NDArray[np.float32], codes: NDArray[np.int64], seed: int, steps: int = STEPS
) -> PaperTransform:
    """Train on the labels for the contrastive half and on all rows for the reconstruction half.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Embeddings with unit rows.
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where a row is not labelled.
    seed : int
    steps : int

    Returns
    -------
    PaperTransform
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = PaperTransform(X.shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE)
    rows, labels = torch.tensor(X, dtype=torch.float32), torch.tensor(codes)
    labelled = np.flatnonzero(codes >= 0)
    for _ in range(steps):
        taught = labelled if len(labelled) <= BATCH else rng.choice(labelled, BATCH, replace=False)
        any_rows = rows[rng.integers(0, len(X), size=BATCH)]
        contrast = supervised_contrastive_loss(network(rows[taught]), labels[taught])
        # A unit row has a mean square of 1 / d; times d, the error counts as one minus a cosine does.
        rebuilt = functional.mse_loss(network.reconstruct(any_rows), any_rows) * X.shape[1]
        optimiser.zero_grad(set_to_none=True)
        (contrast + rebuilt).backward()
        optimiser.step()
    return network.eval()


def paper_embeddings(X: NDArray[np.float32], codes: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
    """Fit, and return the code of every row, shape (n, 128), float32, L2-normalised rows; arguments as for the fit."""
    network = fit_paper_transform(X, codes, seed)
    with torch.inference_mode():
        return network(torch.tensor(X, dtype=torch.float32)).numpy()
