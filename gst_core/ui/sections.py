"""The parts of a page, each under a heading that folds it away; what is folded stays so for the session."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st

from gst_core.ui import state, theme
from gst_core.ui.actions import when_changed


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
