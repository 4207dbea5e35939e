"""The offer to make a lens of the labels that a file brings along, an earlier export say."""

import streamlit as st

from gst_core.corpus import ColumnLabels, Corpus
from gst_core.counting import counted
from gst_core.ui import state
from gst_core.ui.actions import attempt
from gst_core.work import LENS_OF_FILE, labels_in_file, lens_of_file
from gst_core.workspace import CorpusEntry


def offer(entry: CorpusEntry, corpus: Corpus) -> None:
    """Draw a button that takes over the labels in the file, unless there are none or a lens was made of them."""
    found = state.memoize("labels-of-file", (corpus,), lambda: labels_in_file(corpus))
    if found is None or any(lens.name == LENS_OF_FILE for lens in state.workspace().lenses(entry.id)):
        return
    count = sum(name is not None for name in found.classes)
    st.button(
        f"Take over the {counted(count, 'label')} in the file", icon=":material/label:", key="labels-of-file",
        help="The file is an export with labels. They become a lens of their own.",
        on_click=attempt, args=(_take_over, entry, corpus, found),
    )  # fmt: skip


def _take_over(entry: CorpusEntry, corpus: Corpus, found: ColumnLabels) -> None:
    lens = lens_of_file(state.workspace(), entry.id, corpus, found)
    state.choose_lens(entry.id, lens.id)
    if remarks := found.remarks():
        state.notify(remarks)
