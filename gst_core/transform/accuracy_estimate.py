"""How many predicted classes are right, told by how sure they are and by how far predictions agree with each other.

A handful of labels says little: of 40 held-out ones the share that is predicted rightly is known to about 12 points,
and labels that were chosen because their texts are doubtful are not like the others at all. But what all texts say can
be used, however the labels were chosen. Probabilities that held-out labels have calibrated say how many are right. And
transforms that lack different labels can be compared on texts drawn at random: two that are often right cannot often
disagree (Jiang et al., "Assessing Generalization of SGD via Disagreement", ICLR 2022). How the three go together was
measured on the development corpora, see docs/transform.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from gst_core.transform.accuracy_report import NORMAL_QUANTILE

CERTAIN = 0.01  # from 0 and 1, where a logit begins to mean little
INTERCEPT, OF_CONFIDENCE, OF_AGREEMENT, OF_ONE = -0.32, 0.53, 0.58, -5.3  # regression of the accuracy's logit
SPREAD, SPREAD_OF_ONE = 0.17, 1.5  # standard deviation of what is left, in logits: of any corpus, and of one label
AHEAD = (10, 20, 40)  # more labels, to be expected
BULK = 4.0  # times as many labels of a class as of others: more than classes of random draws mostly have
MOST_SHARPNESS = 8.0
STEPS = 12  # of bisection: to a thousandth of the logarithm
TINY = 1e-6


@dataclass(frozen=True)
class AccuracyEstimate:
    """The share of texts whose predicted class is right, as a normal distribution of its logit."""

    mean: float
    spread: float

    @property
    def value(self) -> float:
        """The middle, from 0 to 1."""
        return float(expit(self.mean))

    @property
    def interval(self) -> tuple[float, float]:
        """What holds the accuracy in nine of ten cases."""
        low, high = (float(expit(self.mean + side * NORMAL_QUANTILE * self.spread)) for side in (-1.0, 1.0))
        return low, high


def estimate_accuracy(confidence: float, agreement: float | None, labels: int) -> AccuracyEstimate:
    """Estimate the share of all texts whose predicted class is right.

    Parameters
    ----------
    confidence : float
        Mean probability of the predicted class, from 0 to 1.
    agreement : float or None
        Of `agreement_of`; None leaves it to the confidence.
    labels : int
        At least 1.

    Returns
    -------
    AccuracyEstimate
    """
    mean = _logit(confidence)
    if agreement is not None:
        mean = INTERCEPT + OF_CONFIDENCE * mean + OF_AGREEMENT * _logit(agreement) + OF_ONE / labels
    return AccuracyEstimate(mean, float(np.hypot(SPREAD, SPREAD_OF_ONE / labels**0.5)))


def agreement_of(others: NDArray[np.float32]) -> float | None:
    """Return how often two folds say the same of a row, on average over pairs.

    Parameters
    ----------
    others : ndarray of shape (k, folds, classes), float32
        Probabilities of each row by each fold.

    Returns
    -------
    float or None
        From 0 to 1; None with one fold, or no row.
    """
    likeliest = others.argmax(axis=2)
    rows, folds = likeliest.shape
    if folds < 2 or not rows:
        return None
    return float(np.mean([(likeliest[:, a] == likeliest[:, b]).mean() for a in range(folds) for b in range(a)]))


def labels_that_count(label_counts: NDArray[np.int64]) -> int:
    """Return how many labels an estimate rests on: not those in bulk of one class, which say nothing of the others.

    Parameters
    ----------
    label_counts : ndarray of shape (classes,), int64
        At least one is not 0.

    Returns
    -------
    int
        Labels of which no class has more than `BULK` times as many as the labelled classes' median.
    """
    usual = np.median(label_counts[label_counts > 0])
    return int(np.minimum(label_counts, np.ceil(BULK * usual)).sum())


def learning_curve(accuracy: float, labels: int, classes: int) -> tuple[tuple[int, float], ...]:
    """Return the accuracy to expect of fewer and of more labels, a power law (Hestness et al., arXiv 1712.00409, 2017).

    ``(1 - accuracy) * (n / classes) ** -0.5`` of the error goes with an infinite number of labels, n being the present
    one: the same share on all corpora, because what labels say of their own curve is mostly chance.

    Parameters
    ----------
    accuracy : float
        Of the present labels, from 0 to 1.
    labels : int
        At least 2.
    classes : int
        At least 1.

    Returns
    -------
    tuple of (int, float)
        Numbers of labels, rising, with the present one, and accuracies from 0 to 1.
    """
    numbers = (labels // 2, labels, *(labels + more for more in AHEAD), *((2 * labels,) if labels > AHEAD[-1] else ()))
    now = (labels / classes) ** -0.5
    expected = accuracy + (1.0 - accuracy) * (now - (np.array(numbers) / classes) ** -0.5)
    return tuple(zip(numbers, np.clip(expected, 0.0, 1.0).tolist(), strict=True))


def sharpness_of(probabilities: NDArray[np.float32], accuracy: float) -> float:
    """Return the inverse temperature at which probabilities are as sure on average as they are right.

    Parameters
    ----------
    probabilities : ndarray of shape (m, classes), float32
        Rows sum to 1.
    accuracy : float
        From 0 to 1.

    Returns
    -------
    float
        From ``1 / MOST_SHARPNESS`` to `MOST_SHARPNESS`; one of these where no other will do.
    """
    logits = np.log(np.maximum(probabilities, TINY))
    logits -= logits.max(axis=1, keepdims=True)
    low, high = -np.log(MOST_SHARPNESS), np.log(MOST_SHARPNESS)
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        sure = (1.0 / np.exp(np.exp(middle) * logits).sum(axis=1)).mean()
        low, high = (middle, high) if sure < accuracy else (low, middle)
    return float(np.exp((low + high) / 2.0))


def _logit(share: float) -> float:
    return float(logit(np.clip(share, CERTAIN, 1.0 - CERTAIN)))
