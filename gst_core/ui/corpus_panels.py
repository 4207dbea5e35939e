"""The Corpus page's list: demos, and what is stored. What becomes a corpus is in `file_panel`."""

import streamlit as st

from gst_core.counting import counted
from gst_core.ui import column_kinds_panel, empty_states, state, theme
from gst_core.ui.actions import attempt
from gst_core.workspace import DEMOS, CorpusEntry

MEGABYTE = 1_000_000


def demos() -> None:
    """Draw a button for each demo."""
    st.subheader("Demos", anchor=False)
    for demo in DEMOS:
        empty_states.demo_button(demo)


def stored() -> None:
    """Draw the corpora in the workspace, each with a way to open it, to add texts to it and to delete it."""
    st.subheader("In your workspace", anchor=False)
    entries = state.workspace().corpora()
    if not entries:
        st.caption("Nothing yet.")
    for entry in entries:
        with st.container(border=True):
            _stored_line(entry)


def _stored_line(entry: CorpusEntry) -> None:
    size = state.workspace().bytes_used(entry.id) / MEGABYTE
    st.markdown(f"**{theme.plain(entry.name)}**")
    source = "own embeddings" if entry.own_embeddings else entry.encoder
    texts, lenses = counted(entry.documents, "text"), counted(len(state.workspace().lenses(entry.id)), "lens")
    st.caption(f"{texts} · {theme.plain(source)} · {lenses} · {size:.1f} MB")
    go, more, drop = st.columns(3)
    more.button(
        "Add texts", key=f"add-to-{entry.id}", width="stretch", help="from a file, which you choose beside this list",
        on_click=state.add_to, args=(entry.id,),
    )  # fmt: skip
    if go.button("Open", key=f"open-{entry.id}", width="stretch"):
        state.choose_corpus(entry.id)
        st.switch_page(empty_states.EXPLORE_PAGE)
    with st.expander("Columns", type="compact", key=f"columns-{entry.id}", on_change="rerun") as columns:
        if columns.open:
            column_kinds_panel.draw_of_corpus(entry)
    with drop.popover("Delete", width="stretch"):
        st.write(f"This removes {texts}, {lenses} and all their labels from this computer.")
        st.button(
            "Delete it all", type="primary", key=f"delete-{entry.id}",
            on_click=attempt, args=(_delete, entry),
        )  # fmt: skip


def _delete(entry: CorpusEntry) -> None:
    state.jobs().delete_corpus(entry.id)
    state.forget_corpus(entry.id)
