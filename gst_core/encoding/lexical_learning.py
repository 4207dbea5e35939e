"""Learning a lexical view from a corpus: which terms count, and the directions that most of their variation lies in."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.lexical_view import LexicalView, Terms, blocks_of
from gst_core.encoding.terms import READ

COLUMNS = 256  # 128 keep less of which name is meant; see docs/transform.md
FEWEST_TEXTS = 3  # that a term stands in
LARGEST_SHARE = 0.5  # of the texts that a term stands in; what stands in more says little
TERMS = 20_000  # the most frequent, so that a view takes 10 MB
TEXTS = 20_000  # that a view is learned from: a sample of a larger corpus
CHARACTERS = 12_000_000  # of these texts, about two million words, so that long ones take no more memory and time
POWER_ITERATIONS = 4  # of the randomized singular value decomposition
FEWEST_COLUMNS = 2  # along one alone, rows of length 1 know two places
WEAKEST = 1e-4  # of the largest singular value; what is below is rounding


def learn_lexical_view(texts: Sequence[str], columns: int = COLUMNS, random_state: int = 0) -> LexicalView | None:
    """Learn a lexical view from a corpus.

    Parameters
    ----------
    texts : sequence of str
    columns : int
        At most so many; a small vocabulary has fewer.
    random_state : int
        For the sample of a large corpus and the decomposition: the same number gives the same view on the same machine.

    Returns
    -------
    LexicalView or None
        None where no term stands in enough of the texts.
    """
    sample = _sample(list(dict.fromkeys(texts)), random_state)  # a text that is repeated is one
    numbers: dict[str, int] = {}
    terms = Terms.of(sample, numbers, grow=True)
    kinds, texts_with = terms.frequencies()
    enough = texts_with >= FEWEST_TEXTS
    kinds, texts_with = kinds[enough], texts_with[enough]
    terms = Terms(_renumbered(terms.terms, kinds, len(numbers)), terms.texts)
    pairs, texts_with_pair = terms.pairs(len(kinds)).frequencies()
    view = _chosen(np.array(list(numbers), dtype=object)[kinds], texts_with, pairs, texts_with_pair, len(sample))
    return None if view is None else _projected(view, sample, columns, random_state)


def _chosen(
    words: NDArray[np.object_],
    texts_with: NDArray[np.int64],
    pairs: NDArray[np.int64],
    texts_with_pair: NDArray[np.int64],
    n: int,
) -> LexicalView | None:
    """Return a view of the terms that stand in neither too few nor too many of n texts, without a projection yet."""
    most = max(LARGEST_SHARE * n, FEWEST_TEXTS)
    frequency = np.concatenate([texts_with, texts_with_pair])
    fits = (frequency >= FEWEST_TEXTS) & (frequency <= most)
    best = np.flatnonzero(fits)[np.argsort(-frequency[fits], kind="stable")[:TERMS]]
    taken = np.zeros(len(frequency), dtype=np.bool_)
    taken[best] = True
    single, paired = taken[: len(words)], taken[len(words) :]
    if not taken.any():
        return None
    both = np.stack(np.divmod(pairs[paired], len(words)), axis=1)
    in_pairs = np.zeros(len(words), dtype=np.bool_)
    in_pairs[both] = True
    order = np.concatenate([np.flatnonzero(single), np.flatnonzero(in_pairs & ~single)])
    both = _renumbered(both, order, len(words))
    by_code = np.lexsort((both[:, 1], both[:, 0]))
    df = np.concatenate([texts_with[single], texts_with_pair[paired][by_code]])
    return LexicalView(
        tuple(words[order].tolist()),
        int(single.sum()),
        both[by_code].astype(np.int32),
        (np.log((1 + n) / (1 + df)) + 1).astype(np.float32),
        np.zeros((len(df), 0), dtype=np.float16),
    )


def _projected(view: LexicalView, sample: list[str], columns: int, random_state: int) -> LexicalView | None:
    """Return the view with the projection onto the directions that most of the variation of a sample lies in."""
    from scipy.sparse import vstack
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd  # not on the way to a first page
    from threadpoolctl import threadpool_limits

    counts = normalize(vstack([view.counted(sample[block]) for block in blocks_of(sample)], format="csr"))
    with threadpool_limits(1, user_api="blas"):  # so that the number of cores changes nothing
        _, strength, directions = randomized_svd(
            counts, min(columns, *counts.shape), n_iter=POWER_ITERATIONS, random_state=random_state
        )
    strong = strength > WEAKEST * strength[0]
    if strong.sum() < FEWEST_COLUMNS:
        return None
    projection = directions[strong].T.astype(np.float16)
    return LexicalView(view.words, view.singles, view.pairs, view.idf, projection)


def _sample(texts: list[str], random_state: int) -> list[str]:
    """Return at most `TEXTS` of the texts, fewer where they are long, in their order."""
    order = np.random.default_rng(random_state).permutation(len(texts))[:TEXTS]
    length = np.cumsum([min(len(texts[i]), READ) for i in order])
    return [texts[i] for i in np.sort(order[: max(1, int(np.searchsorted(length, CHARACTERS)))])]


def _renumbered(numbers: NDArray[np.int64], order: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return each number's place in an order, -1 where it has none; -1 stays."""
    place = np.full(size + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[numbers]
