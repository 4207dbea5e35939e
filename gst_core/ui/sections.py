"""The parts of a page, each under a heading that folds it away; what is folded stays so for the session."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gst_core.ui import state, theme
from gst_core.ui.actions import when_changed

FOLD = {"left": "Fold the panels at the left", "right": "Fold the panels at the right"}
UNFOLD = {"left": "Show the panels at the left", "right": "Show the panels at the right"}
SIDES = {"left": 1.05, "right": 1.35}  # widths, where the map in the middle has 3.6
MIDDLE, FOLDED = 3.6, 0.12


def columns() -> list[DeltaGenerator]:
    """Return the places at the left, in the middle and at the right of a page; a folded side leaves its room."""
    left, right = (width if state.is_open(side) else FOLDED for side, width in SIDES.items())
    return st.columns([left, MIDDLE, right])


@contextmanager
def side(name: str) -> Iterator[bool]:
    """Draw a side of the page, which folds away as a whole: "left" or "right". Yields whether it is open."""
    is_open = state.is_open(name)
    with st.container(key=f"side-{name}"):
        st.button(
            FOLD[name] if is_open else UNFOLD[name],
            key=f"fold-{name}",
            icon=f":material/{name}_panel_{'close' if is_open else 'open'}:",
            type="tertiary",
            on_click=state.unfold,
            args=(name, not is_open),
        )
        yield is_open


@contextmanager
def section(name: str, title: str, *, folded: bool = False) -> Iterator[bool]:
    """Draw a part of a page; what is drawn inside, where that is open, lies under the title.

    Parameters
    ----------
    name : str
        Of the section, the same whatever the title says.
    title : str
        As it is shown, words of anybody included.
    folded : bool
        Whether it is folded until a person says otherwise.

    Yields
    ------
    bool
        Whether it is open; what is folded need not be made.
    """
    is_open = state.is_open(name, otherwise=not folded)
    key = f"section-{name}"
    theme.unseen_heading(title)
    part = st.expander(
        theme.plain(title),
        expanded=is_open,
        key=key,
        type="compact",
        on_change=when_changed(key, is_open, partial(state.unfold, name)),
    )
    with part:
        yield bool(part.open)
