"""The few rules of layout that Streamlit's theme has no setting for."""

import re
from html import escape
from pathlib import Path

import streamlit as st

ICON = Path(__file__).with_name("icon.svg")
MARKDOWN = "\\`*_{}[]()#+-.!|~$<>:^=&"
WORD_JOINER = "\u2060"
# The middle of ":material/…:", ":streamlit:", "https://", "www.", "a@b" and of arrows such as "->" and ">=".
_REPLACED = re.compile(
    r"(?<=:)(?=material/|streamlit:|/)|(?<=www)(?=\.)|(?<=@)(?=\S)|(?<=[<>~=-])(?=[<>=-])", re.IGNORECASE
)


def apply() -> None:
    """Add the rules to the page."""
    st.html(Path(__file__).with_suffix(".css"))
    if st.context.theme.type == "dark":  # dialogs stand outside of what Streamlit tells the browser to be dark
        st.html("<style>:root { color-scheme: dark; }</style>")


def heading(text: str) -> None:
    """Draw a panel's small heading."""
    st.html(f'<h3 class="gst-heading">{escape(text)}</h3>')


def unseen_heading(text: str, level: int = 2) -> None:
    """Draw a heading for those who hear a page and go through it by its headings; others see what it names."""
    st.html(f'<h{level} class="gst-unseen" aria-label="{escape(text)}">&#8203;</h{level}>')


def aside(text: str, test_id: str = "") -> None:
    """Draw a small line beside what matters."""
    st.html(f'<div class="gst-aside" data-testid="{escape(test_id)}">{escape(text)}</div>')


def plain(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it is: for whatever a person, a file or a model has written.

    A backslash keeps a character from being read as Markdown. What Streamlit replaces in text that was read already
    (icons, arrows, addresses) is taken apart by a character of no width.
    """
    return "".join(f"\\{c}" if c in MARKDOWN else c for c in " ".join(_REPLACED.sub(WORD_JOINER, text).split()))


def cut(text: str, characters: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= characters else text[: characters - 1] + "…"
