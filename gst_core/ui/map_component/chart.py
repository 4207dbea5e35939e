"""Charts and tables that say what is clicked in them: figures of Plotly as plain data, and cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text : str
    told : str
        What a reader is told of it who does not see where it stands.
    meant : tuple of int
        What a click on it means.
    part : float
        From 0 to 1: how much of its shade it has.
    """

    text: str
    told: str
    meant: tuple[int, ...]
    part: float = 0.0


@st.cache_resource(show_spinner=False)
def _component(name: str) -> Callable[..., Any]:
    script = entry_script(f"{name}.js", st.get_option("server.baseUrlPath"))
    style, place = (HERE / "chart.css").read_text("utf-8"), f'<div class="gst-{name}"></div>'
    return st.components.v2.component(f"gst_{name}", js=script, css=style, html=place, isolate_styles=False)


def chart(key: str, figure: Figure, on_click: Callable[[tuple[int, ...]], object]) -> None:
    """Draw a chart.

    Parameters
    ----------
    key : str
        Of the widget; with the same key another figure takes the place of this one.
    figure : Figure
    on_click : callable
        Is given the `customdata` of what was clicked, before the whole page runs again.
    """
    data = {
        "script": PLOTLY_NAME,
        "traces": list(figure.traces),
        "layout": dict(figure.layout),
        "alt": figure.alt,
        "height": figure.height,
    }
    _component("chart")(key=key, data=data, on_clicked_change=_clicked(key, on_click))


def cells(
    key: str,
    alt: str,
    head: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    on_click: Callable[[tuple[int, ...]], object],
) -> None:
    """Draw a table.

    Parameters
    ----------
    key : str
        Of the widget.
    alt : str
        What it shows, in words.
    head : sequence of Cell
        Above the columns.
    rows : sequence of sequence of Cell
        The first of each names the row.
    on_click : callable
        Is given what the cell means that was clicked, before the whole page runs again.
    """
    data = {"alt": alt, "head": [asdict(c) for c in head], "rows": [[asdict(c) for c in row] for row in rows]}
    _component("cells")(key=key, data=data, on_clicked_change=_clicked(key, on_click))


def _clicked(key: str, on_click: Callable[[tuple[int, ...]], object]) -> Callable[[], None]:
    def clicked() -> None:
        if meant := read_click((st.session_state.get(key) or {}).get("clicked")):
            attempt_for_page(on_click, meant)

    return clicked
