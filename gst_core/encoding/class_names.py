"""Class names as texts: what their words say about where texts of the class lie, in every view of a corpus."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.embeddings import encode
from gst_core.encoding.encoders import view_widths
from gst_core.encoding.names import CUT
from gst_core.encoding.store import EmbeddingStore
from gst_core.errors import EncoderError, WorkspaceError

if TYPE_CHECKING:
    from gst_core.compute import LexicalColumns

log = logging.getLogger(__name__)

# A name alone says less than a name in a sentence, and which sentence fits depends on what is asked; docs/transform.md
# has the figures.
SENTENCES = ("{name}", "{instruction} {name}", "I feel {name} about it.", "This is about {name}.")


def class_name_vectors(
    instruction: str,
    classes: Sequence[str],
    encoder: str,
    store: EmbeddingStore | None = None,
    *,
    descriptions: Mapping[str, Sequence[str]] | None = None,
    widths: Sequence[int] | None = None,
    lexical: "LexicalColumns | None" = None,
) -> dict[str, NDArray[np.float32]]:
    """Encode class names, each in a few sentences, and average these.

    Parameters
    ----------
    instruction : str
        "How does the guest feel?"; may be empty.
    classes : sequence of str
    encoder : str
        The encoder of the corpus.
    store : EmbeddingStore, optional
        Where the encoder's vectors are kept.
    descriptions : mapping of str to sequence of str, optional
        Further texts that say what a class is: its definition, examples. Each counts as much as a sentence.
    widths : sequence of int, optional
        Of the views of the corpus: the encoder's, after the analyst's own embeddings where there are any, before the
        lexical view where there is one. The encoder's own embedding alone when left out.
    lexical : LexicalView, optional
        What makes the lexical columns; needed where there is a lexical view.

    Returns
    -------
    dict of str to ndarray of shape (sum of widths,), float32
        Zeros in views in which nothing is known of a name: embeddings of the analyst's own, and the lexical view where
        no text has these words.

    Raises
    ------
    EncoderError
        The encoder cannot be had, or the widths are not those of its views.
    """
    if not classes:
        return {}
    known = descriptions or {}
    texts = [[*class_name_sentences(instruction, name), *known.get(name, ())] for name in classes]
    flat, first = [text for one in texts for text in one], np.cumsum([0, *map(len, texts[:-1])])
    own, views = _layout(widths, lexical, encoder)
    encoded = encode(flat, encoder, views=views, long=CUT, store=store)  # what is not read of a name is no name
    means = np.add.reduceat(encoded, first, axis=0) / np.array([[len(one)] for one in texts], dtype=np.float32)
    parts: list[NDArray[np.floating]] = [np.zeros((len(texts), own), dtype=np.float32), means]
    if lexical is not None:
        words = [lexical.transform([name, *known.get(name, ())]).mean(axis=0) for name in classes]
        parts.append(np.array(words, dtype=np.float32))
    return dict(zip(classes, np.hstack(parts).astype(np.float32), strict=True))


def class_name_vectors_if_any(
    instruction: str,
    classes: Sequence[str],
    encoder: str,
    store: EmbeddingStore | None = None,
    *,
    descriptions: Mapping[str, Sequence[str]] | None = None,
    widths: Sequence[int] | None = None,
    lexical: "LexicalColumns | None" = None,
) -> dict[str, NDArray[np.float32]]:
    """Return what `class_name_vectors` does, or nothing where that cannot be had: names are a help, not a need."""
    try:
        return class_name_vectors(
            instruction, classes, encoder, store, descriptions=descriptions, widths=widths, lexical=lexical
        )
    except (EncoderError, WorkspaceError) as error:
        log.warning("class names are not used: %s", error)
        return {}


def class_name_sentences(instruction: str, name: str) -> list[str]:
    """Return the sentences that a class name is encoded in."""
    return [sentence.format(name=name, instruction=instruction).strip() for sentence in SENTENCES]


def _layout(widths: Sequence[int] | None, lexical: "LexicalColumns | None", encoder: str) -> tuple[int, str]:
    """Return how many columns of the analyst's own stand before the encoder's views, and which of these are wanted."""
    if widths is None:
        return 0, "final"
    of_encoder, given = view_widths(encoder), tuple(widths)
    last = () if lexical is None else (lexical.width,)
    if given == (*of_encoder[:1], *last):
        return 0, "final"
    for own in (given[:0], given[:1]):
        if given == (*own, *of_encoder, *last):
            return sum(own), "all"
    raise EncoderError(
        f"Views of {given} columns are not those of the encoder “{encoder}”, which has {of_encoder}: names help where "
        "it encoded the texts. Fit without names."
    )
