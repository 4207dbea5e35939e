"""The encoder that sits on top of cached embeddings, and its fit.

The paper trains an encoder with a contrastive loss and keeps the rest by a reconstruction loss. Both have a known
minimum, and this encoder is set to it instead of walking there. The spectral form of the contrastive loss (HaoChen et
al., "Provable Guarantees for Self-Supervised Deep Learning with Spectral Contrastive Loss", NeurIPS 2021, eq. 6) is
smallest where inner products of codes equal how alike two texts are in class. With the square roots of the class
probabilities as the code that is the Bhattacharyya coefficient of two texts' beliefs (Bhattacharyya, "On a measure of
divergence between two multinomial populations", 1946), which sees graded likeness to unlikely classes as well.
Reconstruction is perfect where the embedding itself is a part of the output. What is left to learn is the way from
embedding to beliefs for texts that come later: a least-squares problem.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 512  # units
HALF_TRUST = 2.0  # labels a class; with one a class, purity stays within a point of the raw embeddings'
CODE_OF_MANY = 0.4  # the code's share with many classes, next to which the classes that no label knows keep their shape
FEW_CLASSES, MANY_CLASSES = 10, 30
SLOPE, OFFSET = 4.0, -1.2  # of a unit: it opens at a cosine of 0.3 with its landmark
RIDGE = 1e-4  # of n, on the weights
LEAST_ROOT = 1e-3  # of a class probability
LEAST_REST = 1e-6  # of the embedding itself, so that an output has a direction where the code is 0
ROWS_AT_ONCE = 2_048  # rows that go through together: what fits into a core's cache
ROWS_OF_FIT = 512  # fewer, because a fit has beliefs beside it in memory


def code_share(guidance: float, n_classes: int, evidence: float) -> float:
    """Return the code's share in the squared length of an output; the rest is the embedding itself.

    One label a class is hearsay: `HALF_TRUST` of them give the code half of its share. Two classes need a strong code
    to show at all. Seventy are told apart by a weak one, and there more classes than the labelled ones are to be
    expected, which a strong code would press into those that it knows: from `FEW_CLASSES` on the share falls with the
    logarithm of their number, and from `MANY_CLASSES` on it is `CODE_OF_MANY`.

    Parameters
    ----------
    guidance : float
        Between 0 and 1: the share with few classes and many labels.
    n_classes : int
    evidence : float
        Labels a class.

    Returns
    -------
    float
        Between 0 and ``1 - LEAST_REST``.
    """
    few, many = np.log(FEW_CLASSES), np.log(MANY_CLASSES)
    way = float(np.clip((np.log(max(n_classes, 1)) - few) / (many - few), 0.0, 1.0))
    share = guidance + way * (min(guidance, CODE_OF_MANY) - guidance)
    return min(share, 1.0 - LEAST_REST) * evidence / (evidence + HALF_TRUST)


class GuidedEncoder(nn.Module):
    """Turn centred embeddings into codes by one hidden layer beside a straight connection.

    Parameters
    ----------
    width : int
        Columns of the embeddings, d.
    hidden : int
        Units, each of which looks for texts like one landmark.
    classes : int
    """

    def __init__(self, width: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.units = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden + width, classes)

    def forward(self, centred: Tensor) -> Tensor:
        """Return the codes of rows (m, d), shape (m, classes)."""
        found = functional.gelu(self.units(centred))
        straight = functional.linear(centred, self.out.weight[:, self.units.out_features :], self.out.bias)
        return straight + functional.linear(found, self.out.weight[:, : self.units.out_features])

    def probabilities(self, code: Tensor) -> Tensor:
        """Return class probabilities (m, classes), rows that sum to 1, of what `forward` returned."""
        classes = self.out.out_features
        root = (code / certainty(classes) + classes**-0.5).clamp_min(LEAST_ROOT)
        return root**2 / (root**2).sum(dim=1, keepdim=True)


def hidden_units(landmarks: NDArray[np.float32], device: torch.device) -> nn.Linear:
    """Return the hidden layer whose units look for texts like the landmarks (hidden, d), unit rows."""
    units = nn.Linear(landmarks.shape[1], len(landmarks)).to(device).requires_grad_(False)
    units.weight.copy_(torch.from_numpy(SLOPE * landmarks))
    units.bias.fill_(OFFSET)
    return units


def gram_of(centred: NDArray[np.float32], units: nn.Linear) -> Tensor:
    """Return the products with each other of what the output layer sees of rows (m, d), whatever the codes.

    Returns
    -------
    Tensor of shape (hidden + d + 1, hidden + d + 1), float64
    """
    size = units.out_features + units.in_features + 1
    gram = torch.zeros((size, size), dtype=torch.float64)
    for _, inputs in _inputs(centred, units):
        if inputs.device.type == "cpu":  # NumPy, other than torch, computes one half of what is symmetric
            known = inputs.numpy()
            gram += torch.from_numpy(known.T @ known)
        else:
            gram += (inputs.T @ inputs).cpu()
    return gram


def opened(centred: NDArray[np.float32], units: nn.Linear) -> Tensor:
    """Return what the hidden units make of rows (m, d), shape (m, hidden)."""
    return functional.gelu(units(torch.from_numpy(centred).to(units.weight.device)))


def _inputs(
    centred: NDArray[np.float32], units: nn.Linear, hidden: Tensor | None = None
) -> Iterator[tuple[slice, Tensor]]:
    """Yield rows, and what the output layer sees of them: hidden units, the rows themselves, and ones."""
    for start in range(0, len(centred), ROWS_OF_FIT):
        rows = slice(start, start + ROWS_OF_FIT)
        found = opened(centred[rows], units) if hidden is None else hidden[rows]
        one = torch.ones((len(found), 1), device=found.device)
        yield rows, torch.cat([found, torch.from_numpy(centred[rows]).to(found.device), one], dim=1)


class EncoderFit:
    """Ridge regression of codes on rows; all but the codes is done at once.

    Parameters
    ----------
    centred : ndarray of shape (n, d), float32
    units : torch.nn.Linear
        Of `hidden_units`.
    gram : Tensor
        Of `gram_of`; it is changed.
    hidden : Tensor of shape (n, hidden), optional
        What the units make of the rows; computed again, and not kept, when left out.
    """

    def __init__(
        self, centred: NDArray[np.float32], units: nn.Linear, gram: Tensor, hidden: Tensor | None = None
    ) -> None:
        self._centred, self._units, self._hidden = centred, units, hidden
        gram.diagonal().add_(RIDGE * len(centred))
        self._factor = torch.linalg.cholesky(gram)

    def encoder(self, probabilities: NDArray[np.float32]) -> GuidedEncoder:
        """Return the encoder whose codes are nearest to what is believed.

        Parameters
        ----------
        probabilities : ndarray of shape (n, classes), float32

        Returns
        -------
        GuidedEncoder
            In evaluation mode, on the device.
        """
        classes, device = probabilities.shape[1], self._units.weight.device
        moment = torch.zeros((len(self._factor), classes), dtype=torch.float64)
        for rows, inputs in _inputs(self._centred, self._units, self._hidden):
            moment += (inputs.T @ torch.from_numpy(code_targets(probabilities[rows])).to(device)).cpu()
        weights = torch.cholesky_solve(moment, self._factor).float()
        network = GuidedEncoder(self._units.in_features, self._units.out_features, classes)
        network = network.to(device).requires_grad_(False).eval()
        network.units.load_state_dict(self._units.state_dict())
        network.out.weight.copy_(weights[:-1].T)
        network.out.bias.copy_(weights[-1])
        return network


def code_targets(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the encoder should say of rows of which so much is believed.

    Parameters
    ----------
    probabilities : ndarray of shape (m, classes), float32

    Returns
    -------
    ndarray of shape (m, classes), float32
        Square roots of the probabilities less their value under ignorance, scaled so that certainty has length 1.
    """
    classes = probabilities.shape[1]
    roots = np.sqrt(np.maximum(probabilities, 0.0)) - classes**-0.5
    return np.asarray(roots * certainty(classes), dtype=np.float32)


def certainty(classes: int) -> float:
    """Return what the root of a one-hot row less that of a flat one is multiplied by to have length 1."""
    return float(1.0 / np.sqrt(max(2.0 - 2.0 * classes**-0.5, 1e-6)))
