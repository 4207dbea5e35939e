"""Names of clusters: keywords by class-based TF-IDF, and the spot on the map where a name lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.map.clusters import NOISE

KEYWORDS = 3
MORE_STOP_WORDS = """
im ive dont didnt doesnt isnt wasnt cant couldnt wont wouldnt youre theyre thats theres weve id ill let lets
just really very got get gets getting like one two would could also even still much many please want need
said say says know make made thing things way time times day days
"""


@dataclass(frozen=True)
class ClusterName:
    """A cluster as a person reads it.

    Attributes
    ----------
    cluster : int
    size : int
    keywords : tuple of str
        Best first; empty when its texts hold no words.
    x, y : float
        Its densest spot.
    kind : str
        The class that most of its texts are of, when there is one.
    """

    cluster: int
    size: int
    keywords: tuple[str, ...]
    x: float
    y: float
    kind: str = ""

    @property
    def title(self) -> str:
        """The class, if it has one, and the keywords as one line; without either the cluster's number."""
        words = ", ".join(self.keywords)
        return ": ".join(part for part in (self.kind, words) if part) or f"group {self.cluster + 1}"


class Keywords:
    """The words of a corpus, counted once, for naming any grouping of it.

    Parameters
    ----------
    texts : sequence of str, length n
    """

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import (
            ENGLISH_STOP_WORDS,
            CountVectorizer,
        )  # not on the way to a first page

        spaced = np.mean([" " in t.strip() for t in texts[:500]]) > 0.2 if len(texts) else True
        vectorizer = CountVectorizer(
            stop_words=sorted(ENGLISH_STOP_WORDS.union(MORE_STOP_WORDS.split())),
            min_df=1 if len(texts) < 50 else 2,
            max_features=20_000,
            binary=True,
            **(
                {"token_pattern": r"(?u)\b[^\W\d_][^\W\d_]+\b"}
                if spaced
                else {"analyzer": "char", "ngram_range": (2, 3)}
            ),
        )
        try:
            self.counts = sp.csr_matrix(vectorizer.fit_transform([_without_apostrophes(t) for t in texts]))
            self.words = vectorizer.get_feature_names_out()
        except ValueError:  # no word at all: numbers and signs only
            self.counts, self.words = sp.csr_matrix((len(texts), 0)), np.array([], dtype=object)

    def best(self, clusters: NDArray[np.int32], keywords: int = KEYWORDS) -> dict[int, tuple[str, ...]]:
        """Return the keywords of each cluster by class-based TF-IDF.

        The weight of word t in cluster c is ``tf(t, c) * log(1 + A / tf(t))`` with A the mean number of words in a
        cluster (Grootendorst, "BERTopic", 2022, eq. 1).
        """
        ids = np.unique(clusters[clusters != NOISE])
        if not len(ids) or not len(self.words):
            return {int(c): () for c in ids}
        member = sp.csr_matrix((clusters[None, :] == ids[:, None]).astype(np.float32))
        frequency = np.asarray((member @ self.counts).todense())
        average = frequency.sum() / len(ids)
        total = np.maximum(frequency.sum(axis=0), 1)
        share = frequency / np.maximum(frequency.sum(axis=1, keepdims=True), 1)
        weight = share * np.log(1 + average / total)
        return {int(c): self._top(weight[i], keywords) for i, c in enumerate(ids)}

    def _top(self, weight: NDArray[np.float64], keywords: int) -> tuple[str, ...]:
        chosen: list[str] = []
        for i in np.argsort(-weight, kind="stable")[: keywords * 4]:
            word = str(self.words[i])
            if weight[i] > 0 and not any(_same_stem(word, w) for w in chosen):
                chosen.append(word)
        return tuple(chosen[:keywords])


def name_clusters(
    words: Mapping[int, tuple[str, ...]],
    positions: NDArray[np.float32],
    clusters: NDArray[np.int32],
    *,
    moving: bool = False,
) -> list[ClusterName]:
    """Name every cluster and find its densest spot; largest first.

    Parameters
    ----------
    words : mapping of int to tuple of str
        Of each cluster, see `Keywords.best`.
    positions : ndarray of shape (n, 2), float32
    clusters : ndarray of shape (n,), int32
    moving : bool
        Take the middle for the spot, which is found sooner.

    Returns
    -------
    list of ClusterName
    """
    names = []
    for cluster, best in words.items():
        points = positions[clusters == cluster]
        x, y = points.mean(axis=0).tolist() if moving else densest_spot(points)
        names.append(ClusterName(cluster, len(points), best, x, y))
    return sorted(names, key=lambda n: -n.size)


def densest_spot(points: NDArray[np.float32]) -> tuple[float, float]:
    """Return the point among (m, 2) that the most others are near to."""
    sample = points[np.linspace(0, len(points) - 1, min(len(points), 400)).astype(np.int64)]
    scale = np.maximum(sample.std(axis=0).mean(), 1e-6)
    square = ((sample[:, None, :] - sample[None, :, :]) ** 2).sum(axis=2)
    x, y = sample[np.exp(-square / (0.5 * scale**2)).sum(axis=1).argmax()]
    return float(x), float(y)


def _without_apostrophes(text: str) -> str:
    return text.replace("'", "").replace("’", "")


def _same_stem(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 3
