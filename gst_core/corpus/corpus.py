"""A corpus: ordered documents with ids, texts and metadata columns, read from a file and checked.

Each different, non-empty text is one document. Rows that are empty or repeat a text are not lost: `Corpus.rows` keeps
every row of the source with its own metadata and says which document it belongs to.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus.columns import column_names, guess_text_column, is_missing, plain_columns
from gst_core.corpus.own_columns import OwnColumn, is_own_export, own_ids
from gst_core.corpus.precomputed import precomputed_embeddings
from gst_core.corpus.reading import Reading, check_text
from gst_core.corpus.reading_process import read_table_apart
from gst_core.corpus.report import EXAMPLES, CorpusReport, is_probably_empty
from gst_core.corpus.tables import Table
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

ID_BYTES = 8  # of a text's hash: the odds of two texts sharing an id stay below 1e-8 up to 500,000 texts
STRINGS = ("csv", "tsv")  # formats that know nothing but strings


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents in order.

    Attributes
    ----------
    name : str
    ids : tuple of str
        One for each document, unique; the file's own or made from the text.
    texts : tuple of str
        One for each document, all different, none empty.
    rows : DataFrame
        Every row of the source with its metadata columns (not the text).
    document_of_row : ndarray of shape (rows,), int64
        The document each source row belongs to; -1 for a row without text.
    embeddings : ndarray of shape (documents, d), float32, or None
        Precomputed generic embeddings, L2-normalised.
    report : CorpusReport
    text_column : str
    """

    name: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    rows: "pd.DataFrame"
    document_of_row: NDArray[np.int64]
    report: CorpusReport
    text_column: str = "text"
    embeddings: NDArray[np.float32] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def metadata(self) -> "pd.DataFrame":
        """The metadata of each document's first row, shape (documents, columns)."""
        import pandas as pd  # not with this module, see `gst_core.corpus.tables`

        first = pd.Series(np.arange(len(self.rows))).groupby(self.document_of_row).first()
        return self.rows.iloc[first[first.index >= 0].to_numpy()].reset_index(drop=True)

    def key(self) -> str:
        """Return a hash of the texts in order: equal texts, equal key."""
        digest = hashlib.sha256()
        for text in self.texts:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\x00")
        return digest.hexdigest()[:32]


def read_corpus(
    source: str | os.PathLike[str] | IO[bytes],
    text: str | None = None,
    *,
    id: str | None = None,
    name: str | None = None,
    encoding: str | None = None,
    embeddings: str | os.PathLike[str] | IO[bytes] | NDArray[Any] | None = None,
    sheet: str | None = None,
    header: int | None = None,
    delimiter: str | None = None,
    records: str | None = None,
    strict: bool = False,
) -> Corpus:
    r"""Read a file into a corpus.

    Parameters
    ----------
    source : path or binary file object
        CSV, TSV, JSONL, JSON, Parquet, XLSX, XLS, ODS or plain text (one document per line), as it is, in a ``.gz``, or
        in a ``.zip``.
    text : str, optional
        The column that holds the text; guessed when left out.
    id : str, optional
        A column of unique ids; made from the texts when left out, so that the same text keeps its id. An export of ours
        keeps those that are in it.
    name : str, optional
        What to call the corpus; the file's name when left out.
    encoding : str, optional
        The character encoding of a text format; guessed when left out.
    embeddings : path, file, array or column name, optional
        Precomputed embeddings, one row for each row of the source: an ``.npy`` file, an ``.npz`` of one array, an array
        of shape (rows, d), or the name of a column of equally long lists, which may be written as text. What stands
        beside rows without text does not matter.
    sheet, header, delimiter, records : optional
        How the file is read where it leaves a choice, see `Reading`; the likeliest is chosen when left out.
    strict : bool, default=False
        Refuse a file with a bad place in it, instead of naming the place in the report.

    Returns
    -------
    Corpus

    Raises
    ------
    CorpusError
        With a sentence that says what is wrong and where (file, row, column).

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO("review,stars\nLovely room,5\nCold soup,2\nLovely room,4\n".encode())
    >>> file.name = "reviews.csv"
    >>> corpus = read_corpus(file, text="review")
    >>> corpus.texts, corpus.document_of_row.tolist()
    (('Lovely room', 'Cold soup'), [0, 1, 0])
    """
    if not isinstance(strict, bool | np.bool_):
        raise CorpusError(f"strict is {repr(strict)[:60]}; it must be True or False.")
    table = read_table_apart(source, Reading(encoding, delimiter, header, sheet, records))
    if strict and table.problems:
        raise CorpusError(f"{table.name}: {table.problems[0].sentence()}. Mend the file, or read it without `strict`.")
    check_text("text", text)
    return corpus_from_table(table, text or guess_text_column(table), id=id, name=name, embeddings=embeddings)


def corpus_from_table(
    table: Table,
    text: str,
    *,
    id: str | None = None,
    name: str | None = None,
    embeddings: str | os.PathLike[str] | IO[bytes] | NDArray[Any] | None = None,
) -> Corpus:
    """Make a corpus of a table that was read; parameters and errors as for `read_corpus`."""
    for argument, value in (("text", text), ("id", id), ("name", name)):
        check_text(argument, value)
    frame = table.frame
    text = _column(table, text)
    texts = _texts(table, text)
    document_of_row, first_rows = _documents(texts)
    unique = tuple(texts[i] for i in first_rows)
    ids = _ids(table, None if id is None else _column(table, id), texts, first_rows)
    vectors = precomputed_embeddings(table, embeddings, first_rows)
    used = {text} | ({embeddings} if isinstance(embeddings, str) and embeddings in frame.columns else set())
    used |= {str(OwnColumn.ID)} if is_own_export(list(frame.columns)) else set()
    rows = plain_columns(frame.drop(columns=list(used)), strings=table.format in STRINGS).reset_index(drop=True)
    report = _report(table, texts, document_of_row, first_rows)
    title = name or Path(table.name).stem
    return Corpus(title, ids, unique, rows, document_of_row, report, text, vectors)


def text_id(text: str) -> str:
    """Return the id of a text that has none of its own: the first hex digits of its hash."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).hexdigest()


def _column(table: Table, name: str) -> str:
    """Return a column's name as it stands in the file, where blanks around it may be."""
    columns = [str(c) for c in table.frame.columns]
    if name in columns:
        return name
    like = [c for c in columns if c.strip() == name.strip()]
    if len(like) == 1:
        return like[0]
    raise CorpusError(f"{table.name} has no column “{name[:80]}”. Its columns are: {column_names(table.frame)}.")


def _texts(table: Table, column: str) -> list[str]:
    frame = table.frame
    if len(frame) == 0:
        raise CorpusError(f"{table.name} has a header and no rows below it.")
    values = frame[column].tolist()  # one by one, a column of Arrow takes three times as long
    strings = [isinstance(v, str) for v in values if not is_missing(v)]
    if not strings:
        raise CorpusError(f"{table.name}: the column “{column}” is empty in all {len(frame):,} rows.")
    if not any(strings):
        raise CorpusError(f"{table.name}: the column “{column}” holds no text but {frame[column].dtype} values.")
    texts = ["" if is_missing(v) or not str(v).strip() else str(v) for v in values]
    if not any(texts):
        raise CorpusError(f"{table.name}: the column “{column}” is empty in all {len(frame):,} rows.")
    return texts


def _documents(texts: Sequence[str]) -> tuple[NDArray[np.int64], list[int]]:
    seen: dict[str, int] = {}
    first_rows: list[int] = []
    document_of_row = np.full(len(texts), -1, dtype=np.int64)
    for row, text in enumerate(texts):
        if not text:
            continue
        if text not in seen:
            seen[text] = len(first_rows)
            first_rows.append(row)
        document_of_row[row] = seen[text]
    return document_of_row, first_rows


def _ids(table: Table, column: str | None, texts: list[str], first_rows: list[int]) -> tuple[str, ...]:
    """Return the documents' ids: of a column, of our own export, or made of the texts."""
    if is_own_export(list(table.frame.columns)) and column in (None, OwnColumn.ID):
        ids = ["" if is_missing(v) else str(v).strip() for v in table.frame[OwnColumn.ID]]
        return tuple(own_ids(ids, texts, first_rows, text_id))
    return _column_ids(table, column, first_rows) if column else tuple(text_id(texts[row]) for row in first_rows)


def _column_ids(table: Table, column: str, first_rows: list[int]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for row, value in zip(table.row_numbers, table.frame[column], strict=True):
        key = "" if is_missing(value) else str(value).strip()
        if not key:
            raise CorpusError(f"{table.name}, row {row} has no id in the column “{column}”.")
        if key in seen:
            raise CorpusError(
                f"{table.name}: the id “{key}” in the column “{column}” stands in row {seen[key]} and in row {row}. "
                "Make ids unique, or choose no id column."
            )
        seen[key] = row
    keys = list(seen)
    return tuple(keys[row] for row in first_rows)


def _report(table: Table, texts: list[str], document_of_row: NDArray[np.int64], first_rows: list[int]) -> CorpusReport:
    empty = document_of_row < 0
    repeated = ~empty
    repeated[first_rows] = False
    hollow = [i for i, t in enumerate(texts) if t and is_probably_empty(t)]
    return CorpusReport(
        rows=len(texts),
        documents=len(first_rows),
        empty_rows=int(empty.sum()),
        duplicate_rows=int(repeated.sum()),
        empty_examples=tuple(table.row_numbers[empty][:EXAMPLES].tolist()),
        duplicate_examples=tuple(table.row_numbers[repeated][:EXAMPLES].tolist()),
        longest=max(len(t) for t in texts),
        encoding=table.encoding,
        problems=table.problems,
        problem_counts=dict(table.problem_counts),
        probably_empty_rows=len(hollow),
        probably_empty_examples=tuple(table.row_numbers[hollow][:EXAMPLES].tolist()),
    )
