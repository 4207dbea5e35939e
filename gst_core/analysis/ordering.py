"""In which order texts are listed: by a column, by how near they are, by the border between two classes."""

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.text_columns import TextColumn, in_order
from gst_core.corpus import is_missing


def ordered(rows: NDArray[np.int32], values: NDArray[np.floating], *, descending: bool = False) -> NDArray[np.int32]:
    """Return texts in the order of their values; those with the same value stay as they were.

    Parameters
    ----------
    rows : ndarray of shape (m,), int32
        The texts, as numbers into `values`.
    values : ndarray of shape (n,)
        NaN where a text has none: it stands last, whichever way the others are sorted.
    descending : bool
        Largest first.

    Returns
    -------
    ndarray of shape (m,), int32

    Examples
    --------
    >>> ordered(np.array([0, 1, 2, 3]), np.array([2.0, np.nan, 5.0, 2.0]), descending=True).tolist()
    [2, 0, 3, 1]
    """
    keys = values[rows]
    return rows[np.argsort(-keys if descending else keys, kind="stable")]


def sorting_values(column: TextColumn) -> NDArray[np.float64]:
    """Return numbers that sort texts as a column does: amounts and dates by size, words as in a dictionary.

    Parameters
    ----------
    column : TextColumn
        Of n texts.

    Returns
    -------
    ndarray of shape (n,), float64
        NaN where a text has nothing in the column.
    """
    if column.numbers is not None:
        return column.numbers
    if column.codes is not None:
        return np.append(_places(list(column.categories)), np.nan)[column.codes]
    if column.written is None:
        return np.zeros(0)
    texts = ["" if is_missing(value) else str(value).strip() for value in column.written]
    different = sorted(set(texts) - {""}, key=_of_word)
    place = {"": np.nan, **{text: float(i) for i, text in enumerate(different)}}
    return np.array([place[text] for text in texts], dtype=np.float64)


def border_distance(probabilities: NDArray[np.floating], classes: tuple[int, int] | None = None) -> NDArray[np.float64]:
    """Return how far each text is from the border between two classes, in probability.

    Parameters
    ----------
    probabilities : ndarray of shape (n, k)
        Of k ≥ 2 classes.
    classes : tuple of int, optional
        The two classes; without them, the two that are likeliest for each text.

    Returns
    -------
    ndarray of shape (n,), float64
        How much less likely the less likely of the two is than the likeliest class of all: where no third class is
        likelier, the difference of their two probabilities. A text that is surely of a third class is far from the
        border, though the two are alike there.
    """
    P = np.asarray(probabilities, dtype=np.float64)
    if classes is None:
        second, first = np.partition(P, -2, axis=1)[:, -2:].T
        return np.asarray(first - second)
    return np.asarray(P.max(axis=1) - P[:, list(classes)].min(axis=1))


def _places(names: list[str]) -> NDArray[np.float64]:
    """Return the place of each name among them, in the order of a dictionary."""
    places = np.empty(len(names))
    places[sorted(range(len(names)), key=lambda i: _of_word(names[i]))] = np.arange(len(names))
    return places


def _of_word(word: str) -> tuple[float, str]:
    return in_order(word.casefold())
