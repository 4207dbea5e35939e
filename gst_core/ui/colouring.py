"""What the map can be coloured by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis import TextColumns
from gst_core.map import ClusterName, Frame
from gst_core.ui import palette
from gst_core.ui.map_component.contract import Colouring, by_category, by_column, by_probability
from gst_core.ui.state import memoize
from gst_core.work import MapState

MOSTLY = 0.6  # of a cluster's texts: from here on it counts as that class
CLUSTER, CLASS, LABEL, PROBABILITY = "cluster", "class", "label", "probability"
COLUMN = "column:"  # before the name of a file's column, which may be called as one of ours
TITLES = {CLUSTER: "group", CLASS: "class", LABEL: "label", PROBABILITY: "probability"}


def columns(known: TextColumns) -> list[str]:
    """Return the keys of a file's columns that it makes sense to colour by."""
    return [key for key, column in known.items() if by_column(column) is not None]


def column_colouring(by: str, known: TextColumns) -> Colouring | None:
    """Return the colours of a file's column that is chosen; None where another thing is, or the column has none."""
    return by_column(known[by]) if by in known else None


def title(by: str) -> str:
    """Return what a person reads of one of the `choices`; a file's column that is called as one of ours says so."""
    if not by.startswith(COLUMN):
        return TITLES.get(by, by)
    name = by.removeprefix(COLUMN)
    return f"column {name}" if name.strip().casefold() in TITLES.values() else name


def choices(state: MapState, columns: list[str]) -> list[str]:
    """Return what can be coloured by now: ours first, then metadata columns."""
    ours = [CLUSTER]
    if tells_classes(state):
        ours += [CLASS, LABEL, PROBABILITY]
    return ours + columns


def usual(state: MapState) -> str:
    """Return what is coloured by until a person chooses: the classes, once the map tells them apart."""
    return CLASS if tells_classes(state) else CLUSTER


def colour(
    by: str,
    state: MapState,
    clusters: NDArray[np.int32] | None,
    names: list[ClusterName],
    classes: tuple[str, ...],
    labels: NDArray[np.int64],
    numbers: Mapping[int, int],
    column: Colouring | None = None,
    class_numbers: tuple[int, ...] | None = None,
) -> Colouring:
    """Colour the points of a map.

    Parameters
    ----------
    by : str
        One of `choices`; anything that is not possible now falls back to the clusters.
    state : MapState
    clusters : ndarray of shape (n,), int32, or None
        The groups as the page shows them.
    names : list of ClusterName
    classes : tuple of str
        Of the lens, in its own order.
    labels : ndarray of shape (n,), int64
        Numbers into `classes`, -1 for none.
    numbers : mapping of int to int
        The clusters' colour numbers, see `cluster_numbers`.
    column : Colouring, optional
        By the file's column that is chosen, see `column_colouring`.
    class_numbers : tuple of int, optional
        The colour number of each class; 0, 1, 2 … when left out.

    Returns
    -------
    Colouring
    """
    assert state.frame is not None
    n = len(state.frame.positions)
    if by == LABEL:
        return by_category(labels, classes, class_numbers)
    if by in (CLASS, PROBABILITY):
        guess, sure = guesses(state, classes)
        if guess is not None and by == PROBABILITY:
            return by_probability(sure)
        if guess is not None:
            return replace(by_category(guess, classes, class_numbers), palest=_chance(state))
    if column is not None:
        return column
    return replace(_by_cluster(clusters, names, numbers, n), palest=_chance(state))


def _chance(state: MapState) -> float | None:
    """Return the probability of a class for a text of which nothing is known; None where classes are not told apart."""
    return 1.0 / len(state.frame.classes) if tells_classes(state) and state.frame is not None else None


def tells_classes(state: MapState) -> bool:
    """Say whether a map tells classes apart; with labels of one class alone, every text would surely be of it."""
    frame = state.frame
    return frame is not None and frame.probabilities is not None and len(frame.classes) >= 2


def by_words_alone(state: MapState) -> bool:
    """Say whether a map was formed by the names of the classes, without a label."""
    frame = state.frame
    return tells_classes(state) and frame is not None and frame.transform is not None and frame.transform.words_only_


def guesses(state: MapState, classes: tuple[str, ...]) -> tuple[NDArray[np.int16] | None, NDArray[np.float32]]:
    """Return each document's likeliest class as a number into `classes`, and its probability; None without any."""
    frame = state.frame
    if frame is None or frame.probabilities is None or len(frame.classes) < 2:
        return None, np.array([], dtype=np.float32)
    key = (frame.probabilities, "\0".join(classes))  # a page asks many times, and 100,000 texts take a while
    return memoize("guesses", key, lambda: _guesses(frame, classes))


def _guesses(frame: Frame, classes: tuple[str, ...]) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    assert frame.probabilities is not None
    number = {name: i for i, name in enumerate(classes)}
    own = np.array([number.get(name, -1) for name in frame.classes], dtype=np.int16)
    return own[frame.probabilities.argmax(axis=1)], frame.probabilities.max(axis=1)


def class_colours(classes: Sequence[str], numbers: Sequence[int]) -> Mapping[str, str]:
    """Return the colour of each class of a lens, by its number, see `Lens.numbers`."""
    return {name: palette.category(number) for name, number in zip(classes, numbers, strict=True)}


def cluster_numbers(
    clusters: NDArray[np.int32] | None, guess: NDArray[np.int16] | None, class_numbers: Sequence[int]
) -> dict[int, int]:
    """Return the colour number of each cluster.

    Without classes it is the cluster's own. With them, the largest cluster of mostly one class takes the colour of that
    class, and no other cluster has a class' colour: one colour never says two things on a page.

    Parameters
    ----------
    clusters : ndarray of shape (n,), int32, or None
    guess : ndarray of shape (n,), int16, or None
        The likeliest class, -1 for none.
    class_numbers : sequence of int
        The colour number of each class.
    """
    if clusters is None:
        return {}
    ids, sizes = np.unique(clusters[clusters >= 0], return_counts=True)
    if guess is None or not class_numbers:
        return {int(i): int(i) for i in ids}
    numbers: dict[int, int] = {}
    for cluster in ids[np.argsort(-sizes, kind="stable")]:
        inside = guess[clusters == cluster]
        counts = np.bincount(inside[inside >= 0], minlength=len(class_numbers))
        best = int(counts.argmax())
        own = counts[best] >= MOSTLY * len(inside) and class_numbers[best] not in numbers.values()
        numbers[int(cluster)] = class_numbers[best] if own else max(class_numbers) + 1 + int(cluster)
    return numbers


def _by_cluster(
    clusters: NDArray[np.int32] | None, names: list[ClusterName], numbers: Mapping[int, int], n: int
) -> Colouring:
    if clusters is None or not names:
        return by_category(np.full(n, -1), ())
    place = np.full(int(clusters.max()) + 2, -1, dtype=np.int16)
    for i, name in enumerate(names):
        place[name.cluster] = i
    kinds = by_category(place[clusters], tuple(x.title for x in names), tuple(numbers[x.cluster] for x in names))
    return replace(kinds, legend=False)
