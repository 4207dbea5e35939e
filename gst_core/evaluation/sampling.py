"""Which texts are labelled in a run: each draw is the same for the same seed, whatever the method.

Labels come as an array of strings, "" where a text has none. A draw returns y as `GuidedSpaceTransform.fit` takes it:
the class of each labelled text and None elsewhere.
"""

import numpy as np
from numpy.typing import NDArray

Labels = list[str | None]


def few_per_class(truth: NDArray[np.str_], per_class: int, seed: int) -> Labels:
    """Label some texts of each class.

    Parameters
    ----------
    truth : ndarray of shape (n,), str
        "" where a text has no class.
    per_class : int
        Labels per class; a class with too few texts keeps one that is not labelled.
    seed : int

    Returns
    -------
    list of length n
        A class name, or None.
    """
    rng = np.random.default_rng(seed)
    y = np.full(len(truth), None, dtype=object)
    for name in np.unique(truth[truth != ""]):
        rows = np.flatnonzero(truth == name)
        chosen = rng.choice(rows, min(per_class, len(rows) - 1), replace=False)
        y[chosen] = str(name)
    return y.tolist()


def largest_class(truth: NDArray[np.str_]) -> str:
    """Return the name of the class with most texts, the first by name of several."""
    classes, sizes = np.unique(truth[truth != ""], return_counts=True)
    return str(classes[sizes.argmax()])


def many_of_the_largest(truth: NDArray[np.str_], y: Labels, count: int, seed: int) -> Labels:
    """Label more texts of the largest class, as a lasso around a group does.

    Parameters
    ----------
    truth : ndarray of shape (n,), str
    y : list of length n
        The labels that are there already, which stay.
    count : int
        How many more; all but one where there are fewer.
    seed : int

    Returns
    -------
    list of length n
    """
    rng = np.random.default_rng(seed)
    name = largest_class(truth)
    left = np.array([label is None for label in y], dtype=np.bool_)
    rows = np.flatnonzero(left & (truth == name))
    given = np.array(y, dtype=object)
    given[rng.permutation(rows)[: min(count, len(rows) - 1)]] = name
    return given.tolist()


def some_at_random(truth: NDArray[np.str_], count: int, seed: int, *, wrong: float = 0.0) -> Labels:
    """Label texts at random, a share of them wrongly.

    The same seed chooses the same texts for every share.

    Parameters
    ----------
    truth : ndarray of shape (n,), str
    count : int
        Labels in all; as many as there are where there are fewer.
    seed : int
    wrong : float
        Share of the labels, from 0 to 1, that are flipped to another class, each of the others equally likely.

    Returns
    -------
    list of length n
    """
    rng = np.random.default_rng(seed)
    known = np.flatnonzero(truth != "")
    chosen = rng.permutation(known)[:count]
    classes, codes = np.unique(truth[chosen], return_inverse=True)
    every = np.unique(truth[known])
    if wrong > 0 and len(every) > 1:
        flipped = rng.permutation(len(chosen))[: round(wrong * len(chosen))]
        own = np.searchsorted(every, classes[codes[flipped]])
        other = (own + rng.integers(1, len(every), size=len(flipped))) % len(every)
        given = truth[chosen].astype(object)
        given[flipped] = every[other]
    else:
        given = truth[chosen].astype(object)
    y = np.full(len(truth), None, dtype=object)
    y[chosen] = [str(c) for c in given]
    return y.tolist()


def half_of_classes(truth: NDArray[np.str_], seed: int) -> NDArray[np.str_]:
    """Return the names of a random half of the classes, rounded down, sorted."""
    classes = np.unique(truth[truth != ""])
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(classes)[: len(classes) // 2])


def few_of_half_the_classes(truth: NDArray[np.str_], per_class: int, seed: int) -> tuple[Labels, NDArray[np.bool_]]:
    """Label some texts of each class of one half, and say which texts belong to the other half.

    Returns
    -------
    y : list of length n
    unseen : ndarray of shape (n,), bool
        Texts whose class nobody labelled.
    """
    seen = np.isin(truth, half_of_classes(truth, seed))
    y = few_per_class(np.where(seen, truth, ""), per_class, seed)
    return y, ~seen & (truth != "")
