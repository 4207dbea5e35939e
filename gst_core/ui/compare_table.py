"""The cross-table of what is compared: counts or shares, and a click on a cell selects its texts."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.analysis import Contingency
from gst_core.ui import theme
from gst_core.ui.actions import attempt, when_changed

if TYPE_CHECKING:
    import pandas as pd

TEXTS, OF_ROW, OF_COLUMN = "texts", "share of row", "share of column"
MEASURES = (TEXTS, OF_ROW, OF_COLUMN)
MEASURE = "_table_measure"
NAME, TOTAL = "name", "total"  # of columns; those of the kinds are called by their numbers
NAME_CHARACTERS = 40
ROW_HEIGHT = 35  # pixels, as Streamlit draws it


def draw(key: str, both: Contingency, on_cell: Callable[[int, int | None], object]) -> None:
    """Draw a cross-table.

    Parameters
    ----------
    key : str
    both : Contingency
    on_cell : callable
        Is given the numbers of both kinds of a cell that is clicked, -1 for no kind; without a second for a whole row.
    """
    measure = st.session_state.get(MEASURE, TEXTS)
    _switch(measure)
    table, columns = frame(both, measure), both.columns
    shown = {
        NAME: st.column_config.TextColumn("", width="medium", pinned=True),
        TOTAL: st.column_config.NumberColumn("all", format="localized"),
    }
    for number, name in enumerate((*columns.names, columns.nothing)):
        how = "localized" if measure == TEXTS else "percent"
        shown[str(number)] = st.column_config.NumberColumn(
            theme.cut(name, NAME_CHARACTERS), format=how, help=theme.plain(name)
        )
    widget = f"{key}-{measure}"

    def clicked() -> None:
        cells = st.session_state[widget]["selection"]["cells"]
        if (meant := meant_by(both, table, cells)) is not None:
            attempt(on_cell, *meant)

    st.dataframe(
        table,
        key=widget,
        column_config=shown,
        hide_index=True,
        height=ROW_HEIGHT * (len(table) + 1) + 3,
        on_select=clicked,
        selection_mode="single-cell",
    )


def frame(both: Contingency, measure: str) -> "pd.DataFrame":
    """Return the cross-table as it is shown: a row for each kind that has texts, and those of no kind last.

    Parameters
    ----------
    both : Contingency
    measure : {"texts", "share of row", "share of column"}
    """
    import pandas as pd

    counts = both.counts
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    cells = counts if measure == TEXTS else counts / (rows[:, None] if measure == OF_ROW else columns[None, :]).clip(1)
    names = [theme.cut(name, NAME_CHARACTERS) for name in (*both.rows.names, both.rows.nothing)]
    table = pd.DataFrame({NAME: names} | {str(j): cells[:, j] for j in range(cells.shape[1]) if columns[j]})
    table[TOTAL] = rows
    return table[rows > 0]


def meant_by(both: Contingency, table: "pd.DataFrame", cells: list[tuple[int, str]]) -> tuple[int, int | None] | None:
    """Return the kinds of a cell that was clicked, -1 for none; the second is None for a whole row."""
    if not cells:
        return None
    place, column = cells[0]
    row = int(table.index[place])
    return (
        row if row < len(both.rows.names) else -1,
        None if column in (NAME, TOTAL) else int(column) if int(column) < len(both.columns.names) else -1,
    )


def _switch(current: str) -> None:
    key = f"table-measure-{current}"
    st.segmented_control(
        "The table shows",
        MEASURES,
        default=current,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=when_changed(key, current, partial(st.session_state.__setitem__, MEASURE)),
    )
