"""The first rows of a table as a page shows them: no message to a browser grows with the table or with a cell."""

from typing import TYPE_CHECKING

from gst_core.corpus import as_cell, is_missing
from gst_core.ui import theme

if TYPE_CHECKING:
    import pandas as pd

COLUMNS, CHARACTERS = 40, 200


def preview(table: "pd.DataFrame", rows: int) -> "pd.DataFrame":
    """Return so many rows of a table, of its first columns; numbers stay numbers, all else is words, each cut."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype  # not for who shows no table

    shown = table.iloc[:rows, :COLUMNS].copy()
    for place, name in enumerate(shown.columns):
        if not is_numeric_dtype(shown.dtypes.iloc[place]) and not is_bool_dtype(shown.dtypes.iloc[place]):
            shown[name] = [None if is_missing(v) else theme.cut(as_cell(v), CHARACTERS) for v in shown.iloc[:, place]]
    return shown
