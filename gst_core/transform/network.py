"""The encoder that sits on top of cached embeddings, and its fit.

The paper trains an encoder with a contrastive loss and keeps the rest by a reconstruction loss. Both have a known
minimum, and this encoder is set to it instead of walking there. The spectral form of the contrastive loss (HaoChen et
al., "Provable Guarantees for Self-Supervised Deep Learning with Spectral Contrastive Loss", NeurIPS 2021, eq. 6) is
smallest where inner products of codes equal how alike two texts are in class. With the square roots of the class
probabilities as the code that is the Bhattacharyya coefficient of two texts' soft labels (Bhattacharyya, "On a measure
of divergence between two multinomial populations", 1946), which sees graded likeness to unlikely classes as well.
Reconstruction is perfect where the embedding itself is a part of the output. What is left to learn is the way from
embedding to soft labels for texts that come later: a least-squares problem.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 512  # hidden features
EVIDENCE_OF_HALF = 2.0  # labels per class; with one per class, purity stays within a point of the raw embeddings'
SHARE_OF_MANY = 0.4  # the code's with many classes, next to which the classes that no label knows keep their shape
FEW_CLASSES, MANY_CLASSES = 10, 30
NOVELTY_SEEN, NO_NOVELTY = 0.8, 0.95  # known shares: between them the code's share rises to the whole
BESIDE_NOVELTY = 0.07  # of the code's share, next to which texts of unknown classes keep their shape
SLOPE, OFFSET = 4.0, -1.2  # of a hidden feature: it opens at a cosine of 0.3 with its landmark
RIDGE = 1e-4  # of n, on the weights
RIDGE_STEP = 10.0  # times more, where that is too little
LEAST_ROOT = 1e-3  # of a class probability
LEAST_REST = 1e-6  # of the embedding itself, so that an output has a direction where the code is 0
ROWS_AT_ONCE = 2_048  # rows that go through together: what fits into a core's cache
ROWS_OF_FIT = 512  # fewer, because a fit has soft labels beside it in memory


def code_share(guidance: float, n_classes: int, evidence: float, known: float = 1.0) -> float:
    """Return the code's share in the squared length of an output; the rest is the embedding itself.

    One label per class is weak evidence: `EVIDENCE_OF_HALF` of them give the code half of its share, which is
    ``evidence / (evidence + EVIDENCE_OF_HALF)`` as in shrinkage by a prior of that strength. Two classes need a strong
    code to show at all. Seventy are told apart by a weak one, and there more classes than the labelled ones are to be
    expected, which a strong code would press into those that it knows: from `FEW_CLASSES` on the share falls with the
    logarithm of their number, and from `MANY_CLASSES` on it is `SHARE_OF_MANY`. Where texts of other
    classes are seen, it is `BESIDE_NOVELTY` of that.

    Parameters
    ----------
    guidance : float
        Between 0 and 1: the share with few classes and many labels.
    n_classes : int
    evidence : float
        Labels per class, at least 0.
    known : float
        Share of the texts that are of a labelled class, from 0 to 1.

    Returns
    -------
    float
        Between 0 and ``1 - LEAST_REST``.
    """
    few, many = np.log(FEW_CLASSES), np.log(MANY_CLASSES)
    way = float(np.clip((np.log(max(n_classes, 1)) - few) / (many - few), 0.0, 1.0))
    share = guidance + way * (min(guidance, SHARE_OF_MANY) - guidance)
    certain = float(np.clip((known - NOVELTY_SEEN) / (NO_NOVELTY - NOVELTY_SEEN), 0.0, 1.0))
    share *= BESIDE_NOVELTY + (1.0 - BESIDE_NOVELTY) * certain
    return min(share, 1.0 - LEAST_REST) * evidence / (evidence + EVIDENCE_OF_HALF)


class GuidedEncoder(nn.Module):
    """Turn centred embeddings into codes by one hidden layer beside a straight connection.

    Parameters
    ----------
    width : int
        Columns of the embeddings, d.
    hidden : int
        Hidden features, each of which looks for texts like one landmark.
    classes : int
    """

    def __init__(self, width: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.hidden_layer = nn.Linear(width, hidden)
        self.out = nn.Linear(hidden + width, classes)

    def forward(self, centred: Tensor) -> Tensor:
        """Return the codes of rows (m, d), float32: shape (m, classes), float32."""
        features = functional.gelu(self.hidden_layer(centred))
        hidden = self.hidden_layer.out_features
        straight = functional.linear(centred, self.out.weight[:, hidden:], self.out.bias)
        return straight + functional.linear(features, self.out.weight[:, :hidden])

    def probabilities(self, code: Tensor, sharpness: float = 1.0) -> Tensor:
        """Return class probabilities (m, classes), float32, rows that sum to 1, of what `forward` returned.

        `sharpness` is an inverse temperature, above 0.
        """
        classes = self.out.out_features
        root = (code / certainty(classes) + classes**-0.5).clamp_min(LEAST_ROOT)
        return functional.softmax(2.0 * sharpness * root.log(), dim=1)


def hidden_layer(landmarks: NDArray[np.float32], device: torch.device) -> nn.Linear:
    """Return the hidden layer whose features look for texts like the landmarks.

    Parameters
    ----------
    landmarks : ndarray of shape (hidden, d), float32
        Unit rows.
    device : torch.device

    Returns
    -------
    torch.nn.Linear
        From d to hidden, without gradients.
    """
    layer = nn.Linear(landmarks.shape[1], len(landmarks)).to(device).requires_grad_(False)
    layer.weight.copy_(torch.from_numpy(SLOPE * landmarks))
    layer.bias.fill_(OFFSET)
    return layer


def hidden_features(centred: NDArray[np.float32], layer: nn.Linear) -> Tensor:
    """Return the hidden features of rows: ``gelu(W x + b)``, GELU by Hendrycks and Gimpel (2016, arXiv 1606.08415).

    Parameters
    ----------
    centred : ndarray of shape (m, d), float32
        Unit rows.
    layer : torch.nn.Linear
        Of `hidden_layer`.

    Returns
    -------
    Tensor of shape (m, hidden), float32
        On the layer's device. Rows are taken `ROWS_OF_FIT` at a time: a GPU rounds products of other sizes otherwise,
        and features that are kept have to be those that are computed again.
    """
    parts = torch.split(torch.from_numpy(centred), ROWS_OF_FIT)
    return torch.cat([functional.gelu(layer(part.to(layer.weight.device))) for part in parts])


def gram_matrix(centred: NDArray[np.float32], layer: nn.Linear) -> Tensor:
    """Return the Gram matrix ``A^T A`` of the output layer's inputs A: hidden features, the rows themselves, and ones.

    Parameters
    ----------
    centred : ndarray of shape (m, d), float32
        Unit rows.
    layer : torch.nn.Linear
        Of `hidden_layer`.

    Returns
    -------
    Tensor of shape (hidden + d + 1, hidden + d + 1), float64
        On the CPU.
    """
    size = layer.out_features + layer.in_features + 1
    gram = torch.zeros((size, size), dtype=torch.float64)
    for _, inputs in _output_inputs(centred, layer):
        if inputs.device.type == "cpu":  # NumPy, other than torch, computes one half of what is symmetric
            known = inputs.numpy()
            gram += torch.from_numpy(known.T @ known)
        else:
            gram += (inputs.T @ inputs).cpu()
    return gram


def _output_inputs(
    centred: NDArray[np.float32], layer: nn.Linear, hidden: Tensor | None = None
) -> Iterator[tuple[slice, Tensor]]:
    """Yield rows, and the output layer's inputs of them: hidden features, the rows themselves, and ones."""
    for start in range(0, len(centred), ROWS_OF_FIT):
        rows = slice(start, start + ROWS_OF_FIT)
        features = hidden_features(centred[rows], layer) if hidden is None else hidden[rows]
        one = torch.ones((len(features), 1), device=features.device)
        yield rows, torch.cat([features, torch.from_numpy(centred[rows]).to(features.device), one], dim=1)


class EncoderFit:
    """Ridge regression of codes on rows (Hoerl and Kennard, 1970); all but the codes is done at once.

    Parameters
    ----------
    centred : ndarray of shape (n, d), float32
        Unit rows.
    layer : torch.nn.Linear
        Of `hidden_layer`.
    gram : Tensor of shape (hidden + d + 1, hidden + d + 1), float64
        Of `gram_matrix`; it is changed.
    hidden : Tensor of shape (n, hidden), float32, optional
        Of `hidden_features`; computed again, and not kept, when left out.
    """

    def __init__(
        self, centred: NDArray[np.float32], layer: nn.Linear, gram: Tensor, hidden: Tensor | None = None
    ) -> None:
        self._centred, self._layer, self._hidden = centred, layer, hidden
        self._factor = _factor(gram, RIDGE * len(centred))

    def encoder(self, probabilities: NDArray[np.float32]) -> GuidedEncoder:
        """Return the encoder whose codes are nearest to the soft labels, by least squares.

        Parameters
        ----------
        probabilities : ndarray of shape (n, classes), float32
            Soft labels, from 0 to 1.

        Returns
        -------
        GuidedEncoder
            In evaluation mode, on the device.
        """
        classes, device = probabilities.shape[1], self._layer.weight.device
        moment = torch.zeros((len(self._factor), classes), dtype=torch.float64)
        for rows, inputs in _output_inputs(self._centred, self._layer, self._hidden):
            moment += (inputs.T @ torch.from_numpy(code_targets(probabilities[rows])).to(device)).cpu()
        weights = torch.cholesky_solve(moment, self._factor).float()
        network = GuidedEncoder(self._layer.in_features, self._layer.out_features, classes)
        network = network.to(device).requires_grad_(False).eval()
        network.hidden_layer.load_state_dict(self._layer.state_dict())
        network.out.weight.copy_(weights[:-1].T)
        network.out.bias.copy_(weights[-1])
        return network


def _factor(gram: Tensor, ridge: float) -> Tensor:
    """Return the Cholesky factor of a Gram matrix and a ridge, which is added to it.

    Where rows are almost equal, rounding may make the smallest eigenvalue more negative than the ridge is; then the
    ridge grows until it does not.
    """
    added = 0.0
    while True:
        gram.diagonal().add_(ridge - added)
        factor, failed = torch.linalg.cholesky_ex(gram)
        if not failed:
            return factor
        added, ridge = ridge, RIDGE_STEP * ridge


def code_targets(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the codes that the encoder should give rows of these soft labels.

    Parameters
    ----------
    probabilities : ndarray of shape (m, classes), float32
        From 0 to 1.

    Returns
    -------
    ndarray of shape (m, classes), float32
        Square roots of the probabilities less their value under ignorance, scaled so that certainty has length 1; inner
        products are Bhattacharyya coefficients but for that shift.
    """
    classes = probabilities.shape[1]
    roots = np.sqrt(np.maximum(probabilities, 0.0)) - classes**-0.5
    return np.asarray(roots * certainty(classes), dtype=np.float32)


def certainty(classes: int) -> float:
    """Return what the root of a one-hot row less that of a flat one is multiplied by to have length 1.

    ``(2 - 2 / sqrt(classes)) ** -0.5``, the reciprocal of the distance between the two, at most 1,000.

    Parameters
    ----------
    classes : int
        At least 1.
    """
    return float(1.0 / np.sqrt(max(2.0 - 2.0 * classes**-0.5, 1e-6)))
