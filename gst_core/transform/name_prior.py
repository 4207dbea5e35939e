"""What the names of the classes say, before and beside the labels: a prior on the class of each text.

A class name is a text, and its embedding points to where texts of the class tend to be. With ten labels that is worth
more than the labels; how much it is worth on a corpus is read from the labels themselves, so that names like "A" and
"B" soon weigh nothing. Before there is a label, the corpus says which view shows what the names mean, and whether any
does: texts differ more along the names than along other directions, and two views say the same of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from gst_core.transform.view_features import dense_views

SCALES = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])  # logits per standard deviation of the similarity
USUAL_SCALE = 2.0
PRIOR_STRENGTH = 2.0  # of the usual scale: how many labels' worth of evidence it takes to leave it
EVIDENCE_OF_NAME = 6.0  # labels that a class name is worth
TRUSTED_STRONGER = 2.0  # times, where the corpus says that the names mean something
CONTRAST = 12.0  # how fast a view gains say with how far texts differ along the names in it
KNOWN_WELL = 1.3  # spread along names in the embedding itself from which on these are better known there than below
WAYS = np.array([0.5, 1.0])  # from what the corpus says of the views' shares to one view alone
STRENGTH_OF_SHARES = 2.0  # nats that it takes to go the whole way
NO_MEANING, MEANING = 1.0, 1.25  # covariance of what two views say of texts, in units of random directions
USUAL_CORRELATION = 0.65  # of what two views say by names that mean something, where there is one view only
MOST_LABELS = 200  # that are looked at for one prior; more say the same
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
        The embedding of each class' name; classes may be missing or have zeros.

    Returns
    -------
    ndarray of shape (n, n_classes), float64, or None
        Cosine with the name's direction among the names, columns centred, in standard deviations; 0 for a class without
        an embedding. None when fewer than two classes have one.
    """
    cosines = _cosines(X, classes, names)
    return None if cosines is None else cosines / _spread(cosines)


@dataclass(frozen=True, eq=False)
class NamePrior:
    """What class names say of the class of each row, by each view.

    Attributes
    ----------
    scores : ndarray of shape (views, n, n_classes), float64
        Of `name_scores`, by the views in which at least two names are known.
    views : tuple of int
        The numbers of these views.
    shares : ndarray of shape (views,), float64
        How much of the say each has before there are labels; they sum to 1.
    trust : float
        From 0, where nothing hints at a meaning of the names in this corpus, to 1.
    """

    scores: NDArray[np.float64]
    views: tuple[int, ...]
    shares: NDArray[np.float64]
    trust: float

    def of(self, rows: NDArray[np.int64]) -> "NamePrior":
        """Return the prior of some of the rows."""
        return replace(self, scores=self.scores[:, rows])

    def logits(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the logits that predict the labels best, and are near to what the corpus says.

        Scale and shares of the views are those of largest posterior (maximum a posteriori): the likelihood of the
        labels under ``softmax(scale * scores)``, a log-normal prior of the scale around `USUAL_SCALE`, of the strength
        `PRIOR_STRENGTH` and more where the names are trusted, and one of the shares around `shares`, of the strength
        `STRENGTH_OF_SHARES`.

        Parameters
        ----------
        codes : ndarray of shape (n,), int64
            Class numbers, -1 where unlabelled.

        Returns
        -------
        ndarray of shape (n, n_classes), float64
        """
        labelled = np.flatnonzero(codes >= 0)
        if len(labelled) > MOST_LABELS:
            labelled = np.random.default_rng(0).permutation(labelled)[:MOST_LABELS]
        rows, truth = self.scores[:, labelled], codes[labelled]
        covariance = np.tensordot(self.scores, self.scores, ((1, 2), (1, 2))) / self.scores[0].size
        strength = PRIOR_STRENGTH * (1.0 + TRUSTED_STRONGER * self.trust)
        best, logits = -np.inf, np.zeros(self.scores.shape[1:])
        for shares, away in self._shares():
            unit = shares / max(float(shares @ covariance @ shares) ** 0.5, TINY)
            posterior = scale_posterior(np.tensordot(unit, rows, 1), truth, strength) - STRENGTH_OF_SHARES * away**2
            if posterior.max() > best:
                best = float(posterior.max())
                chosen = unit * SCALES[posterior.argmax()]
        return np.asarray(np.tensordot(chosen, self.scores, 1) if np.isfinite(best) else logits)

    def _shares(self) -> list[tuple[NDArray[np.float64], float]]:
        """Return shares to choose from, and how far away from those of the corpus each is, from 0 to 1."""
        alone = np.eye(len(self.shares)) if len(self.shares) > 1 else np.empty((0, 1))
        return [(self.shares, 0.0)] + [(self.shares + way * (one - self.shares), way) for one in alone for way in WAYS]


def name_prior(
    rows: Sequence[NDArray[np.float32]], classes: Sequence[str], names: Mapping[str, NDArray[np.float32]]
) -> NamePrior | None:
    """Compare texts with class names in every view, and find which views show what the names mean.

    A view has the more say the further texts differ along the names in it, compared with random directions. In the
    encoder's own embedding, which comes first, they differ along names of topics and little along names of moods; in
    the layer below it along both. A lexical view has no say before there are labels, as few texts share a word with a
    name. The names are trusted as far as what two views say of texts varies together.

    Parameters
    ----------
    rows : sequence of ndarray of shape (n, width), float32
        Of each view, centred, of length 1.
    classes : sequence of str
    names : mapping of str to ndarray of shape (d,), float32
        The embedding of each class' name, all views side by side; zeros in views where nothing is known of it.

    Returns
    -------
    NamePrior or None
        None where no view knows two names.
    """
    ends = np.cumsum([view.shape[1] for view in rows])
    found = {}
    for number, (view, end) in enumerate(zip(rows, ends, strict=True)):
        cosines = _cosines(view, classes, {name: v[end - view.shape[1] : end] for name, v in names.items()})
        if cosines is not None:
            found[number] = cosines
    if not found:
        return None
    spread = {number: _spread(cosines) for number, cosines in found.items()}
    relative = {number: cosines * rows[number].shape[1] ** 0.5 for number, cosines in found.items()}
    apart = np.array([float(relative[number].std()) if number in dense_views(len(rows)) else 0.0 for number in found])
    apart[0] *= apart[0] / KNOWN_WELL
    gain = apart**CONTRAST
    shares = gain / gain.sum() if gain.any() else np.full(len(gain), 1.0 / len(gain))
    together = [float((a * b).mean()) for a, b in combinations(relative.values(), 2)]
    meaning = max(together, default=USUAL_CORRELATION * float((relative[min(found)] ** 2).mean()))
    trust = float(np.clip((meaning - NO_MEANING) / (MEANING - NO_MEANING), 0.0, 1.0))
    scores = np.stack([cosines / spread[number] for number, cosines in found.items()])
    return NamePrior(scores, tuple(found), shares, trust)


def scale_posterior(scores: NDArray[np.float64], truth: NDArray[np.int64], strength: float) -> NDArray[np.float64]:
    """Return the logarithm of the posterior of each of `SCALES`, but for a constant.

    Parameters
    ----------
    scores : ndarray of shape (m, n_classes), float64
        Of labelled rows.
    truth : ndarray of shape (m,), int64
        Their class numbers.
    strength : float
        Of the prior.
    """
    likelihood = np.array([log_softmax(scale * scores, axis=1)[np.arange(len(truth)), truth].sum() for scale in SCALES])
    away = np.log((SCALES + 0.2) / (USUAL_SCALE + 0.2))
    return np.asarray(likelihood - strength * away**2)


def _cosines(
    X: NDArray[np.float32], classes: Sequence[str], names: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float64] | None:
    """Return cosines with the names' directions among the names, columns centred; None for fewer than two names."""
    known = [i for i, c in enumerate(classes) if c in names and names[c].any()]
    if len(known) < 2:
        return None
    vectors = np.array([names[classes[i]] for i in known], dtype=np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    vectors -= vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), TINY)
    similarity = X @ vectors.T
    cosines = np.zeros((len(X), len(classes)))
    cosines[:, known] = similarity - similarity.mean(axis=0)
    return cosines


def _spread(cosines: NDArray[np.float64]) -> float:
    """Return the root mean square of the cosines, those of unknown names left out."""
    return max(float(cosines[:, cosines.any(axis=0)].std()) if cosines.any() else 0.0, TINY)
