"""The search: the field at the top of a page, and the documents that hold what was typed."""

import streamlit as st

from gst_core.ui import state


def draw() -> None:
    """Draw the field."""
    st.text_input(
        "Search",
        placeholder="Find words in the texts",
        key=state.SEARCH,
        icon=":material/search:",
        label_visibility="collapsed",
    )


def words() -> str:
    """Return the words that are searched for; empty when none are."""
    typed: str = st.session_state.get(state.SEARCH, "")
    return typed.strip()


def hits(texts: tuple[str, ...], wanted: str) -> list[int]:
    """Return the documents that contain the words as typed, in any case."""
    wanted = " ".join(wanted.split()).lower()
    if not wanted:
        return []
    return [i for i, text in enumerate(texts) if wanted in text.lower()]
