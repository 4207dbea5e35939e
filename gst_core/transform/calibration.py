"""How far beliefs can be believed: read from the analyst's own labels, each foretold without it.

Expansion is surest where the corpus has clear groups, whether or not these are the groups that the analyst means. So
some labels are hidden, foretold from the others, and the beliefs are flattened or sharpened until they say of the
hidden labels what is true of them. Beliefs that foretell nothing come out flat, and the map stays the generic one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gst_core.transform.expansion import UNLABELLED

FOLDS = 4
ENOUGH = 100  # hidden labels; when so many are foretold the other folds are left out
OTHERS = 1_000  # unlabelled rows that take part
LONGEST_EXPONENT = 4.0  # of the natural logarithm, either way
TINY = 1e-6

Foretell = Callable[[NDArray[np.int64]], NDArray[np.float32]]
Study = Callable[[NDArray[np.int64]], Foretell]


@dataclass(frozen=True)
class Calibration:
    """What hidden labels say of beliefs.

    Attributes
    ----------
    power : float
        1 leaves beliefs as they are, which is all that one label a class allows; less flattens them, more sharpens.
    surprise : float
        Negative log posterior of the power; the beliefs of which it is lower foretell better. Infinite when no label
        could be hidden.
    """

    power: float = 1.0
    surprise: float = math.inf


def calibrate(study: Study, codes: NDArray[np.int64], n_classes: int) -> Calibration:
    """Find the power that makes beliefs true of labels that they have not seen.

    Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2) by
    cross-validation over the labels, with a standard normal prior on the power's logarithm, because a handful of labels
    says little.

    Parameters
    ----------
    study : callable
        Takes rows and returns a callable, which takes their class numbers (-1 where hidden or unlabelled) in several
        versions, shape (rows, versions), and returns class probabilities, shape (rows, versions, classes).
    codes : ndarray of shape (n,), int
        Class numbers, -1 where unlabelled.
    n_classes : int

    Returns
    -------
    Calibration
    """
    rng = np.random.default_rng(0)
    labelled = np.flatnonzero(codes != UNLABELLED)
    folds = min(FOLDS, int(np.bincount(codes[labelled]).max()))
    if n_classes < 2 or folds < 2:
        return Calibration()
    others = rng.permutation(np.flatnonzero(codes == UNLABELLED))[:OTHERS]
    rows = np.sort(np.concatenate([labelled, others]))
    fold = _stratified(codes[rows], folds, rng)
    versions, hidden = [], []
    for i in range(folds):
        left = np.where(fold == i, UNLABELLED, codes[rows])
        versions.append(left)
        hidden.append(np.flatnonzero((fold == i) & np.isin(codes[rows], left[left != UNLABELLED])))
        if sum(map(len, hidden)) >= ENOUGH:
            break
    if not any(map(len, hidden)):
        return Calibration()
    said = study(rows)(np.stack(versions, axis=1))
    foretold = np.vstack([said[asked, i] for i, asked in enumerate(hidden)])
    return _likeliest_power(foretold, codes[rows][np.concatenate(hidden)])


def _stratified(codes: NDArray[np.int64], folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal the labelled rows of each class out to folds; -1 elsewhere."""
    fold = np.full(len(codes), -1)
    for c in np.unique(codes[codes != UNLABELLED]):
        members = rng.permutation(np.flatnonzero(codes == c))
        fold[members] = (np.arange(len(members)) + rng.integers(folds)) % folds
    return fold


def _likeliest_power(foretold: NDArray[np.float32], truth: NDArray[np.int64]) -> Calibration:
    logs = np.log(np.maximum(foretold.astype(np.float64), TINY))

    def loss(exponent: float) -> float:
        chosen = log_softmax(np.exp(exponent) * logs, axis=1)[np.arange(len(truth)), truth]
        return float(0.5 * exponent**2 - chosen.sum())

    found = minimize_scalar(loss, bounds=(-LONGEST_EXPONENT, LONGEST_EXPONENT), method="bounded")
    return Calibration(float(np.exp(found.x)), float(found.fun))


def raised(probabilities: NDArray[np.float32], power: float) -> NDArray[np.float32]:
    """Return probabilities to a power, rows that sum to 1."""
    sharp = np.maximum(probabilities, 0.0) ** power
    return np.asarray(sharp / np.maximum(sharp.sum(axis=1, keepdims=True), 1e-12), dtype=np.float32)
