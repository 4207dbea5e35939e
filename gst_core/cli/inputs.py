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
from gst_core.errors import CorpusError
from gst_core.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.compute import Embeddings
    from gst_core.encoding import EncodingProgress
    from gst_core.transform import GuidedSpaceTransform


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


def given_corpus(options: argparse.Namespace, *, quiet: bool = False) -> Corpus:
    """Read the corpus that the options name, and unless `quiet` say what was found in it.

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
    if not quiet:
        say(f"{corpus.name}: {corpus.report.sentence()}")
    return corpus


def given_embeddings(corpus: Corpus, options: argparse.Namespace) -> "Embeddings":
    """Return all views of a corpus: the embeddings that came along or the encoder's, and the lexical one behind them.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    from gst_core.encoding import views_identity

    workspace = opened_workspace(options)
    embeddings = encoder_views(corpus, options, workspace, "all")
    identity = ""  # what came along lies in a file of its own
    if corpus.embeddings is None:
        identity = views_identity(corpus.texts, options.encoder, options.long, workspace.embeddings)
    return workspace.lexical.all_views(corpus.texts, embeddings, identity)


def embeddings_for(transform: "GuidedSpaceTransform", corpus: Corpus, options: argparse.Namespace) -> "Embeddings":
    """Return those views of a corpus that a transform was fitted on; the lexical one is made as for the corpus then.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    from gst_core.encoding import with_lexical_view

    lexical = transform.lexical_
    views = len(transform.widths_) - (lexical is not None)
    embeddings = encoder_views(corpus, options, opened_workspace(options), "all" if views > 1 else "final")
    return embeddings if lexical is None else with_lexical_view(embeddings, corpus.texts, lexical)


def encoder_views(corpus: Corpus, options: argparse.Namespace, workspace: Workspace, views: str) -> "Embeddings":
    """Return the embeddings that came along as one view, or encode the texts, with a bar.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    from gst_core.compute import Embeddings
    from gst_core.encoding import view_widths

    if corpus.embeddings is not None:
        return Embeddings(corpus.embeddings, (corpus.embeddings.shape[1],))
    matrix = encoded(corpus, options.encoder, workspace, views, options.long)
    return Embeddings(matrix, view_widths(options.encoder) if views == "all" else (matrix.shape[1],))


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


def given_left_out(corpus: Corpus, columns: Sequence[str] | None) -> "pd.DataFrame | None":
    """Return the columns that are left out, shape (documents, columns), of each document's first row; None for none.

    Raises
    ------
    CorpusError
        There is no such column.
    """
    if not columns:
        return None
    for column in columns:
        if column not in corpus.rows.columns:
            known = ", ".join(str(c) for c in corpus.rows.columns) or "none"
            raise CorpusError(f"{corpus.name} has no column “{column}” to leave out; its other columns are: {known}.")
    return corpus.metadata[list(dict.fromkeys(columns))]


def given_class_names(
    options: argparse.Namespace, y: Sequence[str | None], E: "Embeddings"
) -> dict[str, NDArray[np.float32]]:
    """Return the class names, encoded in every view, or none when the embeddings came from elsewhere."""
    from gst_core.encoding import class_name_vectors_if_any

    if options.embeddings is not None:
        return {}
    classes = sorted({c for c in y if c is not None})
    store = opened_workspace(options).class_names
    return class_name_vectors_if_any(
        options.instruction, classes, options.encoder, store, widths=E.widths, lexical=E.lexical
    )
