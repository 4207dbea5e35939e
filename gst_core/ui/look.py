"""The few rules of layout that Streamlit's theme has no setting for."""

from pathlib import Path

import streamlit as st


def apply() -> None:
    """Add the rules to the page."""
    st.html(Path(__file__).with_suffix(".css"))
