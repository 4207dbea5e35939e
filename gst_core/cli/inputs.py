"""What the options name, read and encoded: corpus, embeddings, labels and class names.

Encoders bring torch, so they are imported when a function needs one: help, and a word on a missing file, come before.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.cli.screen import bar
from gst_core.corpus import Corpus, read_corpus
from gst_core.errors import CorpusError
from gst_core.workspace import Workspace

if TYPE_CHECKING:
    from gst_core.encoding import EncodingProgress


def given_corpus(options: argparse.Namespace) -> Corpus:
    """Read the corpus that the options name.

    Raises
    ------
    CorpusError
        It cannot be read.
    """
    return read_corpus(
        options.corpus, text=options.text, id=options.id, encoding=options.encoding, embeddings=options.embeddings
    )


def given_embeddings(corpus: Corpus, options: argparse.Namespace, views: str = "all") -> NDArray[np.float32]:
    """Return the embeddings (n, d) that came along, or encode the texts, with a bar.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if corpus.embeddings is not None:
        return corpus.embeddings
    return encoded(corpus, options.encoder, Workspace(options.workspace), views)


def given_views(corpus: Corpus, options: argparse.Namespace) -> tuple[int, ...] | None:
    """Return the widths of the views in what `given_embeddings` gives; embeddings that came along are one view."""
    from gst_core.encoding import view_widths

    return None if corpus.embeddings is not None else view_widths(options.encoder)


def encoded(corpus: Corpus, encoder: str, workspace: Workspace, views: str = "all") -> NDArray[np.float32]:
    """Encode a corpus with a bar; texts whose embeddings are in the workspace are not encoded again."""
    from gst_core.encoding import encode

    with bar("Encoding", len(corpus)) as show:

        def report(now: "EncodingProgress") -> None:
            show(now.done)

        return encode(corpus.texts, encoder, views=views, store=workspace.embeddings, progress=report)


def given_labels(corpus: Corpus, column: str | None) -> list[str | None]:
    """Return each document's class from a metadata column, or None for all without a column.

    Raises
    ------
    CorpusError
        There is no such column.
    """
    if column is None:
        return [None] * len(corpus)
    if column not in corpus.metadata.columns:
        known = ", ".join(str(c) for c in corpus.metadata.columns) or "none"
        raise CorpusError(
            f"{corpus.name} has no column “{column}” to take labels from; its other columns are: {known}."
        )
    values = corpus.metadata[column]
    return [
        None if missing or not str(v).strip() else str(v).strip()
        for v, missing in zip(values, values.isna(), strict=True)
    ]


def given_class_names(options: argparse.Namespace, y: Sequence[str | None]) -> dict[str, NDArray[np.float32]]:
    """Return the encoded class names, or none when the embeddings came from elsewhere."""
    from gst_core.encoding import class_name_vectors_if_any

    if options.embeddings is not None:
        return {}
    classes = sorted({c for c in y if c is not None})
    return class_name_vectors_if_any(
        options.instruction, classes, options.encoder, Workspace(options.workspace).class_names
    )
