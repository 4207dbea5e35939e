"""Novelty detection: how likely each text is of a class that nobody has labelled yet, and how many such there are.

Soft labels only weigh the labelled classes against each other, so those of such a text mean nothing, however sure they
are. What a novel text looks like is learned by hiding whole classes: each labelled text is compared with the centroids
of all classes, itself left out (so is a text of a known class), and with those of all classes but its own (so would a
text of an unknown class be). A logistic regression tells the two apart, and the share of known classes is the one that
makes the similarities of the unlabelled texts likeliest (expectation maximisation of class priors: Saerens, Latinne and
Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori Probabilities", Neural Computation 2002).
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import norm

from gst_core.transform.validation import UNLABELLED

LEAST_LABELS = 8  # with fewer, novelty cannot be told from chance
SPREAD_OF_SLOPE = 5.0  # of a normal prior on the weight of a similarity, in logits per standard deviation
TEXTS_PER_LABEL = 4.0  # that each label vouches for: more unlabelled texts do not make its neighbourhood better known
ENOUGH = 8.0  # labels per class; with fewer each vouches for less
KNOWN_BEFORE = 60.0  # texts that are taken to be of known classes before any is looked at
STEPS = 100
TINY = 1e-9


class Novelty(NamedTuple):
    """What is novel in a corpus.

    Attributes
    ----------
    in_class : ndarray of shape (n,), float32
        The chance that each row is of a labelled class, from 0 to 1; 1 less that is its out-of-class probability.
    known : float
        The share of unlabelled rows that are of labelled classes, from 0 to 1.
    """

    in_class: NDArray[np.float32]
    known: float


def novelty(X: NDArray[np.float32], codes: NDArray[np.int64], graph: sp.csr_matrix) -> Novelty:
    """Say which rows are of no labelled class.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Unit rows, centred.
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.
    graph : csr_matrix of shape (n, n), float32
        Of `neighbour_graph`; a row's similarity is averaged with its neighbours'.

    Returns
    -------
    Novelty
        1 for labelled rows, and everywhere with fewer than `LEAST_LABELS` labels or two classes, or where nothing hints
        at others.
    """
    in_class = np.ones(len(X), dtype=np.float32)
    labelled, others = np.flatnonzero(codes != UNLABELLED), np.flatnonzero(codes == UNLABELLED)
    if len(labelled) < LEAST_LABELS or len(np.unique(codes[labelled])) < 2 or not len(others):
        return Novelty(in_class, 1.0)
    similarity, of_known, of_hidden = _similarities(X, codes, labelled, graph)
    if len(of_known) < LEAST_LABELS:
        return Novelty(in_class, 1.0)
    evidence = _log_likelihood_ratio(of_known, of_hidden, similarity[others])
    known = _known_share(evidence, len(labelled), len(np.unique(codes[labelled])))
    in_class[others] = expit(evidence + logit(known))
    return Novelty(in_class, known)


def _similarities(
    X: NDArray[np.float32], codes: NDArray[np.int64], labelled: NDArray[np.int64], graph: sp.csr_matrix
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return each row's similarity to the nearest centroid; of labelled rows also, and with their class hidden."""
    present, of = np.unique(codes[labelled], return_inverse=True)
    members = sp.csr_matrix((np.ones(len(labelled)), (of, labelled)), shape=(len(present), len(X)))
    sums = np.asarray(members @ X, dtype=np.float64)
    cosines = X @ (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), TINY)).T
    without = sums[of] - X[labelled]
    own = (without * X[labelled]).sum(axis=1) / np.maximum(np.linalg.norm(without, axis=1), TINY)
    single = (
        np.bincount(of)[of] == 1
    )  # there is no centroid without it, so that it does not say how near known texts are
    cosines[labelled, of] = np.where(single, cosines[labelled, of], own)
    nearest, largest = cosines.argmax(axis=1), cosines.max(axis=1)
    second = np.partition(cosines, -2, axis=1)[:, -2]
    similarity = _smoothed(largest, graph, np.arange(len(X)))
    of_hidden, spread = np.empty(len(labelled)), np.empty(len(labelled))
    for c in range(len(present)):
        mine = labelled[of == c]
        of_hidden[of == c] = _smoothed(np.where(nearest == c, second, largest), graph, mine)
        spread[of == c] = np.delete(cosines[mine], c, axis=1).std()
    more = _expected_largest(len(present)) - _expected_largest(len(present) - 1)
    return similarity, similarity[labelled[~single]], of_hidden + more * float(spread.mean())


def _smoothed(values: NDArray[np.float64], graph: sp.csr_matrix, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of the value of each of some rows and those of its neighbours on average."""
    around, own = graph[rows], values[rows]
    weight = np.asarray(around.sum(axis=1)).ravel()
    return np.asarray((own + np.where(weight > TINY, (around @ values) / np.maximum(weight, TINY), own)) / 2)


def _expected_largest(count: int) -> float:
    """Return the expected largest of some standard normal values (Blom, 1958): of more centroids one is nearer."""
    return float(norm.ppf((count - 0.375) / (count + 0.25))) if count > 1 else 0.0


def _log_likelihood_ratio(
    of_known: NDArray[np.float64], of_hidden: NDArray[np.float64], similarity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how much likelier each similarity is of a known class than of a hidden one, by logistic regression."""
    both = np.concatenate([of_known, of_hidden])
    sign = np.repeat([1.0, -1.0], [len(of_known), len(of_hidden)])
    centre, scale = both.mean(), max(float(both.std()), TINY)
    z = (both - centre) / scale

    def loss(weights: NDArray[np.float64]) -> float:
        fit = np.logaddexp(0.0, -sign * (weights[0] * z + weights[1])).sum()
        return float(fit + 0.5 * (weights[0] / SPREAD_OF_SLOPE) ** 2)

    slope, intercept = minimize(loss, [1.0, 0.0], method="L-BFGS-B", bounds=[(0.0, None), (None, None)]).x
    return np.asarray(slope * (similarity - centre) / scale + intercept)


def _known_share(evidence: NDArray[np.float64], labels: int, n_classes: int) -> float:
    """Return the share of known classes of largest posterior, from log likelihood ratios of rows."""
    counted = min(len(evidence), TEXTS_PER_LABEL * labels * min(1.0, labels / n_classes / ENOUGH))
    known = 0.9
    for _ in range(STEPS):
        known = (float(expit(evidence + logit(known)).mean()) * counted + KNOWN_BEFORE) / (counted + KNOWN_BEFORE)
        known = min(max(known, 1e-3), 1.0 - 1e-6)
    return known
