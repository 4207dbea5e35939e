"""The component that shows filters: what goes into it, and what comes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from gst_core.analysis import Facet
from gst_core.ui.map_component.assets import entry_script

HERE = Path(__file__).parent
MOST_SENT = 300  # values of a category; a message does not grow with a column
NAME_CHARACTERS = 80  # of a value
Act = Literal["toggle", "range", "contains", "missing", "clear", "clear all"]
ACTS: tuple[Act, ...] = ("toggle", "range", "contains", "missing", "clear", "clear all")


@dataclass(frozen=True)
class FilterAct:
    """What a person did with the filters.

    Attributes
    ----------
    act : {"toggle", "range", "contains", "missing", "clear", "clear all"}
    column : str
        Its key; empty for all.
    place : int
        Of the value that was clicked, among the column's categories; -1 for none.
    name : str
        What that value is called, as far as it was sent.
    bins : tuple of (int, int), or None
        From which bin to before which.
    words : str
    """

    act: Act
    column: str = ""
    place: int = -1
    name: str = ""
    bins: tuple[int, int] | None = None
    words: str = ""


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "gst_filters",
        js=entry_script("filters.js", st.get_option("server.baseUrlPath")),
        css=(HERE / "filters.css").read_text("utf-8"),
        html='<div class="gst-filters"></div>',
        isolate_styles=False,
    )


def filter_facets(
    key: str, facets: Sequence[tuple[Facet, bool]], total: int, left: int | None, on_act: Callable[[], None]
) -> None:
    """Draw every column with what it holds of the texts that are left.

    Parameters
    ----------
    key : str
        Of the widget.
    facets : sequence of (Facet, bool)
        Each column, and whether it is open until a person says otherwise.
    total : int
        Texts of the corpus.
    left : int or None
        Those that pass the filters; None without a filter.
    on_act : callable
        Called before the run that an act causes; `read_act` tells what it was from ``st.session_state[key]``.
    """
    if not st.get_option("server.enableStaticServing"):
        return  # the map says so
    data = {"total": total, "left": left, "facets": [facet_payload(facet, is_open) for facet, is_open in facets]}
    _component()(key=key, data=data, on_act_change=on_act)


def facet_payload(facet: Facet, is_open: bool = True) -> dict[str, Any]:
    """Return a column as the browser reads it."""
    column, condition = facet.column, facet.condition
    kind = "text" if column.codes is None and column.numbers is None else "category"
    values = _values(facet) if column.codes is not None else []
    bins = column.bins if column.numbers is not None and facet.total.any() else None
    return {
        "key": column.key,
        "title": column.title[:NAME_CHARACTERS],
        "kind": kind if bins is None else "range",
        "active": bool(condition),
        "open": is_open,
        "missing": [facet.missing, facet.missing_left, condition.missing],
        "values": values,
        "more": len(column.categories) - len(values),
        "edges": [] if bins is None else bins.edges.tolist(),
        "starts": [] if bins is None else list(bins.starts),
        "ends": [] if bins is None else list(bins.ends),
        "totals": [] if bins is None else facet.total.tolist(),
        "lefts": [] if bins is None else facet.left.tolist(),
        "low": condition.low,
        "high": condition.high,
        "contains": condition.contains,
    }


def _values(facet: Facet) -> list[dict[str, Any]]:
    """Return the first values, and those that are chosen."""
    names, chosen = facet.column.categories, set(facet.condition.values)
    places = [i for i, name in enumerate(names) if i < MOST_SENT or name in chosen]
    return [
        {
            "place": i,
            "name": names[i][:NAME_CHARACTERS],
            "total": int(facet.total[i]),
            "left": int(facet.left[i]),
            "chosen": names[i] in chosen,
        }
        for i in places
    ]


def read_act(sent: Any) -> FilterAct | None:  # noqa: ANN401 - JSON from a browser
    """Read what came from the browser; None where it is nothing that the component sends."""
    if not isinstance(sent, Mapping) or sent.get("act") not in ACTS:
        return None
    place, name = _pair(sent.get("value"), int, str) or (-1, "")
    column, words = (sent.get(name) if isinstance(sent.get(name), str) else "" for name in ("column", "words"))
    return FilterAct(sent["act"], str(column), place, name, _pair(sent.get("range"), int, int), str(words))


def _pair(value: Any, first: type, second: type) -> Any:  # noqa: ANN401 - JSON from a browser
    """Return two values of these types; None for anything else."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    return tuple(value) if (type(value[0]), type(value[1])) == (first, second) else None
