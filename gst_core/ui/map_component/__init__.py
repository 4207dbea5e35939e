"""The map: a Streamlit component around the Plotly.js that the plotly package ships."""

from gst_core.ui.map_component.component import map_documents, scatter_map
from gst_core.ui.map_component.contract import Colouring, MapEvents, MapName, MapStatus, read_events

__all__ = ["Colouring", "MapEvents", "MapName", "MapStatus", "map_documents", "read_events", "scatter_map"]
