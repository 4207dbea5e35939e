"""Corpus: open a demo or a file, see what is there, delete what is not needed."""

import streamlit as st

from gst_core.ui import corpus_panels, file_panel

st.title("Corpus", anchor=False)
opened, file = st.columns([1, 1.6], gap="large")
with opened:
    corpus_panels.demos()
    corpus_panels.stored()
with file:
    file_panel.draw()
