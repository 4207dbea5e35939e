"""Which documents to label next.

Without labels: a diverse handful, one from each large region. With labels: texts that the transform is unsure of or
that lie far from every label, spread out so that no two ask the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HANDFUL = 8
SAMPLE = 6_000  # rows that are looked at; a fair sample of more suggests as well and stays fast
POOL = 12  # candidates for each suggestion that is made
FAR = 0.1  # share of texts that count as far from every label
NEIGHBOURS = 10  # of a label, whose opinion of it is asked
AT_ONCE = 64  # labels whose neighbours are looked for together: 26 MB for 100,000 texts
CONTRADICTED = 0.15  # a label is doubted when its neighbours give its class less than this
HARDLY_RIGHT = 0.5  # or when it is less likely right than this: then the transform does not hear it


@dataclass(frozen=True)
class Suggestion:
    """A document worth labelling, and why in a few words."""

    index: int
    reason: str


@dataclass(frozen=True)
class DoubtfulLabel:
    """A label that the texts around it, or all other labels, contradict.

    Attributes
    ----------
    index : int
        The document.
    others : int
        The number of the class that the texts around it are most of.
    share : float
        What they give that class on average, from 0 to 1.
    """

    index: int
    others: int
    share: float


def suggest(
    X: NDArray[np.float32],
    labelled: NDArray[np.bool_],
    probabilities: NDArray[np.float32] | None = None,
    classes: tuple[str, ...] = (),
    count: int = HANDFUL,
    random_state: int = 0,
    skipped: NDArray[np.bool_] | None = None,
) -> list[Suggestion]:
    """Suggest what to label next, most useful first.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    labelled : ndarray of shape (n,), bool
    probabilities : ndarray of shape (n, n_classes), float32, optional
        Of the present transform.
    classes : tuple of str
        Names of the columns of `probabilities`.
    count : int
    random_state : int
    skipped : ndarray of shape (n,), bool, optional
        Texts that are not suggested though they are unlabelled.

    Returns
    -------
    list of Suggestion
        At most `count`; fewer when fewer texts are unlabelled.
    """
    rng = np.random.default_rng(random_state)
    open_rows = np.flatnonzero(~labelled if skipped is None else ~(labelled | skipped))
    if len(open_rows) > SAMPLE:
        open_rows = np.sort(rng.choice(open_rows, SAMPLE, replace=False))
    if not len(open_rows) or count < 1:
        return []
    if probabilities is None or probabilities.shape[1] < 2 or not labelled.any():
        return _diverse(X, open_rows, labelled, count, random_state)
    return _useful(X, open_rows, labelled, probabilities, classes, count)


def doubtful_labels(
    X: NDArray[np.float32],
    codes: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    right: NDArray[np.float32] | None = None,
) -> list[DoubtfulLabel]:
    """Find labels that the texts around them, or all other labels, contradict.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    codes : ndarray of shape (n,), int64
        Class numbers (columns of `probabilities`), -1 where unlabelled.
    probabilities : ndarray of shape (n, n_classes), float32
    right : ndarray of shape (n,), float32, optional
        How likely each label is right, as the transform found.

    Returns
    -------
    list of DoubtfulLabel
        Rows whose nearest unlabelled texts give their class less than `CONTRADICTED` on average, or whose label is
        less likely right than `HARDLY_RIGHT`; the most contradicted first.
    """
    labelled = np.flatnonzero(codes >= 0)
    if not len(labelled) or len(codes) - len(labelled) < NEIGHBOURS:
        return []
    parts = np.array_split(labelled, -(-len(labelled) // AT_ONCE))
    around = np.concatenate([_around(X, labelled, part, probabilities) for part in parts])
    own = codes[labelled]
    support = around[np.arange(len(labelled)), own]
    doubted = support < CONTRADICTED
    if right is not None:
        doubted |= right[labelled] < HARDLY_RIGHT
    around[np.arange(len(labelled)), own] = -1.0  # the others' say
    others = around.argmax(axis=1)
    found = np.flatnonzero(doubted)
    found = found[np.argsort(support[found], kind="stable")]
    return [DoubtfulLabel(int(labelled[i]), int(others[i]), float(around[i, others[i]])) for i in found]


def _around(
    X: NDArray[np.float32], labelled: NDArray[np.int64], some: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what the nearest unlabelled texts of some labelled ones give each class on average."""
    distance = -(X @ X[some].T)
    distance[labelled] = np.inf
    nearest = np.argpartition(distance, NEIGHBOURS - 1, axis=0)[:NEIGHBOURS].T
    found: NDArray[np.float32] = probabilities[nearest].mean(axis=1)
    return found


def _diverse(
    X: NDArray[np.float32], rows: NDArray[np.int64], labelled: NDArray[np.bool_], count: int, seed: int
) -> list[Suggestion]:
    """Take the text in the middle of each of `count` regions, those far from the labels first."""
    from sklearn.cluster import MiniBatchKMeans  # seconds to import, which the page's first paint need not wait for

    count = min(count, len(rows))
    points = X[rows]
    means = MiniBatchKMeans(count, random_state=seed, n_init=3, batch_size=1024).fit(points).cluster_centers_
    chosen: list[int] = []
    for centre in means:
        order = np.argsort(-(points @ centre), kind="stable")
        chosen.append(next(int(i) for i in order if int(i) not in chosen))
    picked = rows[chosen]
    if labelled.any():
        picked = picked[np.argsort((X[picked] @ X[labelled].T).max(axis=1), kind="stable")]
    reason = "unlike what is labelled" if labelled.any() else "typical of one region"
    return [Suggestion(int(i), reason) for i in picked]


def _useful(
    X: NDArray[np.float32],
    rows: NDArray[np.int64],
    labelled: NDArray[np.bool_],
    probabilities: NDArray[np.float32],
    classes: tuple[str, ...],
    count: int,
) -> list[Suggestion]:
    sorted_classes = np.argsort(-probabilities[rows], axis=1)[:, :2]
    top = np.take_along_axis(probabilities[rows], sorted_classes, axis=1)
    doubt = 1.0 - (top[:, 0] - top[:, 1])
    closeness = (X[rows] @ X[labelled].T).max(axis=1)
    far = closeness <= np.quantile(closeness, FAR)
    rank_of_doubt = doubt.argsort().argsort() / len(rows)
    rank_of_distance = (-closeness).argsort().argsort() / len(rows)
    score = rank_of_doubt + 0.5 * rank_of_distance
    pool = np.argsort(-score, kind="stable")[: POOL * count]
    chosen = _spread_out(X[rows[pool]], score[pool], min(count, len(pool)))
    out = []
    for at in pool[chosen]:
        first, second = (classes[c] for c in sorted_classes[at])
        reason = "far from every label" if far[at] and doubt[at] < 0.5 else f"{first} or {second}?"
        out.append(Suggestion(int(rows[at]), reason))
    return out


def _spread_out(points: NDArray[np.float32], score: NDArray[np.float64], count: int) -> list[int]:
    """Choose greedily by score times the distance to what is chosen already."""
    chosen = [int(score.argmax())]
    distance = 1.0 - points @ points[chosen[0]]
    while len(chosen) < count:
        worth = score * np.maximum(distance, 0.0)
        worth[chosen] = -1.0
        chosen.append(int(worth.argmax()))
        distance = np.minimum(distance, 1.0 - points @ points[chosen[-1]])
    return chosen
