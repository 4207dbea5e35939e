"""Figures in the app's colours, for `gst_core.ui.map_component.chart`: bars, lines over time, and flows."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis import Contingency, Grouping
from gst_core.counting import counted
from gst_core.ui import palette, theme
from gst_core.ui.map_component.chart import Figure

ROW, LEGEND_ROW, FRAME = (
    24,
    20,
    44,
)  # pixels: a bar with the room around it, a line of the legend, what is above and below
LINES_HEIGHT = 190  # pixels, without the legend
NAME = 24  # characters of a name beside a bar
ALL = -2  # in the place of a kind: whichever
FLOW = 0.4  # opacity: where many cross each is still seen
LEGEND = {"orientation": "v", "x": 0, "xanchor": "left", "y": 0, "yref": "container", "yanchor": "bottom"}


def bars(both: Contingency, *, shares: bool) -> Figure:
    """Draw a bar for each kind of the rows, cut into the kinds of the columns; a click says both numbers.

    Parameters
    ----------
    both : Contingency
    shares : bool
        Of each bar's texts, so that all bars are of one length; else how many texts.
    """
    counts, rows, columns = _shown(both)
    totals = counts.sum(axis=1, keepdims=True)
    lengths = counts / np.maximum(totals, 1) if shares else counts
    places = list(range(len(rows)))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": named(name),
            "x": lengths[:, j].tolist(),
            "y": places,
            "marker": {"color": colour if len(columns) > 1 else [own for _, _, own in rows]},
            "customdata": [[row, column] for row, _, _ in rows],
            "hovertext": [
                f"{named(title)} · {named(name)}<br>{_part(counts[i, j], totals[i, 0])}"
                if len(columns) > 1
                else f"{named(title)}<br>{_part(counts[i, j], int(totals.sum()))}"
                for i, (_, title, _) in enumerate(rows)
            ],
            "hoverinfo": "text",
        }
        for j, (column, name, colour) in enumerate(columns)
    ]
    titles = [title for _, title, _ in rows]
    layout = {
        "barmode": "stack",
        "bargap": 0.25,
        "margin": {"l": 0, "r": 8, "t": 4, "b": 24 + _legend_height(columns)},
        "showlegend": len(columns) > 1,
        "legend": {**LEGEND, "traceorder": "normal"},
        "xaxis": {"tickformat": ".0%" if shares else ",d", "range": [0, 1] if shares else None, "nticks": 5},
        "yaxis": {
            "tickvals": places, "ticktext": [named(t) for t in titles], "autorange": "reversed", "automargin": True,
            "showgrid": False,
        },
    }  # fmt: skip
    told = "; ".join(f"{t}: {counted(int(n), 'text')}" for t, n in zip(titles, totals[:, 0], strict=True))
    return Figure(traces, layout, told, FRAME + ROW * len(rows) + _legend_height(columns))


def lines(both: Contingency, starts: Sequence[float], *, shares: bool) -> Figure:
    """Draw a line for each kind of the columns over the rows, which are steps of time.

    Parameters
    ----------
    both : Contingency
    starts : sequence of float
        When each step begins, in seconds since 1970.
    shares : bool
        Of each step's texts; else how many texts.
    """
    counts, columns = both.counts[:-1], _kinds(both.columns, both.counts[:-1].sum(axis=0))
    totals = counts.sum(axis=1)
    moments = np.array(starts).astype("datetime64[s]").astype(str).tolist()
    traces = []
    for column, name, colour in columns:
        own = counts[:, column]
        told = [
            f"{named(title)}<br>{named(name)}: {_part(n, total)}"
            for title, n, total in zip(both.rows.names, own, totals, strict=True)
        ]
        # A step without any text has no share, and the line goes on to the next one.
        heights = [float(n / t) if t else None for n, t in zip(own, totals, strict=True)] if shares else own.tolist()
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": named(name),
                "x": moments,
                "y": heights,
                "connectgaps": True,
                "line": {"color": colour, "width": 2},
                "marker": {"size": 6},
                "customdata": [[row, column if column < len(both.columns.names) else -1] for row in range(len(own))],
                "hovertext": told,
                "hoverinfo": "text",
            }
        )
    layout = {
        "margin": {"l": 36, "r": 8, "t": 8, "b": 28 + _legend_height(columns)},
        "showlegend": len(columns) > 1,
        "legend": LEGEND,
        "xaxis": {"type": "date", "nticks": 5},
        "yaxis": {"tickformat": ".0%" if shares else ",d", "rangemode": "tozero", "nticks": 5},
    }
    alt = f"Over time: {', '.join(name for _, name, _ in columns)}"
    return Figure(traces, layout, alt, LINES_HEIGHT + _legend_height(columns))


def flows(both: Contingency, *, height: int) -> Figure:
    """Draw how the texts of the rows' kinds go to the columns' kinds; a click says both numbers, of a kind `ALL`."""
    rows, columns, found = both.rows, both.columns, both.flows()
    sizes = [*both.counts[:-1, :-1].sum(axis=1), *both.counts[:-1, :-1].sum(axis=0)]
    kinds = [*zip(rows.names, rows.colours, strict=True), *zip(columns.names, columns.colours, strict=True)]
    meant = [*([row, ALL] for row in range(len(rows.names))), *([ALL, column] for column in range(len(columns.names)))]
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [named(name) for name, _ in kinds],
            "color": [colour for _, colour in kinds],
            "customdata": meant,
            "line": {"width": 0},
            "thickness": 14,
            "pad": 10,
            "hovertemplate": "%{label}: %{value:,} texts<extra></extra>",
        },
        "link": {
            "source": [flow.row for flow in found],
            "target": [len(rows.names) + flow.column for flow in found],
            "value": [flow.count for flow in found],
            "color": [palette.faint(rows.colours[flow.row], FLOW) for flow in found],
            "customdata": [[flow.row, flow.column] for flow in found],
            "label": [
                f"{named(rows.names[f.row])} → {named(columns.names[f.column])}<br>{_part(f.count, sizes[f.row])}"
                for f in found
            ],
            "hovertemplate": "%{label}<extra></extra>",
        },
    }
    largest = "; ".join(f"{rows.names[f.row]} to {columns.names[f.column]}: {f.count:,}" for f in found[:5])
    return Figure([trace], {"margin": {"l": 4, "r": 4, "t": 8, "b": 8}}, f"The largest flows: {largest}", height)


def named(name: str) -> str:
    """Return a name, whose writer is anybody, as Plotly shows it: short, and none of it read as markup."""
    return escape(theme.cut(name, NAME), quote=False)


def _shown(both: Contingency) -> tuple[NDArray[np.int64], list[tuple[int, str, str]], list[tuple[int, str, str]]]:
    """Return counts, rows and columns as they are drawn: those that hold texts, those of no kind (-1) last."""
    rows = _kinds(both.rows, both.counts.sum(axis=1))
    columns = _kinds(both.columns, both.counts.sum(axis=0))
    counts = both.counts[np.ix_([r for r, _, _ in rows], [c for c, _, _ in columns])]
    return counts, _numbered(both.rows, rows), _numbered(both.columns, columns)


def _kinds(grouping: Grouping, sizes: NDArray[np.int64]) -> list[tuple[int, str, str]]:
    kinds = [*zip(grouping.names, grouping.colours, strict=True), (grouping.nothing, palette.NOISE)]
    return [(i, name, colour) for i, (name, colour) in enumerate(kinds) if sizes[i]]


def _numbered(grouping: Grouping, kinds: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [(i if i < len(grouping.names) else -1, name, colour) for i, name, colour in kinds]


def _legend_height(columns: Sequence[object]) -> int:
    return LEGEND_ROW * len(columns) if len(columns) > 1 else 0


def _part(count: int, of: int) -> str:
    return f"{counted(int(count), 'text')}, {count / of:.0%} of {int(of):,}" if of else counted(int(count), "text")
