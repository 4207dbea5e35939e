"""What a fit needs of a corpus that no label changes: found once, so that one more label does not ask for it again."""

import hashlib
import threading
from functools import cached_property
from weakref import WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gst_core.compute.neighbours import nearest, nearest_among, principal_directions, project
from gst_core.compute.rows import centred_rows
from gst_core.transform.expansion import NEIGHBOURS, UNLABELLED
from gst_core.transform.network import EncoderFit, gram_of, hidden_units, opened

STUDIED = 6_000  # rows; a larger corpus is known by a sample of it, and the transform holds for the rest
MUCH_MORE = 1.1  # times as many rows
FEW_LABELS = 500  # rows that are kept free for labelled ones; more labels take twice as many, and so on up to a half


class Ground:
    """Rows as some views show them, and what follows from the rows alone.

    Parameters
    ----------
    seen : ndarray of shape (m, k), float32
        Centred, of length 1.
    directions : ndarray of shape (k, 64), float32, or None
        Leading ones; None when all are.
    points : ndarray of shape (m, 64), float32
        The rows along these directions, of length 1.
    units : torch.nn.Linear
        The encoder's hidden units.
    """

    def __init__(
        self,
        seen: NDArray[np.float32],
        directions: NDArray[np.float32] | None,
        points: NDArray[np.float32],
        units: torch.nn.Linear,
    ) -> None:
        self.seen, self.directions, self.points, self.units = seen, directions, points, units
        self.again = False  # whether another fit asks for it, so that more is worth its memory

    @cached_property
    def nearest(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Cosine and index of each row's nearest others, itself among them, shape (m, at most NEIGHBOURS + 1)."""
        return nearest(self.points, min(NEIGHBOURS + 1, len(self.points)))

    @cached_property
    def _gram(self) -> Tensor:
        return gram_of(self.seen, self.units)

    def gram(self) -> Tensor:
        """Return a copy of the products with each other of what the encoder's output layer sees, see `gram_of`."""
        return self._gram.clone()

    @cached_property
    def hidden(self) -> Tensor:
        """What the encoder's hidden units make of the rows, shape (m, hidden)."""
        return opened(self.seen, self.units)

    def encoder_fit(self) -> EncoderFit:
        """Return the part of the encoder's fit that needs no labels."""
        return EncoderFit(self.seen, self.units, self.gram(), self.hidden if self.again else None)


class Extended(Ground):
    """A ground with some more rows; what is known of the others is not computed again.

    Parameters
    ----------
    ground : Ground
    seen : ndarray of shape (m + e, k), float32
        Centred, of length 1; first those of the ground.
    """

    def __init__(self, ground: Ground, seen: NDArray[np.float32]) -> None:
        self._ground, self._more = ground, seen[len(ground.seen) :]
        points = np.vstack([ground.points, project(self._more, ground.directions)])
        super().__init__(seen, ground.directions, points, ground.units)
        self.again = ground.again and len(self._more) <= len(ground.seen)

    @cached_property
    def nearest(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """As of any ground: the others' nearest are the ones that they had, unless a new row is nearer."""
        old, k = len(self._ground.points), min(NEIGHBOURS + 1, len(self.points))
        if len(self._more) > old:
            return nearest(self.points, k)
        similarity, index = nearest_among(self._ground.points, self.points[old:], min(k, len(self._more)))
        similarity = np.hstack([self._ground.nearest[0], similarity])
        index = np.hstack([self._ground.nearest[1], np.where(index < 0, index, index + old)])
        best = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
        own = nearest_among(self.points[old:], self.points, k)
        nearer, which = np.take_along_axis(similarity, best, axis=1), np.take_along_axis(index, best, axis=1)
        return np.vstack([nearer, own[0]]), np.vstack([which, own[1]])

    def gram(self) -> Tensor:
        """As of any ground."""
        return gram_of(self._more, self.units).add_(self._ground._gram)

    @cached_property
    def hidden(self) -> Tensor:
        """As of any ground."""
        return torch.cat([self._ground.hidden, opened(self._more, self.units)])


class Study:
    """A sample of a corpus, and its grounds.

    Parameters
    ----------
    sample : ndarray of shape (m, d), float32
        Embeddings, all views side by side.
    hidden : int
        Units of the encoder, which are rows of the sample.
    random_state : int or None
        Chooses the units.
    device : torch.device
        Of the encoder.

    Attributes
    ----------
    centre : ndarray of shape (d,), float32
        The sample's mean.
    """

    def __init__(
        self, sample: NDArray[np.float32], hidden: int, random_state: int | None, device: torch.device
    ) -> None:
        self.centre = sample.mean(axis=0)
        self._size = len(sample)
        self._units = np.random.default_rng(random_state).permutation(len(sample))[:hidden]
        self._device = device
        self._grounds: dict[tuple[int, ...], Ground] = {}

    def ground(self, rows: NDArray[np.float32], widths: tuple[int, ...]) -> Ground:
        """Return the ground of the sample and some more rows, as the views of these widths show them.

        Parameters
        ----------
        rows : ndarray of shape (m + e, d), float32
            First the sample, which the study does not keep.
        widths : tuple of int
            Views beyond them are not looked at.
        """
        d = sum(widths)

        def seen(rows: NDArray[np.float32]) -> NDArray[np.float32]:
            return centred_rows(rows[:, :d], self.centre[:d], widths)

        known = self._grounds.get(widths)
        if known is None:
            shown = seen(rows)
            sample = shown[: self._size]
            if len(shown) > MUCH_MORE * self._size:  # it is kept for longer than they are needed
                sample = sample.copy()
            directions = principal_directions(sample)
            units = hidden_units(sample[self._units], self._device)
            known = self._grounds[widths] = Ground(sample, directions, project(sample, directions), units)
        else:
            known.again = True
            if len(rows) > self._size:
                shown = np.vstack([known.seen, seen(rows[self._size :])])
        return known if len(rows) == self._size else Extended(known, shown)


_studies: WeakValueDictionary[tuple[object, ...], Study] = WeakValueDictionary()
_lock = threading.Lock()


def study_of(sample: NDArray[np.float32], hidden: int, random_state: int | None, device: torch.device) -> Study:
    """Return the study of a sample: the one that somebody still holds of the very same rows, else a new one."""
    if not isinstance(random_state, int | np.integer):  # each fit draws anew
        return Study(sample, hidden, random_state, device)
    content = hashlib.sha256(np.ascontiguousarray(sample).data).digest()
    key = (content, sample.shape, hidden, random_state, str(device))
    with _lock:
        known = _studies.get(key)
    if known is None:
        known = Study(sample, hidden, random_state, device)
        with _lock:
            known = _studies.setdefault(key, known)
    return known


def studied(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the rows that a fit looks at.

    Parameters
    ----------
    codes : ndarray of shape (n,), int
        Class numbers, -1 where unlabelled.

    Returns
    -------
    sample : ndarray of int64
        Row numbers, rising: all rows where there are no more than `STUDIED`, else a sample, the same one as long as
        about as many rows are labelled.
    more : ndarray of int64
        The labelled rows that the sample lacks, rising.
    """
    n = len(codes)
    if n <= STUDIED:
        return np.arange(n), np.zeros(0, dtype=np.int64)
    labelled, room = np.flatnonzero(codes != UNLABELLED), FEW_LABELS
    while room < len(labelled):
        room *= 2
    sample = np.sort(np.random.default_rng(0).permutation(n)[: STUDIED - min(room, STUDIED // 2)])
    return sample, np.setdiff1d(labelled, sample)
