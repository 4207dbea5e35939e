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
from gst_core.corpus.reading import Problem, Reading, told
from gst_core.corpus.reading_process import read_table_apart
from gst_core.corpus.tables import Table
from gst_core.corpus.vector_files import load_vectors
from gst_core.counting import counted
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

ID_BYTES = 8  # of a text's hash: the odds of two texts sharing an id stay below 1e-8 up to 500,000 texts
EXAMPLES = 5  # rows named in a report
STRINGS = ("csv", "tsv")  # formats that know nothing but strings


@dataclass(frozen=True)
class CorpusReport:
    """What was found in a file; row numbers are the file's own."""

    rows: int
    documents: int
    empty_rows: int
    duplicate_rows: int
    empty_examples: tuple[int, ...] = ()
    duplicate_examples: tuple[int, ...] = ()
    longest: int = 0
    encoding: str | None = None
    problems: tuple[Problem, ...] = ()
    problem_counts: dict[str, int] = field(default_factory=dict, hash=False)
    probably_empty_rows: int = 0
    probably_empty_examples: tuple[int, ...] = ()

    def sentence(self) -> str:
        """Return what was found as a sentence or two."""
        parts = [
            f"{counted(self.rows, 'row')}, {counted(self.documents, 'different text')}, "
            f"the longest has {counted(self.longest, 'character')}."
        ]
        if self.empty_rows:
            parts.append(
                f"{counted(self.empty_rows, 'row has', 'rows have')} no text "
                f"(row {_listed(self.empty_examples, self.empty_rows)})."
            )
        if self.duplicate_rows:
            parts.append(
                f"{counted(self.duplicate_rows, 'row repeats', 'rows repeat')} an earlier text (row "
                f"{_listed(self.duplicate_examples, self.duplicate_rows)}); each text is kept once, and an export "
                "gives every row back."
            )
        if self.probably_empty_rows:
            parts.append(
                f"{counted(self.probably_empty_rows, 'row is', 'rows are')} probably empty, like “[deleted]” "
                f"(row {_listed(self.probably_empty_examples, self.probably_empty_rows)})."
            )
        parts += told(self.problems, self.problem_counts)
        if self.encoding not in (None, "utf-8", "utf-8-sig", "ascii"):
            parts.append(f"The file was read as {self.encoding}.")
        return " ".join(parts)


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
        CSV, TSV, JSONL, JSON, Parquet, XLSX or plain text (one document per line).
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
        Precomputed embeddings, one row for each row of the source: an ``.npy`` file, an array of shape (rows, d), or
        the name of a Parquet column of equally long lists.
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
    table = read_table_apart(source, Reading(encoding, delimiter, header, sheet, records))
    if strict and table.problems:
        raise CorpusError(f"{table.name}: {table.problems[0].sentence()}. Mend the file, or read it without `strict`.")
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
    frame = table.frame
    texts = _texts(table, text)
    document_of_row, first_rows = _documents(texts)
    unique = tuple(texts[i] for i in first_rows)
    ids = _ids(table, id, texts, first_rows)
    vectors = _embeddings(table, embeddings, first_rows)
    used = {text} | ({embeddings} if isinstance(embeddings, str) and embeddings in frame.columns else set())
    used |= {str(OwnColumn.ID)} if is_own_export(list(frame.columns)) else set()
    rows = plain_columns(frame.drop(columns=list(used)), strings=table.format in STRINGS).reset_index(drop=True)
    report = _report(table, texts, document_of_row, first_rows)
    title = name or Path(table.name).stem
    return Corpus(title, ids, unique, rows, document_of_row, report, text, vectors)


def text_id(text: str) -> str:
    """Return the id of a text that has none of its own: the first hex digits of its hash."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).hexdigest()


def check_precomputed(values: Any, rows: int, name: str) -> NDArray[np.float32]:  # noqa: ANN401 - anything a user gives
    """Check precomputed embeddings and L2-normalise them.

    Parameters
    ----------
    values : array-like
    rows : int
        How many rows the source has.
    name : str
        Where they come from, for messages.

    Returns
    -------
    ndarray of shape (rows, d), float32

    Raises
    ------
    CorpusError
        Not two-dimensional, another number of rows, not real numbers, or NaN, Inf or only zeros in a row.
    """
    array: NDArray[Any] = np.asarray(values)
    if array.ndim != 2 or array.shape[1] < 2:
        raise CorpusError(f"{name} has the shape {array.shape}; embeddings have two axes, (rows, dimensions).")
    if array.dtype.kind not in "fiu":
        raise CorpusError(f"{name} holds {array.dtype} values; embeddings are real numbers (float32, say).")
    if len(array) != rows:
        raise CorpusError(
            f"{name} has {len(array):,} rows and the corpus file has {rows:,}. They must match row by row."
        )
    numbers = array.astype(np.float32)
    bad = ~np.isfinite(numbers).all(axis=1)
    if bad.any():
        raise CorpusError(f"{name}, row {int(bad.argmax()) + 1} holds NaN or infinity ({int(bad.sum()):,} such rows).")
    norms = np.linalg.norm(numbers.astype(np.float64), axis=1, keepdims=True)
    if (norms == 0).any():
        raise CorpusError(f"{name}, row {int((norms == 0).argmax()) + 1} holds only zeros: it points nowhere.")
    return np.asarray(numbers / norms, dtype=np.float32)


def _texts(table: Table, column: str) -> list[str]:
    frame = table.frame
    if column not in frame.columns:
        raise CorpusError(f"{table.name} has no column “{column}”. Its columns are: {column_names(frame)}.")
    if len(frame) == 0:
        raise CorpusError(f"{table.name} has a header and no rows below it.")
    values = frame[column]
    strings = [isinstance(v, str) for v in values if not is_missing(v)]
    if not strings:
        raise CorpusError(f"{table.name}: the column “{column}” is empty in all {len(frame):,} rows.")
    if not any(strings):
        raise CorpusError(f"{table.name}: the column “{column}” holds no text but {values.dtype} values.")
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
    if column not in table.frame.columns:
        raise CorpusError(f"{table.name} has no column “{column}”. Its columns are: {column_names(table.frame)}.")
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


def _embeddings(
    table: Table, source: str | os.PathLike[str] | IO[bytes] | NDArray[Any] | None, first_rows: list[int]
) -> NDArray[np.float32] | None:
    if source is None:
        return None
    rows = len(table.frame)
    if isinstance(source, str) and source in table.frame.columns:
        return check_precomputed(_stack(table, source), rows, f"{table.name}, column “{source}”")[first_rows]
    if isinstance(source, np.ndarray):
        return check_precomputed(source, rows, "The embeddings array")[first_rows]
    file, array = load_vectors(source)
    return check_precomputed(array, rows, file)[first_rows]


def _stack(table: Table, column: str) -> NDArray[Any]:
    vectors: list[NDArray[Any]] = []
    for row, value in zip(table.row_numbers, table.frame[column], strict=True):
        try:
            vector: NDArray[Any] = np.asarray(value, dtype=np.float32)
        except (TypeError, ValueError):
            vector = np.empty(0)
        if vector.ndim != 1 or vector.size == 0 or (vectors and vector.shape != vectors[0].shape):
            expected = f"{len(vectors[0])} numbers like the rows before" if vectors else "a list of numbers"
            raise CorpusError(f"{table.name}, row {row}, column “{column}” does not hold {expected}.")
        vectors.append(vector)
    return np.stack(vectors)


def _report(table: Table, texts: list[str], document_of_row: NDArray[np.int64], first_rows: list[int]) -> CorpusReport:
    empty = document_of_row < 0
    repeated = ~empty
    repeated[first_rows] = False
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
    )


def _listed(examples: tuple[int, ...], total: int) -> str:
    return ", ".join(f"{row:,}" for row in examples) + (", …" if total > len(examples) else "")
