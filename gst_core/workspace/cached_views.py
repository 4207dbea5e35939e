"""The product's default views of texts, and class names beside them: encoded once, and kept in a workspace."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
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

    widths_: tuple[int, ...]
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
        `embeddings` has another number of rows than there are texts, or the views are not those of `like`.
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
    first = () if own is None else (own.shape[1],)
    words = None if like is None else _words_of(like, (*first, *view_widths()))
    store = EmbeddingStore(_files(workspace).embeddings)
    encoded = Embeddings(encode(texts, views="all", long=long, store=store, progress=progress), view_widths())
    given = encoded if own is None else side_by_side([Embeddings(own, (own.shape[1],)), encoded])
    if like is not None:
        return given if words is None else with_lexical_view(given, texts, words)
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
        The encoder cannot be had, or none of the views is by it, or a class name is no word.
    """
    if not isinstance(E, Embeddings):
        raise EncoderError(f"E is {type(E).__name__}; give the Embeddings that `default_views` returned.")
    return class_name_vectors(
        _instruction(instruction),
        _class_names(classes),
        DEFAULT_ENCODER,
        EmbeddingStore(_files(workspace).class_names),
        descriptions=None if descriptions is None else _descriptions(descriptions),
        widths=E.widths,
        lexical=E.lexical,
    )


def _words_of(like: "Embeddings | KnowsWords", widths: tuple[int, ...]) -> LexicalColumns | None:
    """Return what makes the lexical columns of a corpus whose other views have these widths."""
    if isinstance(like, Embeddings):
        theirs, words = like.widths, like.lexical
    elif hasattr(like, "widths_") and hasattr(like, "lexical_"):
        theirs, words = like.widths_, like.lexical_
    else:
        raise CorpusError(f"like is {type(like).__name__}; give the Embeddings of a corpus, or a fitted transform.")
    ours = widths if words is None else (*widths, words.width)
    if sum(ours) != sum(theirs):
        raise CorpusError(
            f"These texts have views of {ours} columns, and what `like` gives has {theirs}. Give `embeddings` as there."
        )
    return words


def _instruction(given: str) -> str:
    if not isinstance(given, str):
        raise EncoderError(f"instruction is {type(given).__name__}; give a sentence, or an empty one.")
    return given


def _class_names(given: Sequence[str]) -> list[str]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise EncoderError(f"classes is {type(given).__name__}; give a list of names.")
    names = list(given)
    wrong = [name for name in names if not isinstance(name, str) or not name.strip()]
    if wrong:
        raise EncoderError(f"classes holds {wrong[0]!r:.80}; a class name is a word or more.")
    return names


def _descriptions(given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    if not isinstance(given, Mapping):
        raise EncoderError(f"descriptions is {type(given).__name__}; give {{class name: [texts]}}.")
    return {name: check_texts(texts) for name, texts in given.items()}


def _files(workspace: str | os.PathLike[str] | None) -> WorkspaceFiles:
    return WorkspaceFiles(workspace_folder() if workspace is None else Path(workspace).expanduser())
