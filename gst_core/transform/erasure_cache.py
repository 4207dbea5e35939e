"""What columns that are left out take from a corpus, found once: one more label does not ask for it again."""

import hashlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from gst_core.transform.erasure import Erasure
from gst_core.transform.group_erasure import GroupErasure, erase_groups

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.transform.left_out import LeftOut


class ErasureCache:
    """What takes columns out of embeddings, and out of the neighbourhoods of each view when that is asked for.

    Parameters
    ----------
    embeddings : Embeddings
        They are not kept.
    left_out : LeftOut
        Of the same rows.

    Attributes
    ----------
    erasure : Erasure
    """

    def __init__(self, embeddings: "Embeddings", left_out: "LeftOut") -> None:
        self.erasure = Erasure.fit(embeddings.matrix, left_out.numbers, embeddings.widths)
        self._groups: dict[int, GroupErasure] = {}

    def groups(self, embeddings: "Embeddings", left_out: "LeftOut", views: Sequence[int]) -> tuple[GroupErasure, ...]:
        """Return what takes the rest from neighbourhoods in some views, see `erase_groups`."""
        new = [view for view in views if view not in self._groups]
        if new:
            found = erase_groups(embeddings.matrix, self.erasure, left_out, embeddings.widths, new)
            self._groups.update(zip(new, found, strict=True))
        return tuple(self._groups[view] for view in views)


_caches: WeakValueDictionary[bytes, ErasureCache] = WeakValueDictionary()
_lock = threading.Lock()


def erasure_cache_of(embeddings: "Embeddings", left_out: "LeftOut") -> ErasureCache:
    """Return the cache of embeddings and columns: the one that somebody still holds of the very same, else a new one.

    Parameters
    ----------
    embeddings : Embeddings
    left_out : LeftOut
        Of the same rows.

    Returns
    -------
    ErasureCache
        It is forgotten when nobody holds it any more.
    """
    key = _fingerprint(embeddings.matrix, embeddings.widths, left_out)
    with _lock:
        known = _caches.get(key)
    if known is None:
        known = ErasureCache(embeddings, left_out)
        with _lock:
            known = _caches.setdefault(key, known)
    return known


def _fingerprint(matrix: NDArray[np.float32], widths: tuple[int, ...], left_out: "LeftOut") -> bytes:
    """Return what tells embeddings and columns from others: each row along a random direction, and each row's values.

    Ten times as fast as a hash of all numbers; another row has the same place along the direction by no chance.
    """
    direction = np.random.default_rng(0).normal(size=matrix.shape[1:]).astype(np.float32)
    digest = hashlib.sha256(repr((matrix.shape, widths, left_out.numbers.shape)).encode())
    numbers = left_out.numbers
    for part in (matrix @ direction, left_out.kinds, numbers.data, numbers.indices, numbers.indptr):
        digest.update(np.ascontiguousarray(part).data)
    return digest.digest()
