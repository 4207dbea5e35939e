"""The filters beside the map: each column with what it holds of the texts that are left, and what is left in all."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.analysis import CLASS, FILE, Condition, Facet, Filters, TextColumn
from gst_core.ui import slicing, state
from gst_core.ui.actions import attempt
from gst_core.ui.map_component.filters import NAME_CHARACTERS, FilterAct, filter_facets, read_act

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

SECTION = "filters"  # of the page
OPEN = 4  # columns of the file that are open at first, of the kinds that tell most
TELLING = ("category", "number", "date", "duration")
LONGEST_WORDS = 200  # characters; they are in the address


def headline(view: "LensView") -> str:
    """Say, while the filters themselves are folded away, on how many columns there are some."""
    number = len(slicing.filters_of(view).conditions)
    if number and not state.is_open(SECTION, otherwise=True):
        return f"Filters ({number})"
    return "Filters"  # always the same above what is open, which Streamlit takes off the page when the title changes


def draw(view: "LensView") -> None:
    """Draw every column; what is done with one is done to the filters before the page runs."""
    key, shown = f"filters-{view.entry.id}", view.shown

    def act() -> None:
        if (done := read_act(st.session_state[key].get("act"))) is not None:
            attempt(partial(_act, view, done))

    left = None if shown is None else int(shown.sum())
    filter_facets(key, _with_openness(slicing.facets(view)), len(view.corpus), left, act)


def _with_openness(facets: list[Facet]) -> list[tuple[Facet, bool]]:
    """Set ours first, and say which columns are open at first: classes, and the first of the file's that tell much."""
    telling = [f.column.key for f in facets if f.column.key.startswith(FILE) and f.column.kind in TELLING][:OPEN]
    in_order = sorted(facets, key=lambda f: f.column.key.startswith(FILE))
    return [(f, f.column.key in (CLASS, *telling)) for f in in_order]


def _act(view: "LensView", done: FilterAct) -> None:
    filters = slicing.current(view.entry.id)
    column = view.columns().get(done.column)
    if done.act == "clear all":
        slicing.change(view.entry.id, Filters())
    elif column is not None:
        slicing.filter_by(view.entry.id, column.key, changed(filters.of(column.key), done, column))


def changed(before: Condition, done: FilterAct, column: TextColumn) -> Condition:
    """Return the condition on a column after what was done; the same one where that makes no sense."""
    if done.act == "clear":
        return Condition()
    if done.act == "missing":
        return replace(before, missing=not before.missing)
    if done.act == "contains":
        return replace(before, contains=" ".join(done.words.split())[:LONGEST_WORDS])
    if done.act == "toggle" and 0 <= done.place < len(column.categories):
        name = column.categories[done.place]
        if name[:NAME_CHARACTERS] != done.name:
            return before  # a map that re-formed has other groups by now
        others = tuple(v for v in before.values if v != name)
        return replace(before, values=others if name in before.values else (*others, name))
    return _ranged(before, done.bins, column) if done.act == "range" and column.numbers is not None else before


def _ranged(before: Condition, bins: tuple[int, int] | None, column: TextColumn) -> Condition:
    """Return a condition with the range between two bins; the outer ones are open."""
    if bins is None:
        return replace(before, low=None, high=None)
    first, last = max(0, bins[0]), min(len(column.bins), bins[1])
    if first >= last:
        return before
    low = float(column.bins.edges[first]) if first > 0 else None
    high = float(column.bins.edges[last]) if last < len(column.bins) else None
    return replace(before, low=low, high=high)
