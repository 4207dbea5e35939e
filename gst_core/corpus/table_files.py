"""Tables written as files: CSV for programs, CSV for spreadsheets, and Parquet.

CSV for programs is RFC 4180 and nothing else: each value as it is, quoted where it has to be. CSV for spreadsheets
has an apostrophe before what a spreadsheet would run as a formula, see `gst_core.corpus.own_columns`. What has no
place in a cell, a list say, is valid JSON there; Parquet keeps its type.
"""

import base64
import csv
import io
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus.arrow_columns import is_writable
from gst_core.corpus.columns import is_missing
from gst_core.corpus.own_columns import GUARD, OwnColumn, guarded

if TYPE_CHECKING:
    import pandas as pd

LONE_SURROGATES = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"  # for half of a surrogate pair, which no file can hold
PARTED = (list, tuple, set, frozenset, Mapping, np.ndarray)  # values with parts
LINE_END = "\r\n"  # as RFC 4180 has it; the writer quotes what holds either sign of it


def table_as_csv(table: "pd.DataFrame", *, spreadsheet: bool = False) -> bytes:
    """Return a table as CSV in UTF-8.

    Parameters
    ----------
    table : DataFrame
    spreadsheet : bool
        Guard what a spreadsheet would run as a formula, in cells and headings, and begin with a byte-order mark, by
        which spreadsheets know UTF-8. Numbers are no formulas and stay as they are.
    """
    columns = [_cells(table.iloc[:, i], spreadsheet) for i in range(len(table.columns))]
    headings = [whole(str(c)) for c in table.columns]
    if spreadsheet:
        headings = [guarded(h) for h in headings]
        if headings and headings[0] == OwnColumn.ID:
            headings[0] = GUARD + headings[0]  # says to our reader that the guards are ours
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=LINE_END)
    writer.writerow(headings)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8-sig" if spreadsheet else "utf-8")


def table_as_parquet(table: "pd.DataFrame") -> bytes:
    """Return a table as Parquet; a column that holds values of several types becomes one of text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = table.copy()
    for place, name in enumerate(table.columns):
        if table.dtypes.iloc[place].kind == "O" and not _fits(table.iloc[:, place]):
            plain[name] = table.iloc[:, place].map(_text_or_none).astype("string")
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(plain, preserve_index=False), buffer)
    return buffer.getvalue()


def table_as_lines(table: "pd.DataFrame") -> str:
    """Return a table as a spreadsheet takes it from the clipboard: cells between tabs, guarded as in `table_as_csv`."""
    columns = [_cells(table.iloc[:, i], spreadsheet=True) for i in range(len(table.columns))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, "excel-tab")
    writer.writerow([guarded(whole(str(c))) for c in table.columns])
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def as_cell(value: Any) -> str:  # noqa: ANN401 - cells hold anything
    """Return a value as the text of a cell: nothing for a missing one, JSON for one with parts."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, PARTED):
        return json.dumps(_as_json(value), ensure_ascii=False, allow_nan=False)
    if is_missing(value):
        return ""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def whole(text: str) -> str:
    """Return a text that every file can hold: what is left of a torn character becomes U+FFFD."""
    return text if text.isascii() else LONE_SURROGATES.sub(REPLACEMENT, text)


def _cells(values: "pd.Series", spreadsheet: bool) -> list[str]:
    """Return a column as the texts of its cells, guarded where they are no numbers."""
    import pandas as pd

    # a float32 as Python's float has digits that nobody wrote
    narrow = isinstance(values.dtype, np.dtype) and values.dtype.kind == "f" and values.dtype.itemsize < 8
    cells = [as_cell(v) for v in (values.to_numpy() if narrow else values)]
    if not spreadsheet or pd.api.types.is_numeric_dtype(values):
        return cells
    return [guarded(c) if isinstance(v, str) else c for c, v in zip(cells, values, strict=True)]


def _as_json(value: Any) -> Any:  # noqa: ANN401 - as deep as the value
    """Return a value of JSON's own types."""
    if isinstance(value, Mapping):
        return {whole(str(k)): _as_json(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return _as_json(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_json(v) for v in value]
    if isinstance(value, np.generic):
        return _as_json(value.item())
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if is_missing(value) else as_cell(value)


def _text_or_none(value: Any) -> str | None:  # noqa: ANN401 - cells hold anything
    return as_cell(value) if isinstance(value, PARTED) or not is_missing(value) else None


def _fits(values: "pd.Series") -> bool:
    """Say whether a column of objects is of one type that Parquet has."""
    import pyarrow as pa

    try:
        return is_writable(pa.array(values, from_pandas=True).type)
    except (pa.ArrowException, OverflowError, UnicodeError, TypeError, ValueError):
        return False
