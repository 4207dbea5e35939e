"""What is compared: both sides within the filters, and what a click on a flow, a cell or a map selects."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from gst_core.analysis import CLASS, GROUP, category_column
from gst_core.map import ClusterName, Frame
from gst_core.ui import compare_view, figures, palette, state
from gst_core.ui.compare_sides import Side
from gst_core.ui.map_component import MapEvents
from gst_core.work import MapState

N = 8
ENTRY = SimpleNamespace(id="corpus", files="1", documents=N)
POINTS = np.zeros((N, 2), dtype=np.float32)
GROUPS = category_column(GROUP, np.array([0, 0, 0, 1, 1, 1, -1, -1]), ["late", "view"])
MOODS = category_column(CLASS, np.array([0, 0, 1, 1, 1, 1, 0, 1]), ["angry", "glad"])


class RerunError(Exception):
    """The page runs anew."""


@pytest.fixture(autouse=True)
def session(monkeypatch):
    def rerun():
        raise RerunError

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "rerun", rerun)


def side(column, shown=None, running=False):
    now = MapState(
        1, Frame(POINTS, None, "clusters", 0.0, True, POINTS), running=running, stage="projection" if running else None
    )
    names = [ClusterName(i, 3, (name,), 0, 0) for i, name in enumerate(("late", "view"))]
    view = SimpleNamespace(
        state=now,
        job=SimpleNamespace(state=now),
        shown=shown,
        names=names,
        numbers={0: 0, 1: 1},
        lens=None,
        classes=MOODS.categories,
        class_numbers=(0, 1),
    )
    return Side("", view, column)


def crossed(shown=None):
    return compare_view._contingency(ENTRY, (side(GROUPS, shown), side(MOODS, shown)))


def test_both_sides_are_counted_within_what_the_filters_leave():
    assert crossed().counts.tolist() == [[2, 1, 0], [0, 3, 0], [1, 1, 0]]
    assert crossed(np.arange(N) < 4).counts.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_nothing_is_compared_while_a_side_has_no_kinds():
    assert compare_view._contingency(ENTRY, (side(GROUPS), side(None))) is None


@pytest.mark.parametrize(
    ("meant", "texts"),
    [((0, 1), (2,)), ((-1, 0), (6,)), ((1, figures.ALL), (3, 4, 5)), ((figures.ALL, 0), (0, 1, 6)), ((1,), ())],
)
def test_a_click_selects_the_texts_of_a_flow_a_cell_or_a_kind(meant, texts):
    compare_view._select(crossed(), meant)
    assert state.selection() == texts


def draw_map(monkeypatch, events, one=None):
    sent = {}
    monkeypatch.setattr(
        compare_view, "scatter_map", lambda *args, **said: sent.update(said, colouring=args[4]) or events
    )
    try:
        compare_view._draw_map(ENTRY, "a", one or side(GROUPS))
    except RerunError:
        sent["rerun"] = True
    return sent


def test_what_is_selected_on_one_map_is_set_anew_for_both(monkeypatch):
    basis = state.selection_basis()
    assert draw_map(monkeypatch, MapEvents((1, 2), basis))["rerun"]
    assert (state.selection(), state.selection_basis()) == ((1, 2), basis + 1)


def test_what_the_other_map_had_selected_before_counts_no_more(monkeypatch):
    state.select((5,))
    assert "rerun" not in draw_map(monkeypatch, MapEvents((1, 2), state.selection_basis() - 1))
    assert state.selection() == (5,)


def test_a_map_that_re_forms_says_so_and_shows_what_the_filters_leave(monkeypatch):
    shown = np.arange(N) < 4
    sent = draw_map(monkeypatch, MapEvents(), side(GROUPS, shown, running=True))
    assert sent["status"].running
    assert sent["shown"] is shown


def test_a_map_has_the_colours_of_its_side_and_groups_are_named_on_it(monkeypatch):
    sent = draw_map(monkeypatch, MapEvents())
    assert sent["colouring"].colours == (palette.category(0), palette.category(1))
    assert [name.text for name in sent["names"]] == ["late", "view"]
    classes = draw_map(monkeypatch, MapEvents(), side(MOODS))
    assert classes["names"] == []
    assert classes["colouring"].legend
