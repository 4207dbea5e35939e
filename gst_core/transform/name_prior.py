"""What the names of the classes say, before and beside the labels: a prior on the class of each text.

A class name is a text, and its embedding points to where texts of the class tend to be. With ten labels that is worth
more than the labels; how much it is worth on a corpus is read from the labels themselves, so that names like "A" and
"B" soon weigh nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

SCALES = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])  # logits per standard deviation of the similarity
USUAL_SCALE = 2.0
PRIOR_STRENGTH = 2.0  # of the usual scale: how many labels' worth of evidence it takes to leave it
TINY = 1e-9


def name_scores(
    X: NDArray[np.float32], classes: Sequence[str], names: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float64] | None:
    """Compare texts with class names.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Centred embeddings with unit rows.
    classes : sequence of str
    names : mapping of str to ndarray of shape (d,), float32
        The embedding of each class' name; classes may be missing.

    Returns
    -------
    ndarray of shape (n, n_classes), float64, or None
        Cosine with the name's direction among the names, columns centred, in standard deviations; 0 for a class without
        an embedding. None when fewer than two classes have one.
    """
    known = [i for i, c in enumerate(classes) if c in names]
    if len(known) < 2:
        return None
    vectors = np.array([names[classes[i]] for i in known], dtype=np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    vectors -= vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    similarity = X @ vectors.T
    similarity -= similarity.mean(axis=0)
    scores = np.zeros((len(X), len(classes)))
    scores[:, known] = similarity / max(float(similarity.std()), TINY)
    return scores


def prior_logits(scores: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Scale scores to logits by how well they predict the labels.

    The scale is the one of `SCALES` with the largest posterior (maximum a posteriori): the likelihood of the labels
    under ``softmax(scale * scores)``, and a log-normal prior around `USUAL_SCALE` whose strength is `PRIOR_STRENGTH`.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes), float64
        Of `name_scores`.
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.

    Returns
    -------
    ndarray of shape (n, n_classes), float64
    """
    labelled = np.flatnonzero(codes >= 0)
    rows, truth = scores[labelled], codes[labelled]
    likelihood = np.array([log_softmax(scale * rows, axis=1)[np.arange(len(rows)), truth].sum() for scale in SCALES])
    away = np.log((SCALES + 0.2) / (USUAL_SCALE + 0.2))
    return scores * SCALES[(likelihood - PRIOR_STRENGTH * away**2).argmax()]
