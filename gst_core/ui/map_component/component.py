"""The component's Python side: two typed functions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gst_core.ui.map_component.assets import PLOTLY_NAME, entry_script
from gst_core.ui.map_component.contract import (
    MOST_AT_ONCE,
    Colouring,
    MapEvents,
    MapName,
    MapStatus,
    colouring_payload,
    documents_payload,
    packed,
    positions_payload,
    read_events,
    rows_wanted,
)

HERE = Path(__file__).parent
SENDINGS = 3  # more of a revision that is sent already
STATIC_FILES_ARE_OFF = (
    "The map cannot be drawn, as this server serves no static files. Start it with server.enableStaticServing = true."
)


@st.cache_resource(show_spinner=False)
def _components() -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    style = (HERE / "map.css").read_text("utf-8")
    base = st.get_option("server.baseUrlPath")
    documents, positions, script = (entry_script(f"{name}.js", base) for name in ("documents", "positions", "map"))
    register = st.components.v2.component
    return (
        register("gst_map_documents", js=documents, html="<span></span>", isolate_styles=False),
        register("gst_map_positions", js=positions, html="<span></span>", isolate_styles=False),
        register("gst_map", js=script, css=style, html='<div class="gst-map"></div>', isolate_styles=False),
    )


@st.fragment
def map_documents(key: str, texts: tuple[str, ...], metadata: pd.DataFrame) -> None:
    """Send texts and metadata of a corpus to the browser; maps with this key show them on hover.

    A small corpus is sent whole. Of a larger one the browser asks for the texts that are looked at, and a message never
    grows with the corpus.

    Parameters
    ----------
    key : str
        Names the corpus.
    texts : tuple of str, length n
    metadata : DataFrame of n rows
    """
    if not st.get_option("server.enableStaticServing"):
        return  # see `scatter_map`
    mount, _, _ = _components()
    widget, wanted = f"documents-{key}", f"_wanted-{key}"

    def note() -> None:
        st.session_state[wanted] = rows_wanted(st.session_state[widget].get("wanted"))

    rows = range(len(texts)) if len(texts) <= MOST_AT_ONCE else st.session_state.get(wanted, ())
    mount(key=widget, data={"key": key, **documents_payload(texts, metadata, rows)}, on_wanted_change=note)


def scatter_map(
    key: str,
    documents: str,
    positions: NDArray[np.float32],
    revision: int,
    colouring: Colouring,
    *,
    labelled: Sequence[tuple[int, str]] = (),
    doubted: Sequence[int] = (),
    suggested: Sequence[int] = (),
    highlighted: Sequence[int] = (),
    selected: Sequence[int] = (),
    selection: int = 0,
    names: Sequence[MapName] = (),
    classes: Sequence[tuple[str, str, str]] = (),
    guesses: tuple[NDArray[np.int16], NDArray[np.float32]] | None = None,
    shown: NDArray[np.bool_] | None = None,
    standing: int | None = None,
    status: MapStatus | None = None,
    tab: str = "",
    on_press: Callable[[], None] | None = None,
    on_tab: Callable[[], None] | None = None,
) -> MapEvents:
    """Draw the map and return what was done on it.

    Parameters
    ----------
    key : str
        Of the widget; a new key is a new map, the same key flies to new positions.
    documents : str
        The key given to `map_documents`.
    positions : ndarray of shape (n, 2), float32
    revision : int
        Of the positions; it is written on the map's element when they have arrived.
    colouring : Colouring
    labelled : sequence of (document, colour)
        Ringed.
    doubted : sequence of int
        Labelled documents that the texts around them contradict.
    suggested, highlighted : sequence of int
        Documents worth labelling, and documents found by a search.
    selected : sequence of int
        The selection as the server sees it.
    selection : int
        Raise it to make the browser take `selected`; else the browser's own selection stays.
    names : sequence of MapName
    classes : sequence of (name, colour, key)
        The first nine answer to the number keys.
    guesses : tuple of ndarray, optional
        The likeliest class (index into `classes`, -1 for none) and its probability for each document.
    shown : ndarray of shape (n,), bool, optional
        The documents that pass the filters; others are faint and grey, and no mouse and no lasso meets them. Left out:
        all do.
    standing : int, optional
        How many of the documents, the first ones, the map was laid out with: the others, which came later, turn and
        spread nothing. All when left out.
    status : MapStatus, optional
    tab : str
        The name of the browser's tab, as far as it is known.
    on_press : callable, optional
        Called before the run that a key caused; `read_events` tells which from ``st.session_state[key]``.
    on_tab : callable, optional
        Called before the run in which a browser says another name of its tab, ``st.session_state[key]["tab"]``.

    Returns
    -------
    MapEvents
    """
    if not st.get_option("server.enableStaticServing"):
        st.error(STATIC_FILES_ARE_OFF, icon=":material/error:")
        return MapEvents()
    _, mount_positions, mount = _components()
    again = _sent_before(key, revision)
    mount_positions(key=f"positions-{key}", data=positions_payload(key, revision, positions, again))
    data = {
        "key": key,
        "again": again,
        "script": PLOTLY_NAME,
        "documents": documents,
        "revision": revision,
        "colouring": colouring_payload(colouring),
        "labelled": [[int(i), colour] for i, colour in labelled],
        "doubted": [int(i) for i in doubted],
        "suggested": [int(i) for i in suggested],
        "highlighted": [int(i) for i in highlighted],
        "selected": [int(i) for i in selected],
        "selection": selection,
        "names": [[n.x, n.y, n.text, n.colour, n.size, n.reach] for n in names],
        "classes": [list(c) for c in classes],
        "guesses": None if guesses is None else [packed(guesses[0]), packed(guesses[1].astype(np.float32))],
        "shown": None if shown is None else packed(np.packbits(shown, bitorder="little")),
        "standing": standing,
        "status": None if status is None else [status.text, status.running, status.part],
        "tab": tab,
    }
    result = mount(
        key=key,
        data=data,
        default={"selected": None},
        on_selected_change=_nothing,
        on_pressed_change=on_press or _nothing,
        on_tab_change=on_tab or _nothing,
    )
    return read_events(result.selected, result.pressed)


def _sent_before(key: str, revision: int) -> int:
    """Return how often a revision was sent before; what is sent with another number reaches the browser's scripts anew.

    While a page is first built, Streamlit 1.67 now and then ends a component and does not begin it again: on one first
    visit in forty the map stayed empty for good.
    """
    name = f"_sent-{key}"
    before, count = st.session_state.get(name, (None, -1))
    count = min(count + 1, SENDINGS) if before == revision else 0
    st.session_state[name] = (revision, count)
    return count


def _nothing() -> None:
    """Stand where Streamlit asks for a callback: events are read from what the component returns."""
