"""The groups of a map after what people did to them, and the parts that a group can be split into.

A step names groups by their documents when it was made. It is done to the groups that they overlap with most now, and
rests where none is still the same: `SAME_GROUP` of the texts of both are in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gst_core.map import NOISE, SAME_GROUP, CondensedTree, find_clusters, match_clusters, whole_groups
from gst_core.workspace import GroupStep

NEIGHBOURS = 5  # whose groups say which one a text in none is nearest to, as many as make a text dense for HDBSCAN

FINER = 3  # times as many groups are named where the map is enlarged
PART = 0.8  # of a group's texts or more are the group, and of a part's texts or more are in its group


@dataclass(frozen=True, eq=False)
class GroupedTexts:
    """The groups of a map as people want them.

    Attributes
    ----------
    clusters : ndarray of shape (n,), int32
        Numbers from 0, -1 for noise; a group that nothing was done to has the number that it has on the map.
    names : mapping of int to str
        What people called some of the groups.
    resting : tuple of GroupStep
        Steps that found no group that is still theirs.
    number : int
        How many groups were asked for; 0 for as many as the map has by itself.
    """

    clusters: NDArray[np.int32]
    names: Mapping[int, str]
    resting: tuple[GroupStep, ...] = ()
    number: int = 0


def do_group_steps(
    steps: Sequence[GroupStep],
    clusters: NDArray[np.int32],
    rows: Mapping[str, int],
    positions: NDArray[np.float32],
    tree: CondensedTree | None = None,
    before: NDArray[np.int32] | None = None,
    embedding: NDArray[np.float32] | None = None,
) -> GroupedTexts:
    """Do the steps of a map in order.

    Parameters
    ----------
    steps : sequence of GroupStep
        The last that asks for a number of groups comes before all others.
    clusters : ndarray of shape (n,), int32
        The map's own groups.
    rows : mapping of str to int
        The row of each document.
    positions : ndarray of shape (n, 2), float32
    tree : CondensedTree or None
        Without one there are as many groups as the map has by itself.
    before : ndarray of shape (n,), int32, optional
        The groups that the page showed last, whose numbers groups of the tree keep.
    embedding : ndarray of shape (n, d), float32, optional
        Texts of equal rows stay together in another number of groups as they do in the map's own.
    """
    wanted = next((step.number for step in reversed(steps) if step.kind == "number"), 0)
    if wanted and tree is not None and wanted != len(tree.chosen):
        found = tree.clusters(tree.cut(wanted))
        whole = found if embedding is None else whole_groups(found, embedding)
        clusters = match_clusters(clusters if before is None else before, whole)
    work = _Groups(clusters.copy(), rows, positions)
    resting = [step for step in steps if step.kind != "number" and not work.do(step)]
    there = set(np.unique(work.clusters).tolist())
    names = {c: name for c, name in work.names.items() if c in there}
    return GroupedTexts(work.clusters, names, tuple(resting), wanted)


def nearest_groups(
    positions: NDArray[np.float32], clusters: NDArray[np.int32], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the group that each text is nearest to, and how much of it: its membership.

    The membership in a group is the share that it has of the text's nearest grouped texts, each weighed by the inverse
    of its distance, as hdbscan's soft clustering weighs the groups' exemplars (Shepard's interpolation, 1968).

    Parameters
    ----------
    positions : ndarray of shape (n, 2), float32
    clusters : ndarray of shape (n,), int32
    rows : ndarray of shape (m,), int64
        Texts in no group.

    Returns
    -------
    groups : ndarray of shape (m,), int32
        -1 where there is no group at all.
    membership : ndarray of shape (m,), float64
        From 0 to 1.
    """
    grouped = np.flatnonzero((clusters >= 0) & np.isfinite(positions).all(axis=1))
    if not len(grouped) or not len(rows):
        return np.full(len(rows), NOISE, dtype=np.int32), np.zeros(len(rows))
    k = min(NEIGHBOURS, len(grouped))
    way, found = cKDTree(positions[grouped]).query(np.nan_to_num(positions[rows]), k=list(range(1, k + 1)))
    numbers, of = np.unique(clusters[grouped[found]], return_inverse=True)
    shares = np.zeros((len(rows), len(numbers)))
    np.add.at(shares, (np.arange(len(rows))[:, None], of.reshape(found.shape)), 1.0 / np.maximum(way, 1e-9))
    shares /= shares.sum(axis=1, keepdims=True)
    return numbers[shares.argmax(axis=1)].astype(np.int32), shares.max(axis=1)


def finer_groups(tree: CondensedTree, clusters: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the parts of groups that a person sees who looks closer.

    They are the nodes of a cut of `FINER` times as many groups that are parts of a group: mostly in it, and less than
    `PART` of it.

    Parameters
    ----------
    tree : CondensedTree
        Of n points.
    clusters : ndarray of shape (n,), int32
        The groups as they are shown.

    Returns
    -------
    ndarray of shape (n,), int32
        Numbers from 0, -1 for texts in none.
    """
    sizes = np.bincount(clusters[clusters >= 0], minlength=1)
    found = tree.clusters(tree.cut(FINER * int(np.sum(sizes > 0))))
    out = np.full(len(clusters), NOISE, dtype=np.int32)
    number = 0
    for part in range(found.max(initial=NOISE) + 1):
        rows = np.flatnonzero(found == part)
        inside = np.bincount(clusters[rows] + 1)
        group = int(inside.argmax()) - 1
        if group >= 0 and inside.max() >= PART * len(rows) and len(rows) < PART * sizes[group]:
            out[rows] = number
            number += 1
    return out


def parts_of_group(
    members: NDArray[np.int64], positions: NDArray[np.float32], tree: CondensedTree | None
) -> list[NDArray[np.int64]]:
    """Return the groups within a group, the largest first; empty where nothing in it stands apart.

    They are those of the largest excess of mass under its node of the tree. Where it has none, or its node is a leaf,
    HDBSCAN looks at its texts alone, of which fewer make a group. Each other text goes to the part that it is nearest
    to.

    Parameters
    ----------
    members : ndarray of shape (m,), int64
        The group's rows.
    positions : ndarray of shape (n, 2), float32
    tree : CondensedTree or None
        Of n points.
    """
    inside = _under_its_node(members, tree)
    if inside.max(initial=NOISE) < 1:
        inside = find_clusters(positions[members])
    if inside.max(initial=NOISE) < 1:
        return []
    left = np.flatnonzero(inside == NOISE)
    inside[left] = nearest_groups(positions[members], inside, left)[0]
    parts = [members[inside == part] for part in range(inside.max() + 1)]
    return sorted((part for part in parts if len(part)), key=len, reverse=True)


def _under_its_node(members: NDArray[np.int64], tree: CondensedTree | None) -> NDArray[np.int32]:
    """Return the group under a group's node that each of its m rows is in; all are noise where there are none."""
    if tree is None:
        return np.full(len(members), NOISE, dtype=np.int32)
    alone = np.full(len(tree.node), NOISE, dtype=np.int32)
    alone[members] = 0
    overlap = tree.overlaps(alone)[:, 0]
    top = int(overlap.argmax())
    below = np.zeros(len(tree.parent), dtype=bool)
    for node in range(1, len(below)):
        below[node] = tree.parent[node] == top or below[tree.parent[node]]
    if overlap[top] < SAME_GROUP or not below.any():
        return np.full(len(members), NOISE, dtype=np.int32)
    return tree.clusters(tree.best(np.where(below, tree.excess, -1.0)))[members]


class _Groups:
    """Groups while steps are done to them."""

    def __init__(self, clusters: NDArray[np.int32], rows: Mapping[str, int], positions: NDArray[np.float32]) -> None:
        self.clusters, self.names = clusters, dict[int, str]()
        self._rows, self._positions = rows, positions

    def do(self, step: GroupStep) -> bool:
        """Do a step other than "number"; say whether it found what it is about."""
        parts = [self._rows_of(part) for part in step.parts]
        if step.kind == "merge":
            return self._merge(parts)
        if step.kind == "split":
            return self._split(parts[0], parts[1:])
        if step.kind == "move":
            return self._move(*parts[:2])
        if step.kind == "nearest":
            return self._give_to_nearest(parts[0] if parts else np.arange(len(self.clusters)))
        if step.kind == "out":
            self.clusters[parts[0]] = NOISE
            return len(parts[0]) > 0
        group = self._same(parts[0])
        if group is not None and step.kind == "name":
            self.names[group] = step.name
        elif group is not None:
            self.clusters[self.clusters == group] = NOISE
        return group is not None

    def _rows_of(self, documents: Sequence[str]) -> NDArray[np.int64]:
        return np.array([self._rows[i] for i in documents if i in self._rows], dtype=np.int64)

    def _same(self, members: NDArray[np.int64]) -> int | None:
        """Return the group that some texts are now; None where none is the same."""
        inside = self.clusters[members]
        shared = np.bincount(inside[inside >= 0])
        if not len(shared):
            return None
        size = np.bincount(self.clusters[self.clusters >= 0], minlength=len(shared))[: len(shared)]
        overlap = shared / (size + len(members) - shared)
        return int(overlap.argmax()) if overlap.max() >= SAME_GROUP else None

    def _merge(self, parts: Sequence[NDArray[np.int64]]) -> bool:
        found = [group for part in parts if (group := self._same(part)) is not None]
        if len(found) < len(parts):
            return False
        groups = sorted(set(found), key=lambda group: -np.sum(self.clusters == group))
        self.clusters[np.isin(self.clusters, groups)] = groups[0]
        name = next((self.names[group] for group in groups if group in self.names), None)
        for group in groups:
            self.names.pop(group, None)
        if name is not None:
            self.names[groups[0]] = name
        return True

    def _split(self, group: NDArray[np.int64], parts: Sequence[NDArray[np.int64]]) -> bool:
        apart = [self._same(part) for part in parts]
        if None not in apart and len(set(apart)) == len(parts):
            return True  # the map has them apart by itself
        number = self._same(group)
        if number is None:
            return False
        members = np.flatnonzero(self.clusters == number)
        inside = np.full(len(self.clusters), NOISE, dtype=np.int32)
        for part, texts in enumerate(parts):
            inside[texts] = part
        inside[self.clusters != number] = NOISE
        if len(np.unique(inside[inside >= 0])) < 2:
            return False
        left = members[inside[members] == NOISE]
        inside[left] = nearest_groups(self._positions, inside, left)[0]
        for part in np.argsort(-np.bincount(inside[inside >= 0]), kind="stable")[1:].tolist():
            if np.any(inside == part):
                self.clusters[inside == part] = self._free()
        return True

    def _move(self, texts: NDArray[np.int64], group: NDArray[np.int64] | None = None) -> bool:
        number = self._free() if group is None else self._same(group)
        if number is None or not len(texts):
            return False
        self.clusters[texts] = number
        return True

    def _give_to_nearest(self, texts: NDArray[np.int64]) -> bool:
        texts = texts[(self.clusters[texts] == NOISE) & np.isfinite(self._positions[texts]).all(axis=1)]
        self.clusters[texts] = nearest_groups(self._positions, self.clusters, texts)[0]
        return True

    def _free(self) -> int:
        """Return the smallest number that no group has, nor the name of one that had it."""
        taken = set(np.unique(self.clusters).tolist())
        number = next(number for number in range(len(taken) + 1) if number not in taken)
        self.names.pop(number, None)
        return number
