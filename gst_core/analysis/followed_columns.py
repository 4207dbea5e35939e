"""Following a column: its values as classes, and a sample of each that is spread out over its texts."""

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.text_columns import TextColumn
from gst_core.corpus import ColumnReading
from gst_core.errors import WorkspaceError

FEW_NUMBERS = 12  # different ones are classes each, such as stars; of more the quarters of the texts are
QUARTERS = (0.25, 0.5, 0.75)
MOST_CLASSES = 60  # as many as a column of categories has at most
LOOKED_AT = 2_000  # texts of a class among which a sample is spread out


def classes_of_column(column: TextColumn) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the values of a column as classes: categories, few numbers as they are, many numbers or dates in quarters.

    Parameters
    ----------
    column : TextColumn
        Of n texts.

    Returns
    -------
    codes : ndarray of shape (n,), int64
        Numbers into the names, -1 where a text has none.
    names : tuple of str

    Raises
    ------
    WorkspaceError
        It holds no kinds of things, or one kind only, or too many.
    """
    codes, names = _categories(column) if column.codes is not None else _ranges(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    if np.count_nonzero(counts) < 2:
        raise WorkspaceError(f"“{column.title}” has no two values to tell texts apart by.")
    if len(names) > MOST_CLASSES:
        raise WorkspaceError(f"“{column.title}” has {len(names):,} values; a lens follows {MOST_CLASSES} at most.")
    return codes, names


def spread_sample(
    codes: NDArray[np.int64], per_class: int | None, X: NDArray[np.float32], random_state: int = 0
) -> NDArray[np.int64]:
    """Choose texts of each class that stand for all parts of it: those nearest to the means that k-means finds.

    Parameters
    ----------
    codes : ndarray of shape (n,), int64
        -1 for none.
    per_class : int or None
        Of each class, or as many as it has; None for all.
    X : ndarray of shape (n, d), float32
        Generic embeddings.
    random_state : int

    Returns
    -------
    ndarray of int64
        Rows, rising.
    """
    rng, chosen = np.random.default_rng(random_state), []
    for number in np.unique(codes[codes >= 0]):
        rows = np.flatnonzero(codes == number)
        if per_class is not None and len(rows) > per_class:
            some = rows if len(rows) <= LOOKED_AT else np.sort(rng.choice(rows, LOOKED_AT, replace=False))
            rows = some[_typical(X[some], per_class, random_state)]
        chosen.append(rows)
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def _typical(X: NDArray[np.float32], count: int, random_state: int) -> NDArray[np.int64]:
    """Return the row that is nearest to each of so many means; of two means with one row another row."""
    from sklearn.cluster import KMeans  # not on the way to a first page

    means = KMeans(count, n_init=1, max_iter=10, random_state=random_state).fit(X).cluster_centers_
    nearness = X @ means.T - 0.5 * np.square(X).sum(axis=1, keepdims=True)
    taken: list[int] = []
    for mean in range(count):
        order = np.argsort(-nearness[:, mean], kind="stable")
        taken.append(next(int(row) for row in order if row not in taken))
    return np.array(taken)


def _categories(column: TextColumn) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    assert column.codes is not None, "a category"
    return column.codes.astype(np.int64), column.categories


def _ranges(column: TextColumn) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if column.numbers is None:
        raise WorkspaceError(f"“{column.title}” holds no kinds of things that a lens could follow.")
    known, shown = np.isfinite(column.numbers), ColumnReading(column.kind).shown
    values = np.unique(column.numbers[known])
    codes = np.full(len(column.numbers), -1, dtype=np.int64)
    if len(values) <= FEW_NUMBERS:
        codes[known] = np.searchsorted(values, column.numbers[known])
        return codes, tuple(shown(float(value)) for value in values)
    edges = np.unique(np.quantile(column.numbers[known], QUARTERS))
    codes[known] = np.searchsorted(edges, column.numbers[known], side="right")
    found = [column.numbers[codes == part] for part in range(len(edges) + 1)]
    return codes, tuple(f"{shown(float(x.min()))} to {shown(float(x.max()))}" if len(x) else "" for x in found)
