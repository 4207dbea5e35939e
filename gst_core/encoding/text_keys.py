"""Keys of texts: the hash of each, by which what was made of it is found again and removed with it."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 16
# Tells the key of a text that is read in chunks from that of the same text, cut; another one when chunks change.
CHUNKS_MARK = np.frombuffer(b"chunks of a text", dtype=np.uint8)
KEY = np.dtype((np.void, KEY_BYTES))


def text_keys(texts: Sequence[str]) -> NDArray[np.void]:
    """Return the hash of each text, shape (n,), 16 bytes each."""
    digests = [
        hashlib.blake2b(t.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES, usedforsecurity=False).digest()
        for t in texts
    ]
    return np.frombuffer(b"".join(digests), dtype=KEY)


def chunk_keys(keys: NDArray[np.void], chosen: NDArray[np.bool_]) -> NDArray[np.void]:
    """Return keys of which the chosen ones stand for texts that are read in chunks, so that no other vector is taken.

    Parameters
    ----------
    keys : ndarray of shape (n,)
        See `text_keys`.
    chosen : ndarray of shape (n,), bool
    """
    own = keys.view(np.uint8).reshape(len(keys), KEY_BYTES).copy()
    own[chosen] ^= CHUNKS_MARK
    return own.view(KEY).reshape(-1)


def every_key(texts: Sequence[str]) -> set[bytes]:
    """Return the keys of texts in each way that they can be read, for whoever removes embeddings."""
    if not texts:
        return set()
    keys = text_keys(texts)
    return {*keys.tolist(), *chunk_keys(keys, np.ones(len(keys), dtype=np.bool_)).tolist()}
