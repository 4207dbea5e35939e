"""Names of clusters: keywords by class-based TF-IDF, and the spot on the map where a name lies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.map.clusters import NOISE
from gst_core.map.words import says_little, stop_words, without_vowels, words_of

KEYWORDS = 3
MOST_WORDS = 20_000
FEW_TEXTS = 50  # of so many or fewer a word counts that stands in one


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
    given : str
        What people call it, where somebody said so.
    reach : float
        Of a part of a group that is named where the map is enlarged: how far its texts lie from its middle, in the
        map's units. 0 for a whole group, which is named from afar.
    """

    cluster: int
    size: int
    keywords: tuple[str, ...]
    x: float
    y: float
    kind: str = ""
    given: str = ""
    reach: float = 0.0

    @property
    def title(self) -> str:
        """What people call it, else class and keywords as one line; without any of these the cluster's number."""
        if self.given:
            return self.given
        words = ", ".join(self.keywords)
        return ": ".join(part for part in (self.kind, words) if part) or f"group {self.cluster + 1}"


class Keywords:
    """The words of a corpus, counted once, for naming any grouping of it.

    Parameters
    ----------
    texts : sequence of str, length n
    """

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer  # not on the way to a first page

        vectorizer = CountVectorizer(analyzer=words_of, max_features=MOST_WORDS, binary=True)
        try:
            self.counts = sp.csr_matrix(vectorizer.fit_transform(texts))
            self.words = vectorizer.get_feature_names_out()
        except ValueError:  # no word at all: numbers and signs only
            self.counts, self.words = sp.csr_matrix((len(texts), 0)), np.array([], dtype=object)
        without = stop_words(texts)
        meant = [not says_little(w) and w not in without and without_vowels(w) not in without for w in self.words]
        self.telling = np.array(meant, dtype=bool)
        if len(texts) > FEW_TEXTS:
            self.telling &= np.asarray(self.counts.sum(axis=0)).reshape(-1) > 1

    def best(
        self, clusters: NDArray[np.int32], keywords: int = KEYWORDS, *, without: Collection[str] = ()
    ) -> dict[int, tuple[str, ...]]:
        """Return the keywords of each cluster by class-based TF-IDF, of all words but those that are left out.

        Words that seldom tell anything, stop words say, are left for a cluster that has no others.

        The weight of word t in cluster c is ``tf(t, c) * log(1 + A / tf(t))`` with A the mean number of words in a
        cluster (Grootendorst, "BERTopic", 2022, eq. 1).
        """
        ids = np.unique(clusters[clusters != NOISE])
        if not len(ids) or not len(self.words):
            return {int(c): () for c in ids}
        member = sp.csr_matrix((clusters[None, :] == ids[:, None]).astype(np.float32))
        frequency = np.asarray((member @ self.counts).todense())
        heard = np.array([word not in without for word in self.words], dtype=bool)
        best = self._weighted(frequency, self.telling & heard, keywords)
        others = self._weighted(frequency, ~self.telling & heard, keywords)
        return {int(c): best[i] or others[i] for i, c in enumerate(ids)}

    def _weighted(
        self, frequency: NDArray[np.float32], chosen: NDArray[np.bool_], keywords: int
    ) -> list[tuple[str, ...]]:
        """Return the keywords of each row of frequencies, of the chosen words only."""
        words, frequency = self.words[chosen], frequency[:, chosen]
        average = frequency.sum() / len(frequency)
        total = np.maximum(frequency.sum(axis=0), 1)
        share = frequency / np.maximum(frequency.sum(axis=1, keepdims=True), 1)
        weight = share * np.log(1 + average / total)
        return [_top(words, row, keywords) for row in weight]


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


def _top(words: NDArray[Any], weight: NDArray[np.floating], keywords: int) -> tuple[str, ...]:
    """Return the words of the largest weights, none of them a form of one before it."""
    chosen: list[str] = []
    for i in np.argsort(-weight, kind="stable")[: keywords * 4]:
        word = str(words[i])
        if weight[i] > 0 and not any(_same_stem(word, w) for w in chosen):
            chosen.append(word)
    return tuple(chosen[:keywords])


def _same_stem(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 3
