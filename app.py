"""GST Studio, for `streamlit run`: the server, and the script that it runs for each page: set-up and navigation."""

from contextlib import suppress

from gst_core.compute import bound_threads, keep_compiled_code
from gst_core.errors import GstError
from gst_core.installation import workspace_folder
from gst_core.workspace import WorkspaceFiles

bound_threads()
with suppress(OSError, RuntimeError, GstError):  # there is no home, for one: the page says so below
    keep_compiled_code(WorkspaceFiles(workspace_folder()).compiled_code)

import streamlit as st  # noqa: E402 - threads are bounded before anything numeric is imported
from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: E402
from streamlit.starlette import App  # noqa: E402

from gst_core.ui import actions, server, state, theme  # noqa: E402


def run_page() -> None:
    """Draw the page that is asked for."""
    actions.page_begins()
    st.set_page_config("GST Studio", page_icon=str(theme.ICON), layout="wide")
    theme.apply()
    pages = [
        st.Page("pages/explore.py", title="Explore", icon=":material/explore:", default=True),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
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


if get_script_run_ctx(suppress_warning=True) is None:  # this file is read once as the server, and once for each run
    app = App("app.py", middleware=server.MIDDLEWARE, lifespan=server.settle, on_script_error=actions.say)
else:
    run_page()
