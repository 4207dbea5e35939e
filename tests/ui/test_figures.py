"""What charts are sent: each bar, point and flow with what a click on it means, and no name that is read as markup."""

import numpy as np

from gst_core.analysis import Contingency, Grouping
from gst_core.ui import figures


def contingency(rows, columns, row_names=("a", "b"), column_names=("x", "y", "z")):
    groupings = [
        Grouping(np.array(codes, dtype=np.int32), names, ("#123456",) * len(names), "none")
        for codes, names in ((rows, row_names), (columns, column_names))
    ]
    return Contingency(*groupings, np.ones(len(rows), dtype=bool))


BOTH = contingency([0, 0, 0, 1, -1], [0, 0, 1, 1, 0])


def test_bars_hold_how_many_texts_and_a_click_says_which():
    figure = figures.bars(BOTH, shares=False)
    assert [(t["name"], t["x"], t["customdata"]) for t in figure.traces] == [
        ("x", [2, 0, 1], [[0, 0], [1, 0], [-1, 0]]),
        ("y", [1, 1, 0], [[0, 1], [1, 1], [-1, 1]]),
    ]
    assert figure.layout["yaxis"]["ticktext"] == ["a", "b", "none"]
    assert figure.alt == "a: 3 texts; b: 1 text; none: 1 text"


def test_shares_are_those_of_each_bar():
    figure = figures.bars(BOTH, shares=True)
    assert np.allclose(np.sum([trace["x"] for trace in figure.traces], axis=0), 1.0)
    assert "2 texts, 67% of 3" in figure.traces[0]["hovertext"][0]


def test_lines_have_a_point_for_each_step_of_time_and_none_where_there_is_no_share():
    both = contingency([0, 0, 2], [0, 1, 1], row_names=("May", "June", "July"))
    figure = figures.lines(both, [0.0, 86_400.0, 172_800.0], shares=True)
    first = figure.traces[0]
    assert first["x"] == ["1970-01-01T00:00:00", "1970-01-02T00:00:00", "1970-01-03T00:00:00"]
    assert first["y"] == [0.5, None, 0.0]
    assert first["customdata"] == [[0, 0], [1, 0], [2, 0]]


def test_flows_say_both_kinds_and_a_kind_says_itself():
    link = (trace := figures.flows(BOTH, height=300).traces[0])["link"]
    assert list(zip(link["source"], link["target"], link["value"], strict=True)) == [(0, 2, 2), (0, 3, 1), (1, 3, 1)]
    assert link["customdata"] == [[0, 0], [0, 1], [1, 1]]
    assert trace["node"]["customdata"][:3] == [[0, figures.ALL], [1, figures.ALL], [figures.ALL, 0]]


def test_names_are_shown_as_they_are_and_never_read_as_markup():
    both = contingency([0], [0], row_names=("<b>%{x}</b>",), column_names=("<a href='javascript:1'>",))
    for figure in (figures.bars(both, shares=False), figures.lines(both, [0.0], shares=False)):
        assert "<b>" not in str((figure.traces, figure.layout))
        assert "<a" not in str((figure.traces, figure.layout))
    assert "<b>" not in str(figures.flows(both, height=300).traces)
