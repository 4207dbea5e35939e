"""What the commands share: the options that name a corpus, how it is read and encoded, and bars on the screen."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from gst_core.corpus.corpus import Corpus, read_corpus
from gst_core.encoding.embeddings import EncodingProgress
from gst_core.encoding.names import DEFAULT_ENCODER
from gst_core.workspace.workspace import Workspace

screen = Console(stderr=True)


def add_corpus_options(
    parser: argparse.ArgumentParser, what: str = "CSV, TSV, JSONL, JSON, Parquet, XLSX or TXT"
) -> None:
    """Add the options that say which corpus is meant and where its embeddings are."""
    parser.add_argument("corpus", help=what)
    parser.add_argument("--text", metavar="COLUMN", help="the column with the texts (guessed when left out)")
    parser.add_argument("--encoding", help="character encoding of the file (guessed when left out)")
    parser.add_argument("--id", metavar="COLUMN", help="the column with unique ids")
    parser.add_argument("--embeddings", type=Path, metavar="FILE", help="precomputed embeddings (.npy), a row a row")
    parser.add_argument(
        "--encoder", default=DEFAULT_ENCODER, help="sentence-transformers name or folder (default: %(default)s)"
    )
    parser.add_argument("--workspace", type=Path, help="where embeddings are kept (default: GST_WORKSPACE)")


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
    from gst_core.encoding.encoders import view_widths

    return None if corpus.embeddings is not None else view_widths(options.encoder)


def encoded(corpus: Corpus, encoder: str, workspace: Workspace, views: str = "all") -> NDArray[np.float32]:
    """Encode a corpus with a bar; texts whose embeddings are in the workspace are not encoded again."""
    from gst_core.encoding.embeddings import encode

    with bar("Encoding", len(corpus)) as show:

        def report(now: EncodingProgress) -> None:
            show(now.done)

        return encode(corpus.texts, encoder, views=views, store=workspace.embeddings, progress=report)


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar for the length of a block, which says how many of `total` are done."""
    with progress_bars() as bars:
        task = bars.add_task(title, total=total)
        yield lambda done: bars.update(task, completed=done)


def progress_bars() -> Progress:
    """Return bars as all commands show them."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=screen)


def printable(text: str) -> str:
    """Take out what a terminal would obey: the words may be a model's, a server's, or through them a document's."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
