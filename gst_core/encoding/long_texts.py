"""Texts that are longer than an encoder reads: which they are, and the pieces that they can be read in.

An encoder reads the first so many word pieces of a text, 256 for the default one, and nothing of the rest. A longer
text can be *cut* there, or read in *chunks*: pieces that are short enough, of which the mean stands for the text, each
counted by its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.encoders import encoder_identity, load_encoder
from gst_core.encoding.names import CHUNKS, CUT, DEFAULT_ENCODER, DEFAULT_NAMES, WAYS
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import text_keys
from gst_core.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MANY = 0.1  # of all texts: from more cut ones on they are read in chunks unless somebody chooses
PACKAGED_MOST = 256  # word pieces that the packaged encoder reads, two of which are signs of its own
OWN_SIGNS = 4  # that an encoder sets around a text, at most
AT_ONCE = 2_000  # texts that are counted at once, which bounds the memory


@dataclass(frozen=True)
class Pieces:
    """The pieces of a text, and how many word pieces are in each of them."""

    texts: tuple[str, ...]
    lengths: tuple[int, ...]


def cut_texts(
    texts: Sequence[str], encoder: str = DEFAULT_ENCODER, *, store: EmbeddingStore | None = None, views: str = "all"
) -> NDArray[np.bool_]:
    """Say which texts are longer than the encoder reads.

    Parameters
    ----------
    texts : sequence of str, length n
    encoder : str
    store : EmbeddingStore, optional
        Where it is kept, so that it is found out once.
    views : {"final", "all"}
        Which embeddings it is kept beside.

    Returns
    -------
    ndarray of shape (n,), bool

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if store is None or (encoder in DEFAULT_NAMES and not _candidates(texts, encoder)):
        return _found_out(texts, encoder)
    identity, keys = encoder_identity(encoder, views), text_keys(texts)
    known = store.cut(identity, keys)  # before another encoder is loaded, to ask it how much it reads
    if known is None:
        known = _found_out(texts, encoder)
        store.keep_cut(identity, keys, known)
    return known


def chosen_way(cut: NDArray[np.bool_], long: str | None) -> str:
    """Return how texts are read: as is asked for, or in chunks where more than `MANY` of them are cut."""
    if long is not None:
        return long
    return CHUNKS if len(cut) and cut.mean() > MANY else CUT


def check_way(long: str | None) -> None:
    """Refuse an unknown way to read long texts.

    Raises
    ------
    EncoderError
        It is neither of `WAYS`, nor None.
    """
    if long is not None and long not in WAYS:
        raise EncoderError(f"There is no way “{long}” to read long texts; the known ones are {' and '.join(WAYS)}.")


def most_word_pieces(encoder: str = DEFAULT_ENCODER) -> int | None:
    """Return how many word pieces of a text the encoder reads, its own signs counted; None where there is no end."""
    if encoder in DEFAULT_NAMES:
        return PACKAGED_MOST  # without loading it
    most = load_encoder(encoder).max_seq_length
    return int(most) if most and np.isfinite(most) and most < np.iinfo(np.int32).max else None


def long_texts_sentence(cut: NDArray[np.bool_], long: str | None = None, encoder: str = DEFAULT_ENCODER) -> str:
    """Return what becomes of long texts as a sentence, empty when there are none.

    Parameters
    ----------
    cut : ndarray of shape (n,), bool
        See `cut_texts`.
    long : {"cut", "chunks"}, optional
        How they are read; the usual way when left out.
    encoder : str
    """
    count = int(cut.sum())
    if not count:
        return ""
    said = (
        f"{count:,} of {len(cut):,} texts {'is' if count == 1 else 'are'} longer than the "
        f"{most_word_pieces(encoder):,} word pieces that the encoder reads at once"
    )
    if chosen_way(cut, long) == CHUNKS:
        return f"{said}: {'it is' if count == 1 else 'they are'} read in pieces, whose mean stands for the text."
    return f"{said}: what comes after them is not read."


def pieces_of(texts: Sequence[str], encoder: str = DEFAULT_ENCODER) -> list[Pieces]:
    """Cut texts between words into pieces that the encoder reads as a whole.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    most, tokenizer = most_word_pieces(encoder), _tokenizer(encoder)
    if most is None or tokenizer is None:
        return [Pieces((text,), (1,)) for text in texts]
    room = max(most - tokenizer.num_special_tokens_to_add(False), 1)
    whole = [sound(text) for text in texts]
    found = tokenizer.encode_batch(whole, add_special_tokens=False)
    return [_pieces(text, one, room) for text, one in zip(whole, found, strict=True)]


def sound(text: str) -> str:
    """Return a text that an encoder takes: half of a surrogate pair becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _pieces(text: str, found: "Encoding", room: int) -> Pieces:
    words, spans, count = found.word_ids, found.offsets, len(found.ids)
    starts = [0]
    while count - starts[-1] > room:
        end = starts[-1] + room
        at = end
        while at > starts[-1] and words[at] is not None and words[at] == words[at - 1]:
            at -= 1  # to where a word begins
        starts.append(at if at > starts[-1] else end)
    ends = [*starts[1:], count]
    cuts = [0, *(spans[start][0] for start in starts[1:]), len(text)]
    return Pieces(
        tuple(text[a:b] for a, b in pairwise(cuts)),
        tuple(b - a for a, b in zip(starts, ends, strict=True)),
    )


def _candidates(texts: Sequence[str], encoder: str) -> list[int]:
    """Return the texts that may be too long: a word piece takes a byte or more, so that most need not be looked at."""
    most = most_word_pieces(encoder)
    return [] if most is None else [i for i, text in enumerate(texts) if _bytes(text) > most - OWN_SIGNS]


def _found_out(texts: Sequence[str], encoder: str) -> NDArray[np.bool_]:
    cut, candidates = np.zeros(len(texts), dtype=np.bool_), _candidates(texts, encoder)
    most, tokenizer = most_word_pieces(encoder), _tokenizer(encoder) if candidates else None
    if tokenizer is None:
        return cut
    for start in range(0, len(candidates), AT_ONCE):
        rows = candidates[start : start + AT_ONCE]
        found = tokenizer.encode_batch_fast([sound(texts[i]) for i in rows])
        cut[rows] = [len(f.ids) > (most or 0) for f in found]
    return cut


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=2)
def _tokenizer(encoder: str) -> "Tokenizer | None":
    """Return a copy of an encoder's tokenizer that leaves nothing out; None where it has none of the fast kind.

    A copy, as the encoder sets its own, for every batch, to cut texts.
    """
    from tokenizers import Tokenizer

    backend = getattr(getattr(load_encoder(encoder), "tokenizer", None), "backend_tokenizer", None)
    if backend is None:
        return None
    own = Tokenizer.from_str(backend.to_str())
    own.no_truncation()
    own.no_padding()
    return own
