"""Files as tables, with errors that name file, row and column.

Everything is read as it stands in the file: no value is guessed to be missing, and no number loses a character. What
cannot be read as it stands is named by its row. pandas and pyarrow are imported when a file is read, as the page names
the formats before any is.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus.characters import MARKS, Mender
from gst_core.corpus.decoding import decode
from gst_core.corpus.delimited import read_delimited
from gst_core.corpus.json_records import needs_mending, read_json, read_jsonl
from gst_core.corpus.own_columns import note_borrowed, without_guards
from gst_core.corpus.parquet import read_parquet
from gst_core.corpus.parts import Parts
from gst_core.corpus.plain_text import read_lines
from gst_core.corpus.reading import LIKELIEST, Problem, Problems, Reading
from gst_core.corpus.size_limits import check_size
from gst_core.corpus.sources import BINARY, Source, open_source
from gst_core.corpus.workbooks import read_workbook
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

CHOICES = {  # fields of `Reading`, and what they choose
    "encoding": "character encoding",
    "delimiter": "sign between columns",
    "header": "row of headings",
    "sheet": "sheets or packed files",
    "records": "lists of records",
}


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
    asked = replace(reading, encoding=encoding or reading.encoding)
    opened = open_source(source, asked.sheet)
    if opened.members and asked.sheet in opened.members:
        asked = replace(asked, sheet=None)
    problems = Problems()
    try:
        parts, used = _parts(opened, asked, problems)
    except RecursionError:
        raise CorpusError(f"{opened.name} is nested too deep to be read.") from None
    parts.reading = replace(parts.reading, encoding=used)
    _check_choices(opened.name, asked, parts.reading)
    if opened.members:
        parts.reading = replace(parts.reading, sheet=opened.member)
        parts.alternatives = {**parts.alternatives, "sheet": opened.members}
    frame = without_guards(_frame(parts))
    note_borrowed(list(frame.columns), problems)
    check_size(opened.name, len(parts.row_numbers), len(parts.columns), len(opened.data))
    return Table(
        frame,
        opened.name,
        opened.format,
        used,
        np.asarray(parts.row_numbers, dtype=np.int64),
        parts.reading,
        parts.alternatives,
        tuple(problems.named),
        problems.counts,
    )


def _check_choices(name: str, asked: Reading, used: Reading) -> None:
    """Refuse a choice that a file does not leave, rather than read it as if nothing had been chosen."""
    for choice, what in CHOICES.items():
        if getattr(asked, choice) is not None and getattr(used, choice) is None:
            raise CorpusError(f"{name} has no {what} to choose. Leave out “{choice}”.")


def _parts(opened: Source, asked: Reading, problems: Problems) -> tuple[Parts, str | None]:
    """Read a file's columns, and say which encoding it had if it is a text."""
    name, kind = opened.name, opened.format
    if kind in BINARY:
        if kind == "parquet":
            return read_parquet(name, opened.data, problems), None
        return read_workbook(name, opened.data, kind, asked, problems), None
    text, used = decode(name, opened.data, asked.encoding)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise CorpusError(f"{name} is empty: there is no text in it.")
    json = kind in ("json", "jsonl")
    mender = Mender(problems, used, needed=needs_mending(text) if json else MARKS.search(text) is not None)
    if kind == "txt":
        return read_lines(text, mender), used
    if kind in ("csv", "tsv"):
        return read_delimited(name, text, kind, asked, mender, problems), used
    return (read_jsonl if kind == "jsonl" else read_json)(name, text, asked, mender, problems), used


def _frame(parts: Parts) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(
        {n: pd.Series(c, dtype="str") if isinstance(c, list) else c for n, c in parts.columns.items()},
        index=range(len(parts.row_numbers)),
    )
