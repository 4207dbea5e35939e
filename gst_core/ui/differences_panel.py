"""What differs: the words, kinds and numbers that some texts have more often, or higher, than the rest."""

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import (
    CLASS,
    FILE,
    GROUP,
    Difference,
    Differences,
    TextColumn,
    column_features,
    what_differs,
    word_features,
)
from gst_core.corpus import ColumnReading
from gst_core.ui import slicing, state
from gst_core.ui.actions import when_changed
from gst_core.ui.lens_view import LensView

SHOWN = {"word": 10, "category": 6, "number": 4}  # of each sort that are listed
FEWEST = 3  # selected texts of which it makes sense to ask
SELECTED, REMAIN = "selected", "remain"
SUBJECT = "_differs"
SMALLEST_P = 0.001


def draw(view: LensView) -> None:
    """Draw in what the selected texts, a group, a class, or all that the filters leave, differ from the others."""
    offered = _subjects(view)
    current = _current(offered)
    if not offered:
        st.caption("Select at least three texts, and here is what they have more often than the rest.")
        return
    key = f"differs-{current}-{hash(tuple(offered.items()))}"
    st.selectbox(
        "What differs in",
        list(offered),
        index=None if current is None else list(offered).index(current),
        format_func=lambda one: offered[one],
        placeholder="A group or a class" if view.shown is None else "What remains, a group, a class",
        key=key,
        label_visibility="collapsed",
        on_change=when_changed(key, current, _choose),
    )
    if current is not None:
        _draw_found(view, differences(view, current))


def _draw_found(view: LensView, found: Differences) -> None:
    if not found.found:
        st.caption(f"Nothing that chance would not explain; {found.tried:,} words and kinds were tried.")
        return
    columns = view.columns()
    with st.container(key="differences"):
        for sort, most in SHOWN.items():
            for one in [d for d in found.found if d.kind == sort][:most]:
                column = columns.get(one.key)
                st.html(
                    f'<div class="gst-document" data-testid="difference" title="{escape(how_sure(one, found))}">'
                    f"<b>{escape(what(one, column))}</b>, {escape(how_much(one, column))}</div>"
                )


def _subjects(view: LensView) -> dict[str, str]:
    """Return of what it can be asked what differs, and its name: the selection, what remains, classes, groups."""
    offered = {}
    if len(state.selection()) >= FEWEST:
        offered[SELECTED] = f"The {len(state.selection()):,} selected"
    if view.shown is not None and FEWEST <= (remain := int(view.shown.sum())) < len(view.corpus):
        offered[REMAIN] = f"The {remain:,} that remain"
    columns = view.columns()
    for key, sort in ((CLASS, "Class"), (GROUP, "Group")):
        if key in columns:
            offered |= {f"{key}-{i}": f"{sort} · {name}" for i, name in enumerate(columns[key].categories)}
    return offered


def _choose(subject: str | None) -> None:
    st.session_state[SUBJECT] = (subject, state.selection())


def _current(offered: Mapping[str, str]) -> str | None:
    """Return what is asked of: what was chosen since the last selection, while it is there, else the selection."""
    chosen, selected_then = st.session_state.get(SUBJECT, (None, None))
    chosen = chosen if selected_then == state.selection() else None
    return chosen if chosen in offered else SELECTED if SELECTED in offered else None


def differences(view: LensView, subject: str) -> Differences:
    """Return in what a subject differs from the rest of what the filters leave; what these leave, from all others."""
    chosen = (subject, state.selection(), view.shown, view.clusters, view.state.frame)
    made_of = (*chosen, state.text_columns(view.entry), view.left_out_words)
    return state.memoize("differences", made_of, lambda: _differences(view, subject))


def _differences(view: LensView, subject: str) -> Differences:
    columns = view.columns()
    inside = _texts_of(view, subject)
    chosen_by = _chosen_by(view, subject)
    asked = [key for key in columns if (key.startswith(FILE) or key in (CLASS, GROUP)) and key not in chosen_by]
    features, numbers = column_features(columns[key] for key in asked)
    words = word_features(state.keywords(view.entry), view.left_out_words)
    return what_differs(inside, [words, *features], numbers, None if subject == REMAIN else view.shown)


def _chosen_by(view: LensView, subject: str) -> set[str]:
    """Return the columns that a subject was chosen by: that it differs in these is no news."""
    if subject == REMAIN:
        return {key for key, _ in slicing.current(view.entry.id)}
    return {GROUP} if subject == SELECTED and state.open_group() is not None else {subject.partition("-")[0]}


def _texts_of(view: LensView, subject: str) -> NDArray[np.bool_]:
    if subject == SELECTED:
        return np.isin(np.arange(len(view.corpus)), state.selection())
    if subject == REMAIN:
        assert view.shown is not None, "offered with a filter only"
        return view.shown
    key, _, number = subject.partition("-")
    codes = view.columns()[key].codes
    assert codes is not None, "subjects are kinds of columns with codes"
    return codes == int(number)


def what(one: Difference, column: TextColumn | None) -> str:
    """Return what differs, as a person calls it."""
    if column is None:
        return one.name
    return f"{column.title}: {one.name}" if one.kind == "category" else column.title


def how_much(one: Difference, column: TextColumn | None) -> str:
    """Return how much it differs: "4.1 times as often, 38 of 120 texts", "lower, median 2 against 4"."""
    if one.kind == "number":
        kind = column.kind if column is not None else "number"
        higher, lower = ("later", "earlier") if kind == "date" else ("higher", "lower")
        here, there = (ColumnReading(kind).shown(middle) for middle in (one.middle, one.middle_of_rest))
        way = higher if one.effect > 0 else lower
        return (
            f"{way}, median {here} against {there}" if here != there else f"{way} on the whole, median {here} in both"
        )
    often = "only here" if np.isinf(one.effect) else f"{times(one.effect)} times as often"
    return f"{often}, {one.count:,} of {one.of:,} texts"


def times(ratio: float) -> str:
    """Return a ratio with as many digits as say something."""
    return f"{ratio:,.1f}" if ratio < 10 else f"{ratio:,.0f}"


def how_sure(one: Difference, found: Differences) -> str:
    """Return what else is known of a difference: the rest, and how surely it is no fluke."""
    p = f"under {SMALLEST_P}" if one.p < SMALLEST_P else f"{one.p:.3f}"
    sure = f"p {p}, corrected for the {found.tried:,} that were tried"
    if one.kind == "number":
        likelier = (1 + abs(one.effect)) / 2
        return f"In {likelier:.0%} of all pairs the one of these texts is it; {sure}"
    return f"{one.rest:,} of {one.of_rest:,} other texts; {sure}"
