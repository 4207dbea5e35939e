"""The chart component's Python side: figures of Plotly as plain data, drawn by the map's own Plotly script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from gst_core.ui.actions import attempt_for_page
from gst_core.ui.map_component.assets import PLOTLY_NAME, entry_script
from gst_core.ui.map_component.contract import read_click

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figure:
    """What a chart shows.

    Attributes
    ----------
    traces : sequence of mapping
        As Plotly takes them. A point's `customdata`, a list of numbers, says what a click on it means.
    layout : mapping
        As Plotly takes it; letters, lines and paper are the page's unless it says otherwise.
    alt : str
        What the chart shows, in words.
    height : int
        Pixels.
    """

    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""
    height: int = 240


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    script = entry_script("chart.js", st.get_option("server.baseUrlPath"))
    style = (HERE / "chart.css").read_text("utf-8")
    return st.components.v2.component(
        "gst_chart", js=script, css=style, html='<div class="gst-chart"></div>', isolate_styles=False
    )


def chart(key: str, figure: Figure, on_click: Callable[[tuple[int, ...]], object] | None = None) -> None:
    """Draw a chart.

    Parameters
    ----------
    key : str
        Of the widget; with the same key another figure takes the place of this one.
    figure : Figure
    on_click : callable, optional
        Is given the `customdata` of what was clicked, before the whole page runs again.
    """

    def clicked() -> None:
        meant = read_click((st.session_state.get(key) or {}).get("clicked"))
        if meant and on_click is not None:
            attempt_for_page(on_click, meant)

    data = {
        "script": PLOTLY_NAME,
        "traces": list(figure.traces),
        "layout": dict(figure.layout),
        "alt": figure.alt,
        "height": figure.height,
    }
    _component()(key=key, data=data, on_clicked_change=clicked)
