"""Explore: look, say, label, watch."""

import streamlit as st

from gst_core.ui import (
    annotate_panel,
    classes_panel,
    documents_panel,
    empty_states,
    encoding,
    lens_bar,
    map_view,
    proposal_dialog,
    state,
)
from gst_core.ui.lens_view import LensView

entry = state.current_corpus()
if entry is None:
    empty_states.no_corpus()
    st.stop()
lens = lens_bar.pickers(entry)
if not encoding.ready(entry, with_map=True):
    st.stop()

corpus = state.jobs().corpus(entry.id)
view = LensView.of(entry, lens)
left, centre, right = st.columns([1.05, 3.6, 1.35])
with left, st.container(key="side-left"):
    lens_bar.instruction_box(entry, lens)
    if lens is not None:
        classes_panel.classes_panel(lens, view.labels)
        annotate_panel.draw(entry, lens, view.groups)
        classes_panel.history_panel(corpus, lens, view.labels, running=view.annotation.running)
with centre:
    map_view.draw(view)
with right, st.container(key="side-right"):
    documents_panel.selected_panel(corpus, lens, view.facts(state.selection()))
    if lens is None:
        st.info("Type an instruction at the left: what should the map group by?", icon=":material/edit:")
    else:
        empty_states.next_step(lens, view.labels, guessed=view.names_only() is not None)
        documents_panel.next_panel(corpus, lens, view.suggestions())
    documents_panel.clusters_panel(view.names, view.numbers, view.members(), len(corpus))
if lens is not None:
    proposal_dialog.draw(corpus, lens)
