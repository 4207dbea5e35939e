"""What a map is asked for: the labels that it is made of, and the key that tells it from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import class_name_vectors_if_any
from gst_core.map import map_key
from gst_core.work.map_job import MapRequest
from gst_core.workspace import without_none_of_these

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.encoding import EmbeddingStore
    from gst_core.work.left_out import LeftOutColumns
    from gst_core.workspace import CorpusEntry, LabelSet, Lens


def generic_request(entry: "CorpusEntry", identity: str, n: int) -> MapRequest:
    """Ask for a corpus' generic map, of n texts; `identity` is that of the encoder, see `lens_request`."""
    return MapRequest(map_key(_embeddings_identity(entry, identity), {}), [None] * n)


def words_form_maps(entry: "CorpusEntry", lens: "Lens") -> bool:
    """Say whether a lens' class names form its map while nothing is labelled.

    Embeddings that came with a corpus were made by nobody knows what, so names cannot be compared with them.
    """
    return bool(lens.words) and not entry.own_embeddings


@dataclass(frozen=True)
class Said:
    """What was said on a lens that its map is formed by.

    Attributes
    ----------
    labels, weights : mapping
        By document, see `counting_labels`.
    groups : mapping of str to str
        By document, see `gestures`.
    descriptions : mapping of str to sequence of str
        What beside its name says what a class is: its definition and its examples.
    left_out : LeftOutColumns or None
        The columns of `Lens.left_out`, as far as the file has them.
    """

    labels: Mapping[str, str]
    weights: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: "LeftOutColumns | None" = None


def lens_request(
    entry: "CorpusEntry",
    encoder_identity: str,
    lens: "Lens",
    ids: Sequence[str],
    said: Said,
    class_names: "EmbeddingStore",
) -> MapRequest:
    """Ask for a lens' map; without labels it is formed by the names of its classes, if there are any.

    Parameters
    ----------
    entry : CorpusEntry
        Class names have no part in the map where nobody knows which encoder made the embeddings.
    encoder_identity : str
        Of the encoder that made the embeddings, as its job found it; nobody waits for an encoder here.
    lens : Lens
    ids : sequence of str, length n
        The corpus' documents.
    said : Said
    class_names : EmbeddingStore
        Where encoded class names are kept.
    """
    identity = _embeddings_identity(entry, encoder_identity)
    y = [said.labels.get(i) for i in ids]
    trust = [said.weights.get(i, 1.0) for i in ids] if said.weights else None
    groups = [said.groups.get(i) for i in ids] if said.groups else None
    columns = None if said.left_out is None else said.left_out.columns
    left_out = (*(() if said.left_out is None else (said.left_out.identity,)), *sorted(lens.left_out_words))
    if not words_speak(entry, lens, said.labels):
        key = map_key(identity, said.labels, weights=said.weights, groups=said.groups, left_out=left_out)
        return MapRequest(key, y, weights=trust, groups=groups, left_out=columns)
    meant = dict(zip(lens.classes, lens.meanings, strict=True))

    def names(E: "Embeddings") -> Mapping[str, NDArray[np.float32]]:
        vectors = class_name_vectors_if_any(
            lens.meant,
            tuple(dict.fromkeys(meant[name] for name in without_none_of_these(lens.classes))),
            entry.encoder,
            class_names,
            descriptions={meant[name]: texts for name, texts in said.descriptions.items() if name in meant},
            widths=E.widths,
            lexical=E.lexical,
        )
        return {name: vectors[words] for name, words in meant.items() if words in vectors}

    words = [name if name == known else f"{name}\n{known}" for name, known in meant.items()]
    key = map_key(
        identity, said.labels, words, lens.meant, said.weights, said.groups, said.descriptions, left_out=left_out
    )
    return MapRequest(key, y, names, trust, groups, columns)


def words_speak(entry: "CorpusEntry", lens: "Lens", labels: Mapping[str, str]) -> bool:
    """Say whether a lens' class names have a part in its map: beside labels, or where they form it alone."""
    return not entry.own_embeddings and (bool(labels) or words_form_maps(entry, lens))


def descriptions_of(label_set: "LabelSet", texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return what beside their names says what the classes of a label set are.

    Parameters
    ----------
    label_set : LabelSet
    texts : mapping of str to str
        Of the documents, as examples may be documents.
    """
    said = {one.name: (one.definition, *(texts.get(e, e) for e in one.examples)) for one in label_set.classes}
    return {name: tuple(text for text in told if text) for name, told in said.items() if any(told)}


def _embeddings_identity(entry: "CorpusEntry", encoder_identity: str) -> str:
    return entry.origin if entry.own_embeddings else f"{entry.origin}-{encoder_identity}"
