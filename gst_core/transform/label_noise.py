"""Wrong labels: how likely each label is right, from what all other labels say of its text.

Each label is predicted from the others by ridge regression. It is then right, or drawn at random from the other
classes; how often, and how far the predictions may be trusted, is what makes the given labels likeliest (noise model:
Bootkrajang and Kaban, "Label-Noise Robust Logistic Regression and Its Applications", ECML 2012; that held-out
predictions find wrong labels: Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from gst_core.transform.probes import PROBE_C

FEWEST, FEWEST_OF_CLASS = 50, 8  # labels; of fewer, wrong ones are not told from rare ones
RIDGES = (3.0, 10.0, 30.0)  # labels' worth; the least is what probes of few labels have, or less than that
INTERCEPT = 10.0  # the constant input, so large that it is hardly penalised
RIGHT_BEFORE = 20.0  # labels that are taken to be right before any is looked at: pseudo-counts of a beta prior
USUAL_SLOPE, SPREAD_OF_SLOPE = 8.0, 1.0  # logits per unit of a prediction: a log-normal prior
TINY = 1e-12


class Judgement(NamedTuple):
    """What labels say of each other.

    Attributes
    ----------
    right : ndarray of shape (m,), float32
        How likely each label is right, from 0 to 1.
    probe_c : float
        Inverse regularisation of linear probes on these labels, above 0.
    """

    right: NDArray[np.float32]
    probe_c: float


def judge_labels(X: NDArray[np.float32], codes: NDArray[np.int64], n_classes: int) -> Judgement:
    """Say how likely each label is right, and how strongly linear probes may follow the labels.

    Of `RIDGES` the one counts with which the labels predict each other best. Where that is a strong one, for noisy
    labels or a direction that hardly shows, probes are regularised as much.

    Parameters
    ----------
    X : ndarray of shape (m, d), float32
        The labelled rows, centred, of length 1.
    codes : ndarray of shape (m,), int64
        Their class numbers.
    n_classes : int

    Returns
    -------
    Judgement
        All right, and `PROBE_C`, with fewer than `FEWEST` labels; the labels of a class that has fewer than
        `FEWEST_OF_CLASS` are taken to be right.
    """
    if n_classes < 2 or len(codes) < FEWEST:
        return Judgement(np.ones(len(codes), dtype=np.float32), PROBE_C)
    fits = [_most_probable(held_out_scores(X, codes, n_classes, ridge), codes) for ridge in RIDGES]
    best = int(np.argmin([loss for _, loss in fits]))
    right = np.where(np.bincount(codes)[codes] < FEWEST_OF_CLASS, np.float32(1.0), fits[best][0])
    return Judgement(right, PROBE_C if best == 0 else PROBE_C / RIDGES[best])


def held_out_scores(
    X: NDArray[np.float32], codes: NDArray[np.int64], n_classes: int, ridge: float
) -> NDArray[np.float32]:
    """Return the scores of each row's classes by ridge regression on all other rows.

    Classes weigh the same. What a fit without one row would predict for it has a closed form: its residual is divided
    by 1 less its leverage (Allen, "The Relationship between Variable Selection and Data Augmentation and a Method for
    Prediction", Technometrics 1974).

    Parameters
    ----------
    X : ndarray of shape (m, d), float32
    codes : ndarray of shape (m,), int64
    n_classes : int
    ridge : float
        On the squared weights, above 0.

    Returns
    -------
    ndarray of shape (m, n_classes), float32
        About 1 for the class of a row, about 0 for the others.
    """
    members = np.bincount(codes, minlength=n_classes)
    root = np.sqrt(len(codes) / (np.count_nonzero(members) * members[codes])).astype(np.float32)[:, None]
    target = np.eye(n_classes, dtype=np.float32)[codes]
    inputs = np.hstack([X, np.full((len(X), 1), INTERCEPT, dtype=np.float32)]) * root
    if len(inputs) <= inputs.shape[1]:
        kernel = inputs @ inputs.T
        kernel.flat[:: len(kernel) + 1] += ridge
        inverse = cho_solve(cho_factor(kernel), np.eye(len(kernel), dtype=np.float32))
        missed = (inverse @ (target * root)) / np.diag(inverse)[:, None]
    else:
        gram = inputs.T @ inputs
        gram.flat[:: len(gram) + 1] += ridge
        hat = cho_solve(cho_factor(gram), inputs.T)
        left = 1.0 - np.einsum("ij,ji->i", inputs, hat)
        missed = (target * root - inputs @ (hat @ (target * root))) / np.maximum(left, 1e-6)[:, None]
    return np.asarray(target - missed / root, dtype=np.float32)


def _most_probable(scores: NDArray[np.float32], codes: NDArray[np.int64]) -> tuple[NDArray[np.float32], float]:
    """Return how likely each label is right, by the noise model of largest posterior, and its negative logarithm.

    ``P(label) = (1 - e) p + e (1 - p) / (classes - 1)`` with p the label's part of ``softmax(slope * scores)``; the
    slope has a log-normal prior, the share e of wrong labels a beta prior.
    """
    others = scores.shape[1] - 1

    def right_and_wrong(theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        p = np.exp(log_softmax(np.exp(theta[0]) * scores, axis=1)[np.arange(len(codes)), codes])
        return expit(-theta[1]) * p, expit(theta[1]) * (1.0 - p) / others

    def negative_log_posterior(theta: NDArray[np.float64]) -> float:
        slope = 0.5 * float((theta[0] - np.log(USUAL_SLOPE)) / SPREAD_OF_SLOPE) ** 2
        likelihood = np.log(np.sum(right_and_wrong(theta), axis=0) + TINY).sum()
        return slope - RIGHT_BEFORE * float(np.log(expit(-theta[1]))) - float(likelihood)

    bounds = [(np.log(0.1), np.log(100.0)), (-8.0, 0.0)]  # at most half of the labels are wrong
    found = minimize(negative_log_posterior, [np.log(USUAL_SLOPE), -3.0], method="L-BFGS-B", bounds=bounds)
    right, wrong = right_and_wrong(found.x)
    return np.asarray(right / np.maximum(right + wrong, TINY), dtype=np.float32), float(found.fun)
