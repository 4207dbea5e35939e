"""The product's default views of texts, and class names beside them: encoded once, and kept in a workspace."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gst_core.compute import Embeddings, LexicalColumns, check_embeddings, side_by_side
from gst_core.counting import counted
from gst_core.encoding import (
    DEFAULT_ENCODER,
    EmbeddingStore,
    EncodingProgress,
    LexicalStore,
    check_texts,
    class_name_vectors,
    encode,
    view_widths,
    views_identity,
    with_lexical_view,
)
from gst_core.errors import CorpusError, EncoderError
from gst_core.installation import workspace_folder
from gst_core.workspace.folder import WorkspaceFiles


class KnowsWords(Protocol):
    """A fitted transform, which keeps the lexical view of its corpus."""

    lexical_: LexicalColumns | None


def default_views(
    texts: Sequence[str],
    embeddings: ArrayLike | None = None,
    *,
    like: "Embeddings | KnowsWords | None" = None,
    long: str | None = None,
    workspace: str | os.PathLike[str] | None = None,
    progress: Callable[[EncodingProgress], None] | None = None,
) -> Embeddings:
    """Return the views that the product works with: the encoder's embedding, a layer below it, and the texts' words.

    Parameters
    ----------
    texts : sequence of str, length n
    embeddings : array-like of shape (n, d), optional
        The analyst's own embeddings. They become the first view, which the generic map is drawn from; the encoder's
        views stand behind it.
    like : Embeddings or GuidedSpaceTransform, optional
        Of a corpus that these texts come later than: they get the lexical columns that they would have had in it,
        instead of columns that are learned from them.
    long : {"cut", "chunks"}, optional
        What becomes of texts that are longer than the encoder reads, as for `encode`.
    workspace : path, optional
        The folder of the workspace that keeps the views; the default one when left out.
    progress : callable, optional
        Called with an `EncodingProgress` after every chunk.

    Returns
    -------
    Embeddings
        Rows of length 1 in which every view has the same length. The lexical view is the last and has at most 256
        columns; it is missing where no word stands in three of the texts. Without `embeddings` and `like` the matrix is
        read-only, and memory-mapped when the texts are many.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    CorpusError
        `embeddings` has another number of rows than there are texts.
    TransformError
        `embeddings` is no table of finite numbers.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     E = default_views(["A quiet room", "Cold soup"], workspace=folder)
    >>> E.matrix.shape, E.widths  # no word stands in three texts
    ((2, 768), (384, 384))
    """
    own = None if embeddings is None else check_embeddings(embeddings)
    texts = check_texts(texts)
    if own is not None and len(own) != len(texts):
        raise CorpusError(
            f"There are {counted(len(own), 'row')} of embeddings and {counted(len(texts), 'text')}. They must match."
        )
    store = EmbeddingStore(_files(workspace).embeddings)
    encoded = Embeddings(encode(texts, views="all", long=long, store=store, progress=progress), view_widths())
    given = encoded if own is None else side_by_side([Embeddings(own, (own.shape[1],)), encoded])
    if like is not None:
        lexical = like.lexical if isinstance(like, Embeddings) else like.lexical_
        return given if lexical is None else with_lexical_view(given, texts, lexical)
    identity = "" if own is not None else views_identity(texts, DEFAULT_ENCODER, long, store)
    return LexicalStore(_files(workspace).lexical).all_views(texts, given, identity)


def encode_class_names(
    instruction: str,
    classes: Sequence[str],
    E: Embeddings,
    *,
    descriptions: Mapping[str, Sequence[str]] | None = None,
    workspace: str | os.PathLike[str] | None = None,
) -> dict[str, NDArray[np.float32]]:
    """Encode class names for ``GuidedSpaceTransform.fit(E, y, names=...)``: each in every view, in a few sentences.

    Parameters
    ----------
    instruction : str
        "How does the guest feel?"; may be empty.
    classes : sequence of str
    E : Embeddings
        Those of the texts, of `default_views`.
    descriptions : mapping of str to sequence of str, optional
        Further texts that say what a class is: its definition, examples.
    workspace : path, optional
        The folder of the workspace that keeps the names' embeddings; the default one when left out.

    Returns
    -------
    dict of str to ndarray of shape (d,), float32
        As wide as `E.matrix`; zeros in the analyst's own embeddings, which no class name is compared with.

    Raises
    ------
    EncoderError
        The encoder cannot be had, or none of the views is by it.
    """
    if not isinstance(E, Embeddings):
        raise EncoderError(f"E is {type(E).__name__}; give the Embeddings that `default_views` returned.")
    return class_name_vectors(
        instruction,
        classes,
        DEFAULT_ENCODER,
        EmbeddingStore(_files(workspace).class_names),
        descriptions=descriptions,
        widths=E.widths,
        lexical=E.lexical,
    )


def _files(workspace: str | os.PathLike[str] | None) -> WorkspaceFiles:
    return WorkspaceFiles(workspace_folder() if workspace is None else Path(workspace).expanduser())
