"""Which column of a table is the text, and the other columns as plain values."""

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus.headers import is_typed
from gst_core.corpus.own_columns import own_text_column
from gst_core.corpus.tables import Table
from gst_core.corpus.values import column_of_objects, column_of_strings
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 500  # rows
FEW = 3  # values that say whether all are JSON
VECTOR = re.compile(r"\[[-+\d.,eE\s]+\]")  # as NumPy writes it
ADDRESS = re.compile(r"[!-~]{20,}")  # of a page or picture, or a hash: long, and no text
TEXT_NAMES = (
    "text",
    "full_text",
    "review",
    "comment",
    "message",
    "body",
    "content",
    "description",
    "document",
    "answer",
    "title",
)


def guess_text_column(table: Table) -> str:
    """Return the column that most likely holds the documents: by its name, else the one with the longest values.

    In an export of ours it is the one that was the text before.

    Raises
    ------
    CorpusError
        No column holds text.
    """
    frame = table.frame
    if (own := own_text_column(list(frame.columns))) is not None:
        return own
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


def plain_columns(frame: "pd.DataFrame", *, strings: bool = True) -> "pd.DataFrame":
    """Return metadata with one type for each column, so that it can be stored, coloured by and exported.

    Parameters
    ----------
    frame : DataFrame
    strings : bool, default=True
        The file knew nothing but strings: a column of them becomes numbers where every value reads back as it was
        written (“007” and “1.10” stay text).
    """
    import pandas as pd

    plain = {str(c): _plain(frame.iloc[:, i], strings) for i, c in enumerate(frame.columns)}
    return pd.DataFrame(plain, index=frame.index)


def _plain(values: "pd.Series", strings: bool) -> "pd.Series":
    import pandas as pd

    if values.dtype == object:
        values = column_of_objects([None if is_missing(v) else v for v in values]).set_axis(values.index)
    if not strings or not isinstance(values.dtype, pd.StringDtype):
        return values
    return column_of_strings(values.fillna("").tolist()).set_axis(values.index)


def is_missing(value: Any) -> bool:  # noqa: ANN401 - cells hold anything
    """Say whether a cell holds nothing: None, NaN, or what pandas takes for that."""
    if value is None or isinstance(value, list | dict | np.ndarray | str):
        return value is None
    import pandas as pd

    return bool(pd.isna(value))


def _mean_length(values: "pd.Series") -> float:
    strings = [v.strip() for v in values.head(LOOKED_AT) if isinstance(v, str) and v.strip()]
    lengths = [1 if ADDRESS.fullmatch(v) else len(v) for v in strings if not is_typed(v)]
    lengths = [] if _is_data(values) else lengths
    return float(np.mean(lengths)) if lengths else 0.0


def _is_data(values: "pd.Series") -> bool:
    """Say whether strings are lists or objects that were written as text, such as embeddings in CSV."""
    first = [v.strip() for v in values.head(LOOKED_AT) if isinstance(v, str) and v.strip()][:FEW]
    return bool(first) and all(v[0] in "[{" and (VECTOR.fullmatch(v) or _is_json(v)) for v in first)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def column_names(frame: "pd.DataFrame") -> str:
    """Return the first columns' names in a row, for messages."""
    return ", ".join(str(c)[:40] for c in frame.columns[:12]) or "none"
