"""The table of texts: the order of all of them goes to the browser, their texts and cells when they are looked at."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import Mark
from gst_core.ui.map_component.assets import entry_script
from gst_core.ui.map_component.contract import HOVER_CHARACTERS, order_payload, rows_wanted

HERE = Path(__file__).parent
CELL_CHARACTERS = 80
TOGETHER = 120  # rows that come with a new order, without being asked for: two windows of a large screen
MOST_ROWS = 600  # that a browser gets at once


@dataclass(frozen=True)
class TableColumn:
    """A column as the table shows it.

    Attributes
    ----------
    key, title, kind : str
        As those of `TextColumn`.
    colours : mapping of str to str
        Of the column's kinds, by what stands in the cells.
    """

    key: str
    title: str
    kind: str
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableCells:
    """What stands in some rows.

    Attributes
    ----------
    rows : sequence of int
        The texts.
    texts : sequence of str
        Theirs; they are cut.
    values : sequence of sequences of str
        One for each column, with a cell for each text.
    marks : sequence of sequences of Mark
        What is marked in each text.
    """

    rows: Sequence[int]
    texts: Sequence[str]
    values: Sequence[Sequence[str]]
    marks: Sequence[Sequence[Mark]]


@dataclass(frozen=True)
class TableEvents:
    """What the analyst did in the table, as `read_table_events` found it.

    Attributes
    ----------
    wanted : tuple of int
        Texts whose cells the browser asks for.
    sort : str
        The column whose heading was clicked.
    opened : int or None
        The text that is shown whole.
    copied : tuple of int, or None
        Texts to be copied, none of them for all; None where nothing is to be copied.
    moment : float
        Of the wish to copy.
    """

    wanted: tuple[int, ...] = ()
    sort: str = ""
    opened: int | None = None
    copied: tuple[int, ...] | None = None
    moment: float = 0.0


@st.cache_resource(show_spinner=False)
def _components() -> tuple[Callable[..., Any], Callable[..., Any]]:
    base = st.get_option("server.baseUrlPath")
    register, style = st.components.v2.component, (HERE / "table.css").read_text("utf-8")
    return (
        register("gst_order", js=entry_script("orders.js", base), html="<span></span>", isolate_styles=False),
        register(
            "gst_texts",
            js=entry_script("table.js", base),
            css=style,
            html='<div class="gst-texts"></div>',
            isolate_styles=False,
        ),
    )


def text_table(
    key: str,
    documents: str,
    title: str,
    order: NDArray[np.int32],
    columns: Sequence[TableColumn],
    cells: TableCells,
    *,
    sort: tuple[str, bool] = ("", False),
    version: str = "",
    whole: tuple[int, str, Sequence[Mark]] | None = None,
    copied: tuple[float, str] | None = None,
    on_wanted: Callable[[], None],
    on_sort: Callable[[], object],
    on_copy: Callable[[], object],
) -> None:
    """Draw the table.

    What the analyst selects in it is told by the map of the same texts; `read_table_events` reads the rest from
    ``st.session_state[key]`` in the callbacks.

    Parameters
    ----------
    key : str
        Of the widget.
    documents : str
        The key given to `map_documents`.
    title : str
        Which texts these are, in words.
    order : ndarray of shape (m,), int32
        The texts that are listed.
    columns : sequence of TableColumn
    cells : TableCells
        Of some of the texts; the browser asks for others.
    sort : (str, bool)
        The column that the texts are sorted by, and whether the largest is first.
    version : str
        Another one where cells say something else.
    whole : (int, str, marks), optional
        The text that is open.
    copied : (float, str), optional
        What was asked for to be copied, and the moment of the wish.
    on_wanted, on_sort, on_copy : callable
    """
    if not st.get_option("server.enableStaticServing"):
        return  # see `scatter_map`
    mount_order, mount = _components()
    packed = order.astype("<i4")
    revision = zlib.crc32(packed.tobytes())
    mount_order(key=f"order-{key}", data=order_payload(key, revision, packed))
    metadata = {str(i): list(values) for i, values in enumerate(cells.values)}
    sent = {"rows": list(cells.rows), "texts": list(cells.texts), "metadata": metadata, "marks": list(cells.marks)}
    data = {
        "key": key,
        "documents": documents,
        "title": title,
        "revision": revision,
        "columns": [{"key": c.key, "title": c.title, "kind": c.kind, "colours": dict(c.colours)} for c in columns],
        "sort": list(sort),
        "version": version,
        "cells": sent,
        "whole": whole,
        "copied": copied,
    }
    mount(
        key=key,
        data=data,
        on_wanted_change=on_wanted,
        on_sort_change=on_sort,
        on_opened_change=_nothing,
        on_copy_change=on_copy,
    )


def _nothing() -> None:
    """Stand where Streamlit asks for a callback; what is open is read when the table is drawn."""


def read_table_events(sent: Mapping[str, Any]) -> TableEvents:
    """Read what came from the browser; anything that is not what the table sends counts as nothing."""
    sort, opened, copy = (sent.get(name) for name in ("sort", "opened", "copy"))
    moment = copy.get("moment") if isinstance(copy, Mapping) else None
    row = opened.get("row") if isinstance(opened, Mapping) else None
    column = sort.get("key") if isinstance(sort, Mapping) else None
    return TableEvents(
        wanted=rows_wanted(sent.get("wanted"))[:MOST_ROWS],
        sort=column if isinstance(column, str) else "",
        opened=row if type(row) is int else None,
        copied=rows_wanted(copy) if isinstance(moment, int | float) else None,
        moment=float(moment) if isinstance(moment, int | float) else 0.0,
    )


def cut(text: str) -> str:
    """Return as much of a text as a row shows."""
    return text if len(text) <= HOVER_CHARACTERS else text[: HOVER_CHARACTERS - 1] + "…"


def cell(text: str) -> str:
    """Return as much of a value as a cell shows."""
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"
