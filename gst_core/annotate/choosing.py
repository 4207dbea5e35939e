"""Which texts of a corpus a language model labels next."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.25  # of a choice goes on covering the corpus when a transform says where it is unsure
REGIONS = 128  # that coverage looks for; of each, texts from its middle outwards
LOOKED_AT = 6_000  # rows among which is chosen; a fair sample of more covers as well


def choose_next(
    X: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    done: Iterable[int],
    count: int,
    random_state: int = 0,
) -> NDArray[np.int64]:
    """Choose which texts to label next.

    Without a transform: texts that cover the corpus. With one: a quarter of them on covering it, the others where it is
    unsure or far from every label, spread out.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    probabilities : ndarray of shape (n, n_classes), float32, optional
        Of the present transform.
    done : iterable of int
        Rows that are labelled, or were asked about.
    count : int
    random_state : int

    Returns
    -------
    ndarray of int64
        At most `count` rows, none twice and none of `done`.
    """
    from gst_core.suggest import suggest  # scikit-learn: only when something is chosen

    taken = np.zeros(len(X), dtype=bool)
    taken[np.fromiter(done, dtype=np.int64)] = True
    count = min(count, int((~taken).sum()))
    if count < 1:
        return np.array([], dtype=np.int64)
    unsure: list[int] = []
    if probabilities is not None and probabilities.shape[1] > 1 and taken.any():
        classes = tuple(str(c) for c in range(probabilities.shape[1]))
        wanted = count - math.ceil(COVERAGE * count)
        unsure = [s.index for s in suggest(X, taken, probabilities, classes, wanted, random_state)]
        taken[unsure] = True
    covering = _covering(X, np.flatnonzero(~taken), count - len(unsure), random_state)
    return np.array([*unsure, *covering], dtype=np.int64)


def _covering(X: NDArray[np.float32], rows: NDArray[np.int64], count: int, seed: int) -> list[int]:
    """Choose texts from the middle of each of many regions outwards, a text of each region in turn."""
    from sklearn.cluster import MiniBatchKMeans  # heavy: only when something is chosen

    if count < 1:
        return []
    rng = np.random.default_rng(seed)
    if len(rows) > LOOKED_AT:
        rows = np.sort(rng.choice(rows, max(LOOKED_AT, count), replace=False))
    points = np.asarray(X[rows])
    model = MiniBatchKMeans(min(count, REGIONS), random_state=seed, n_init=1, batch_size=1024).fit(points)
    closeness = (points * model.cluster_centers_[model.labels_]).sum(axis=1)
    order = np.lexsort((-closeness, model.labels_))
    region = model.labels_[order]
    turn = np.arange(len(order)) - np.searchsorted(region, region)  # of a text in its region: 0, 1, 2, …
    chosen = order[np.lexsort((rng.permutation(len(order)), turn))[:count]]
    return [int(row) for row in rows[chosen]]
