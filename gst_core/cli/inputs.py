"""What the options name, read and encoded: corpus, embeddings, labels and class names.

Encoders bring torch, so they are imported when a function needs one: help, and a word on a missing file, come before.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.cli.screen import bar, say
from gst_core.corpus import ColumnLabels, Corpus, OwnColumn, column_labels, read_corpus
from gst_core.workspace import Workspace

if TYPE_CHECKING:
    from gst_core.encoding import EncodingProgress


def opened_workspace(options: argparse.Namespace) -> Workspace:
    """Open the workspace that the options name, and say what was damaged in it.

    Raises
    ------
    WorkspaceError
        It cannot be used.
    """
    workspace = Workspace(options.workspace)
    for sentence in workspace.notices:
        say(sentence)
    return workspace


def given_corpus(options: argparse.Namespace) -> Corpus:
    """Read the corpus that the options name, and say what was found in it.

    Raises
    ------
    CorpusError
        It cannot be read.
    """
    corpus = read_corpus(
        options.corpus,
        text=options.text,
        id=options.id,
        encoding=options.encoding,
        embeddings=options.embeddings,
        sheet=options.sheet,
        header=options.header,
        delimiter=options.delimiter,
        records=options.records,
        strict=options.strict,
    )
    say(f"{corpus.name}: {corpus.report.sentence()}")
    return corpus


def given_embeddings(corpus: Corpus, options: argparse.Namespace, views: str = "all") -> NDArray[np.float32]:
    """Return the embeddings (n, d) that came along, or encode the texts, with a bar.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if corpus.embeddings is not None:
        return corpus.embeddings
    return encoded(corpus, options.encoder, opened_workspace(options), views, options.long)


def given_views(corpus: Corpus, options: argparse.Namespace) -> tuple[int, ...] | None:
    """Return the widths of the views in what `given_embeddings` gives; embeddings that came along are one view."""
    from gst_core.encoding import view_widths

    return None if corpus.embeddings is not None else view_widths(options.encoder)


def encoded(
    corpus: Corpus, encoder: str, workspace: Workspace, views: str = "all", long: str | None = None
) -> NDArray[np.float32]:
    """Encode a corpus with a bar, and say what becomes of long texts; what is in the workspace is not encoded again."""
    from gst_core.encoding import cut_texts, encode, encoder_identity, long_texts_sentence

    encoder_identity(encoder)  # one that cannot be had is said before there is a bar
    with bar("Encoding", len(corpus)) as show:

        def report(now: "EncodingProgress") -> None:
            show(now.done)

        store = workspace.embeddings
        X = encode(corpus.texts, encoder, views=views, long=long, store=store, progress=report)
    if sentence := long_texts_sentence(cut_texts(corpus.texts, encoder, store=store, views=views), long, encoder):
        say(sentence)
    return X


def given_labels(corpus: Corpus, column: str | None) -> ColumnLabels | None:
    """Return what a column says of each document, and say on the screen what an analyst should know of it.

    Parameters
    ----------
    corpus : Corpus
    column : str or None
        When left out, the labels that an earlier export left in the file; None where there are none either.

    Raises
    ------
    CorpusError
        There is no such column.
    """
    if column is None and OwnColumn.LABEL not in corpus.rows.columns:
        return None
    labels = column_labels(corpus, column or OwnColumn.LABEL)
    if remarks := labels.remarks():
        say(remarks)
    return labels


def given_class_names(options: argparse.Namespace, y: Sequence[str | None]) -> dict[str, NDArray[np.float32]]:
    """Return the encoded class names, or none when the embeddings came from elsewhere."""
    from gst_core.encoding import class_name_vectors_if_any

    if options.embeddings is not None:
        return {}
    classes = sorted({c for c in y if c is not None})
    return class_name_vectors_if_any(
        options.instruction, classes, options.encoder, opened_workspace(options).class_names
    )
