"""Which column of a table is the text, and the other columns as plain values."""

from typing import TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus.own_columns import is_own_export
from gst_core.corpus.tables import Table
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

TEXT_NAMES = ("text", "review", "comment", "message", "body", "content", "description", "document", "answer", "title")


def guess_text_column(table: Table) -> str:
    """Return the column that most likely holds the documents: by its name, else the one with the longest values.

    In an export of ours it is the one that was the text before.

    Raises
    ------
    CorpusError
        No column holds text.
    """
    frame = table.frame
    if is_own_export(list(frame.columns)):
        return str(frame.columns[1])
    lengths = {c: _mean_length(frame[c]) for c in frame.columns}
    wordy = {c: n for c, n in lengths.items() if n > 0}
    if not wordy and not len(frame):
        raise CorpusError(f"{table.name} has a header and no rows below it.")
    if not wordy:
        raise CorpusError(f"{table.name} has no column with text in it. Its columns are: {column_names(frame)}.")
    longest = max(wordy, key=wordy.__getitem__)
    for name in TEXT_NAMES:
        for column, length in wordy.items():
            if str(column).strip().lower() == name and length >= 0.3 * wordy[longest]:
                return str(column)
    return str(longest)


def plain_columns(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return metadata as numbers, dates, booleans or strings, so that it can be stored, coloured by and exported.

    A column of strings becomes a column of numbers when every value that is there reads as one and none would change
    its look (“007” stays text).
    """
    import pandas as pd

    return pd.DataFrame({str(c): _plain(frame[c]) for c in frame.columns}, index=frame.index)


def _plain(values: "pd.Series") -> "pd.Series":
    import pandas as pd

    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    strings = values.map(lambda v: "" if is_missing(v) else str(v)).astype(object)
    filled = strings[strings != ""]
    numbers = pd.to_numeric(filled, errors="coerce")
    padded = filled.str.match(r"^\s*[+-]?0\d").any()
    if len(filled) and not padded and np.isfinite(numbers.to_numpy(dtype=np.float64)).all():
        return pd.to_numeric(strings, errors="coerce")
    return strings.astype(str)


def is_missing(value: Any) -> bool:  # noqa: ANN401 - cells hold anything
    """Say whether a cell holds nothing: None, NaN, or what pandas takes for that."""
    if value is None or isinstance(value, list | dict | np.ndarray | str):
        return value is None
    import pandas as pd

    return bool(pd.isna(value))


def _mean_length(values: "pd.Series") -> float:
    lengths = [len(v) for v in values.head(500) if isinstance(v, str) and v.strip() and not _is_number(v)]
    return float(np.mean(lengths)) if lengths else 0.0


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def column_names(frame: "pd.DataFrame") -> str:
    """Return the first columns' names in a row, for messages."""
    return ", ".join(str(c) for c in frame.columns[:20]) or "none"
