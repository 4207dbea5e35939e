"""Why a text is where it is on a lens's map: what it is near to, which of its words matter, and who contradicts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.word_spans import word_spans

SHOWN = 2  # labelled texts of a class that are shown
NEIGHBOURS = 10  # of a text, as many as a label is doubted by; see `gst_core.suggest`
MOST_PARTS = 64  # of a text that are left out one after the other
READ_AGAIN = 4_000  # words of all variants together: about a second on two cores
FEWEST_PARTS = 8
LEAST_PROBABILITY = 1e-6  # below it a logarithm says more of rounding than of the text


@dataclass(frozen=True)
class LabelledNear:
    """A labelled text that is near to the one that is explained.

    Attributes
    ----------
    row : int
    similarity : float
        The cosine in the lens's space, from -1 to 1.
    """

    row: int
    similarity: float


@dataclass(frozen=True)
class Explanation:
    """What places a text among the classes.

    Attributes
    ----------
    classes : tuple of int
        All classes, the likeliest first.
    probabilities : tuple of float
        Of these.
    near : tuple of tuple of LabelledNear
        Of the likeliest class and of the next one: their nearest labelled texts, the nearest first.
    """

    classes: tuple[int, ...]
    probabilities: tuple[float, ...]
    near: tuple[tuple[LabelledNear, ...], ...]


def explain(
    row: int, embedding: NDArray[np.float32], probabilities: NDArray[np.float32], codes: NDArray[np.int64]
) -> Explanation:
    """Say what places a text among the classes.

    Parameters
    ----------
    row : int
    embedding : ndarray of shape (n, k), float32
        Of the lens, unit rows.
    probabilities : ndarray of shape (n, n_classes), float32
    codes : ndarray of shape (n,), int64
        Labels, as columns of `probabilities`; -1 for none. The text's own is not counted.

    Returns
    -------
    Explanation
    """
    order = np.argsort(-probabilities[row], kind="stable")
    near = []
    for number in order[:2]:
        labelled = np.flatnonzero(codes == number)
        labelled = labelled[labelled != row]
        similarity = embedding[labelled] @ embedding[row]
        best = np.argsort(-similarity, kind="stable")[:SHOWN]
        near.append(tuple(LabelledNear(int(labelled[i]), float(similarity[i])) for i in best))
    return Explanation(tuple(order.tolist()), tuple(probabilities[row, order].tolist()), tuple(near))


def contradicting(
    row: int, own: int, X: NDArray[np.float32], said: NDArray[np.int64], count: int = NEIGHBOURS
) -> list[int]:
    """Return those of a text's neighbours that are said to be of another class than its own, the nearest first.

    Parameters
    ----------
    row, own : int
        The text, and the class of its label.
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows: a lens's own space has been bent towards the labels already.
    said : ndarray of shape (n,), int64
        The class of each text: of its label, else the likeliest one. -1 for none.
    count : int
        Neighbours that are looked at.
    """
    near = X @ X[row]
    near[row] = -np.inf
    count = min(count, len(X) - 1)
    nearest = np.argpartition(-near, count - 1)[:count] if count else np.zeros(0, dtype=np.int64)
    nearest = nearest[np.argsort(-near[nearest], kind="stable")]
    return [int(i) for i in nearest if said[i] >= 0 and said[i] != own]


@dataclass(frozen=True)
class WordEffect:
    """What a part of a text does to a class.

    Attributes
    ----------
    start, end : int
        Where the part stands in the text: a word, or of a long text several.
    effect : float
        By how much the logarithm of the class's odds falls without it; above 0 where the part speaks for the class.
    """

    start: int
    end: int
    effect: float


def words_that_matter(
    text: str, column: int, probabilities_of: Callable[[Sequence[str]], NDArray[np.float32]]
) -> list[WordEffect]:
    """Leave each word of a text out and see what becomes of a class (leave-one-out; Li et al., arXiv 1612.08220).

    Parameters
    ----------
    text : str
    column : int
        The class, as a column of what `probabilities_of` returns.
    probabilities_of : callable
        Takes m texts and returns their class probabilities (m, n_classes).

    Returns
    -------
    list of WordEffect
        In the order of the text; a text of one part has none, as nothing would be left.
    """
    parts = parts_of(text)
    if len(parts) < 2:
        return []
    variants = [text, *(text[:start] + text[end:] for start, end in parts)]
    found = probabilities_of(variants)[:, column].astype(np.float64)
    odds = np.log(np.clip(found, LEAST_PROBABILITY, None)) - np.log(np.clip(1.0 - found, LEAST_PROBABILITY, None))
    return [
        WordEffect(start, end, float(effect)) for (start, end), effect in zip(parts, odds[0] - odds[1:], strict=True)
    ]


def parts_of(text: str) -> list[tuple[int, int]]:
    """Return where the parts stand that are left out: each word, or in long texts as many side by side as need be."""
    words = word_spans(text)
    most = min(max(READ_AGAIN // max(len(words), 1), FEWEST_PARTS), MOST_PARTS)
    if len(words) <= most:
        return words
    ends = np.linspace(0, len(words), most + 1).astype(int)
    return [(words[a][0], words[b - 1][1]) for a, b in pairwise(ends.tolist())]
