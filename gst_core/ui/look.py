"""The few rules of layout that Streamlit's theme has no setting for."""

from html import escape
from pathlib import Path

import streamlit as st

ICON = Path(__file__).with_name("icon.svg")


def apply() -> None:
    """Add the rules to the page."""
    st.html(Path(__file__).with_suffix(".css"))


def heading(text: str) -> None:
    """Draw a panel's small heading."""
    st.html(f'<div class="gst-heading">{escape(text)}</div>')
