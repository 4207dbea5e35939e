"""Texts become embeddings: encoding that shows progress, can be cancelled, and never encodes a text twice."""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.encoders import (
    embedding_width,
    encoder_identity,
    load_encoder,
    load_encoder_of_views,
    view_widths,
)
from gst_core.encoding.long_texts import check_way, chosen_way, cut_texts
from gst_core.encoding.names import CHUNKS, CUT, DEFAULT_ENCODER
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import chunk_keys, text_keys
from gst_core.errors import Cancelled, EncoderError

VIEWS = ("final", "all")

ATTEMPTS = 3  # to have all embeddings together

CANCELLED = "The encoding was cancelled; what was encoded is kept."

Chunk = tuple[NDArray[np.int64], NDArray[np.float32]]
Arrived = Callable[[NDArray[np.int64], NDArray[np.float32]], None]


@dataclass(frozen=True)
class EncodingProgress:
    """How far an encoding is.

    Attributes
    ----------
    done, total : int
        Texts whose embeddings are there, and texts in all.
    encoded : int
        Texts that this run encoded; the others were cached.
    rate : float
        Texts encoded per second, 0 while unknown.
    seconds_left : float or None
    """

    done: int
    total: int
    encoded: int = 0
    rate: float = 0.0
    seconds_left: float | None = None


def encode(
    texts: Sequence[str],
    encoder: str = DEFAULT_ENCODER,
    *,
    views: str = "final",
    long: str | None = None,
    store: EmbeddingStore | None = None,
    progress: Callable[[EncodingProgress], None] | None = None,
    arrived: Arrived | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> NDArray[np.float32]:
    """Encode texts into generic embeddings.

    Parameters
    ----------
    texts : sequence of str, length n
    encoder : str
        The packaged default, any sentence-transformers name, or a local folder.
    views : {"final", "all"}
        "final" is the encoder's own output. "all" sets the view of `gst_core.encoding.layer_view` beside it, from the
        same pass: the widths are those of `view_widths`, and every view has the same length.
    long : {"cut", "chunks"}, optional
        What becomes of texts that are longer than the encoder reads, see `gst_core.encoding.long_texts`: what is too
        much is left away, or they are read in pieces whose mean, each counted by its length, stands for the text. When
        left out, they are read in pieces where more than a tenth of the texts is cut.
    store : EmbeddingStore, optional
        Where embeddings are kept; texts found there are not encoded again, and what was encoded before a crash or a
        cancellation is found there the next time.
    progress : callable, optional
        Called with an `EncodingProgress` after every chunk.
    arrived : callable, optional
        Called with the numbers of texts (m,) and their embeddings (m, d) as they come, in a random order that
        makes those which are there a fair sample. Of equal texts only one comes, and nothing when all are cached.
    cancelled : callable, optional
        Asked between chunks; the work stops when it returns True.

    Returns
    -------
    ndarray of shape (n, d), float32
        L2-normalised rows; read-only when a store is given, and memory-mapped when they are many.

    Raises
    ------
    EncoderError
        The encoder cannot be had or is damaged, `views` or `long` is unknown, or `texts` holds something else than
        texts.
    Cancelled
        Someone asked to stop.
    """
    if views not in VIEWS:
        raise EncoderError(f"There is no view called “{views}”; the known ones are {', '.join(VIEWS)}.")
    check_way(long)
    texts = check_texts(texts)
    if not texts:
        return np.zeros((0, sum(view_widths(encoder)) if views == "all" else embedding_width(encoder)), np.float32)
    work = _Work(encoder, views, len(texts), progress or _ignore, cancelled or _never)
    chunked = _in_chunks(texts, long, work, store)
    if store is None:
        return _encode_all(texts, chunked, work, arrived or _ignore)
    return _encode_missing(texts, chunked, work, store, arrived)


def _in_chunks(
    texts: Sequence[str], long: str | None, work: "_Work", store: EmbeddingStore | None
) -> NDArray[np.bool_]:
    """Say which texts are read in chunks."""
    if long == CUT:
        return np.zeros(len(texts), dtype=np.bool_)
    cut = cut_texts(texts, work.encoder, store=store, views=work.views)
    return cut if chosen_way(cut, long) == CHUNKS else np.zeros_like(cut)


def views_identity(texts: Sequence[str], encoder: str, long: str | None, store: EmbeddingStore) -> str:
    """Return what tells an encoder's views of texts from other ones: which encoder, and how long texts are read.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    identity = encoder_identity(encoder, "all")
    if long == CUT:
        return identity
    cut = cut_texts(texts, encoder, store=store)
    return f"{identity}-{CHUNKS}" if cut.any() and chosen_way(cut, long) == CHUNKS else identity


def check_texts(texts: Sequence[str]) -> Sequence[str]:
    """Return texts that came as a tuple or a list as they are, and those of a column or an array as a list.

    Raises
    ------
    EncoderError
        They are no texts.
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise EncoderError(f"texts is {type(texts).__name__}; give a list of texts, of one text as [text].")
    checked = texts if isinstance(texts, list | tuple) else list(texts)
    wrong = next((i for i, text in enumerate(checked) if not isinstance(text, str)), None)
    if wrong is not None:
        raise EncoderError(
            f"Text {wrong} is {type(checked[wrong]).__name__}; each must be a str, an empty one if need be."
        )
    return checked


@dataclass(frozen=True)
class _Work:
    """What is encoded with, how many texts there are in all, who is told and who is asked whether to stop."""

    encoder: str
    views: str
    total: int
    report: Callable[[EncodingProgress], None]
    stop: Callable[[], bool]


def _encode_all(texts: Sequence[str], chunked: NDArray[np.bool_], work: _Work, keep: Arrived) -> NDArray[np.float32]:
    """Encode texts that are kept nowhere, each different one once."""
    _, first, inverse = np.unique(text_keys(texts), return_index=True, return_inverse=True)
    vectors: NDArray[np.float32] | None = None
    with closing(_chunks([texts[i] for i in first], chunked[first], work)) as chunks:
        for rows, chunk in chunks:
            if vectors is None:
                vectors = np.empty((len(first), chunk.shape[1]), dtype=np.float32)
            vectors[rows] = chunk
            keep(first[rows], chunk)
    assert vectors is not None
    return vectors[inverse.reshape(-1)]


def _encode_missing(
    texts: Sequence[str],
    chunked: NDArray[np.bool_],
    work: _Work,
    store: EmbeddingStore,
    arrived: Arrived | None,
) -> NDArray[np.float32]:
    """Encode the texts that are not in the store, put them there, and return all from there."""
    identity, keys = encoder_identity(work.encoder, work.views), chunk_keys(text_keys(texts), chunked)
    complete = store.matrix(identity, keys)
    if complete is not None:
        work.report(EncodingProgress(len(texts), len(texts)))
        return complete
    for _ in range(ATTEMPTS):
        missing = store.missing(identity, keys)
        work.report(EncodingProgress(len(texts) - len(missing), len(texts)))
        if len(missing):
            if arrived is not None:
                for rows, vectors in store.found(identity, keys):
                    arrived(rows, vectors)
            _encode_into(store, texts, missing, chunked, work, arrived or _ignore)
        with suppress(KeyError):  # a file was damaged, or went with a corpus that was deleted meanwhile
            return store.assemble(identity, keys)
    raise EncoderError("Embeddings that were just kept are gone again. See that nothing else changes the workspace.")


def _encode_into(
    store: EmbeddingStore,
    texts: Sequence[str],
    missing: NDArray[np.int64],
    chunked: NDArray[np.bool_],
    work: _Work,
    arrived: Arrived,
) -> None:
    """Encode some of the texts chunk by chunk, and put each into the store before it is shown."""
    identity = encoder_identity(work.encoder, work.views)
    keys = chunk_keys(text_keys([texts[i] for i in missing]), chunked[missing])
    with closing(_chunks([texts[i] for i in missing], chunked[missing], work)) as chunks:
        for rows, chunk in chunks:
            store.add(identity, keys[rows], chunk)
            arrived(missing[rows], chunk)


def _chunks(texts: list[str], chunked: NDArray[np.bool_], work: _Work) -> Generator[Chunk, None, None]:
    """Encode different texts chunk by chunk; each is reported when whoever asked for it is done with it.

    `chunked` says which of them are read in pieces.

    Yields
    ------
    tuple of ndarray of shape (m,), int64, and ndarray of shape (m, d), float32
        Numbers of texts and their embeddings.
    """
    if work.stop():
        raise Cancelled(CANCELLED)
    from gst_core.encoding.batches import encode_in_chunks  # it imports torch
    from gst_core.encoding.mean_of_pieces import encode_in_pieces

    model = (load_encoder_of_views if work.views == "all" else load_encoder)(work.encoder)
    start, done, cached = time.perf_counter(), 0, work.total - len(texts)
    parts = encode_in_pieces(model, texts, chunked, work.encoder) if chunked.any() else encode_in_chunks(model, texts)
    with closing(parts) as chunks:
        for rows, vectors in chunks:
            if not np.isfinite(vectors).all():
                raise EncoderError(
                    f"The encoder “{work.encoder}” gave NaN or infinity for a text. Use another encoder."
                )
            yield rows, vectors
            done += len(rows)
            rate = done / max(time.perf_counter() - start, 1e-9)
            work.report(EncodingProgress(cached + done, work.total, done, rate, (len(texts) - done) / rate))
            if done < len(texts) and work.stop():
                raise Cancelled(CANCELLED)


def _ignore(*_: object) -> None:
    """Do nothing with what is told."""


def _never() -> bool:
    return False
