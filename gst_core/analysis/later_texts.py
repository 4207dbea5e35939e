"""Texts that a corpus does not have, such as a sentence that somebody typed, in the spaces of that corpus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import encode, view_widths, with_lexical_view

if TYPE_CHECKING:
    from gst_core.transform import GuidedSpaceTransform


def in_generic_space(texts: Sequence[str], encoder: str) -> NDArray[np.float32]:
    """Encode texts as those of the corpus were.

    Nothing is kept on disk of what is not in a corpus.

    Returns
    -------
    ndarray of shape (m, d), float32
        Unit rows.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    return encode(texts, encoder)


def in_lens_space(
    texts: Sequence[str], encoder: str, transform: "GuidedSpaceTransform", long: str | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Encode texts in the views that a transform was fitted on, the words among them, and transform them.

    Parameters
    ----------
    texts : sequence of str, length m
    encoder : str
        Of the corpus; its own embeddings must not be the analyst's.
    transform : GuidedSpaceTransform
        Fitted.
    long : {"cut", "chunks"}, optional
        What becomes of long texts, as for `gst_core.encode`.

    Returns
    -------
    embedding : ndarray of shape (m, k), float32
        Unit rows.
    probabilities : ndarray of shape (m, n_classes), float32

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    TransformError
        The transform was fitted on other views than those of the encoder.
    """
    from gst_core.compute import Embeddings  # SciPy, which a page's first paint does without

    lexical = transform.lexical_
    several = len(transform.widths_) - (lexical is not None) > 1
    matrix = encode(texts, encoder, views="all" if several else "final", long=long)
    views = Embeddings(matrix, view_widths(encoder) if several else (matrix.shape[1],))
    return transform.transform_and_predict_proba(views if lexical is None else with_lexical_view(views, texts, lexical))
