"""Labels for a few texts become beliefs about all of them.

Witnesses that fail in different ways are asked: label spreading on the neighbour graph (Zhou et al., 2004), which
follows the corpus' own groups, and two linear probes, which follow directions: one that saw only the given labels and
leans on what the class names say, one taught by all that is believed. Where they agree, a text is believed; what is
believed teaches them in the next round.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.compute.neighbours import nearest, pca_projection
from gst_core.transform.probes import label_probe, taught_probe

UNLABELLED = -1
NEIGHBOURS = 15
ALPHA = 0.9  # how far labels travel on the graph
SPREAD_STEPS = 20
ROUNDS, ROUNDS_OF_FEW = 2, 5  # with few labels the corpus has to teach more
FEW = 8  # labels a class
TINY = 1e-12


@dataclass(frozen=True)
class Beliefs:
    """What is believed of each row, for each of some questions: sets of labels to start from.

    Attributes
    ----------
    probabilities : ndarray of shape (n, questions, classes), float32
        Rows sum to 1.
    weight : ndarray of shape (n, questions), float32
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
    codes : ndarray of shape (n, questions), int
        Class numbers, -1 where unlabelled; the questions are answered side by side, each as if it were the only one.
    n_classes : int
    sample_weight : ndarray of shape (n,), float32
        Trust in each label, from 0 to 1.
    rounds : int, optional
        How often what is believed teaches the witnesses again; by the number of labels when left out.
    prior : ndarray of shape (n, questions, n_classes), optional
        Logits of what is known without the labels, such as what the class names say.
    graph : csr_matrix of shape (n, n), optional
        Of `neighbour_graph`; built when left out.

    Returns
    -------
    Beliefs
    """
    labelled = codes != UNLABELLED
    given = np.zeros((*codes.shape, n_classes), dtype=np.float32)
    given[(*np.nonzero(labelled), codes[labelled])] = 1.0
    trust = np.where(labelled, sample_weight[:, None], 0).astype(np.float32)
    beliefs = Beliefs(given, trust)
    if n_classes < 2:  # there is nothing else that a row could be
        return Beliefs(np.ones_like(given), trust)
    if labelled.all():
        return beliefs
    graph = neighbour_graph(X) if graph is None else graph
    first = label_probe(X, given, trust, np.zeros_like(given) if prior is None else prior)
    if prior is not None:
        beliefs = _agree(first, first, given, labelled, trust)
    weights = None  # a round goes on from the last
    for _ in range(_rounds(int(labelled.sum(axis=0).min()), n_classes) if rounds is None else rounds):
        spread = spread_labels(graph, beliefs.probabilities * beliefs.weight[:, :, None])
        told, weights = taught_probe(X, beliefs.probabilities, beliefs.weight, weights)
        probe = np.sqrt(first * told)
        beliefs = _agree(spread, probe / probe.sum(axis=2, keepdims=True), given, labelled, trust)
    return beliefs


def _rounds(labels: int, n_classes: int) -> int:
    return ROUNDS_OF_FEW if labels <= FEW * n_classes else ROUNDS


def neighbour_graph(X: NDArray[np.float32], neighbours: int = NEIGHBOURS) -> sp.csr_matrix:
    """Return the symmetric, normalised graph of each row's nearest others by cosine, shape (n, n).

    ``D^-1/2 W D^-1/2`` with ``W`` the positive similarities to the nearest rows, made symmetric.
    """
    return joined(*nearest(pca_projection(X), min(neighbours + 1, len(X))))


def joined(similarity: NDArray[np.float32], index: NDArray[np.int64]) -> sp.csr_matrix:
    """Return the graph of `neighbour_graph` from the cosines and rows of each row's nearest, both of shape (n, k)."""
    n, k = index.shape
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

    Parameters
    ----------
    graph : csr_matrix of shape (n, n)
    given : ndarray of shape (n, questions, classes), float32

    Returns
    -------
    ndarray of shape (n, questions, classes), float32
        Rows sum to 1; rows that nothing reached are uniform.
    """
    start = (given / np.maximum(given.sum(axis=0), TINY)).reshape(len(given), -1)
    mass = start.copy()
    start *= 1 - ALPHA
    for _ in range(SPREAD_STEPS):
        mass = graph @ mass
        mass *= ALPHA
        mass += start
    mass = mass / np.maximum(mass.sum(axis=0), TINY) + 1e-9
    mass = mass.reshape(given.shape)
    return np.asarray(mass / mass.sum(axis=2, keepdims=True), dtype=np.float32)


def _agree(
    spread: NDArray[np.float32],
    probe: NDArray[np.float32],
    given: NDArray[np.float32],
    labelled: NDArray[np.bool_],
    trust: NDArray[np.float32],
) -> Beliefs:
    """Blend the witnesses and believe, class by class, the rows that both are surest of."""
    blend = np.sqrt(spread * probe)
    blend /= np.maximum(blend.sum(axis=2, keepdims=True), TINY)
    winner, confidence = blend.argmax(axis=2), blend.max(axis=2)
    both = (spread.argmax(axis=2) == winner) & (probe.argmax(axis=2) == winner) & ~labelled
    weight = np.where(labelled, trust, 0).astype(np.float32)
    quota = max(1, len(blend) // (2 * blend.shape[2]))
    for question in range(blend.shape[1]):
        for c in range(blend.shape[2]):
            rows = np.flatnonzero((winner[:, question] == c) & both[:, question])
            best = rows[np.argsort(-confidence[rows, question], kind="stable")[:quota]]
            weight[best, question] = confidence[best, question] ** 2
    blend[labelled] = given[labelled]
    return Beliefs(blend, weight)
