"""The text of a random check that is to be labelled now."""

from functools import partial
from html import escape

import streamlit as st

from gst_core.annotate import CheckCount
from gst_core.corpus import Corpus
from gst_core.errors import GstError
from gst_core.ui import labelling, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import Lens

CUT = 1_200  # characters: who judges a text reads it


def draw(corpus: Corpus, lens: Lens, count: CheckCount) -> None:
    """Draw the text that comes next in a check, and its classes; what the map thinks of it is not said.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens
    count : CheckCount
        With a text that is to be labelled.
    """
    assert count.following is not None
    row = corpus.ids.index(count.following)
    theme.heading(f"Check at random ({count.labelled + 1} of {count.drawn})")
    with st.container(key="card-check"):
        text = escape(theme.cut(corpus.texts[row], CUT))
        number = count.labelled + 1
        st.html(f'<div class="gst-document" data-testid="check-text" data-check="{number} {row}">{text}</div>')
        key = f"check-{lens.id}-{row}"
        st.pills(
            "Class of this text", lens.classes, format_func=theme.plain, key=key, label_visibility="collapsed",
            on_change=when_changed(key, None, partial(_label, corpus, lens, row, key)),
        )  # fmt: skip
    st.button(
        "Stop the check", key="stop-check-here", type="tertiary",
        on_click=attempt, args=(state.workspace().stop_check, lens.id),
    )  # fmt: skip


def _label(corpus: Corpus, lens: Lens, row: int, key: str, picked: str | None) -> None:
    if picked is None:
        return
    try:
        labelling.label(corpus, lens, (row,), picked, quietly=True)
    except GstError:
        st.session_state[key] = None  # so that the class can be clicked again
        raise
