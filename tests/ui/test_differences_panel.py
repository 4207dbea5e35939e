"""What differs, in words."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from gst_core.analysis import (
    GROUP,
    Condition,
    Difference,
    Differences,
    Filters,
    TextColumn,
    category_column,
    file_columns,
)
from gst_core.map import Keywords
from gst_core.ui import differences_panel, state
from gst_core.ui.differences_panel import how_much, how_sure, times, what

REFUND = Difference("word", "", "refund", 4.13, 1.2, 0.0004, 38, 120, 40, 521)
CITY = TextColumn("column:city", "city", "category")
STARS, DAY = TextColumn("column:stars", "stars", "number"), TextColumn("column:day", "day", "date")


def said(one, column=None):
    return f"{what(one, column)}, {how_much(one, column)}"


def test_a_word_is_said_with_how_much_more_often_and_how_many_texts_have_it():
    assert said(REFUND) == "refund, 4.1 times as often, 38 of 120 texts"


def test_a_word_that_the_rest_has_not_is_only_here():
    assert (
        said(Difference("word", "", "refund", np.inf, 1.2, 0.01, 8, 120, 0, 521)) == "refund, only here, 8 of 120 texts"
    )


def test_a_kind_is_said_with_its_column():
    oslo = Difference("category", "column:city", "Oslo", 12.4, 1.2, 0.01, 1_038, 1_200, 40, 521)
    assert said(oslo, CITY) == "city: Oslo, 12 times as often, 1,038 of 1,200 texts"


@pytest.mark.parametrize(
    ("effect", "column", "middles", "words"),
    [
        (-0.5, STARS, (2.0, 4.5), "stars, lower, median 2 against 4.5"),
        (-0.2, STARS, (2.0, 2.0), "stars, lower on the whole, median 2 in both"),
        (0.5, DAY, (86_400.0, 0.0), "day, later, median 1970-01-02 against 1970-01-01"),
    ],
)
def test_a_number_is_said_by_both_medians(effect, column, middles, words):
    assert said(Difference("number", column.key, "", effect, 0.5, 0.01, 9, 9, 9, 9, *middles), column) == words


def test_how_sure_a_difference_is_says_the_rest_and_how_much_was_tried():
    assert how_sure(REFUND, Differences((REFUND,), 1_860)) == (
        "40 of 521 other texts; p under 0.001, corrected for the 1,860 that were tried"
    )


def test_large_ratios_have_no_digits_that_say_nothing():
    assert [times(r) for r in (1.04, 9.96, 41.3, 1_234.5)] == ["1.0", "10.0", "41", "1,234"]


N = 90
COLUMNS = file_columns(pd.DataFrame({"city": ["Oslo"] * 30 + ["Rome"] * 60})).followed_by(
    category_column(GROUP, np.repeat([0, 1, 2], 30), ["late", "view", "bed"])
)
TEXTS = ["the refund never came"] * 30 + ["a view of the sea"] * 30 + ["the bed was hard"] * 30


@pytest.fixture
def view(monkeypatch):
    words = Keywords([f"{text} {i}" for i, text in enumerate(TEXTS)])
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(state, "keywords", lambda entry: words)
    monkeypatch.setattr(state, "text_columns", lambda entry: COLUMNS)
    return SimpleNamespace(
        entry=None,
        corpus=range(N),
        columns=lambda: COLUMNS,
        shown=None,
        clusters=None,
        left_out_words=frozenset({"never", "came"}),
        state=SimpleNamespace(frame=None),
    )


def names(found):
    return {(one.key, one.name) for one in found.found}


def test_a_group_differs_in_its_words_and_columns_but_not_in_being_that_group(view):
    assert names(differences_panel.differences(view, f"{GROUP}-0")) == {
        ("", "refund"),
        ("column:city", "Oslo"),
    }


def test_selected_texts_differ_in_the_group_that_they_are_in_unless_that_was_opened(view):
    state.select(tuple(range(30)))
    assert (GROUP, "late") in names(differences_panel.differences(view, differences_panel.SELECTED))
    state.show_group(0)
    state.select(tuple(range(30)))
    assert (GROUP, "late") not in names(differences_panel.differences(view, differences_panel.SELECTED))


def test_what_the_filters_leave_differs_from_all_other_texts_but_not_in_what_was_filtered_by(view, monkeypatch):
    filters = Filters().having("column:city", Condition(values=("Oslo",)))
    monkeypatch.setattr(differences_panel.slicing, "current", lambda entry_id: filters)
    view.entry, view.shown = SimpleNamespace(id="c1"), filters.mask(COLUMNS)
    assert next(iter(differences_panel._subjects(view))) == differences_panel.REMAIN
    assert names(differences_panel.differences(view, differences_panel.REMAIN)) == {("", "refund"), (GROUP, "late")}
    view.shown = None
    assert differences_panel.REMAIN not in differences_panel._subjects(view)
