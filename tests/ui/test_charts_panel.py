"""The chart of a column: over groups or time, by itself, within the filters; a click filters."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gst_core.analysis import FILE, GROUP, LABEL, Condition, category_column, file_columns
from gst_core.map import ClusterName
from gst_core.ui import charts_panel, slicing

N = 12
FRAME = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"] * 4, "day": pd.date_range("2024-05-01", periods=N)})
COLUMNS = file_columns(FRAME).followed_by(category_column(GROUP, np.arange(N) % 2, ["late", "view"]))
CITY, DAY = f"{FILE}city", f"{FILE}day"


def a_view(shown=None, columns=COLUMNS):
    return SimpleNamespace(
        entry=SimpleNamespace(id="corpus"), corpus=range(N), columns=lambda: columns, shown=shown,
        classes=list("abcdefgh"), class_numbers=range(8),
        numbers={0: 0, 1: 1}, names=[ClusterName(i, 6, (name,), 0, 0) for i, name in enumerate(("late", "view"))],
    )  # fmt: skip


EIGHT = COLUMNS.followed_by(category_column(LABEL, np.arange(N) % 8, list("abcdefgh")))
VIEWS = {"eight": a_view(columns=EIGHT), "all": a_view(), "half": a_view(np.arange(N) < 6), "none": a_view(columns={})}


def page(name):
    from gst_core.ui import charts_panel
    from tests.ui.test_charts_panel import VIEWS

    charts_panel.draw(VIEWS[name])


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn, and the filters that clicks have set."""
    charts, filters = [], {}
    monkeypatch.setattr(charts_panel, "chart", lambda key, figure, on_click: charts.append((figure, on_click)))
    monkeypatch.setattr(slicing, "filter_by", lambda entry, key, condition: filters.update({key: condition}))
    return charts, filters


def run(name="all"):
    shown = AppTest.from_function(page, args=(name,), default_timeout=60).run()
    assert not shown.exception
    return shown


def test_a_column_is_drawn_over_the_groups_and_a_click_leaves_the_texts_of_the_bar(drawn):
    run()
    figure, click = drawn[0][-1]
    assert [(trace["name"], trace["x"]) for trace in figure.traces] == [("Oslo", [2, 2]), ("Rome", [4, 4])]
    click((1, 0))
    assert drawn[1] == {GROUP: Condition(values=("view",)), CITY: Condition(values=("Oslo",))}


def test_a_column_is_drawn_over_time_and_a_click_leaves_a_day(drawn):
    shown = run()
    shown.selectbox[1].set_value(DAY).run()
    figure, click = drawn[0][-1]
    assert figure.traces[0]["type"] == "scatter"
    assert len(figure.traces[0]["x"]) == N
    click((3, 1))
    assert drawn[1][DAY].passes(COLUMNS[DAY]).tolist() == [i == 3 for i in range(N)]


def test_each_of_eight_kinds_has_a_line_of_its_own_over_time(drawn):
    shown = run("eight")
    shown.selectbox[0].set_value(LABEL).run()
    shown.selectbox[1].set_value(DAY).run()
    assert len(drawn[0][-1][0].traces) == 8


def test_a_column_is_drawn_by_itself_and_in_shares(drawn):
    shown = run()
    shown.segmented_control[0].set_value("shares").run()
    assert drawn[0][-1][0].traces[0]["x"] == pytest.approx([1 / 3, 1 / 3])
    shown.selectbox[1].set_value("nothing").run()
    figure, click = drawn[0][-1]
    assert figure.traces[0]["x"] == [4, 8]
    click((0, 0))
    assert drawn[1] == {CITY: Condition(values=("Oslo",))}


def test_only_what_the_filters_leave_is_counted(drawn):
    run("half")
    assert [trace["x"] for trace in drawn[0][-1][0].traces] == [[1, 1], [2, 2]]


def test_without_any_column_the_panel_says_so(drawn):
    assert "no groups yet" in run("none").caption[0].value
    assert not drawn[0]
