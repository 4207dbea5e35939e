"""How sure soft labels may be: read from the analyst's own labels, each predicted while it is held out.

Label propagation is surest where the corpus has clear clusters, whether or not these are the kinds that the analyst
means. So some labels are held out and predicted from the others, and the soft labels are flattened or sharpened until
they are as sure of the held-out labels as they are right. Soft labels that predict nothing come out flat, and the map
stays the generic one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gst_core.transform.validation import UNLABELLED

FOLDS = 4
ENOUGH = 100  # held-out labels; when so many are predicted the other folds are left out
OTHERS = 1_000  # unlabelled rows that take part
MOST_LOG_TEMPERATURE = 4.0  # either way
TINY = 1e-6

Predict = Callable[[NDArray[np.int64]], NDArray[np.float32]]
PredictorOf = Callable[[NDArray[np.int64]], Predict]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What was predicted of labels that were held out, and of unlabelled rows meanwhile.

    Attributes
    ----------
    truth : ndarray of shape (m,), int64
        Class numbers of the labels.
    predicted : ndarray of shape (m, classes), float32
        Soft labels before calibration; rows sum to 1.
    others : ndarray of shape (k, folds, classes), float32
        Soft labels before calibration of unlabelled rows, chosen at random, by what each fold left visible.
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.float32]
    others: NDArray[np.float32]


@dataclass(frozen=True)
class Calibration:
    """What held-out labels say of soft labels.

    Attributes
    ----------
    inverse_temperature : float
        Above 0. 1 leaves soft labels as they are, which is all that one label per class allows; less flattens them,
        more sharpens.
    negative_log_posterior : float
        Of the inverse temperature, at least 0, in nats; soft labels of which it is lower predict held-out labels
        better. Infinite when no label could be held out.
    held_out : HeldOut or None
        None when no label could be held out.
    """

    inverse_temperature: float = 1.0
    negative_log_posterior: float = math.inf
    held_out: HeldOut | None = field(default=None, compare=False)


def calibrate(predictor_of: PredictorOf, codes: NDArray[np.int64], n_classes: int, spread: float = 1.0) -> Calibration:
    """Find the inverse temperature that makes soft labels true of labels that they have not seen.

    Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2) by
    cross-validation over the labels, with a normal prior on the logarithm of the inverse temperature, because a handful
    of labels says little.

    Parameters
    ----------
    predictor_of : callable
        Takes row numbers (m,), int64, and returns a callable, which takes the rows' class numbers (m, folds), int64,
        -1 where held out or unlabelled, and returns class probabilities (m, folds, classes), float32.
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.
    n_classes : int
    spread : float
        Standard deviation of the prior, above 0.

    Returns
    -------
    Calibration
    """
    rng = np.random.default_rng(0)
    labelled = np.flatnonzero(codes != UNLABELLED)
    folds = min(FOLDS, int(np.bincount(codes[labelled], minlength=1).max()))
    if n_classes < 2 or folds < 2:
        return Calibration()
    others = rng.permutation(np.flatnonzero(codes == UNLABELLED))[:OTHERS]
    rows = np.sort(np.concatenate([labelled, others]))
    visible, held_out = _held_out(codes[rows], _stratified(codes[rows], folds, rng), folds)
    if not any(map(len, held_out)):
        return Calibration()
    probabilities = predictor_of(rows)(np.stack(visible, axis=1))
    predicted = np.vstack([probabilities[asked, i] for i, asked in enumerate(held_out)])
    truth = codes[rows][np.concatenate(held_out)]
    known = HeldOut(truth, predicted, probabilities[codes[rows] == UNLABELLED])
    found = most_probable(np.log(np.maximum(predicted.astype(np.float64), TINY)), truth, spread)
    return replace(found, held_out=known)


def temper(probabilities: NDArray[np.float32], inverse_temperature: float) -> NDArray[np.float32]:
    """Return probabilities raised to the inverse temperature, which scales their logits (Guo et al., ICML 2017, eq. 9).

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes), float32
    inverse_temperature : float
        Above 0.

    Returns
    -------
    ndarray of shape (n, classes), float32
        Rows sum to 1.
    """
    sharp = np.maximum(probabilities, 0.0) ** inverse_temperature
    return np.asarray(sharp / np.maximum(sharp.sum(axis=1, keepdims=True), 1e-12), dtype=np.float32)


def _stratified(codes: NDArray[np.int64], folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal the labelled rows of each class out to folds; -1 elsewhere."""
    fold = np.full(len(codes), -1)
    for c in np.unique(codes[codes != UNLABELLED]):
        members = rng.permutation(np.flatnonzero(codes == c))
        fold[members] = (np.arange(len(members)) + rng.integers(folds)) % folds
    return fold


def _held_out(
    codes: NDArray[np.int64], fold: NDArray[np.int64], folds: int
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Return each fold's visible codes, and its held-out rows of classes of which a label is still visible."""
    visible, held_out = [], []
    for i in range(folds):
        left = np.where(fold == i, UNLABELLED, codes)
        visible.append(left)
        held_out.append(np.flatnonzero((fold == i) & np.isin(codes, left[left != UNLABELLED])))
        if sum(map(len, held_out)) >= ENOUGH:
            break
    return visible, held_out


def most_probable(logits: NDArray[np.float64], truth: NDArray[np.int64], spread: float = 1.0) -> Calibration:
    """Return the calibration of largest posterior.

    Parameters
    ----------
    logits : ndarray of shape (m, classes), float64
        Predicted.
    truth : ndarray of shape (m,), int64
        True classes.
    spread : float
        Standard deviation of the prior on the logarithm of the inverse temperature.
    """

    def negative_log_posterior(exponent: float) -> float:
        likely = log_softmax(np.exp(exponent) * logits, axis=1)[np.arange(len(truth)), truth]
        return float(0.5 * (exponent / spread) ** 2 - likely.sum())

    bounds = (-MOST_LOG_TEMPERATURE, MOST_LOG_TEMPERATURE)
    found = minimize_scalar(negative_log_posterior, bounds=bounds, method="bounded")
    return Calibration(float(np.exp(found.x)), float(found.fun))
