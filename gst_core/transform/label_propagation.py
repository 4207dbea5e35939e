"""Labels of a few texts become pseudo-labels of many.

Base learners that fail in different ways are asked: label spreading on the neighbour graph (Zhou et al., "Learning with
Local and Global Consistency", NIPS 2003), which follows the corpus' own clusters, and two linear probes, which follow
directions: one that saw only the analyst's labels and starts from what the class names say, one that is trained on all
pseudo-labels. Where they agree a text gets a pseudo-label, and the pseudo-labels train them in the next round, as in
co-training (Blum and Mitchell, "Combining Labeled and Unlabeled Data with Co-Training", COLT 1998).

Several folds are learned side by side. A fold is one version of the labels: all of them, or those that are left when
some are held out.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.compute import nearest, pca_projection
from gst_core.transform.probes import PROBE_C, label_probe, pseudo_label_probe
from gst_core.transform.validation import UNLABELLED

NEIGHBOURS = 15
ALPHA = 0.9  # how far labels travel on the graph
SPREAD_STEPS = 20
ROUNDS, ROUNDS_OF_FEW = 2, 5  # with few labels the corpus has to teach more
FEW = 8  # labels per class
SHARE_STEPS = 30  # of iterative proportional fitting
LEAST_PROBABILITY = 1e-6  # that it scales
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class PseudoLabels:
    """Soft labels of each row, and how much each counts, for each fold.

    Attributes
    ----------
    probabilities : ndarray of shape (n, folds, classes), float32
        Rows sum to 1.
    weight : ndarray of shape (n, folds), float32
        0 where the row has no pseudo-label, the analyst's trust (at most 1) for a label, between for an inferred one.
    """

    probabilities: NDArray[np.float32]
    weight: NDArray[np.float32]


def propagate_labels(
    X: NDArray[np.float32],
    codes: NDArray[np.int64],
    n_classes: int,
    sample_weight: NDArray[np.float32],
    rounds: int | None = None,
    prior: NDArray[np.float64] | None = None,
    graph: sp.csr_matrix | None = None,
    known: NDArray[np.int64] | None = None,
    probe_c: float = PROBE_C,
) -> PseudoLabels:
    """Infer soft labels of all rows from the labelled ones.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Centred embeddings with unit rows.
    codes : ndarray of shape (n, folds), int64
        Class numbers, -1 where unlabelled; the folds are learned side by side, each as if it were the only one.
    n_classes : int
        At least 1.
    sample_weight : ndarray of shape (n,), float32
        Trust in each label, from 0 to 1.
    rounds : int, optional
        How often pseudo-labels train the base learners again; by the number of labels when left out.
    prior : ndarray of shape (n, folds, n_classes), float64, optional
        Logits of what is known without the labels, such as what the class names say.
    graph : csr_matrix of shape (n, n), float32, optional
        Of `neighbour_graph`; built when left out.
    known : ndarray of shape (n,), int64, optional
        Class numbers of labels that do not speak, see `gst_core.transform.label_balance`, -1 elsewhere: the first of
        their class' pseudo-labels. They change what is said of each text, but not how much of all is said to be of a
        class. What is returned for their rows is what the others say.
    probe_c : float
        Inverse regularisation of the linear probes, above 0.

    Returns
    -------
    PseudoLabels
    """
    labelled = codes != UNLABELLED
    one_hot = np.zeros((*codes.shape, n_classes), dtype=np.float32)
    one_hot[(*np.nonzero(labelled), codes[labelled])] = 1.0
    trust = np.where(labelled, sample_weight[:, None], 0).astype(np.float32)
    pseudo = PseudoLabels(one_hot, trust)
    if n_classes < 2:  # there is nothing else that a row could be
        return PseudoLabels(np.ones_like(one_hot), trust)
    if labelled.all():
        return pseudo
    graph = neighbour_graph(X) if graph is None else graph
    by_labels = label_probe(X, one_hot, trust, np.zeros_like(one_hot) if prior is None else prior, probe_c)
    if prior is not None:
        pseudo = _agreed(by_labels, by_labels, one_hot, labelled, trust, known)
    weights = None  # a round goes on from the last
    for _ in range(_rounds(int(labelled.sum(axis=0).min()), n_classes) if rounds is None else rounds):
        taught = _with_known(pseudo.probabilities, known, labelled)
        spread = spread_labels(graph, taught * pseudo.weight[:, :, None])
        by_pseudo_labels, weights = pseudo_label_probe(X, taught, pseudo.weight, weights, probe_c)
        probe = np.sqrt(by_labels * by_pseudo_labels)
        pseudo = _agreed(spread, probe / probe.sum(axis=2, keepdims=True), one_hot, labelled, trust, known)
    if known is None:
        return pseudo
    balanced = propagate_labels(X, codes, n_classes, sample_weight, rounds, prior, graph, None, probe_c)
    return PseudoLabels(_with_shares_of(balanced, pseudo, labelled, known), pseudo.weight)


def _rounds(labels: int, n_classes: int) -> int:
    return ROUNDS_OF_FEW if labels <= FEW * n_classes else ROUNDS


def neighbour_graph(X: NDArray[np.float32], neighbours: int = NEIGHBOURS) -> sp.csr_matrix:
    """Return the symmetric, normalised graph of each row's nearest others by cosine.

    ``S = D^-1/2 W D^-1/2`` with ``W`` the cubes of the positive cosines to the nearest rows, made symmetric (Zhou et
    al., NIPS 2003, section 2).

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Rows of any length.
    neighbours : int
        Of each row, at least 1.

    Returns
    -------
    csr_matrix of shape (n, n), float32
        Values from 0 to 1, the diagonal empty.
    """
    return graph_of_neighbours(*nearest(pca_projection(X), min(neighbours + 1, len(X))))


def graph_of_neighbours(similarity: NDArray[np.float32], index: NDArray[np.int64]) -> sp.csr_matrix:
    """Return the graph of `neighbour_graph` from the nearest rows of each row.

    Parameters
    ----------
    similarity : ndarray of shape (n, k), float32
        Cosines, from -1 to 1.
    index : ndarray of shape (n, k), int64
        Row numbers, the row itself among them; -1 where fewer than k were found.

    Returns
    -------
    csr_matrix of shape (n, n), float32
    """
    n, k = index.shape
    rows = np.repeat(np.arange(n), k)
    columns, values = index.ravel(), np.maximum(similarity.ravel(), 0.0)
    keep = (columns >= 0) & (columns != rows)
    graph = sp.csr_matrix((values[keep] ** 3, (rows[keep], columns[keep])), shape=(n, n))
    graph = graph.maximum(graph.T)
    scale = 1.0 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).ravel(), TINY))
    return sp.csr_matrix(sp.diags(scale) @ graph @ sp.diags(scale)).astype(np.float32)


def spread_labels(graph: sp.csr_matrix, labels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread label mass over the graph: ``F <- alpha S F + (1 - alpha) Y`` (Zhou et al., NIPS 2003, section 2).

    Columns are scaled to equal mass afterwards, so that a class with more labels does not drown the others: class mass
    normalisation with equal priors (Zhu et al., "Semi-Supervised Learning Using Gaussian Fields and Harmonic
    Functions", ICML 2003, section 4).

    Parameters
    ----------
    graph : csr_matrix of shape (n, n), float32
        Of `neighbour_graph`.
    labels : ndarray of shape (n, folds, classes), float32
        Label mass, at least 0; rows of zeros where there is none.

    Returns
    -------
    ndarray of shape (n, folds, classes), float32
        Rows sum to 1; rows that no mass reached are uniform.
    """
    start = (labels / np.maximum(labels.sum(axis=0), TINY)).reshape(len(labels), -1)
    mass = start.copy()
    start *= 1 - ALPHA
    for _ in range(SPREAD_STEPS):
        mass = graph @ mass
        mass *= ALPHA
        mass += start
    mass = mass / np.maximum(mass.sum(axis=0), TINY) + 1e-9
    mass = mass.reshape(labels.shape)
    return np.asarray(mass / mass.sum(axis=2, keepdims=True), dtype=np.float32)


def _agreed(
    spread: NDArray[np.float32],
    probe: NDArray[np.float32],
    one_hot: NDArray[np.float32],
    labelled: NDArray[np.bool_],
    trust: NDArray[np.float32],
    known: NDArray[np.int64] | None,
) -> PseudoLabels:
    """Blend two base learners by the geometric mean and, class by class, label the rows that both are surest of.

    Rows whose class is known come before these.
    """
    blend = np.sqrt(spread * probe)
    blend /= np.maximum(blend.sum(axis=2, keepdims=True), TINY)
    taught = _with_known(blend, known, labelled)
    winner, confidence = taught.argmax(axis=2), taught.max(axis=2)
    both = (spread.argmax(axis=2) == winner) & (probe.argmax(axis=2) == winner)
    if known is not None:
        both |= (known != UNLABELLED)[:, None]
    both &= ~labelled
    weight = np.where(labelled, trust, 0).astype(np.float32)
    quota = max(1, len(blend) // (2 * blend.shape[2]))
    for fold in range(blend.shape[1]):
        for c in range(blend.shape[2]):
            rows = np.flatnonzero((winner[:, fold] == c) & both[:, fold])
            best = rows[np.argsort(-confidence[rows, fold], kind="stable")[:quota]]
            weight[best, fold] = confidence[best, fold] ** 2
    blend[labelled] = one_hot[labelled]
    return PseudoLabels(blend, weight)


def _with_shares_of(
    balanced: PseudoLabels, told: PseudoLabels, labelled: NDArray[np.bool_], known: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return what was told, each class scaled so that its share of the other rows is the one in what is balanced.

    Classes are scaled and rows normalised in turn: iterative proportional fitting (Deming and Stephan, Annals of
    Mathematical Statistics 1940).
    """
    scaled = told.probabilities.copy()
    for fold, spoken in enumerate(labelled.T):
        rest = ~spoken & (known == UNLABELLED)
        if not rest.any():
            continue
        share = np.maximum(balanced.probabilities[rest, fold].mean(axis=0), TINY)
        rows, scale = np.maximum(scaled[rest, fold], LEAST_PROBABILITY), np.ones(len(share), dtype=np.float32)
        for _ in range(SHARE_STEPS):
            now = rows * scale
            scale *= share / (now / now.sum(axis=1, keepdims=True)).mean(axis=0)
        rows = np.maximum(scaled[~spoken, fold], LEAST_PROBABILITY) * scale
        scaled[~spoken, fold] = rows / rows.sum(axis=1, keepdims=True)
    return scaled


def _with_known(
    probabilities: NDArray[np.float32], known: NDArray[np.int64] | None, labelled: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return probabilities that are certain of the rows whose class is known and that are not labelled."""
    if known is None:
        return probabilities
    row, fold = np.nonzero((known != UNLABELLED)[:, None] & ~labelled)
    certain = probabilities.copy()
    certain[row, fold] = 0.0
    certain[row, fold, known[row]] = 1.0
    return certain
