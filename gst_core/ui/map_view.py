"""The map in the middle of the page: a fragment that follows the lens' job, answers its keys, and says what runs."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from gst_core.analysis import TextColumns
from gst_core.counting import counted
from gst_core.errors import WorkspaceError
from gst_core.ui import (
    accuracy_panel,
    colouring,
    doubts,
    finding,
    labelling,
    palette,
    proposal_dialog,
    search_results,
    state,
    stepping,
    theme,
)
from gst_core.ui.actions import ask_for_page, attempt_for_page, catch_up, when_changed
from gst_core.ui.lens_view import LensView, annotation_of, guesses_of
from gst_core.ui.map_component import Colouring, MapEvents, MapName, MapStatus, map_documents, read_events, scatter_map
from gst_core.work import MapJob, MapState, PartMap
from gst_core.workspace import CorpusEntry, NoLongerThere

RUNNING_POLL, IDLE_POLL = 0.35, 2.0  # seconds; oftener would slow the work, the other notices labels of other sessions
LABELLING_POLL = 0.5  # seconds; a model's labels come in batches that are a second apart at most
MACHINE_RING = 0.45  # opacity of the ring around a text that only a model labelled
WORDS = {"transform": "fitting", "projection": "laying out", "clusters": "grouping"}
PARTS = {"transform": 0.2, "projection": 0.6, "clusters": 0.9}
WAITING = "getting the map engine ready, once after a start"
HITS = 500  # search hits that are ringed


def draw(view: LensView) -> None:
    """Draw the map, its status line and what it is coloured by."""
    map_documents(state.version(view.entry), view.corpus.texts, view.metadata)
    looking = finding.found(view).looking
    st.fragment(_draw_map, run_every=RUNNING_POLL if looking else _poll(view))(view, looking)


def _poll(view: LensView) -> float | None:
    if view.lens is not None and proposal_dialog.is_open(view.lens):
        # A fragment that begins as the dialog's ends has Streamlit leave on the page what the dialog took away.
        return None
    if view.state.running or view.state.frame is None:
        return RUNNING_POLL
    return LABELLING_POLL if view.annotation.running else IDLE_POLL


def _draw_map(view: LensView, looking: bool) -> None:
    catch_up()
    if looking and not finding.found(view).looking:
        st.rerun()  # what was searched for is found, and the table lists it
    if not _is_current(view.entry):
        st.rerun()  # another session has replaced or deleted it
    now = view.job.state
    if now.frame is None:
        _first_map(now, view.job)
        return
    if now.revision != view.state.revision:
        if not now.running:
            st.rerun()  # settled: the panels beside the map have news as well
        view.follow(now)
    _follow_labels(view)
    if now.error:
        _failed(now, view.job)
    events = _scatter(view, now)
    _bottom_line(view, now)
    _act(view, events)


def _is_current(entry: CorpusEntry) -> bool:
    """Say whether a corpus is still the one that the page was drawn for."""
    try:
        return state.workspace().corpus_entry(entry.id) == entry
    except NoLongerThere:
        return False


def _follow_labels(view: LensView) -> None:
    """Ring what a model labelled meanwhile; when it begins or ends, or guesses are there, the panels have news too."""
    try:
        annotation = annotation_of(view.lens)
    except WorkspaceError:  # the lens was deleted in another session: the page chooses another one
        st.rerun()
    if annotation is not view.annotation:
        if annotation.status != view.annotation.status:
            st.rerun()
        view.annotation = annotation
        view.read_labels()
    if view.guesses is None and guesses_of(view.entry, view.lens, view.job) is not None:
        st.rerun()


def _first_map(now: MapState, job: MapJob | PartMap) -> None:
    if now.error:
        _failed(now, job)
        return
    words = WAITING if job.waits_for_compiler else "drawing the first map"
    st.progress(PARTS[now.stage or "transform"], text=f"{words.capitalize()} · {_running_seconds(now):.1f} s")


def _failed(now: MapState, job: MapJob | PartMap) -> None:
    st.error(theme.plain(now.error), icon=":material/error:")
    st.button("Try again", icon=":material/refresh:", on_click=attempt_for_page, args=(job.retry,))


def _scatter(view: LensView, now: MapState) -> MapEvents:
    assert now.frame is not None
    by = _colour_by(view, now)
    guess, sure = colouring.guesses(now, view.classes)
    key = f"map-{view.entry.id}"

    def pressed() -> None:
        _press(view, read_events(None, _sent(key).get("pressed")))

    def told_tab() -> None:
        state.continue_session(_sent(key).get("tab"))
        ask_for_page()  # what can be undone is beside the map

    column = _column(by, view.file_columns)
    return scatter_map(
        key,
        state.version(view.entry),
        now.frame.positions,
        now.revision,
        colouring.colour(
            by, now, view.clusters, view.names, view.classes, view.codes, view.numbers, column, view.class_numbers
        ),
        labelled=_rings(view),
        doubted=[one.index for one in doubts.doubted(view)],
        suggested=[s.index for s in view.suggestions()],
        highlighted=view.hits()[:HITS],
        selected=state.selection(),
        selection=state.selection_basis(),
        names=_map_names(view, by),
        classes=_class_keys(view),
        guesses=None if guess is None else (guess, sure),
        shown=view.shown,
        standing=None if now.frame.later is None else now.frame.later.first,
        status=_status(view, now),
        tab=state.session(),
        on_press=pressed,
        on_tab=told_tab,
    )


def _sent(key: str) -> Mapping[str, Any]:
    """Return what the browser sent with the map; nothing where the page went on without one."""
    sent: Mapping[str, Any] = st.session_state.get(key) or {}
    return sent


def _class_keys(view: LensView) -> list[tuple[str, str, str]]:
    """Return the name, the colour and the key of each class."""
    if view.lens is None:
        return []
    colours = colouring.class_colours(view.classes, view.class_numbers)
    return [(name, colours[name], key) for name, key in zip(view.classes, view.lens.keys, strict=True)]


def _rings(view: LensView) -> list[tuple[int, str]]:
    """Return the labelled documents and the colours of their rings, faint where only a model labelled them."""
    colours = [palette.category(number) for number in view.class_numbers]
    faint = [palette.faint(colour, MACHINE_RING) for colour in colours]
    return [
        (int(i), (faint if view.by_machine[i] else colours)[view.codes[i]]) for i in np.flatnonzero(view.codes >= 0)
    ]


def _bottom_line(view: LensView, now: MapState) -> None:
    colour_by, found = st.columns([1, 2.4], vertical_alignment="bottom")
    by, offered = _colour_by(view, now), _choices(view, now)
    key = f"colour-by-{by}-{len(offered)}"
    with colour_by:
        st.selectbox(
            "Colour by",
            offered,
            index=offered.index(by),
            key=key,
            label_visibility="collapsed",
            format_func=lambda by: f"Colour by {colouring.title(by)}",
            on_change=when_changed(key, by, partial(st.session_state.__setitem__, state.COLOUR_BY)),
        )
    with found:
        search_results.draw(view)


def _choices(view: LensView, now: MapState) -> list[str]:
    return colouring.choices(now, _columns(view.file_columns))


def _colour_by(view: LensView, now: MapState) -> str:
    """Return what the person chose to colour by, as long as that is possible; else what says most."""
    chosen: str = st.session_state.get(state.COLOUR_BY, "")
    return chosen if chosen in _choices(view, now) else colouring.usual(now)


def _act(view: LensView, events: MapEvents) -> None:
    """Take the selection, and run the whole page when its panels have to follow."""
    if state.take_selection(events.selected, events.basis, in_table=events.in_table):
        st.rerun()
    _press(view, events)
    catch_up()


def _press(view: LensView, events: MapEvents) -> None:
    """Do what a key asked for, once, and have the whole page follow."""
    if events.moment and state.is_new(events.moment):
        attempt_for_page(_answer, view, events)


def _answer(view: LensView, events: MapEvents) -> None:
    """Do what a key asked for, and have the map re-form before anything is drawn."""
    if events.command == "undo":
        stepping.undo(view)
    elif events.command == "redo":
        stepping.redo(view)
    elif view.lens is not None and events.label is not None and 0 <= events.label[0] < len(view.classes):
        labelling.label(view.corpus, view.lens, events.label[1], view.classes[events.label[0]])
    if view.lens is not None:
        state.jobs().reforming(view.entry.id, view.lens.id)


def _map_names(view: LensView, by: str) -> list[MapName]:
    return [
        MapName(x.x, x.y, x.title, _name_colour(view, by, view.numbers[x.cluster]), x.size, x.reach)
        for x in (*view.names, *view.finer_names())
    ]


def _name_colour(view: LensView, by: str, number: int) -> str:
    """Return the colour of a group's points, where these have one; `number` is that of the group."""
    has_one = by == colouring.CLUSTER or (by == colouring.CLASS and number in view.class_numbers)
    return palette.category(number) if has_one else palette.NOISE


def _status(view: LensView, now: MapState) -> MapStatus:
    if now.running:
        if view.job.waits_for_compiler:
            return MapStatus(f"{WAITING} · {_running_seconds(now):.0f} s", True, 0.05)
        stage = now.stage or "transform"
        return MapStatus(f"re-forming · {WORDS[stage]} · {_running_seconds(now):.0f} s", True, PARTS[stage])
    new = f", {now.new_groups} new" if now.new_groups else ""
    alone = "By words alone" if view.labels else "By words alone, no label yet"  # those of a check may be kept out
    parts = [alone] if view.by_words_alone else []
    parts.append(f"{counted(len(view.names), 'group')}{new}")
    if (known := accuracy_panel.rightness(view.report, view.check_count)) is not None:
        parts.append(f"about {known.value:.0%} right ({accuracy_panel.between(known)})")
    if without := view.left_out:
        parts.append(f"without {' and '.join(without)}")
    if view.follows:
        parts.append(f"by {view.follows}")
    if now.seconds:
        parts.append(f"{now.seconds:.1f} s")
    return MapStatus(" · ".join(parts))


def _running_seconds(now: MapState) -> float:
    return time.monotonic() - now.started


def _columns(known: TextColumns) -> list[str]:
    return state.memoize("colour-columns", (known,), lambda: colouring.columns(known))


def _column(by: str, known: TextColumns) -> Colouring | None:
    return state.memoize("colour-column", (by, known), lambda: colouring.column_colouring(by, known))
