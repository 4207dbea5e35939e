"""The documents beside the map: the selected ones, and those to label next."""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from gst_core.corpus import Corpus
from gst_core.errors import GstError
from gst_core.suggest import Suggestion
from gst_core.ui import labelling, search, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import NONE_OF_THESE, Lens, deciding_labels, without_none_of_these

SHOWN = 6  # selected documents that are listed; the rest are a number
WHOLE = 20_000  # characters of the one text that is selected; a book is not sent to a browser
CUT = 150  # characters of a listed text


def draw_selected(corpus: Corpus, lens: Lens | None, facts: Mapping[int, str]) -> None:
    """Draw the selected documents and the buttons that label them all.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens or None
    facts : mapping of int to str
        A line about some of the documents: label, likeliest class.
    """
    selected = state.selection()
    if not selected:
        st.caption("Click a text on the map, or draw around many.")
        return
    clear, like = st.columns([1, 2])
    clear.button("clear", type="tertiary", help="Esc", on_click=state.select, args=((),))
    like.button(
        "Find texts like this" if len(selected) == 1 else "Find texts like these", type="tertiary", key="find-like",
        icon=":material/search:", on_click=search.find_like, args=(corpus, selected),
    )  # fmt: skip
    if lens is not None:
        _label_buttons(corpus, lens, selected)
    with st.container(key="documents"):
        for i in selected[:SHOWN]:
            text = theme.cut(corpus.texts[i], WHOLE if len(selected) == 1 else CUT)
            st.html(
                f'<div class="gst-document">{escape(text)}</div>'
                f'<div class="gst-aside" data-testid="document-fact">{escape(facts.get(i, ""))}</div>'
            )
        if len(selected) > SHOWN:
            st.caption(f"and {len(selected) - SHOWN:,} more")


def _label_buttons(corpus: Corpus, lens: Lens, selected: tuple[int, ...]) -> None:
    seen = hash(selected)  # in the keys, so that what is said of one selection is never taken for another
    if lens.classes:
        keys = dict(zip(lens.classes, lens.keys, strict=True))
        key = f"label-{lens.id}-{seen}"
        st.pills(
            "Label",
            lens.classes,
            format_func=lambda c: theme.plain(f"{keys[c]} {c}"),
            key=key,
            label_visibility="collapsed",
            on_change=when_changed(key, None, partial(_label_by_pill, corpus, lens, selected, key)),
        )
    key = f"new-class-{lens.id}-{seen}"
    st.text_input(
        "Another class",
        placeholder="… or a new class, press Enter",
        label_visibility="collapsed",
        key=key,
        on_change=when_changed(key, "", partial(_label_as_new, corpus, lens, selected)),
    )
    given = deciding_labels(state.workspace().labels(lens.id))
    if any(corpus.ids[i] in given for i in selected):
        st.button(
            "Remove label", icon=":material/label_off:",
            on_click=attempt, args=(labelling.label, corpus, lens, selected, None),
        )  # fmt: skip


def draw_next(corpus: Corpus, lens: Lens, suggestions: Sequence[Suggestion]) -> None:
    """Draw what to label next: a click on a text shows it on the map, a click on a class labels it."""
    if not suggestions:
        st.caption("New ones come when the map has settled.")
    for suggestion in suggestions:
        with st.container(key=f"next-card-{suggestion.index}"):
            _next_card(corpus, lens, suggestion)


def _next_card(corpus: Corpus, lens: Lens, suggestion: Suggestion) -> None:
    i = suggestion.index
    st.button(
        theme.plain(theme.cut(corpus.texts[i], CUT)), key=f"show-{i}", type="tertiary", help="Show it on the map",
        on_click=state.select, args=((i,),),
    )  # fmt: skip
    st.html(f'<div class="gst-aside">{escape(suggestion.reason)}</div>')
    if lens.classes:
        key = f"next-{lens.id}-{i}"
        st.pills(
            "Class", without_none_of_these(lens.classes), format_func=theme.plain, key=key,
            label_visibility="collapsed",
            on_change=when_changed(key, None, partial(_label_by_pill, corpus, lens, (i,), key)),
        )  # fmt: skip
    _not_of_these(corpus, lens, i)


def _not_of_these(corpus: Corpus, lens: Lens, row: int) -> None:
    """Draw what else can be said of a text that is suggested: that it is of no class, or not to be asked about."""
    with st.container(horizontal=True, gap="medium", key=f"instead-{row}"):
        st.button(
            "skip", type="tertiary", key=f"skip-{row}", help="Never suggest it in this lens; Undo brings it back",
            on_click=attempt, args=(labelling.skip, corpus, lens, row),
        )  # fmt: skip
        if lens.classes:
            st.button(
                NONE_OF_THESE, type="tertiary", key=f"none-{row}",
                help="A label that teaches the map that such texts are of no other class",
                on_click=attempt, args=(labelling.label, corpus, lens, (row,), NONE_OF_THESE),
            )  # fmt: skip


def _label_by_pill(corpus: Corpus, lens: Lens, documents: tuple[int, ...], key: str, picked: str | None) -> None:
    if picked is None:
        return
    try:
        labelling.label(corpus, lens, documents, picked)
    except GstError:
        st.session_state[key] = None  # so that the class can be clicked again
        raise


def _label_as_new(corpus: Corpus, lens: Lens, documents: tuple[int, ...], typed: str) -> None:
    if typed.strip():
        labelling.label(corpus, lens, documents, typed)
