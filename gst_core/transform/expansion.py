"""Labels for a few texts become beliefs about all of them.

Witnesses that fail in different ways are asked: label spreading on the neighbour graph (Zhou et al., 2004), which
follows the corpus' own groups, and two linear probes, which follow directions: one that saw only the given labels and
leans on what the class names say, one taught by all that is believed. Where they agree, a text is believed; what is
believed teaches them in the next round.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from gst_core.neighbours import leading_directions, nearest

UNLABELLED = -1
NEIGHBOURS = 15
ALPHA = 0.9  # how far labels travel on the graph
SPREAD_STEPS = 20
ROUNDS, ROUNDS_OF_FEW = 2, 5  # with few labels the corpus has to teach more
FEW = 8  # labels a class
TAUGHT = 4_000  # believed rows that teach a probe; more take longer and teach the same
PROBE_C = 10.0  # inverse regularisation of the probes on unit rows
PROBE_STEPS = 60
TINY = 1e-12


@dataclass(frozen=True)
class Beliefs:
    """What is believed of each row.

    Attributes
    ----------
    probabilities : ndarray of shape (n, classes), float32
        Rows sum to 1.
    weight : ndarray of shape (n,), float32
        0 where nothing is believed, 1 for a label given by the analyst, between for an inferred one.
    """

    probabilities: NDArray[np.float32]
    weight: NDArray[np.float32]


def expand_labels(
    X: NDArray[np.float32],
    codes: NDArray[np.int64],
    n_classes: int,
    sample_weight: NDArray[np.float32],
    rounds: int | None = None,
    prior: NDArray[np.float64] | None = None,
    graph: sp.csr_matrix | None = None,
) -> Beliefs:
    """Infer class probabilities for all rows from the labelled ones.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Centred embeddings with unit rows.
    codes : ndarray of shape (n,), int
        Class numbers, -1 where unlabelled.
    n_classes : int
    sample_weight : ndarray of shape (n,), float32
        Trust in each label, from 0 to 1.
    rounds : int, optional
        How often what is believed teaches the witnesses again; by the number of labels when left out.
    prior : ndarray of shape (n, n_classes), optional
        Logits of what is known without the labels, such as what the class names say.
    graph : csr_matrix of shape (n, n), optional
        Of `neighbour_graph`; built when left out.

    Returns
    -------
    Beliefs
    """
    labelled = np.flatnonzero(codes != UNLABELLED)
    given = np.zeros((len(X), n_classes), dtype=np.float32)
    given[labelled, codes[labelled]] = 1.0
    beliefs = Beliefs(given, np.where(codes != UNLABELLED, sample_weight, 0).astype(np.float32))
    if n_classes < 2:  # there is nothing else that a row could be
        return replace(beliefs, probabilities=np.ones_like(given))
    if len(labelled) == len(X):
        return beliefs
    graph = neighbour_graph(X) if graph is None else graph
    first = label_probe(X, beliefs, np.zeros_like(given) if prior is None else prior)
    if prior is not None:
        beliefs = _agree(first, first, given, codes, sample_weight)
    taught = LogisticRegression(C=PROBE_C, max_iter=50, tol=1e-3, warm_start=True)  # a round goes on from the last
    for _ in range(_rounds(len(labelled), n_classes) if rounds is None else rounds):
        spread = spread_labels(graph, beliefs.probabilities * beliefs.weight[:, None])
        probe = np.sqrt(first * probe_probabilities(X, beliefs, taught))
        beliefs = _agree(spread, probe / probe.sum(axis=1, keepdims=True), given, codes, sample_weight)
    return beliefs


def _rounds(labels: int, n_classes: int) -> int:
    return ROUNDS_OF_FEW if labels <= FEW * n_classes else ROUNDS


def neighbour_graph(X: NDArray[np.float32], neighbours: int = NEIGHBOURS) -> sp.csr_matrix:
    """Return the symmetric, normalised graph of each row's nearest others by cosine, shape (n, n).

    ``D^-1/2 W D^-1/2`` with ``W`` the positive similarities to the nearest rows, made symmetric.
    """
    n = len(X)
    k = min(neighbours + 1, n)
    similarity, index = nearest(leading_directions(X), k)
    rows = np.repeat(np.arange(n), k)
    columns, values = index.ravel(), np.maximum(similarity.ravel(), 0.0)
    keep = (columns >= 0) & (columns != rows)
    graph = sp.csr_matrix((values[keep] ** 3, (rows[keep], columns[keep])), shape=(n, n))
    graph = graph.maximum(graph.T)
    scale = 1.0 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).ravel(), TINY))
    return sp.csr_matrix(sp.diags(scale) @ graph @ sp.diags(scale)).astype(np.float32)


def spread_labels(graph: sp.csr_matrix, given: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread label mass over the graph: ``F <- alpha S F + (1 - alpha) Y`` (Zhou et al., 2004).

    Columns are scaled to equal mass afterwards, so that a class with more labels does not drown the others (class mass
    normalisation, Zhu et al., 2003, with equal priors).

    Returns
    -------
    ndarray of shape (n, classes), float32
        Rows sum to 1; rows that nothing reached are uniform.
    """
    start = given / np.maximum(given.sum(axis=0), TINY)
    mass = start.copy()
    for _ in range(SPREAD_STEPS):
        mass = ALPHA * (graph @ mass) + (1 - ALPHA) * start
    mass = mass / np.maximum(mass.sum(axis=0), TINY) + 1e-9
    return np.asarray(mass / mass.sum(axis=1, keepdims=True), dtype=np.float32)


def label_probe(X: NDArray[np.float32], beliefs: Beliefs, prior: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return class probabilities for all rows by a linear probe of the believed rows that starts from a prior.

    Multinomial logistic regression with the prior as an offset: the penalty pulls the weights towards what the prior
    says rather than towards ignorance.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
    beliefs : Beliefs
    prior : ndarray of shape (n, n_classes)
        Logits.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Rows sum to 1.
    """
    taught = np.flatnonzero(beliefs.weight > 0)
    rows, offset = X[taught].astype(np.float64), prior[taught]
    target, weight = beliefs.probabilities[taught], beliefs.weight[taught, None]
    shape = (X.shape[1] + 1, target.shape[1])
    rows = np.column_stack([rows, np.ones(len(rows))])

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        log_probabilities = log_softmax(rows @ weights + offset, axis=1)
        error = (np.exp(log_probabilities) - target) * weight
        value = -PROBE_C * float((weight * target * log_probabilities).sum()) + 0.5 * float((weights**2).sum())
        return value, (PROBE_C * (rows.T @ error) + weights).ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": PROBE_STEPS})
    weights = found.x.reshape(shape).astype(np.float32)  # as X, of which a copy in double precision would be large
    return np.asarray(softmax(X @ weights[:-1] + weights[-1] + prior, axis=1), dtype=np.float32)


def probe_probabilities(X: NDArray[np.float32], beliefs: Beliefs, probe: LogisticRegression) -> NDArray[np.float32]:
    """Return a linear probe's class probabilities for all rows, shape (n, classes), taught by what is believed.

    The probe is fitted here, from where its last fit ended when that had the same classes.
    """
    taught = np.flatnonzero(beliefs.weight > 0)
    if len(taught) > TAUGHT:
        given = taught[beliefs.weight[taught] >= 1]
        others = taught[beliefs.weight[taught] < 1]
        chosen = np.random.default_rng(0).permutation(len(others))[: max(TAUGHT - len(given), 0)]
        taught = np.sort(np.concatenate([given, others[chosen]]))
    codes = beliefs.probabilities[taught].argmax(axis=1)
    present = np.unique(codes)
    out = np.full(beliefs.probabilities.shape, 1e-6, dtype=np.float32)
    if len(present) < 2:
        out[:, present] = 1.0
    else:
        weight = beliefs.weight[taught] / np.bincount(codes)[codes]
        if not np.array_equal(getattr(probe, "classes_", present), present):
            del probe.coef_
        probe.fit(X[taught], codes, sample_weight=weight * len(taught) / weight.sum())
        out[:, present] = probe.predict_proba(X)
    return np.asarray(out / out.sum(axis=1, keepdims=True), dtype=np.float32)


def _agree(
    spread: NDArray[np.float32],
    probe: NDArray[np.float32],
    given: NDArray[np.float32],
    codes: NDArray[np.int64],
    sample_weight: NDArray[np.float32],
) -> Beliefs:
    """Blend the witnesses and believe, class by class, the rows that both are surest of."""
    blend = np.sqrt(spread * probe)
    blend /= np.maximum(blend.sum(axis=1, keepdims=True), TINY)
    winner = blend.argmax(axis=1)
    both = (spread.argmax(axis=1) == winner) & (probe.argmax(axis=1) == winner)
    confidence = blend.max(axis=1)
    weight = np.zeros(len(blend), dtype=np.float32)
    quota = max(1, len(blend) // (2 * blend.shape[1]))
    for c in range(blend.shape[1]):
        rows = np.flatnonzero((winner == c) & both & (codes == UNLABELLED))
        best = rows[np.argsort(-confidence[rows], kind="stable")[:quota]]
        weight[best] = confidence[best] ** 2
    labelled = codes != UNLABELLED
    blend[labelled] = given[labelled]
    weight[labelled] = sample_weight[labelled]
    return Beliefs(blend.astype(np.float32), weight)
