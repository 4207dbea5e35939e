"""All that knows Streamlit outside app.py and pages/: the map component, widgets, session state, colours."""
