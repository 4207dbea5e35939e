"""The encoder that sits on top of cached embeddings, and its fit.

The paper trains an encoder with a contrastive loss and keeps the rest by a reconstruction loss. Both have a known
minimum, and this encoder is set to it instead of walking there. The spectral form of the contrastive loss (HaoChen et
al., "Provable Guarantees for Self-Supervised Deep Learning with Spectral Contrastive Loss", NeurIPS 2021, eq. 6) is
smallest where inner products of codes equal the chance that two texts share a class, which is so when the code of a
text *is* its class probabilities. Reconstruction is perfect where the embedding itself is a part of the output. What
is left to learn is the way from embedding to probabilities for texts that come later: a least-squares problem.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 512  # units; half as many lose 0.5 points of V-measure over six facets
HALF_TRUST = 2.0  # labels a class; with one a class, purity stays within a point of the raw embeddings'
SLOPE, OFFSET = 4.0, -1.2  # of a unit: it opens at a cosine of 0.3 with its landmark
RIDGE = 1e-4  # of n, on the weights
LEAST_REST = 1e-6  # of the embedding itself, so that an output has a direction where the code is 0
ROWS_AT_ONCE = 2_048  # rows that go through together: what fits into a core's cache


@dataclass(frozen=True)
class Shares:
    """How much of the squared length of an output each part may have; the three sum to 1.

    Attributes
    ----------
    belief : float
        Which class a text belongs to.
    profile : float
        How alike it is to every class, the unlikely ones included.
    rest : float
        The embedding itself.
    """

    belief: float
    profile: float
    rest: float

    @classmethod
    def of(cls, guidance: float, n_classes: int, evidence: float) -> "Shares":
        """Divide by how many classes there are and by how many labels (`evidence`) each of them has.

        One label a class is hearsay: `HALF_TRUST` of them give the code half of its share. Two classes need a strong
        code to show at all. Seventy are told apart by a weak one, and there more classes than the labelled ones are to
        be expected, which a strong code would press into those that it knows.
        """
        many = many_classes(n_classes)
        guidance = min(guidance, 1.0 - LEAST_REST) * evidence / (evidence + HALF_TRUST)
        belief, profile = guidance * (1 - 0.44 * many), guidance * 0.31 * many
        return cls(belief, profile, 1.0 - belief - profile)


def many_classes(n_classes: int) -> float:
    """Return 0 up to 10 classes, 1 from 30 on, and between in proportion to the logarithm."""
    few, many = np.log(10), np.log(30)
    return float(np.clip((np.log(max(n_classes, 1)) - few) / (many - few), 0.0, 1.0))


class GuidedEncoder(nn.Module):
    """Turn centred embeddings into class beliefs and profiles by one hidden layer beside a straight connection.

    Parameters
    ----------
    width : int
        Columns of the embeddings, d.
    hidden : int
        Units, each of which looks for texts like one landmark.
    classes : int
    profile : bool
        Whether there is a profile.
    """

    def __init__(self, width: int, hidden: int, classes: int, profile: bool) -> None:
        super().__init__()
        self.units = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden + width, classes * (2 if profile else 1))
        self.classes = classes
        self.profile = profile

    def forward(self, centred: Tensor) -> Tensor:
        """Return beliefs, and profiles beside them, of rows (m, d): shape (m, classes) or (m, 2 classes)."""
        found = functional.gelu(self.units(centred))
        straight = functional.linear(centred, self.out.weight[:, self.units.out_features :], self.out.bias)
        return straight + functional.linear(found, self.out.weight[:, : self.units.out_features])

    def code(self, said: Tensor, shares: Shares) -> Tensor:
        """Return what `forward` returned with beliefs and profiles each as long as its share."""
        code = said.clone()
        code[:, : self.classes] *= shares.belief**0.5
        code[:, self.classes :] *= shares.profile**0.5
        return code

    def probabilities(self, said: Tensor) -> Tensor:
        """Return class probabilities (m, classes), rows that sum to 1, of what `forward` returned."""
        belief = said[:, : self.classes]
        chance = (belief / _certainty(self.classes) + 1.0 / self.classes).clamp_min(1e-6)
        return chance / chance.sum(dim=1, keepdim=True)


def fit_encoder(
    centred: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    coverage: NDArray[np.float32],
    landmarks: NDArray[np.int64],
    device: torch.device,
) -> GuidedEncoder:
    """Fit an encoder by ridge regression, with the landmarks as its hidden units.

    Parameters
    ----------
    centred : ndarray of shape (n, d), float32
    probabilities : ndarray of shape (n, classes), float32
        What is believed of each row.
    coverage : ndarray of shape (n,), float32
        0 where the labels say nothing of a row, 1 where they do.
    landmarks : ndarray of shape (hidden,), int64
        Rows.
    device : torch.device

    Returns
    -------
    GuidedEncoder
        In evaluation mode, on the device.
    """
    classes = probabilities.shape[1]
    profile = many_classes(classes) > 0
    network = GuidedEncoder(centred.shape[1], len(landmarks), classes, profile).to(device).requires_grad_(False).eval()
    network.units.weight.copy_(torch.from_numpy(SLOPE * centred[landmarks]))
    network.units.bias.fill_(OFFSET)
    mean = profile_mean(probabilities) if profile else None
    size = len(landmarks) + centred.shape[1] + 1
    gram = torch.zeros((size, size), dtype=torch.float64)
    moment = torch.zeros((size, network.out.out_features), dtype=torch.float64)
    for start in range(0, len(centred), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        inputs = torch.from_numpy(centred[rows]).to(device)
        found, one = functional.gelu(network.units(inputs)), torch.ones((len(inputs), 1), device=device)
        both = torch.cat([found, inputs, one], dim=1)
        target = torch.from_numpy(code_targets(probabilities[rows], coverage[rows], mean)).to(device)
        gram += (both.T @ both).cpu()
        moment += (both.T @ target).cpu()
    gram.diagonal().add_(RIDGE * len(centred))
    weights = torch.linalg.solve(gram, moment).float()
    network.out.weight.copy_(weights[:-1].T)
    network.out.bias.copy_(weights[-1])
    return network


def code_targets(
    probabilities: NDArray[np.float32], coverage: NDArray[np.float32], mean: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Return what the encoder should say: beliefs, and with a profile's mean the centred profiles beside them.

    Returns
    -------
    ndarray of shape (m, classes) or (m, 2 classes), float32
        A belief is a class probability less its value under ignorance, scaled so that certainty has length 1; where
        the labels say nothing it is 0.
    """
    classes = probabilities.shape[1]
    belief = (probabilities - 1.0 / classes) * _certainty(classes) * coverage[:, None]
    if mean is None:
        return belief.astype(np.float32)
    profile = soft_profile(probabilities) - mean
    profile /= np.maximum(np.linalg.norm(profile, axis=1, keepdims=True), 1e-6)
    return np.hstack([belief, profile]).astype(np.float32)


def soft_profile(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities flattened by the fourth root, as rows of length 1: graded likeness to every class."""
    soft = np.maximum(probabilities, 0.0) ** 0.25
    return np.asarray(soft / np.maximum(np.linalg.norm(soft, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def profile_mean(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean profile, shape (classes,)."""
    return np.asarray(soft_profile(probabilities).mean(axis=0), dtype=np.float32)


def _certainty(classes: int) -> float:
    """Return what a one-hot row less its mean has to be multiplied by to have length 1."""
    return float(1.0 / np.sqrt(max(1.0 - 1.0 / classes, 1e-6)))
