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

from gst_core.transform.accuracy_report import NORMAL_QUANTILE, share_of

CERTAIN = 0.02  # from 0 and 1, where a logit begins to mean little
INTERCEPT, OF_CONFIDENCE, OF_AGREEMENT = 0.53, 0.77, 0.29  # regression of the accuracy's logit on theirs, and
OF_ONE, OF_CHANCE = -6.9, -2.5  # on 1 / labels and 1 / classes; all above chance
LEAST_CHANCE = 1 / 6  # from six classes on, more are predicted no more rightly than as many would be that are as sure
SPREAD, SPREAD_OF_ONE = 0.12, 0.77  # what is left, in standard deviations of one text: of any corpus, and of one label
AHEAD = (10, 20, 40)  # more labels, to be expected
BULK = 8.0  # times as many labels of a class as of others: more than in labels that were not given in bulk
MOST_SHARPNESS = 8.0
STEPS = 12  # of bisection: to a thousandth of the logarithm
TINY = 1e-6


@dataclass(frozen=True)
class AccuracyEstimate:
    """The share of texts whose predicted class is right, and the standard deviation of what it may be instead."""

    value: float
    spread: float

    @property
    def interval(self) -> tuple[float, float]:
        """What holds the accuracy in nine of ten cases, from 0 to 1."""
        half = NORMAL_QUANTILE * self.spread
        return max(self.value - half, 0.0), min(self.value + half, 1.0)


def estimate_accuracy(confidence: float, agreement: float | None, labels: int, classes: int) -> AccuracyEstimate:
    """Estimate the share of all texts whose predicted class is right.

    Confidence, agreement and accuracy are all taken above chance: ``(share - 1 / classes) / (1 - 1 / classes)``, as in
    Cohen's kappa (Cohen, "A Coefficient of Agreement for Nominal Scales", 1960).

    Parameters
    ----------
    confidence : float
        Mean probability of the predicted class, from 0 to 1.
    agreement : float or None
        Of `agreement_of`; None, where nothing is known of it, counts like the confidence.
    labels : int
        At least 1.
    classes : int
        At least 2.

    Returns
    -------
    AccuracyEstimate
    """
    chance = 1.0 / classes
    sure, agreed = (_logit_above(c, chance) for c in (confidence, confidence if agreement is None else agreement))
    above = INTERCEPT + OF_CONFIDENCE * sure + OF_AGREEMENT * agreed + OF_ONE / labels
    value = chance + (1.0 - chance) * float(expit(above + OF_CHANCE * max(chance, LEAST_CHANCE)))
    spread = float(np.hypot(SPREAD, SPREAD_OF_ONE / labels**0.5))
    return AccuracyEstimate(value, (value * (1.0 - value)) ** 0.5 * spread)


def estimate_by_held_out(predicted: NDArray[np.float32], truth: NDArray[np.int64], doubted: float) -> AccuracyEstimate:
    """Estimate the accuracy by held-out labels alone, where nearly all texts have one, so that none was chosen.

    Parameters
    ----------
    predicted : ndarray of shape (m, classes), float32
    truth : ndarray of shape (m,), int64
        Class numbers.
    doubted : float
        Share of the labels that were not heard because others contradict them, and so are predicted wrongly.

    Returns
    -------
    AccuracyEstimate
    """
    right = float((predicted.argmax(axis=1) == truth).sum())
    share = share_of((1.0 - doubted) * right, len(truth))
    return AccuracyEstimate(share.value, (share.high - share.low) / (2.0 * NORMAL_QUANTILE))


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


def _logit_above(share: float, chance: float) -> float:
    return float(logit(np.clip((share - chance) / (1.0 - chance), CERTAIN, 1.0 - CERTAIN)))
