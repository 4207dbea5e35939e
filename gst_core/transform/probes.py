"""Linear probes: multinomial logistic regression for several questions about the same texts at once.

A question is a set of labels, such as all of them, or those that are left when some are hidden. The fits are small, and
a fit spends more time in calls than in arithmetic; side by side they share the calls.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

PROBE_C = 10.0  # inverse regularisation on unit rows
LABEL_STEPS, TAUGHT_STEPS = 60, 50
LABEL_GRADIENT, TAUGHT_GRADIENT = 1e-5, 1e-3  # largest at which a fit ends; what is only believed is not worth more
TAUGHT = 4_000  # believed rows that teach a probe; more take longer and teach the same
IMPOSSIBLE = np.float32(-1e4)  # logit of a class that nothing is believed of
LEAST = 1e-6  # probability of such a class
TINY = 1e-12

Weights = NDArray[np.float32]


class Lesson(NamedTuple):
    """What a probe is taught. Rows come last, so that what is done for each of them is done for many in one go.

    Attributes
    ----------
    rows : ndarray of shape (m, d), float32
    target : ndarray of shape (questions, classes, m), float32
        Probabilities.
    weight : ndarray of shape (questions, 1, m), float32
    offset : ndarray that broadcasts to (questions, classes, m), float32
        Logits that are there without the probe.
    penalty : ndarray of shape (questions, 1, d + 1), float32
        On the squared weights; the last is the intercept's.
    """

    rows: NDArray[np.float32]
    target: NDArray[np.float32]
    weight: NDArray[np.float32]
    offset: NDArray[np.float32]
    penalty: NDArray[np.float32]


def label_probe(
    X: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    weight: NDArray[np.float32],
    prior: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Return class probabilities for all rows by a linear probe of the labelled rows that starts from a prior.

    The prior is an offset: the penalty pulls the weights towards what the prior says rather than towards ignorance.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
    probabilities : ndarray of shape (n, questions, classes), float32
    weight : ndarray of shape (n, questions), float32
        0 where nothing is known.
    prior : ndarray of shape (n, questions, classes)
        Logits.

    Returns
    -------
    ndarray of shape (n, questions, classes), float32
        Rows sum to 1.
    """
    taught = np.flatnonzero((weight > 0).any(axis=1))
    offset = _rows_last(prior)
    penalty = np.full((weight.shape[1], 1, X.shape[1] + 1), 1.0 / PROBE_C, dtype=np.float32)
    target, trust = _rows_last(probabilities[taught]), _rows_last(weight[taught, :, None])
    lesson = Lesson(X[taught], target, trust, offset[:, :, taught], penalty)
    weights = _fitted(lesson, None, LABEL_GRADIENT / PROBE_C, LABEL_STEPS)
    return np.exp(_log_probabilities(X, weights, offset)).transpose(2, 0, 1)


def taught_probe(
    X: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    weight: NDArray[np.float32],
    start: Weights | None,
) -> tuple[NDArray[np.float32], Weights]:
    """Return class probabilities for all rows by a linear probe of the likeliest classes of all rows believed.

    Classes teach as much as each other, however many rows are believed to be of them. The intercept is free.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
    probabilities : ndarray of shape (n, questions, classes), float32
    weight : ndarray of shape (n, questions), float32
        0 where nothing is believed, 1 for a label.
    start : ndarray of shape (questions, classes, d + 1), float32, or None
        Weights of the last round, from where the fit goes on.

    Returns
    -------
    told : ndarray of shape (n, questions, classes), float32
        Rows sum to 1.
    weights : ndarray of shape (questions, classes, d + 1), float32
    """
    believed = np.stack([_some(w) for w in weight.T], axis=1)
    taught = np.flatnonzero(believed.any(axis=1))
    target = np.zeros((*probabilities.shape[1:], len(taught)), dtype=np.float32)
    np.put_along_axis(target, probabilities[taught].argmax(axis=2).T[:, None], 1.0, axis=1)
    trust = _rows_last(np.where(believed, weight, 0.0)[taught, :, None])
    target *= trust > 0
    members = target.sum(axis=2, keepdims=True)
    share = (target / np.maximum(members, 1.0)).sum(axis=1, keepdims=True) * trust
    share /= np.maximum(share.sum(axis=2, keepdims=True), TINY)
    possible = members > 0
    # Of two classes one set of weights is the other's opposite and both are penalised, so each counts in full.
    times = np.where(possible.sum(axis=1, keepdims=True) == 2, 2.0, 1.0)
    penalty = np.zeros((weight.shape[1], 1, X.shape[1] + 1), dtype=np.float32)
    penalty[:, :, :-1] = times / (PROBE_C * np.maximum(members.sum(axis=1, keepdims=True), 1.0))
    impossible = np.where(possible, np.float32(0), IMPOSSIBLE)
    weights = _fitted(Lesson(X[taught], target, share, impossible, penalty), start, TAUGHT_GRADIENT, TAUGHT_STEPS)
    told = np.exp(_log_probabilities(X, weights, impossible))
    told = np.where(possible, told, np.float32(LEAST)).transpose(2, 0, 1)
    return told / told.sum(axis=2, keepdims=True), weights


def _some(weight: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Choose the rows that teach: those with a weight, and of many believed ones some beside all the labels."""
    chosen = weight > 0
    surplus = int(chosen.sum()) - TAUGHT
    if surplus > 0:
        others = np.random.default_rng(0).permutation(np.flatnonzero(chosen & (weight < 1)))
        chosen[others[max(len(others) - surplus, 0) :]] = False
    return chosen


def _rows_last(table: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.ascontiguousarray(table.transpose(1, 2, 0), dtype=np.float32)


def _fitted(lesson: Lesson, start: Weights | None, gradient: float, steps: int) -> Weights:
    """Return the weights (questions, classes, d + 1) of least loss; the questions have nothing to do with each other.

    The loss of a question is the mean cross-entropy, weighted, and half the penalised squares of the weights.
    """
    questions, classes, m = lesson.target.shape
    shape = (questions, classes, lesson.rows.shape[1] + 1)
    weighted = lesson.target * lesson.weight

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.astype(np.float32).reshape(shape)
        logs = _log_probabilities(lesson.rows, weights, lesson.offset)
        said = np.vdot(weighted, logs)
        error = np.exp(logs, out=logs)
        error *= lesson.weight
        error -= weighted
        slope = lesson.penalty * weights
        value = 0.5 * float(np.vdot(slope, weights)) - float(said)
        slope[:, :, :-1] += (error.reshape(questions * classes, m) @ lesson.rows).reshape(questions, classes, -1)
        slope[:, :, -1] += error.sum(axis=2)
        return value, slope.ravel().astype(np.float64)

    options = {"maxiter": steps, "gtol": gradient, "ftol": 64 * np.finfo(np.float64).eps, "maxls": 50}
    begin = np.zeros(shape) if start is None else start
    found = minimize(loss, begin.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(shape), dtype=np.float32)


def _log_probabilities(X: NDArray[np.float32], weights: Weights, offset: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logarithms of the class probabilities of rows (m, d), shape (questions, classes, m)."""
    logs = (weights[:, :, :-1].reshape(-1, X.shape[1]) @ X.T).reshape(*weights.shape[:2], -1)
    logs += weights[:, :, -1:]
    logs += offset
    logs -= logs.max(axis=1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return np.asarray(logs, dtype=np.float32)
