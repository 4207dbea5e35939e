"""A group in detail: its words against its neighbours', texts that stand for it, texts at its border, what it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.analysis.text_columns import GROUP, TextColumn
from gst_core.map import NOISE, Keywords

NEIGHBOURS = 5  # groups that a group is told from
WORDS = 12
TYPICAL, BORDER = 5, 5  # texts
MIDDLE = 0.25  # of a group's texts are near its middle
FEWEST_MIDDLE, MOST_MIDDLE = 15, 200
PARTS = 5  # of a column that are named
COLUMNS = 6  # that are shown, those that differ most
MOST_PARTS = 200  # of a column, and at most one for two texts: more are names of texts rather than kinds
TINY = 1e-9


@dataclass(frozen=True)
class GroupWord:
    """A word of a group: its weight, and the shares of texts of the group and of its neighbours that hold it."""

    word: str
    weight: float
    share: float
    share_of_neighbours: float


@dataclass(frozen=True)
class Part:
    """A kind in a column: how many texts of the group are of it, and its shares in the group and in the rest."""

    name: str
    count: int
    share: float
    share_of_rest: float


@dataclass(frozen=True)
class Mix:
    """Of which kinds of a column the texts of a group are.

    Attributes
    ----------
    key, title : str
        Of the column.
    parts : tuple of Part
        The largest in the group first, at most `PARTS`.
    difference : float
        Total variation distance of group and rest, from 0 to 1.
    """

    key: str
    title: str
    parts: tuple[Part, ...]
    difference: float


@dataclass(frozen=True, eq=False)
class OverTime:
    """When the texts of a group are from.

    Attributes
    ----------
    key, title : str
        Of the column.
    starts : tuple of str, of length bins
        The beginning of each stretch of time.
    counts, totals : ndarray of shape (bins,), int64
        Texts of the group, and of all.
    """

    key: str
    title: str
    starts: tuple[str, ...]
    counts: NDArray[np.int64]
    totals: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GroupDetails:
    """A group in detail, of the texts that the filters leave.

    Attributes
    ----------
    cluster : int
    rows : ndarray of shape (m,), int64
        Its texts.
    size : int
        How many it has without filters.
    neighbours : tuple of int
        The groups that its words are told from, the nearest first.
    words : tuple of GroupWord
        The largest weight first.
    typical : tuple of int
        Texts near its middle, unlike each other.
    border : tuple of (int, int)
        Texts that are nearly as near to another group, and which; the nearest to it first.
    mixes : tuple of Mix
        Of class and label first, then the columns in which the group differs most from the rest.
    times : tuple of OverTime
        One for each date column.
    """

    cluster: int
    rows: NDArray[np.int64]
    size: int
    neighbours: tuple[int, ...]
    words: tuple[GroupWord, ...]
    typical: tuple[int, ...]
    border: tuple[tuple[int, int], ...]
    mixes: tuple[Mix, ...]
    times: tuple[OverTime, ...]


def group_details(
    cluster: int,
    clusters: NDArray[np.int32],
    embedding: NDArray[np.float32],
    words: Keywords,
    columns: Mapping[str, TextColumn],
    shown: NDArray[np.bool_] | None = None,
    without: Collection[str] = (),
) -> GroupDetails:
    """Look at one group closely.

    Parameters
    ----------
    cluster : int
    clusters : ndarray of shape (n,), int32
        -1 is noise.
    embedding : ndarray of shape (n, k), float32
        What the map was drawn from, unit rows.
    words : Keywords
        Of the n texts.
    columns : mapping of str to TextColumn
    shown : ndarray of shape (n,), bool, optional
        The texts that the filters leave.
    without : collection of str
        Words that are left out.

    Returns
    -------
    GroupDetails
    """
    left = np.ones(len(clusters), dtype=bool) if shown is None else shown
    all_rows = np.flatnonzero(clusters == cluster)
    rows = all_rows[left[all_rows]]
    others, middles = _middles(clusters, embedding)
    neighbours = _neighbours(cluster, others, middles)
    near, margin, rival = _margins(cluster, rows, embedding, others, middles)
    return GroupDetails(
        cluster,
        rows,
        len(all_rows),
        neighbours,
        group_words(rows, [np.flatnonzero((clusters == other) & left) for other in neighbours], words, without=without),
        _typical(rows, near, embedding),
        tuple((int(rows[i]), int(rival[i])) for i in np.argsort(margin, kind="stable")[:BORDER] if rival[i] != NOISE),
        _mixes(rows, left, columns),
        tuple(_over_time(rows, left, c) for c in columns.values() if c.kind == "date" and len(c.bins)),
    )


def group_words(
    rows: NDArray[np.int64],
    neighbours: list[NDArray[np.int64]],
    words: Keywords,
    count: int = WORDS,
    *,
    without: Collection[str] = (),
) -> tuple[GroupWord, ...]:
    """Return the words that tell a group from its neighbours.

    The weight of a word t is ``(p - q) log(1 + A / f)``: class-based TF-IDF (Grootendorst, "BERTopic", 2022, eq. 1)
    whose classes are the group and its neighbours alone, f counts t in all of these and A is the mean number of words
    in one, and of whose term frequency only that counts which goes beyond the neighbours': p is the share of the
    group's texts that hold t, q the mean of this share over the neighbours. Without the q a word that all of them share
    stands high, as its logarithm is not near 0.

    Parameters
    ----------
    rows : ndarray of int64
        The group's texts.
    neighbours : list of ndarray of int64
        The texts of each neighbour.
    words : Keywords
    count : int
        Words at most.
    without : collection of str
        Words that are left out.
    """
    parts = [part for part in (rows, *neighbours) if len(part)]
    if not len(rows) or not len(words.words):
        return ()
    member = sp.csr_matrix(
        (
            np.ones(sum(map(len, parts)), dtype=np.float32),
            (np.repeat(np.arange(len(parts)), [len(part) for part in parts]), np.concatenate(parts)),
        ),
        shape=(len(parts), words.counts.shape[0]),
    )
    frequency = np.asarray((member @ words.counts).todense())
    share = frequency / np.array([[len(part)] for part in parts])
    before = share[1:].mean(axis=0) if len(parts) > 1 else np.zeros(share.shape[1])
    average = frequency[:, words.telling].sum() / len(parts)
    weight = np.maximum(share[0] - before, 0.0) * np.log(1 + average / np.maximum(frequency.sum(axis=0), 1))
    weight[~words.telling | np.array([word in without for word in words.words], dtype=bool)] = 0.0
    best = np.argsort(-weight, kind="stable")[:count]
    return tuple(
        GroupWord(str(words.words[i]), float(weight[i]), float(share[0, i]), float(before[i]))
        for i in best
        if weight[i] > 0
    )


def _middles(clusters: NDArray[np.int32], embedding: NDArray[np.float32]) -> tuple[list[int], NDArray[np.float32]]:
    """Return the groups and the mean direction of each, shape (groups, k)."""
    ids, number = np.unique(clusters, return_inverse=True)
    member = sp.csr_matrix(
        (np.ones(len(clusters), dtype=np.float32), (number, np.arange(len(clusters)))), shape=(len(ids), len(clusters))
    )
    sums = np.asarray(member @ embedding)[ids != NOISE]
    return ids[ids != NOISE].tolist(), sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), TINY)


def _neighbours(cluster: int, others: list[int], middles: NDArray[np.float32]) -> tuple[int, ...]:
    if cluster not in others:
        return ()
    at = others.index(cluster)
    order = np.argsort(-(middles @ middles[at]), kind="stable")
    return tuple(others[i] for i in order if i != at)[:NEIGHBOURS]


def _margins(
    cluster: int,
    rows: NDArray[np.int64],
    embedding: NDArray[np.float32],
    others: list[int],
    middles: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Return how near each text is to its group's middle, how much nearer than to the next one's, and which that is."""
    if cluster not in others or not len(rows):
        nothing = np.zeros(len(rows), dtype=np.float32)
        return nothing, nothing, np.full(len(rows), NOISE)
    similarity = embedding[rows] @ middles.T
    at = others.index(cluster)
    near = similarity[:, at].copy()
    similarity[:, at] = -np.inf
    if len(others) == 1:
        return near, near, np.full(len(rows), NOISE)
    next_one = similarity.argmax(axis=1)
    return near, near - similarity[np.arange(len(rows)), next_one], np.array(others)[next_one]


def _typical(rows: NDArray[np.int64], near: NDArray[np.float32], embedding: NDArray[np.float32]) -> tuple[int, ...]:
    """Return the text nearest the middle, and of those near it the ones farthest from all that are taken already."""
    few = int(np.clip(MIDDLE * len(rows), FEWEST_MIDDLE, MOST_MIDDLE))
    best = rows[np.argsort(-near, kind="stable")[:few]]
    if not len(best):
        return ()
    points, taken = embedding[best], [0]
    likest = points @ points[0]
    while len(taken) < min(TYPICAL, len(best)):
        likest[taken] = np.inf
        taken.append(int(likest.argmin()))
        likest = np.maximum(likest, points @ points[taken[-1]])
    return tuple(int(best[i]) for i in taken)


def _mixes(rows: NDArray[np.int64], left: NDArray[np.bool_], columns: Mapping[str, TextColumn]) -> tuple[Mix, ...]:
    mixes = [
        _mix(rows, left, column)
        for key, column in columns.items()
        if column.kind == "category" and key != GROUP and 0 < len(column.categories) <= min(MOST_PARTS, len(left) / 2)
    ]
    found = sorted((mix for mix in mixes if mix.parts), key=lambda mix: (":" in mix.key, -mix.difference))
    return tuple(found[:COLUMNS])


def _mix(rows: NDArray[np.int64], left: NDArray[np.bool_], column: TextColumn) -> Mix:
    assert column.codes is not None, "a category has codes"
    width = len(column.categories)
    mine = _counts(column.codes[rows], width)
    rest = _counts(column.codes[left], width) - mine
    share, of_rest = (counts / max(int(counts.sum()), 1) for counts in (mine, rest))
    largest = [i for i in np.argsort(-mine, kind="stable")[:PARTS].tolist() if mine[i]]
    parts = tuple(Part(column.categories[i], int(mine[i]), float(share[i]), float(of_rest[i])) for i in largest)
    return Mix(column.key, column.title, parts, float(np.abs(share - of_rest).sum() / 2) if rest.any() else 0.0)


def _over_time(rows: NDArray[np.int64], left: NDArray[np.bool_], column: TextColumn) -> OverTime:
    bins = column.bins
    counts, totals = _counts(bins.codes[rows], len(bins)), _counts(bins.codes[left], len(bins))
    return OverTime(column.key, column.title, bins.starts, counts, totals)


def _counts(codes: NDArray[np.integer], width: int) -> NDArray[np.int64]:
    return np.bincount(codes[codes >= 0], minlength=width)
