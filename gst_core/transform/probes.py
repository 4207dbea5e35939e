"""Linear probes: multinomial logistic regression on several folds at once.

A fold is one version of the labels: all of them, or those that are left when some are held out. The fits are small, and
a fit spends more time in calls than in arithmetic; side by side they share the calls.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

PROBE_C = 10.0  # inverse regularisation on unit rows
LABEL_STEPS, PSEUDO_LABEL_STEPS = 60, 50
LABEL_GRADIENT, PSEUDO_LABEL_GRADIENT = 1e-5, 1e-3  # largest at which a fit ends; pseudo-labels are not worth more
MOST_PSEUDO_LABELS = 4_000  # rows that train a probe; more take longer and teach the same
IMPOSSIBLE = np.float32(-1e4)  # logit of a class without a pseudo-label
LEAST = 1e-6  # probability of such a class
TINY = 1e-12

Weights = NDArray[np.float32]


class TrainingSet(NamedTuple):
    """What a probe is fitted to. Rows come last, so that what is done for each of them is done for many in one go.

    Attributes
    ----------
    rows : ndarray of shape (m, d), float32
    target : ndarray of shape (folds, classes, m), float32
        Probabilities.
    weight : ndarray of shape (folds, 1, m), float32
        At least 0.
    offset : ndarray that broadcasts to (folds, classes, m), float32
        Logits that are there without the probe.
    penalty : ndarray of shape (folds, 1, d + 1), float32
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
    probe_c: float = PROBE_C,
) -> NDArray[np.float32]:
    """Return class probabilities for all rows by a linear probe of the labelled rows that starts from a prior.

    Multinomial logistic regression with an L2 penalty of ``1 / (2 probe_c)`` (Hastie, Tibshirani and Friedman, "The
    Elements of Statistical Learning", 2nd edition, section 4.4). The prior is an offset: the penalty pulls the weights
    towards what the prior says rather than towards ignorance.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Unit rows.
    probabilities : ndarray of shape (n, folds, classes), float32
        Rows sum to 1 where the weight is above 0.
    weight : ndarray of shape (n, folds), float32
        From 0, where the row has no label, to 1.
    prior : ndarray of shape (n, folds, classes), float32 or float64
        Logits.
    probe_c : float
        Inverse regularisation, above 0.

    Returns
    -------
    ndarray of shape (n, folds, classes), float32
        Rows sum to 1.
    """
    training = np.flatnonzero((weight > 0).any(axis=1))
    offset = _rows_last(prior)
    penalty = np.full((weight.shape[1], 1, X.shape[1] + 1), 1.0 / probe_c, dtype=np.float32)
    target, trust = _rows_last(probabilities[training]), _rows_last(weight[training, :, None])
    data = TrainingSet(X[training], target, trust, offset[:, :, training], penalty)
    weights = _fitted(data, None, LABEL_GRADIENT / probe_c, LABEL_STEPS)
    return np.exp(_log_probabilities(X, weights, offset)).transpose(2, 0, 1)


def pseudo_label_probe(
    X: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    weight: NDArray[np.float32],
    start: Weights | None,
    probe_c: float = PROBE_C,
) -> tuple[NDArray[np.float32], Weights]:
    """Return class probabilities for all rows by a linear probe of the likeliest classes of all pseudo-labelled rows.

    As `label_probe`, with balanced classes: they count the same, however many rows have their pseudo-label. The
    intercept is free.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Unit rows.
    probabilities : ndarray of shape (n, folds, classes), float32
        Soft labels.
    weight : ndarray of shape (n, folds), float32
        0 where the row has no pseudo-label, 1 for a label.
    start : ndarray of shape (folds, classes, d + 1), float32, or None
        Weights of the last round, from where the fit goes on.
    probe_c : float
        As of `label_probe`.

    Returns
    -------
    predicted : ndarray of shape (n, folds, classes), float32
        Rows sum to 1; a class without a pseudo-label has `LEAST`.
    weights : ndarray of shape (folds, classes, d + 1), float32
    """
    chosen = np.stack([_training_rows(w) for w in weight.T], axis=1)
    training = np.flatnonzero(chosen.any(axis=1))
    target = np.zeros((*probabilities.shape[1:], len(training)), dtype=np.float32)
    np.put_along_axis(target, probabilities[training].argmax(axis=2).T[:, None], 1.0, axis=1)
    trust = _rows_last(np.where(chosen, weight, 0.0)[training, :, None])
    target *= trust > 0
    members = target.sum(axis=2, keepdims=True)
    share = (target / np.maximum(members, 1.0)).sum(axis=1, keepdims=True) * trust
    share /= np.maximum(share.sum(axis=2, keepdims=True), TINY)
    possible = members > 0
    # Of two classes one set of weights is the other's opposite and both are penalised, so each counts in full.
    times = np.where(possible.sum(axis=1, keepdims=True) == 2, 2.0, 1.0)
    penalty = np.zeros((weight.shape[1], 1, X.shape[1] + 1), dtype=np.float32)
    penalty[:, :, :-1] = times / (probe_c * np.maximum(members.sum(axis=1, keepdims=True), 1.0))
    offset = np.where(possible, np.float32(0), IMPOSSIBLE)
    data = TrainingSet(X[training], target, share, offset, penalty)
    weights = _fitted(data, start, PSEUDO_LABEL_GRADIENT, PSEUDO_LABEL_STEPS)
    predicted = np.exp(_log_probabilities(X, weights, offset))
    predicted = np.where(possible, predicted, np.float32(LEAST)).transpose(2, 0, 1)
    return predicted / predicted.sum(axis=2, keepdims=True), weights


def _training_rows(weight: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Choose the rows that train: those with a weight, and of many pseudo-labelled ones some beside all the labels."""
    chosen = weight > 0
    surplus = int(chosen.sum()) - MOST_PSEUDO_LABELS
    if surplus > 0:
        others = np.random.default_rng(0).permutation(np.flatnonzero(chosen & (weight < 1)))
        chosen[others[max(len(others) - surplus, 0) :]] = False
    return chosen


def _rows_last(table: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.ascontiguousarray(table.transpose(1, 2, 0), dtype=np.float32)


def _fitted(data: TrainingSet, start: Weights | None, gradient: float, steps: int) -> Weights:
    """Return the weights (folds, classes, d + 1) of least loss; the folds have nothing to do with each other.

    The loss of a fold is the mean cross-entropy, weighted, and half the penalised squares of the weights; L-BFGS-B (Zhu
    et al., "Algorithm 778", ACM TOMS 1997) minimises the sum over the folds.
    """
    folds, classes, m = data.target.shape
    shape = (folds, classes, data.rows.shape[1] + 1)
    weighted = data.target * data.weight

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.astype(np.float32).reshape(shape)
        logs = _log_probabilities(data.rows, weights, data.offset)
        likelihood = np.vdot(weighted, logs)
        error = np.exp(logs, out=logs)
        error *= data.weight
        error -= weighted
        slope = data.penalty * weights
        value = 0.5 * float(np.vdot(slope, weights)) - float(likelihood)
        slope[:, :, :-1] += (error.reshape(folds * classes, m) @ data.rows).reshape(folds, classes, -1)
        slope[:, :, -1] += error.sum(axis=2)
        return value, slope.ravel().astype(np.float64)

    options = {"maxiter": steps, "gtol": gradient, "ftol": 64 * np.finfo(np.float64).eps, "maxls": 50}
    begin = np.zeros(shape) if start is None else start
    found = minimize(loss, begin.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(shape), dtype=np.float32)


def _log_probabilities(X: NDArray[np.float32], weights: Weights, offset: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logarithms of the class probabilities of rows (m, d), shape (folds, classes, m)."""
    logs = (weights[:, :, :-1].reshape(-1, X.shape[1]) @ X.T).reshape(*weights.shape[:2], -1)
    logs += weights[:, :, -1:]
    logs += offset
    logs -= logs.max(axis=1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return np.asarray(logs, dtype=np.float32)
