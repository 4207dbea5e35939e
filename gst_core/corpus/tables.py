"""Files as tables: CSV, TSV, JSONL, JSON, Parquet, XLSX and plain text, with errors that name file, row and column.

Everything is read as it stands in the file: no value is guessed to be missing, no row is dropped, no number loses its
leading zeros before a caller asks for it. pandas and pyarrow are imported when a file is read, as the page names the
formats before any is.
"""

import csv
import io
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from charset_normalizer import from_bytes
from numpy.typing import NDArray

from gst_core.corpus.local_files import read_bytes
from gst_core.corpus.own_columns import without_guards
from gst_core.corpus.reading import LIKELIEST, Problem, Reading
from gst_core.corpus.size_limits import check_size, refuse_large
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
}
BINARY = ("parquet", "xlsx")
ENCODING_SAMPLE = 1 << 16  # bytes around the first that is not UTF-8, which the guess of an encoding looks at
COMMONEST = "cp1252"  # of the encodings that are not UTF-8
FEW_ACCENTS = 0.3  # of the bytes: above, the alphabet is not Latin
INSIDE_WORDS = re.compile(r"(?<=[^\W\d_])[\u0080-\uffff](?=[^\W\d_])")  # beyond ASCII, between two letters
APOSTROPHES = "’‘´·–—\u00ad"
LINE_END = re.compile(r"\r\n|\r|\n")  # and no other, as U+2028 and U+0085 stand inside scraped texts
MAGIC = (
    (b"PAR1", "parquet", "a Parquet file"),
    (b"PK\x03\x04", "xlsx", "an Excel workbook or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "", "an old Excel (.xls) or Word file"),
    (b"%PDF", "", "a PDF"),
    (b"\x1f\x8b", "", "a gzip archive"),
    (b"\x89PNG", "", "a PNG picture"),
    (b"\xff\xd8\xff", "", "a JPEG picture"),
    (b"SQLite format 3", "", "an SQLite database"),
    (b"\x93NUMPY", "", "a NumPy array"),
)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
TEXT_COLUMN = "text"

LONGEST_CELL = 1 << 24  # letters; a long document in one cell is no error

_limiting = threading.Lock()

Rows = tuple["pd.DataFrame", Sequence[int]]


@dataclass(frozen=True, eq=False)
class Table:
    """A file's rows and how they were read.

    Attributes
    ----------
    frame : DataFrame
        One row for each row of the file, in its order; text formats give strings.
    name : str
        The file's name, for messages.
    format : str
        One of the values of `FORMATS`.
    encoding : str or None
        The character encoding that text formats were decoded with.
    row_numbers : ndarray of shape (rows,), int64
        The number that the file itself gives to each row: the line of a text or JSONL file, the place in a JSON list,
        the row that a spreadsheet shows for CSV and XLSX (2 below a header, blank lines counted).
    reading : Reading
        How the file was read, complete.
    alternatives : mapping of str to tuple
        What else may be chosen, by the name of a field of `Reading`; a field without a choice is missing.
    problems : tuple of Problem
        The bad places that were found: the first of each kind.
    problem_counts : mapping of str to int
        How many there are of each kind.
    """

    frame: "pd.DataFrame"
    name: str
    format: str
    encoding: str | None
    row_numbers: NDArray[np.int64]
    reading: Reading = LIKELIEST
    alternatives: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    problem_counts: Mapping[str, int] = field(default_factory=dict)


def read_table(
    source: str | os.PathLike[str] | IO[bytes], reading: Reading = LIKELIEST, *, encoding: str | None = None
) -> Table:
    """Read one file into a table.

    Parameters
    ----------
    source : path or binary file object
        A file object needs a ``name`` that ends in one of the known endings.
    reading : Reading, optional
        How to read it; what is left out is chosen.
    encoding : str, optional
        Short for ``Reading(encoding=…)``.

    Returns
    -------
    Table

    Raises
    ------
    CorpusError
        The file is missing, empty, too large, of another kind than its name says, or broken; the message says where.
    """
    name, data = _read_bytes(source)
    kind = _format_of(name, data)
    used = None
    if kind in BINARY:
        frame, numbers = {"parquet": _parquet, "xlsx": _xlsx}[kind](name, data)
    else:
        text, used = decode(name, data, encoding or reading.encoding)
        if not text.strip():
            raise CorpusError(f"{name} is empty: there is no text in it.")
        readers = {"csv": _csv, "tsv": _csv, "jsonl": _jsonl, "json": _json, "txt": _lines}
        frame, numbers = readers[kind](name, text, kind)
    check_size(name, *frame.shape, len(data))
    frame = without_guards(frame)
    return Table(frame, name, kind, used, np.asarray(numbers, dtype=np.int64), replace(reading, encoding=used))


def decode(name: str, data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Turn bytes into text, and say which encoding did it.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    data : bytes
    encoding : str, optional
        Use this one and no other.

    Returns
    -------
    text, encoding : str, str

    Raises
    ------
    CorpusError
        The encoding does not exist or does not fit, or none could be found; the message names the line.
    """
    for bom, from_bom in BOMS:
        if encoding is None and data.startswith(bom):
            encoding = from_bom
    try:
        return data.decode(encoding or "utf-8"), encoding or "utf-8"
    except LookupError:
        raise CorpusError(f"There is no character encoding called “{encoding}”; try utf-8 or cp1252.") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        if encoding is not None:
            raise CorpusError(
                f"{name} is not written in {encoding}: line {line} has a byte that does not exist there. "
                "Choose another encoding, or save the file as UTF-8."
            ) from None
        start = max(0, error.start - ENCODING_SAMPLE // 2)
    for candidate in _likely_encodings(data[start : start + ENCODING_SAMPLE]):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    raise CorpusError(f"{name} is not UTF-8 (line {line}) and its encoding cannot be told. Save it as UTF-8.")


def _likely_encodings(sample: bytes) -> list[str]:
    """Return what bytes around the first that is not UTF-8 may be written in, likeliest first.

    In a text with few accents one Latin code page looks like another, and cp1252 is by far the commonest; a guess of
    another one counts where cp1252 would set signs inside words.
    """
    guess = from_bytes(sample).best()
    if guess is None:
        return [COMMONEST]
    as_commonest = sample.decode(COMMONEST, "replace")
    inside = [c for c in INSIDE_WORDS.findall(as_commonest) if c not in APOSTROPHES]
    signs = sum(not c.isalpha() for c in inside)
    latin = sum(byte > 127 for byte in sample) < FEW_ACCENTS * len(sample) and signs * 10 <= len(inside)
    return [COMMONEST, guess.encoding] if latin else [guess.encoding, COMMONEST]


def _read_bytes(source: str | os.PathLike[str] | IO[bytes]) -> tuple[str, bytes]:
    if isinstance(source, str | os.PathLike):
        return read_bytes(source)
    name = Path(str(getattr(source, "name", "upload"))).name
    refuse_large(name, source.seek(0, io.SEEK_END))
    source.seek(0)
    return name, source.read()


def _format_of(name: str, data: bytes) -> str:
    if not data:
        raise CorpusError(f"{name} is empty: it has no bytes at all.")
    kind = FORMATS.get(Path(name).suffix.lower())
    if kind is None:
        raise CorpusError(f"{name} has no ending that can be read; the known ones are {', '.join(FORMATS)}.")
    for magic, real, what in MAGIC:
        if data.startswith(magic) and real != kind:
            hint = f"Rename it to end in .{real}." if real else "Export it as CSV first."
            raise CorpusError(f"{name} is named like {kind.upper()} but is {what}. {hint}")
    if kind not in BINARY and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        at = data.find(b"\x00")
        if at >= 0:
            line = data[:at].count(b"\n") + 1
            raise CorpusError(f"{name} is not a text file: line {line} holds a zero byte. Export it as {kind.upper()}.")
    return kind


def _delimiter(header: str, kind: str) -> str:
    if kind == "tsv":
        return "\t"
    return max(",;\t|", key=header.count) if any(mark in header for mark in ",;\t|") else ","


def _csv(name: str, text: str, kind: str) -> Rows:
    import pandas as pd

    delimiter = _delimiter(text.lstrip("\r\n").split("\n", 1)[0], kind)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    header: list[str] = []
    number = 0
    try:
        with _long_cells():
            for number, row in enumerate(reader, start=1):
                if not row:
                    continue
                if not header:
                    header = _header(name, row)
                    continue
                if len(row) != len(header):
                    raise CorpusError(
                        f"{name}, row {number} (line {reader.line_num}) has {len(row)} fields where the header has "
                        f"{len(header)}. Put quotes around a field that holds “{delimiter}”, or mend that row."
                    )
                rows.append(row)
                numbers.append(number)
    except csv.Error as error:
        raise CorpusError(
            f"{name}, row {number + 1}: the quotes do not match up to line {reader.line_num} ({error}). "
            "Close the quote, or double a quote inside a field."
        ) from None
    return pd.DataFrame(rows, columns=header, dtype=str), numbers


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read long cells for the length of a block; its limit is one for the whole process."""
    with _limiting:
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _header(name: str, row: list[str]) -> list[str]:
    columns = [cell.strip() or f"column {i + 1}" for i, cell in enumerate(row)]
    return _unique_columns(name, columns)


def _unique_columns(name: str, columns: list[str]) -> list[str]:
    twice = [c for c in dict.fromkeys(columns) if columns.count(c) > 1]
    if twice:
        raise CorpusError(f"{name} has two columns called “{twice[0]}”. Rename one of them.")
    return columns


def _objects(name: str, objects: list[tuple[int, Any]]) -> Rows:
    import pandas as pd

    for row, value in objects:
        if not isinstance(value, dict):
            raise CorpusError(f'{name}, row {row} is not an object like {{"text": "…"}}.')
    frame = pd.DataFrame([value for _, value in objects])
    frame.columns = [str(c) for c in frame.columns]
    return frame, [row for row, _ in objects]


def _jsonl(name: str, text: str, kind: str) -> Rows:
    objects = []
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            objects.append((row, json.loads(line)))
        except json.JSONDecodeError as error:
            raise CorpusError(f"{name}, line {row} is not valid JSON: {error.msg} at column {error.colno}.") from None
    return _objects(name, objects)


def _json(name: str, text: str, kind: str) -> Rows:
    import pandas as pd

    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data"):
            return _jsonl(name, text, kind)
        raise CorpusError(
            f"{name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list)]
        if not lists:
            raise CorpusError(f"{name} holds one object. A corpus is a list of objects, one for each document.")
        value = lists[0]
    if not isinstance(value, list):
        raise CorpusError(f"{name} holds a single value. A corpus is a list of objects, one for each document.")
    if value and all(isinstance(v, str) for v in value):
        return pd.DataFrame({TEXT_COLUMN: value}), range(1, len(value) + 1)
    return _objects(name, list(enumerate(value, start=1)))


def _lines(name: str, text: str, kind: str) -> Rows:
    import pandas as pd

    lines = [line.strip() for line in LINE_END.split(text)]
    return pd.DataFrame({TEXT_COLUMN: lines}, dtype=str), range(1, len(lines) + 1)


def _parquet(name: str, data: bytes) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        frame = pq.read_table(pa.BufferReader(data)).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CorpusError(f"{name} is not a Parquet file that can be read: {str(error).splitlines()[0]}") from None
    return frame, range(1, len(frame) + 1)


def _xlsx(name: str, data: bytes) -> Rows:
    import pandas as pd

    try:
        frame = pd.read_excel(io.BytesIO(data), dtype=object, engine="openpyxl", keep_default_na=False)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl lets many kinds of error through for a damaged workbook
        raise CorpusError(f"{name} is not an Excel workbook that can be read: {error}") from None
    frame.columns = _unique_columns(name, [str(c) for c in frame.columns])
    return frame, range(2, len(frame) + 2)
