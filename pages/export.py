"""Export: a lens as files."""

import streamlit as st

from gst_core.ui import empty_states, encoding, export_panel, lens_bar, state

entry = state.current_corpus()
if entry is None:
    empty_states.no_corpus()
    st.stop()
lens = lens_bar.pickers(entry)
if not encoding.ready(entry):
    st.stop()
export_panel.draw(entry, lens)
