"""Which texts the table lists, in which order, with which columns, and what stands in them."""

import uuid
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import (
    CLASS,
    FILE,
    GROUP,
    LABEL,
    PROBABILITY,
    Mark,
    TextColumn,
    border_distance,
    marks,
    middle_of,
    nearness_to,
    ordered,
    sorting_values,
)
from gst_core.counting import counted
from gst_core.ui import colouring, documents_panel, finding, palette, state, theme
from gst_core.ui.lens_view import LensView
from gst_core.ui.map_component import TableCells, TableColumn, cell, cut

SELECTED, SHOWN, FOUND, ALL = "selected", "shown", "found", "all"
OF_CLASS, OF_GROUP = "class:", "group:"
NEAR, NEAR_LENS, BORDER = "near", "near-lens", "border"
FIRST_COLUMNS = 4  # until somebody chooses: more leave a text too little room
PLAIN = ("category", "number", "date")  # kinds that fit beside a text


@dataclass(frozen=True)
class Sorting:
    """How the texts are sorted.

    Attributes
    ----------
    by : str
        A column's key; "near" or "near-lens": by nearness to `texts`, by what the texts say or by the lens; "border":
        by how near they are to the border between `classes`; empty for the file's own order, or that of a search.
    descending : bool
        Whether the largest is first; for columns only.
    texts : tuple of int
    classes : tuple of str
        Two, or none for the two that are likeliest for each text.
    """

    by: str = ""
    descending: bool = False
    texts: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()


# --- which texts ------------------------------------------------------------------------------------------------------


def choices(view: LensView) -> dict[str, str]:
    """Return what can be listed, and what it is called."""
    offered = {SELECTED: "selected texts"} if state.listed_selection() else {}
    if view.hits():
        offered[FOUND] = "found texts"
    filtered = view.shown is not None
    offered[SHOWN] = "texts that pass the filters" if filtered else "all texts"
    if filtered:
        offered[ALL] = "all texts, whatever the filters"
    if CLASS in view.columns():
        offered |= {f"{OF_CLASS}{name}": f"class {name}" for name in view.classes}
    return offered | {f"{OF_GROUP}{x.cluster}": f"group {x.title}" for x in view.names}


def chosen(view: LensView) -> str:
    """Return what is listed: what somebody chose while that is there; else the selection, what is found, or shown."""
    offered, wanted = choices(view), st.session_state.get(state.TABLE_TEXTS, "")
    return next(what for what in (wanted, SELECTED, FOUND, SHOWN) if what in offered)


def choose(what: str) -> None:
    """List other texts."""
    st.session_state[state.TABLE_TEXTS] = what


def texts(view: LensView, what: str) -> NDArray[np.int32]:
    """Return the texts of one of the `choices`, shape (m,), in the file's order or in that of a search."""
    n, passing = len(view.corpus), view.shown
    rows: NDArray[np.integer]
    if what == SELECTED:
        rows = np.sort(np.array(state.listed_selection(), dtype=np.int32))
    elif what == FOUND:
        rows = np.array(view.hits(), dtype=np.int32)
    elif what.startswith(OF_CLASS):
        column = view.columns()[CLASS]
        assert column.codes is not None
        rows = np.flatnonzero(column.codes == column.categories.index(what.removeprefix(OF_CLASS)))
    elif what.startswith(OF_GROUP) and view.clusters is not None:
        rows = np.flatnonzero(view.clusters == int(what.removeprefix(OF_GROUP)))
    else:
        rows = np.arange(n, dtype=np.int32)
    if view.looked is not None:  # what is not on the map is neither read nor labelled there
        rows = rows[np.isin(rows, view.looked.map.rows)]
    if passing is not None and what != ALL:
        rows = rows[passing[rows]]
    return rows.astype(np.int32)


def headline(view: LensView) -> str:
    """Say how many texts are listed, of how many."""
    listed, n = len(order(view)), len(view.corpus)
    return counted(n, "text") if listed == n else f"{listed:,} of {counted(n, 'text')}"


# --- in which order ---------------------------------------------------------------------------------------------------


def sorting(view: LensView) -> Sorting:
    """Return how the texts are sorted; by the file's order where what somebody chose is not there."""
    known: Sorting = st.session_state.get(state.TABLE_SORTING, Sorting())
    if known.by not in sortings(view) or any(not 0 <= i < len(view.corpus) for i in known.texts):
        return Sorting()
    return known if set(known.classes) <= set(view.classes) else replace(known, classes=())


def sortings(view: LensView) -> dict[str, str]:
    """Return what the texts can be sorted by, and what it is called."""
    columns = view.columns()
    offered = {"": "in order of the search" if chosen(view) == FOUND else "as in the file"}
    known: Sorting = st.session_state.get(state.TABLE_SORTING, Sorting())
    if state.selection() or known.texts:
        offered[NEAR] = "nearest to the selected"
        if view.state.frame is not None and view.lens is not None:
            offered[NEAR_LENS] = "nearest to the selected, by the lens"
    if view.tells_classes:
        offered[BORDER] = "at the border between classes"
    return offered | {key: f"by {column.title}" for key, column in columns.items()}


def sort_by(by: str) -> None:
    """Sort by something else; nearness is to what is selected now."""
    near = state.selection() if by in (NEAR, NEAR_LENS) else ()
    known: Sorting = st.session_state.get(state.TABLE_SORTING, Sorting())
    st.session_state[state.TABLE_SORTING] = Sorting(by, texts=near or known.texts)


def turn(by: str) -> None:
    """Sort by a column, or the other way round where the texts are sorted by it."""
    known: Sorting = st.session_state.get(state.TABLE_SORTING, Sorting())
    st.session_state[state.TABLE_SORTING] = Sorting(by, known.by == by and not known.descending, known.texts)


def between(classes: tuple[str, ...]) -> None:
    """Sort by the border between two classes; with none of them, between the two that are likeliest for each text."""
    st.session_state[state.TABLE_SORTING] = Sorting(BORDER, classes=classes)


def order(view: LensView) -> NDArray[np.int32]:
    """Return the texts that are listed, in their order.

    The order stays while the map re-forms: a row that somebody reads does not jump away.
    """
    what, by, passing = chosen(view), sorting(view), view.shown
    some = {SELECTED: state.listed_selection(), FOUND: tuple(view.hits())}.get(what, ())
    passes = "" if passing is None else hash(passing.tobytes())
    groups = view.clusters if what.startswith(OF_GROUP) else None
    inputs = (state.version(view.entry), what, hash(some), passes, groups, view.looked, repr(by), _settled(view))
    return state.memoize("table-order", inputs, lambda: _sorted(view, texts(view, what), by))


def _settled(view: LensView) -> str:
    """Return what names the last settled map."""
    place = (state.version(view.entry), view.lens.id if view.lens else "")
    known: tuple[tuple[str, str], int] = st.session_state.get(state.TABLE_MAP, (("", ""), -1))
    if known[0] != place or not view.state.running:
        known = st.session_state[state.TABLE_MAP] = (place, view.state.revision)
    return f"{known}"


def _sorted(view: LensView, rows: NDArray[np.int32], by: Sorting) -> NDArray[np.int32]:
    if not by.by:
        return rows
    if by.by in (NEAR, NEAR_LENS):
        return _nearest_first(view, rows, by)
    if by.by == BORDER:
        return _by_border(view, rows, by.classes)
    return ordered(rows, sorting_values(view.columns()[by.by]), descending=by.descending)


def _nearest_first(view: LensView, rows: NDArray[np.int32], by: Sorting) -> NDArray[np.int32]:
    frame = view.state.frame
    X = frame.embedding if by.by == NEAR_LENS and frame else state.jobs().generic(view.entry.id)
    if X is None or not by.texts:
        return rows
    return ordered(rows, nearness_to(X, middle_of(X, by.texts)), descending=True)


def _by_border(view: LensView, rows: NDArray[np.int32], classes: tuple[str, ...]) -> NDArray[np.int32]:
    frame = view.state.frame
    if frame is None or frame.probabilities is None:
        return rows
    two = [frame.classes.index(name) for name in classes if name in frame.classes]
    return ordered(rows, border_distance(frame.probabilities, (two[0], two[1]) if len(two) == 2 else None))


# --- what stands in the rows ------------------------------------------------------------------------------------------


def columns(view: LensView) -> list[TextColumn]:
    """Return the columns that are shown: those that somebody chose, else ours and the first of the file that fit."""
    known = view.columns()
    wanted: dict[str, tuple[str, ...]] = st.session_state.get(state.TABLE_COLUMNS, {})
    if view.entry.id in wanted:
        return [known[key] for key in wanted[view.entry.id] if key in known]
    ours = [known[key] for key in ((CLASS, PROBABILITY, LABEL) if CLASS in known else (GROUP, LABEL)) if key in known]
    fits = (known[key] for key in known if key.startswith(FILE) and known[key].kind in PLAIN)
    return [*ours, *islice(fits, FIRST_COLUMNS - len(ours))]


def choose_columns(entry_id: str, keys: tuple[str, ...]) -> None:
    """Show other columns."""
    st.session_state[state.TABLE_COLUMNS] = {**st.session_state.get(state.TABLE_COLUMNS, {}), entry_id: keys}


def table_columns(view: LensView) -> list[TableColumn]:
    """Return the columns as the table shows them, with the colours that their kinds have on the map."""
    classes = colouring.class_colours(view.classes, view.class_numbers)
    groups = {name.title: palette.category(view.numbers[name.cluster]) for name in view.names}
    colours = {CLASS: classes, LABEL: classes, GROUP: {cell(title): colour for title, colour in groups.items()}}
    return [TableColumn(c.key, c.title, c.kind, colours.get(c.key, {})) for c in columns(view)]


def cells(view: LensView, rows: list[int]) -> TableCells:
    """Return what stands in some rows; what is no text of the corpus is left out."""
    known = [i for i in rows if 0 <= i < len(view.corpus)]
    cuts = [cut(view.corpus.texts[i]) for i in known]
    values = [[_value(column, i) for i in known] for column in columns(view)]
    return TableCells(known, cuts, values, [_marks(view, i, text) for i, text in zip(known, cuts, strict=True)])


def whole(view: LensView, row: int | None) -> tuple[int, str, list[Mark]] | None:
    """Return the text that is open, with its marks."""
    if row is None or not 0 <= row < len(view.corpus):
        return None
    text = theme.cut(view.corpus.texts[row], documents_panel.WHOLE)
    return row, text, _marks(view, row, text)


def version(view: LensView) -> str:
    """Return what tells what stands in the cells from what stood there before."""
    return state.memoize(
        "table-version",
        (view.columns(), finding.query(), ",".join(c.key for c in columns(view))),
        lambda: uuid.uuid4().hex,
    )


def _value(column: TextColumn, row: int) -> str:
    if column.key == PROBABILITY and column.numbers is not None:
        return "" if np.isnan(column.numbers[row]) else f"{column.numbers[row]:.0%}"
    return cell(column.shown(row))


def _marks(view: LensView, row: int, text: str) -> list[Mark]:
    keywords: tuple[str, ...] = ()
    if view.clusters is not None:
        keywords = next((x.keywords for x in view.names if x.cluster == view.clusters[row]), ())
    return marks(text, finding.query(), keywords)
