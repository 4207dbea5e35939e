"""The cross-table of what is compared: counts or shares, and a click on a cell selects its texts."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from gst_core.analysis import Contingency, Grouping
from gst_core.counting import counted
from gst_core.ui import state, theme
from gst_core.ui.actions import when_changed
from gst_core.ui.figures import ALL
from gst_core.ui.map_component.chart import Cell, cells

TEXTS, OF_ROW, OF_COLUMN = "texts", "share of row", "share of column"
MEASURES = (TEXTS, OF_ROW, OF_COLUMN)
NAME = 28  # characters of a name in the table


def draw(key: str, both: Contingency, on_click: Callable[[tuple[int, ...]], object]) -> None:
    """Draw a cross-table; `on_click` is given both kinds of a cell, -1 for no kind and `ALL` for all kinds."""
    measure = st.session_state.get(state.TABLE_MEASURE, TEXTS)
    widget = f"table-measure-{measure}"
    st.segmented_control(
        "The table shows",
        MEASURES,
        default=measure,
        required=True,
        key=widget,
        label_visibility="collapsed",
        on_change=when_changed(widget, measure, partial(st.session_state.__setitem__, state.TABLE_MEASURE)),
    )
    head, rows = table_of(both, measure)
    cells(key, "How many texts are of each two kinds", head, rows, on_click)


def table_of(both: Contingency, measure: str) -> tuple[list[Cell], list[list[Cell]]]:
    """Return the head and the rows of a cross-table: kinds that have texts, those of no kind last, and then all.

    Parameters
    ----------
    both : Contingency
    measure : {"texts", "share of row", "share of column"}
    """
    counts = both.counts
    of_rows, of_columns = counts.sum(axis=1), counts.sum(axis=0)
    whole = {OF_ROW: of_rows[:, None], OF_COLUMN: of_columns[None, :]}.get(measure, np.array([[max(counts.max(), 1)]]))
    parts = counts / np.maximum(whole, 1)
    rows, columns = _kinds(both.rows, of_rows), _kinds(both.columns, of_columns)
    head = [_named(name, int(of_columns[j]), (ALL, meant)) for j, meant, name in columns]
    lines = []
    for i, row, name in rows:
        line = [_named(name, int(of_rows[i]), (row, ALL))]
        for j, column, other in columns:
            count, part = int(counts[i, j]), float(parts[i, j])
            told = f"{name} and {other}: {counted(count, 'text')}"
            line.append(Cell(f"{count:,}" if measure == TEXTS else f"{part:.0%}", told, (row, column), part))
        lines.append(line)
    return head, lines


def _named(name: str, size: int, meant: tuple[int, int]) -> Cell:
    return Cell(theme.cut(name, NAME), f"{name}: {counted(size, 'text')}", meant)


def _kinds(grouping: Grouping, sizes: np.ndarray) -> list[tuple[int, int, str]]:
    """Return the place, the number and the name of each kind that has texts."""
    names = [*grouping.names, grouping.nothing]
    return [(i, i if i < len(grouping.names) else -1, name) for i, name in enumerate(names) if sizes[i]]
