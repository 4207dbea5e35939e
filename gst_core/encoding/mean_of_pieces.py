"""Texts that are longer than an encoder reads go through it in pieces, of which the mean stands for the text."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.batches import Part, encode_in_chunks
from gst_core.encoding.encoders import view_widths
from gst_core.encoding.long_texts import pieces_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FIRST_BLOCK, BLOCK = 64, 2_048  # texts that are finished together; the first reports come sooner


@dataclass(frozen=True)
class _Block:
    """Some texts' pieces: of which text each is, and its length in word pieces."""

    rows: NDArray[np.int64]
    pieces: list[str]
    places: NDArray[np.int64]
    lengths: NDArray[np.float64]


def encode_in_pieces(
    model: "SentenceTransformer", texts: Sequence[str], chunked: NDArray[np.bool_], encoder: str
) -> Generator[Part, None, None]:
    """Encode different texts, some of them in pieces, block by block of texts in random order.

    Parameters
    ----------
    model : SentenceTransformer
        Gives one view, or all of `encoder` side by side.
    texts : sequence of str, length n
    chunked : ndarray of shape (n,), bool
        Which are read in pieces.
    encoder : str

    Yields
    ------
    tuple of ndarray of shape (m,), int64, and ndarray of shape (m, d), float32
        Numbers of texts and their embeddings, each view as long as the others.
    """
    order = np.random.default_rng(0).permutation(len(texts))
    ends = [FIRST_BLOCK, *range(FIRST_BLOCK + BLOCK, len(texts), BLOCK)]
    for rows in np.split(order, [end for end in ends if end < len(texts)]):
        block = _block(texts, rows, chunked, encoder)
        vectors: NDArray[np.float32] | None = None
        with closing(encode_in_chunks(model, block.pieces)) as chunks:
            for at, chunk in chunks:
                if vectors is None:
                    vectors = np.empty((len(block.pieces), chunk.shape[1]), dtype=np.float32)
                vectors[at] = chunk
        assert vectors is not None
        yield rows, _means(block, vectors, encoder)


def _block(texts: Sequence[str], rows: NDArray[np.int64], chunked: NDArray[np.bool_], encoder: str) -> _Block:
    cut = [i for i in rows if chunked[i]]
    found = dict(zip(cut, pieces_of([texts[i] for i in cut], encoder), strict=True))
    pieces: list[str] = []
    places: list[int] = []
    lengths: list[int] = []
    for place, i in enumerate(rows):
        own = found[i].texts if i in found else (texts[i],)
        pieces += own
        places += [place] * len(own)
        lengths += found[i].lengths if i in found else (1,)
    return _Block(rows, pieces, np.array(places), np.array(lengths, dtype=np.float64))


def _means(block: _Block, vectors: NDArray[np.float32], encoder: str) -> NDArray[np.float32]:
    """Return the mean of each text's pieces (m, d), every view as long as the others and the whole of length 1."""
    sums = np.zeros((len(block.rows), vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, block.places, vectors * block.lengths[:, None])
    _, first, counts = np.unique(block.places, return_index=True, return_counts=True)
    widths = view_widths(encoder)
    views = widths if sum(widths) == vectors.shape[1] else (vectors.shape[1],)
    for start, width in zip(np.cumsum([0, *views[:-1]]), views, strict=True):
        view = sums[:, start : start + width]
        norms = np.linalg.norm(view, axis=1, keepdims=True)
        view /= np.maximum(norms, np.finfo(np.float32).tiny) * np.sqrt(len(views))
    means: NDArray[np.float32] = sums.astype(np.float32)
    alone = np.flatnonzero(counts == 1)
    means[alone] = vectors[first[alone]]  # to the last bit what it is without pieces
    return means
