"""Class names as texts: what their words say about where texts of the class lie."""

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding.embeddings import encode
from gst_core.encoding.store import EmbeddingStore
from gst_core.errors import EncoderError, WorkspaceError

log = logging.getLogger(__name__)


def class_name_vectors(
    instruction: str, classes: Sequence[str], encoder: str, store: EmbeddingStore | None = None
) -> dict[str, NDArray[np.float32]]:
    """Encode class names, alone and after the instruction, and add up the two.

    Parameters
    ----------
    instruction : str
        "How does the guest feel?"; may be empty.
    classes : sequence of str
    encoder : str
        The encoder of the corpus.
    store : EmbeddingStore, optional

    Returns
    -------
    dict of str to ndarray of shape (d,), float32

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if not classes:
        return {}
    alone = encode(list(classes), encoder, store=store)
    asked = encode([f"{instruction} {c}".strip() for c in classes], encoder, store=store)
    return dict(zip(classes, np.asarray(alone + asked), strict=True))


def class_name_vectors_if_any(
    instruction: str, classes: Sequence[str], encoder: str, store: EmbeddingStore | None = None
) -> dict[str, NDArray[np.float32]]:
    """Return what `class_name_vectors` does, or nothing where that cannot be had: names are a help, not a need."""
    try:
        return class_name_vectors(instruction, classes, encoder, store)
    except (EncoderError, WorkspaceError) as error:
        log.warning("class names are not used: %s", error)
        return {}
