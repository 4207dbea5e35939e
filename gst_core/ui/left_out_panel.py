"""What a lens leaves out: columns that have no part in its map, and words that name no group."""

from functools import partial

import streamlit as st

from gst_core.analysis import ADDRESSES, FILE, HANDLES
from gst_core.ui import state, theme
from gst_core.ui.actions import when_changed
from gst_core.ui.lens_view import LensView
from gst_core.work import check_columns
from gst_core.workspace import Lens

KINDS = ("category", "number", "date", "duration")  # of columns that say something of kinds of texts
MARKS = {HANDLES: "Handles, as in @united", ADDRESSES: "Addresses of pages"}


def draw(view: LensView) -> None:
    """Draw a popover in which columns and words are left out of the lens."""
    assert view.lens is not None, "the map without an instruction leaves nothing out"
    lens = view.lens
    count = len(lens.left_out) + len(lens.left_out_words)
    with st.popover(f"Leave out ({count})" if count else "Leave out", key=f"leave-out-{lens.id}", width="stretch"):
        _columns(view, lens)
        _words(lens)


def _columns(view: LensView, lens: Lens) -> None:
    known = state.text_columns(view.entry)
    offered = [key.removeprefix(FILE) for key in known if known[key].kind in KINDS]
    gone = [name for name in lens.left_out if f"{FILE}{name}" not in known]
    options = list(dict.fromkeys([*lens.left_out, *offered]))
    if not options:
        st.caption("The file has no columns beside its text.")
        return
    key = f"left-out-{lens.id}-{'|'.join(lens.left_out)}"
    st.multiselect(
        "Columns that have no part in the map", options, list(lens.left_out), key=key,
        placeholder="Choose a column",
        help="What the texts say of it is taken out of the space, so that the map falls into other groups. New texts "
        "need not have it.",
        on_change=when_changed(key, list(lens.left_out), partial(_leave_out, view, lens, key)),
    )  # fmt: skip
    if gone:
        st.caption(f"No longer in the file: {theme.plain(', '.join(gone))}.")


def _leave_out(view: LensView, lens: Lens, key: str, chosen: list[str]) -> None:
    new = [name for name in chosen if name not in lens.left_out]
    try:
        check_columns(state.text_columns(view.entry), new)
    except Exception:
        st.session_state[key] = list(lens.left_out)
        raise
    state.workspace().leave_out(lens.id, chosen)


def _words(lens: Lens) -> None:
    given = lens.left_out_words
    for mark, words in MARKS.items():
        key = f"left-out-{mark}-{lens.id}-{mark in given}"
        st.toggle(
            words, mark in given, key=key,
            on_change=when_changed(key, mark in given, partial(_switch, lens, mark)),
        )  # fmt: skip
    typed = ", ".join(word for word in given if word not in MARKS)
    key = f"left-out-words-{lens.id}-{typed}"
    st.text_input(
        "Words that name no group", typed, key=key, placeholder="united, delta, flight",
        help="With commas between them. They count for nothing in the map's wording, either.",
        on_change=when_changed(key, typed, partial(_take_words, lens)),
    )  # fmt: skip


def _switch(lens: Lens, mark: str, on: bool) -> None:
    others = [word for word in lens.left_out_words if word != mark]
    state.workspace().leave_out_words(lens.id, [*others, mark] if on else others)


def _take_words(lens: Lens, typed: str) -> None:
    marks = [word for word in lens.left_out_words if word in MARKS]
    state.workspace().leave_out_words(lens.id, [*marks, *typed.split(",")])
