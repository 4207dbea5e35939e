"""Two ways to see a corpus side by side: two maps with one selection, the flow between them, and the cross-table."""

import time
from functools import partial

import numpy as np
import streamlit as st

from gst_core.analysis import GROUP, Contingency
from gst_core.counting import counted
from gst_core.ui import (
    compare_table,
    differences_panel,
    documents_panel,
    figures,
    lens_bar,
    palette,
    state,
    text_table,
    theme,
)
from gst_core.ui.actions import catch_up, when_changed
from gst_core.ui.compare_sides import EVERY_KIND, A, B, Side, choose, chosen, offered, sides_of
from gst_core.ui.map_component import Colouring, MapName, MapStatus, map_documents, scatter_map
from gst_core.ui.map_component.chart import chart
from gst_core.ui.map_view import IDLE_POLL, PARTS, RUNNING_POLL, WORDS
from gst_core.ui.sections import section
from gst_core.workspace import CorpusEntry

MOST_KINDS = 12  # of each side; the smallest of more are one
FLOW_HEIGHT = 310  # pixels, at least: as high as the maps beside it, which theme.css says
WIDTHS = (1.15, 1, 1.15)  # of a map, what is between, and the other map
WHAT_IT_IS = "Adjusted mutual information: 1 where both say the same, 0 where they agree no more than chance would."

Sides = tuple[Side, Side]


def draw(entry: CorpusEntry) -> None:
    """Draw what is compared: pickers, maps with the flow between them, the table, and the texts that are selected."""
    found = offered(entry)
    choices = chosen(entry, found)
    left, middle, right = st.columns(WIDTHS, vertical_alignment="center")
    for place, name, choice in ((left, A, choices[0]), (right, B, choices[1])):
        with place:
            _picker(entry, name, choice, found)
    with middle:
        lens_bar.corpus_picker(entry)
    sides = sides_of(entry, choices)
    both = _contingency(entry, sides, MOST_KINDS)
    map_documents(state.version(entry), sides[0].view.corpus.texts, sides[0].view.metadata)
    with st.container(key="compare-maps"):
        left, middle, right = st.columns(WIDTHS)
        with middle:
            _draw_agreement(_contingency(entry, sides))
            _draw_flows(entry, both)
        running = any(one.view.state.running or one.view.state.frame is None for one in sides)
        for place, name, side in ((left, A, sides[0]), (right, B, sides[1])):
            with place:
                st.fragment(_draw_map, run_every=RUNNING_POLL if running else IDLE_POLL)(entry, name, side)
    _draw_details(sides[0], both)


def _draw_details(side: Side, both: Contingency | None) -> None:
    """Draw the cross-table, what is known of the selected texts, and the table that lists them."""
    table, texts = st.columns([2, 1.2])
    with table:
        if both is not None:
            compare_table.draw(f"cross-table-{side.view.entry.id}", both, partial(_select, both))
    with texts, st.container(key="side-right"):
        selected = state.selection()
        with section("selected", f"Selected ({len(selected):,})") as is_open:
            if is_open:
                documents_panel.draw_selected(side.view.corpus, side.view.lens, side.view.facts(selected))
        with section("differs", "What differs") as is_open:
            if is_open:
                differences_panel.draw(side.view)
    text_table.draw(side.view)


def _picker(entry: CorpusEntry, side: str, choice: str, found: dict[str, str]) -> None:
    shown = lens_bar.told_apart(found)
    key = f"side-{side}-{choice}-{hash(tuple(shown.items()))}"
    st.selectbox(
        f"Side {side.upper()}",
        list(shown),
        index=list(shown).index(choice),
        format_func=lambda one: shown.get(one, ""),
        key=key,
        label_visibility="collapsed",
        on_change=when_changed(key, choice, lambda one: choose(entry, {side: one})),
    )


def _contingency(entry: CorpusEntry, sides: Sides, most: int = EVERY_KIND) -> Contingency | None:
    """Return both sides against each other, within what the filters leave; None while one of them has no kinds."""
    shown = sides[0].view.shown
    made_of = (sides[0].column, sides[1].column, shown, sides[0].view.state.frame, sides[1].view.state.frame)

    def cross() -> Contingency | None:
        rows, columns = (side.grouping(most) for side in sides)
        if rows is None or columns is None:
            return None
        return Contingency(rows, columns, np.ones(entry.documents, dtype=np.bool_) if shown is None else shown)

    return state.memoize(f"contingency-{most}", made_of, cross)


def _draw_agreement(both: Contingency | None) -> None:
    """Say how much both sides agree."""
    if both is None:
        theme.aside("There is nothing to compare until both sides have groups.", "agreement")
    elif both.agreement is None:
        theme.aside("All texts are of one kind on a side: nothing to compare.", "agreement")
    else:
        st.html(
            f'<div class="gst-agreement" data-testid="agreement" title="{WHAT_IT_IS}">'
            f"<b>Agreement {round(both.agreement, 2) + 0.0:.2f}</b>"  # and no -0.00
            f" over {counted(both.compared, 'text')} <span>· 1 the same, 0 chance</span></div>"
        )


def _draw_flows(entry: CorpusEntry, both: Contingency | None) -> None:
    if both is not None and both.compared:
        chart(f"flows-{entry.id}", figures.flows(both, height=FLOW_HEIGHT), partial(_select, both))


def _select(both: Contingency, meant: tuple[int, ...]) -> None:
    """Select the texts of a flow, a cell, a row or a column."""
    if len(meant) == 2:
        row, column = (None if number == figures.ALL else number for number in meant)
        state.select(both.texts(row, column))


def _draw_map(entry: CorpusEntry, name: str, side: Side) -> None:
    """Draw the map of a side, which follows its job; what is selected on it is selected on the other, too."""
    catch_up()
    view, now = side.view, side.view.job.state
    if now.error:
        st.error(theme.plain(now.error), icon=":material/error:")
    if now.frame is None:
        st.progress(PARTS[now.stage or "transform"], text="Drawing the first map")
        return
    if now.revision != view.state.revision:
        if not now.running:
            st.rerun()  # settled: flow and table have news as well
        view.follow(now)
    events = scatter_map(
        f"compare-{name}-{entry.id}",
        state.version(entry),
        now.frame.positions,
        now.revision,
        _colouring(side, len(now.frame.positions)),
        selected=state.selection(),
        selection=state.selection_basis(),
        shown=view.shown,
        names=_names(side),
        status=_status(side),
        tab=state.session(),
    )
    if events.basis == state.selection_basis() and events.selected != state.selection():
        state.select(events.selected)  # not only taken: the other map has to hear of it
        st.rerun()


def _colouring(side: Side, n: int) -> Colouring:
    grouping = side.grouping(MOST_KINDS)
    if grouping is None:
        return Colouring("categories", np.full(n, -1), (), (), legend=False)
    named_on_map = side.column is not None and side.column.key == GROUP
    return Colouring("categories", grouping.codes, grouping.names, grouping.colours, legend=not named_on_map)


def _names(side: Side) -> list[MapName]:
    """Return the names of groups, where these are compared; classes and values are in the legend."""
    if side.column is None or side.column.key != GROUP:
        return []
    view = side.view
    return [MapName(x.x, x.y, x.title, palette.category(view.numbers[x.cluster]), x.size) for x in view.names]


def _status(side: Side) -> MapStatus:
    now = side.view.state
    if now.running:
        stage = now.stage or "transform"
        seconds = time.monotonic() - now.started
        return MapStatus(f"re-forming · {WORDS[stage]} · {seconds:.0f} s", True, PARTS[stage])
    grouping = side.grouping()
    return MapStatus("" if grouping is None else counted(len(grouping.names), "kind"))
