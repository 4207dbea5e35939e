"""GST Studio's server: `streamlit run server.py` serves app.py, with what `gst_core.ui.server` tells browsers."""

from streamlit.starlette import App

from gst_core.ui import actions, server

app = App("app.py", middleware=server.MIDDLEWARE, lifespan=server.settle, on_script_error=actions.say)
