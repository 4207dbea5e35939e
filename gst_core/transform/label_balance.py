"""Which labels speak, so that no class outweighs the others by how many of its texts were clicked.

How many texts of a class were labelled says little about how many there are: a lasso of six hundred is one gesture, and
four labels of each other class are four. A linear probe that sees 604 against 4 calls most texts by the name of the
first, and so it does where the 604 weigh as much as four: four texts are learned by heart, so that only the 604 go on
pulling. So as many labels of each class speak as a class usually has. The others are known to be right and are the
first of their class' pseudo-labels, but how large the classes are is not read from them.
"""

import numpy as np
from numpy.typing import NDArray

from gst_core.transform.validation import UNLABELLED


def speaking_labels(
    codes: NDArray[np.int64], trust: NDArray[np.float32], gestures: NDArray[np.int64] | None
) -> NDArray[np.bool_]:
    """Say which labels speak.

    Of each class as many as the classes usually have: the lower median of their numbers of gestures or, where each
    class has more labels than that, the least number of labels. Those that are trusted more come first, then one of
    each gesture before a second.

    Parameters
    ----------
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.
    trust : ndarray of shape (n,), float32
        In each label, from 0 to 1; a label without any is not counted.
    gestures : ndarray of shape (n,), int64, or None
        Labels of one number were given in one gesture; -1 for those on their own. All are on their own when left out.

    Returns
    -------
    ndarray of shape (n,), bool
        False where unlabelled.
    """
    rows = np.random.default_rng(0).permutation(len(codes))
    rows = rows[(codes[rows] != UNLABELLED) & (trust[rows] > 0)]
    again = _given_before(codes[rows], None if gestures is None else gestures[rows])
    most = _usual(np.bincount(codes[rows]), np.bincount(codes[rows][again == 0]))
    rows = rows[np.lexsort((again, -trust[rows], codes[rows]))]  # class by class
    of_class = codes[rows]
    place = np.arange(len(rows)) - np.searchsorted(of_class, of_class)
    speaking = np.zeros(len(codes), dtype=bool)
    speaking[rows[place < most]] = True
    return speaking


def _given_before(codes: NDArray[np.int64], gestures: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return how many labels of the same class and gesture come before each label."""
    again = np.zeros(len(codes), dtype=np.int64)
    together = np.zeros(0, dtype=np.int64) if gestures is None else np.flatnonzero(gestures != UNLABELLED)
    if gestures is not None and len(together):
        pairs = np.stack([codes[together], gestures[together]], axis=1)
        which = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
        order = np.argsort(which, kind="stable")
        again[together[order]] = np.arange(len(order)) - np.searchsorted(which[order], which[order])
    return again


def _usual(labels: NDArray[np.int64], gestures: NDArray[np.int64]) -> int:
    """Return how many labels of a class speak, from the labels and gestures of each."""
    given = np.sort(gestures[gestures > 0])
    if not len(given):
        return 0
    return max(int(given[(len(given) - 1) // 2]), int(labels[labels > 0].min()))
