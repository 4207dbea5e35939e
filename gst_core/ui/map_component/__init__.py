"""The map: a Streamlit component around the Plotly.js that the plotly package ships; and the table of its texts."""

from gst_core.ui.map_component.component import map_documents, scatter_map
from gst_core.ui.map_component.contract import Colouring, MapEvents, MapName, MapStatus, read_events
from gst_core.ui.map_component.table import (
    TOGETHER,
    TableCells,
    TableColumn,
    TableEvents,
    cell,
    cut,
    read_table_events,
    text_table,
)

__all__ = [
    "TOGETHER",
    "Colouring",
    "MapEvents",
    "MapName",
    "MapStatus",
    "TableCells",
    "TableColumn",
    "TableEvents",
    "cell",
    "cut",
    "map_documents",
    "read_events",
    "read_table_events",
    "scatter_map",
    "text_table",
]
