"""What a fit needs of a corpus that no label changes: found once, so that one more label does not ask for it again."""

import hashlib
import threading
from weakref import WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.compute import centred_rows, columns_of_views, principal_directions, project
from gst_core.transform.network import hidden_layer
from gst_core.transform.validation import UNLABELLED
from gst_core.transform.view_features import ExtendedViewFeatures, ViewFeatures

SAMPLE = 6_000  # rows; a larger corpus is known by a sample of it, and the transform holds for the rest
MUCH_MORE = 1.1  # times as many rows
FEW_LABELS = 500  # rows that are kept free for labelled ones; more labels take twice as many, and so on up to a half


class FitCache:
    """What is known of a sample of a corpus: its centre, and its features by each choice of views.

    Parameters
    ----------
    sample : ndarray of shape (m, d), float32
        Embeddings, all views side by side.
    widths : tuple of int
        Of the views; they add up to d.
    hidden : int
        Width of the encoder's hidden layer, whose weights are rows of the sample; at least 1.
    random_state : int or None
        Chooses these rows.
    device : torch.device
        Of the encoder.

    Attributes
    ----------
    centre : ndarray of shape (d,), float32
        The sample's mean.
    """

    def __init__(
        self,
        sample: NDArray[np.float32],
        widths: tuple[int, ...],
        hidden: int,
        random_state: int | None,
        device: torch.device,
    ) -> None:
        self.centre = sample.mean(axis=0)
        self._size, self._widths = len(sample), widths
        self._landmarks = np.random.default_rng(random_state).permutation(len(sample))[:hidden]
        self._device = device
        self._features: dict[tuple[int, ...], ViewFeatures] = {}

    def view_features(self, embeddings: NDArray[np.float32], views: tuple[int, ...]) -> ViewFeatures:
        """Return the features of the sample and some more rows by some of the views.

        Parameters
        ----------
        embeddings : ndarray of shape (m + e, d), float32
            First the sample, which the cache does not keep.
        views : tuple of int
            Their numbers, rising.

        Returns
        -------
        ViewFeatures
            Of m + e rows; those of the sample are computed once.
        """
        known = self._features.get(views)
        if known is not None:
            known.reused = True
            if len(embeddings) == self._size:
                return known
            return ExtendedViewFeatures(known, np.vstack([known.rows, self._centred(embeddings[self._size :], views)]))
        rows = self._centred(embeddings, views)
        known = self._features[views] = self._of_sample(rows)
        return known if len(rows) == self._size else ExtendedViewFeatures(known, rows)

    def _centred(self, embeddings: NDArray[np.float32], views: tuple[int, ...]) -> NDArray[np.float32]:
        rows, centre = (columns_of_views(a, self._widths, views) for a in (embeddings, self.centre))
        return centred_rows(rows, centre, [self._widths[v] for v in views])

    def _of_sample(self, rows: NDArray[np.float32]) -> ViewFeatures:
        sample = rows[: self._size]
        if len(rows) > MUCH_MORE * self._size:  # it is kept for longer than they are needed
            sample = sample.copy()
        directions = principal_directions(sample)
        layer = hidden_layer(sample[self._landmarks], self._device)
        return ViewFeatures(sample, directions, project(sample, directions), layer)


_caches: WeakValueDictionary[tuple[object, ...], FitCache] = WeakValueDictionary()
_lock = threading.Lock()


def fit_cache_of(
    sample: NDArray[np.float32], widths: tuple[int, ...], hidden: int, random_state: int | None, device: torch.device
) -> FitCache:
    """Return the cache of a sample: the one that somebody still holds of the very same rows, else a new one.

    Parameters
    ----------
    sample : ndarray of shape (m, d), float32
    widths : tuple of int
        Of the views that stand side by side in it.
    hidden : int
        At least 1.
    random_state : int or None
        None gives a new cache each time.
    device : torch.device

    Returns
    -------
    FitCache
        It is forgotten when nobody holds it any more.
    """
    if not isinstance(random_state, int | np.integer):  # each fit draws anew
        return FitCache(sample, widths, hidden, random_state, device)
    content = hashlib.sha256(np.ascontiguousarray(sample).data).digest()
    key = (content, sample.shape, widths, hidden, random_state, str(device))
    with _lock:
        known = _caches.get(key)
    if known is None:
        known = FitCache(sample, widths, hidden, random_state, device)
        with _lock:
            known = _caches.setdefault(key, known)
    return known


def sample_rows(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the rows that a fit looks at.

    Parameters
    ----------
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.

    Returns
    -------
    sample : ndarray of int64
        Row numbers, rising: all rows where there are no more than `SAMPLE`, else a sample, the same one as long as
        about as many rows are labelled.
    more : ndarray of int64
        The labelled rows that the sample lacks, rising.
    """
    n = len(codes)
    if n <= SAMPLE:
        return np.arange(n), np.zeros(0, dtype=np.int64)
    labelled, room = np.flatnonzero(codes != UNLABELLED), FEW_LABELS
    while room < len(labelled):
        room *= 2
    sample = np.sort(np.random.default_rng(0).permutation(n)[: SAMPLE - min(room, SAMPLE // 2)])
    return sample, np.setdiff1d(labelled, sample)
