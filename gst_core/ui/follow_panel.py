"""The offer to start a lens from a column of the file: its values as classes, some of its texts as labels."""

import streamlit as st

from gst_core.analysis import FILE
from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.ui import state
from gst_core.ui.actions import attempt
from gst_core.work import follow_column
from gst_core.workspace import CorpusEntry

KINDS = ("category", "number", "date", "duration")  # of columns that tell texts apart
EACH = (4, 8, 16, 32, 64, 0)  # texts of each value; 0 stands for all
USUAL = 16


def draw(entry: CorpusEntry, corpus: Corpus) -> None:
    """Draw a popover in which a column is followed; nothing where the file has none that could be."""
    known = state.text_columns(entry)
    offered = [key for key in known if known[key].kind in KINDS]
    if not offered:
        return
    with st.popover("Follow a column", icon=":material/view_column:", width="stretch", key=f"follow-{entry.id}"):
        key = st.selectbox(
            "Column", offered, format_func=lambda key: known[key].title, key=f"follow-column-{entry.id}",
            help="Its values become the classes of a new lens.",
        )  # fmt: skip
        each = st.selectbox(
            "Texts of each value", EACH, index=EACH.index(USUAL), format_func=each_words, key=f"follow-each-{entry.id}",
            help="Spread out over all that such texts say. They become labels, said by the column.",
        )  # fmt: skip
        st.button(
            "Follow it", type="primary", key="follow-it", width="stretch",
            on_click=attempt, args=(_follow, entry, corpus, key or offered[0], each or None),
        )  # fmt: skip


def each_words(each: int) -> str:
    """Return how many texts of each value, in words."""
    return counted(each, "text") if each else "all"


def _follow(entry: CorpusEntry, corpus: Corpus, key: str, each: int | None) -> None:
    X = state.jobs().generic(entry.id)
    assert X is not None, "the page is drawn when embeddings are there"
    column = state.text_columns(entry)[key]
    lens = follow_column(state.workspace(), entry.id, corpus, column, each, X, session=state.session())
    state.choose_lens(entry.id, lens.id)
    count = len(state.workspace().labels(lens.id))
    state.notify(f"{counted(count, 'label')} by the column {key.removeprefix(FILE)}. The key u takes them back.")
