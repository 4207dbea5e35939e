"""GST Studio: page set-up and navigation."""

from contextlib import suppress

from gst_core.compute import bound_threads, keep_compiled_code
from gst_core.errors import GstError
from gst_core.installation import workspace_folder
from gst_core.workspace import WorkspaceFiles

bound_threads()
with suppress(OSError, RuntimeError, GstError):  # there is no home, for one: the page says so below
    keep_compiled_code(WorkspaceFiles(workspace_folder()).compiled_code)

import streamlit as st  # noqa: E402 - threads are bounded before anything numeric is imported

from gst_core.ui import actions, state, theme  # noqa: E402

actions.page_begins()
st.set_page_config("GST Studio", page_icon=str(theme.ICON), layout="wide")
theme.apply()
pages = [
    st.Page("pages/explore.py", title="Explore", icon=":material/explore:", default=True),
    st.Page("pages/corpus.py", title="Corpus", icon=":material/database:"),
    st.Page("pages/export.py", title="Export", icon=":material/download:"),
]
page, refusals = st.navigation(pages, position="top"), st.container()
with actions.errors_said():
    state.show_how_found()
    page.run()
    state.warm_up()
with refusals:
    actions.show_refusal()
state.show_notice()
