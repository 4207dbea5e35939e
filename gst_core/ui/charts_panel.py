"""Charts of columns: how a column is spread over groups, classes or time, within what the filters leave."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from gst_core.analysis import CLASS, GROUP, LABEL, Contingency, Grouping, TextColumn
from gst_core.ui import figures, slicing, theme
from gst_core.ui.actions import when_changed
from gst_core.ui.kinds import Kinds, has_kinds, kinds_of
from gst_core.ui.lens_view import LensView
from gst_core.ui.map_component.chart import chart

MOST_BARS, MOST_PARTS = 16, 8  # kinds that are told apart; the smallest of more are one
MOST_STEPS = 400  # of time: as many as there are, a line has room for them
NOTHING = "nothing"
TEXTS, SHARES = "texts", "shares"
COLUMN, OVER, MEASURE = "_chart_column", "_chart_over", "_chart_measure"
OURS = (CLASS, GROUP, LABEL)  # that a column is drawn over, beside dates


def draw(view: LensView) -> None:
    """Draw a column over another; a click on a bar or a point filters by what it stands for."""
    columns = view.columns()
    titles = {key: theme.cut(column.title, 40) for key, column in columns.items() if has_kinds(column)}
    if not titles:
        st.caption("There are no groups yet, and the file has no column to draw.")
        return
    of = _chosen(COLUMN, titles)
    dates = [key for key in titles if columns[key].kind == "date"]
    axes = [key for key in (*OURS, *dates) if key in titles and key != of]
    over = {**{key: f"over {titles[key]}" for key in axes}, NOTHING: "by itself"}
    by = _chosen(OVER, over)
    left, right = st.columns(2)
    with left:
        _select("Column", COLUMN, titles, of)
    with right:
        _select("Over", OVER, over, by)
    measure = TEXTS if by == NOTHING else _chosen(MEASURE, {TEXTS: TEXTS, SHARES: SHARES})
    if by != NOTHING:
        _switch_measure(measure)
    _draw_chart(view, columns[of], columns.get(by), shares=measure == SHARES)


def _draw_chart(view: LensView, column: TextColumn, over: TextColumn | None, *, shares: bool) -> None:
    shown = view.shown
    among = np.ones(len(view.corpus), dtype=np.bool_) if shown is None else shown
    if over is None:
        kinds = kinds_of(view, column, MOST_BARS)
        both = Contingency(kinds.grouping, _undivided(len(among)), among)
        figure, clicked = figures.bars(both, shares=False), partial(_filter, view, kinds, None)
    elif over.kind == "date":
        times, kinds = kinds_of(view, over, MOST_STEPS), kinds_of(view, column, MOST_PARTS)
        both = Contingency(times.grouping, kinds.grouping, among)
        starts = over.bins.edges[:-1].tolist()
        figure, clicked = figures.lines(both, starts, shares=shares), partial(_filter, view, times, kinds)
    else:
        rows, kinds = kinds_of(view, over, MOST_BARS), kinds_of(view, column, MOST_PARTS)
        both = Contingency(rows.grouping, kinds.grouping, among)
        figure, clicked = figures.bars(both, shares=shares), partial(_filter, view, rows, kinds)
    chart(f"chart-{view.entry.id}", figure, clicked)


def _filter(view: LensView, rows: Kinds, columns: Kinds | None, meant: tuple[int, ...]) -> None:
    """Leave the texts that a bar or a point stands for."""
    for kinds, code in zip((rows, columns), meant, strict=False):
        if kinds is not None and -1 <= code < len(kinds.conditions) - 1:
            slicing.filter_by(view.entry.id, kinds.column.key, kinds.conditions[code])


def _undivided(n: int) -> Grouping:
    return Grouping(np.zeros(n, dtype=np.int32), ("texts",), ("",))


def _chosen(key: str, offered: Mapping[str, str]) -> str:
    """Return what a person chose, while it is there; else the first."""
    chosen: str = st.session_state.get(key, "")
    return chosen if chosen in offered else next(iter(offered))


def _select(label: str, remembered: str, offered: Mapping[str, str], current: str) -> None:
    key = f"select{remembered}-{current}-{hash(tuple(offered.items()))}"
    st.selectbox(
        label,
        list(offered),
        index=list(offered).index(current),
        format_func=lambda one: offered.get(one, ""),
        key=key,
        label_visibility="collapsed",
        on_change=when_changed(key, current, partial(st.session_state.__setitem__, remembered)),
    )


def _switch_measure(current: str) -> None:
    key = f"measure-{current}"

    def choose(picked: str | None) -> None:
        st.session_state[MEASURE] = picked or (TEXTS if current == SHARES else SHARES)

    st.segmented_control(
        "Counted as",
        [TEXTS, SHARES],
        default=current,
        key=key,
        label_visibility="collapsed",
        on_change=when_changed(key, current, choose),
    )
