"""The table of texts under the map or beside it: what it lists, how it is sorted, and what leaves it as files."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from gst_core.analysis import CLASS, FILE, GROUP, LABEL, PROBABILITY, WHO, TextColumn
from gst_core.corpus import OwnColumn, table_as_csv, table_as_lines, table_as_parquet
from gst_core.errors import GstError
from gst_core.export import lens_table, listed_table
from gst_core.ui import shown_texts, state, theme
from gst_core.ui.actions import ask_for_page, attempt, attempt_for_page, catch_up, succeeds, when_changed
from gst_core.ui.export_panel import file_stem, with_groups
from gst_core.ui.lens_view import LensView
from gst_core.ui.map_component import TOGETHER, TableEvents, read_table_events, text_table
from gst_core.workspace import deciding_labels

if TYPE_CHECKING:
    import pandas as pd

PART = "table"  # of the page, which folds
MOST_COPIED = 20_000_000  # characters; what is more belongs into a file
# What an export calls a column of ours; what says more of the same goes with it.
EXPORTED = {
    CLASS: (OwnColumn.PREDICTED, OwnColumn.RESTS_ON),
    PROBABILITY: (OwnColumn.PROBABILITY,),
    LABEL: (OwnColumn.LABEL,),
    WHO: (OwnColumn.SAID_BY, OwnColumn.SAID_BY_MODEL, OwnColumn.CONFIDENCE),
    GROUP: (OwnColumn.CLUSTER, OwnColumn.GROUP),
}


def places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return where the map belongs and where the table does, which the analyst has chosen."""
    if state.is_open(PART, otherwise=False) and st.session_state.get(state.TABLE_BESIDE):
        left, right = st.columns(2)
        return left, right.container(key="table-beside")
    return st.container(), st.container(key="table-below")


def draw(view: LensView) -> None:
    """Draw the table, or the one line that it folds to."""
    if view.state.frame is not None:
        st.fragment(_draw)(view)


def _draw(view: LensView) -> None:
    catch_up()
    is_open = state.is_open(PART, otherwise=False)
    with st.container(horizontal=True, vertical_alignment="center", key="table-controls"):
        st.button(
            theme.plain(shown_texts.headline(view)),
            icon=":material/expand_more:" if is_open else ":material/chevron_right:",
            type="tertiary",
            key="table-fold",
            help="Fold the table of texts away" if is_open else "Show these texts in a table",
            on_click=attempt_for_page,
            args=(state.unfold, PART, not is_open),
        )
        if is_open:
            _draw_controls(view)
    if is_open:
        _draw_rows(view)


def _draw_controls(view: LensView) -> None:
    offered, what = shown_texts.choices(view), shown_texts.chosen(view)
    key = f"table-texts-{what}-{len(offered)}"
    st.selectbox(
        "Texts", list(offered), index=list(offered).index(what), format_func=lambda x: offered.get(x, x), key=key,
        label_visibility="collapsed", width=180, on_change=when_changed(key, what, shown_texts.choose),
    )  # fmt: skip
    by, orders = shown_texts.sorting(view), shown_texts.sortings(view)
    key = f"table-sort-{by.by}-{len(orders)}"
    st.selectbox(
        "Sorted", list(orders), index=list(orders).index(by.by), format_func=lambda x: orders.get(x, x), key=key,
        label_visibility="collapsed", width=180, on_change=when_changed(key, by.by, shown_texts.sort_by),
    )  # fmt: skip
    if by.by == shown_texts.BORDER:
        _draw_border(view, by.classes)
    with st.popover("Columns", icon=":material/view_column:", type="tertiary"):
        _draw_columns(view)
    with st.popover("Save", icon=":material/download:", type="tertiary"):
        _draw_files(view)


def _draw_border(view: LensView, classes: tuple[str, ...]) -> None:
    key = f"table-border-{'-'.join(classes)}"

    def choose(two: list[str]) -> None:
        if len(two) != 1:  # the other one is still to come
            shown_texts.between(tuple(two))

    st.multiselect(
        "Between", view.classes, list(classes), max_selections=2, key=key, label_visibility="collapsed", width=180,
        placeholder="the two likeliest classes", on_change=when_changed(key, list(classes), choose),
    )  # fmt: skip


def _draw_columns(view: LensView) -> None:
    known, shown = view.columns(), [c.key for c in shown_texts.columns(view)]
    titles = {key: column.title for key, column in known.items()}
    key = f"table-columns-{view.entry.id}-{hash((*shown, *titles))}"

    def choose(keys: list[str]) -> None:
        shown_texts.choose_columns(view.entry.id, tuple(keys))

    st.multiselect(
        "Columns beside the text", list(titles), shown, format_func=lambda x: titles.get(x, x), key=key,
        on_change=when_changed(key, shown, choose),
    )  # fmt: skip
    beside = bool(st.session_state.get(state.TABLE_BESIDE))
    key = f"table-place-{beside}"
    place = st.session_state.__setitem__
    st.toggle(
        "Beside the map instead of under it", beside, key=key,
        on_change=attempt_for_page, args=(place, state.TABLE_BESIDE, not beside),
    )  # fmt: skip


def _draw_files(view: LensView) -> None:
    name = file_stem(view.entry.name, f"{view.lens.name if view.lens else 'generic'}-texts")
    moving = view.state.running  # the file would have another map than the table
    # Found now: what a button gives is made without the session, which knows what is selected, sorted and shown.
    table = partial(table_of, view, shown_texts.order(view), shown_texts.columns(view))
    st.caption(f"{theme.plain(shown_texts.headline(view))}, in the order and with the columns of the table.")
    st.download_button(
        "CSV for programs", lambda: table_as_csv(table()), f"{name}.csv", "text/csv", icon=":material/table:",
        width="stretch", on_click="ignore", disabled=moving, key="table-csv",
        help="RFC 4180, UTF-8; every text as it was.",
    )  # fmt: skip
    st.download_button(
        "CSV for spreadsheets", lambda: table_as_csv(table(), spreadsheet=True), f"{name}-spreadsheet.csv",
        "text/csv", icon=":material/table_view:", width="stretch", on_click="ignore", disabled=moving,
        key="table-spreadsheet",
        help="For Excel and the like: an apostrophe stands before what they would run as a formula.",
    )  # fmt: skip
    st.download_button(
        "Parquet", lambda: table_as_parquet(table()), f"{name}.parquet", icon=":material/table:",
        width="stretch", on_click="ignore", disabled=moving, key="table-parquet",
        help="Lists, dates and whole numbers keep their types.",
    )  # fmt: skip


def _draw_rows(view: LensView) -> None:
    key, order, by = f"texts-{view.entry.id}", shown_texts.order(view), shown_texts.sorting(view)
    version = shown_texts.version(view)

    def happened() -> TableEvents:
        return read_table_events(st.session_state.get(key) or {})

    def want() -> None:
        st.session_state[state.TABLE_ROWS] = (order, version, happened().wanted)

    def copy() -> None:
        if not succeeds(_copy, view, happened()):
            ask_for_page()

    wanted = st.session_state.get(state.TABLE_ROWS)
    first = order[:TOGETHER].tolist()
    shown = first if wanted is None or wanted[0] is not order or wanted[1] != version else wanted[2]
    text_table(
        key,
        state.version(view.entry),
        shown_texts.choices(view)[shown_texts.chosen(view)],
        order,
        shown_texts.table_columns(view),
        shown_texts.cells(view, shown),
        sort=(by.by, by.descending),
        version=version,
        whole=shown_texts.whole(view, happened().opened),
        copied=st.session_state.pop(state.TABLE_COPIED, None),
        on_wanted=want,
        on_sort=lambda: attempt(_sort, view, happened().sort),
        on_copy=copy,
    )


def _sort(view: LensView, column: str) -> None:
    if column in view.columns():
        shown_texts.turn(column)


def _copy(view: LensView, asked: TableEvents) -> None:
    """Have the browser copy some of the texts, or all that are listed, with the columns that are shown."""
    order = shown_texts.order(view)
    if asked.copied:
        order = order[np.isin(order, asked.copied)]
    if sum(len(view.corpus.texts[i]) for i in order) > MOST_COPIED:
        raise GstError("These are too many texts to copy. Save them as a file instead.")
    st.session_state[state.TABLE_COPIED] = (
        asked.moment,
        table_as_lines(table_of(view, order, shown_texts.columns(view))),
    )


def table_of(view: LensView, rows: NDArray[np.int32], columns: Sequence[TextColumn]) -> "pd.DataFrame":
    """Return some texts as a table: id, text, and some columns, as an export calls them."""
    frame = view.state.frame
    assert frame is not None
    labels = deciding_labels(view.labels) if view.lens else None
    names = [n for c in columns for n in EXPORTED.get(c.key, (c.key.removeprefix(FILE),))]
    frame, groups = with_groups(view.entry, frame, view.grouped)
    return listed_table(lens_table(view.corpus, frame, labels, groups), view.corpus, rows, names)
