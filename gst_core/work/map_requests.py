"""What a map is asked for: the labels that it is made of, and the key that tells it from another."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import class_name_vectors_if_any
from gst_core.map import map_key
from gst_core.work.map_job import MapRequest

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.encoding import EmbeddingStore
    from gst_core.workspace import CorpusEntry, Lens


def generic_request(entry: "CorpusEntry", identity: str, n: int) -> MapRequest:
    """Ask for a corpus' generic map, of n texts; `identity` is that of the encoder, see `lens_request`."""
    return MapRequest(map_key(_embeddings_identity(entry, identity), {}), [None] * n)


def words_form_maps(entry: "CorpusEntry", lens: "Lens") -> bool:
    """Say whether a lens' class names form its map while nothing is labelled.

    Embeddings that came with a corpus were made by nobody knows what, so names cannot be compared with them.
    """
    return bool(lens.words) and not entry.own_embeddings


def lens_request(
    entry: "CorpusEntry",
    encoder_identity: str,
    lens: "Lens",
    ids: Sequence[str],
    labels: Mapping[str, str],
    weights: Mapping[str, float],
    class_names: "EmbeddingStore",
) -> MapRequest:
    """Ask for a lens' map; without labels it is formed by the names of its classes.

    Parameters
    ----------
    entry : CorpusEntry
        Class names have no part in the map where nobody knows which encoder made the embeddings.
    encoder_identity : str
        Of the encoder that made the embeddings, as its job found it; nobody waits for an encoder here.
    lens : Lens
    ids : sequence of str, length n
        The corpus' documents.
    labels, weights : mapping
        By document, see `counting_labels`.
    class_names : EmbeddingStore
        Where encoded class names are kept.
    """
    identity = _embeddings_identity(entry, encoder_identity)
    y = [labels.get(i) for i in ids]
    trust = [weights.get(i, 1.0) for i in ids] if weights else None
    if entry.own_embeddings:
        return MapRequest(map_key(identity, labels, weights=weights), y, weights=trust)

    def names(E: "Embeddings") -> Mapping[str, NDArray[np.float32]]:
        return class_name_vectors_if_any(
            lens.instruction, lens.classes, entry.encoder, class_names, widths=E.widths, lexical=E.lexical
        )

    key = map_key(identity, labels, lens.classes, lens.instruction, weights)
    return MapRequest(key, y, names, trust)


def _embeddings_identity(entry: "CorpusEntry", encoder_identity: str) -> str:
    return entry.content if entry.own_embeddings else f"{entry.content}-{encoder_identity}"
