"""What is done with the filters on the page becomes conditions, and nothing else does."""

import json

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import CLASS, FILE, Condition, Filters, category_column, count_facets, file_columns
from gst_core.ui.filter_rail import _with_openness, changed
from gst_core.ui.map_component.filters import MOST_SENT, FilterAct, facet_payload, read_act

CITY, STARS, DAY, NOTE = (f"{FILE}{name}" for name in ("city", "stars", "day", "note"))


@pytest.fixture
def columns():
    table = pd.DataFrame(
        {
            "city": ["Rome", "Oslo", None],
            "stars": [1, 5, 3],
            "day": ["24-02-2015 11.35", "25-02-2015 09.00", "26-02-2015 10.01"],
            "note": ["a", "b", None],
            "empty": [None, None, None],
        }
    )
    return file_columns(table, {"note": "text"}).followed_by(category_column(CLASS, np.array([0, 1, 0]), ("x", "y")))


def test_a_click_on_a_value_adds_it_and_another_takes_it_away(columns):
    city = columns[CITY]
    one = changed(Condition(), read_act({"act": "toggle", "column": CITY, "value": [1, "Rome"]}), city)
    assert one == Condition(values=("Rome",))
    two = changed(one, FilterAct("toggle", CITY, 0, "Oslo"), city)
    assert two == Condition(values=("Rome", "Oslo"))
    assert changed(two, FilterAct("toggle", CITY, 1, "Rome"), city) == Condition(values=("Oslo",))


def test_a_click_on_a_value_that_is_another_one_by_now_does_nothing(columns):
    before = Condition(values=("Rome",))
    assert changed(before, FilterAct("toggle", CITY, 0, "Rome"), columns[CITY]) == before
    assert changed(before, FilterAct("toggle", CITY, 7, "Rome"), columns[CITY]) == before


def test_a_range_between_bins_is_one_of_values_and_open_at_the_outer_edges(columns):
    stars, day = columns[STARS], columns[DAY]
    assert changed(Condition(), FilterAct("range", STARS, bins=(1, 3)), stars) == Condition(low=2.0, high=4.0)
    assert changed(Condition(low=2.0), FilterAct("range", STARS, bins=(0, 3)), stars) == Condition(high=4.0)
    assert not changed(Condition(low=2.0), FilterAct("range", STARS, bins=(0, 5)), stars)
    assert not changed(Condition(low=2.0), FilterAct("range", STARS, bins=None), stars)
    assert changed(Condition(low=2.0), FilterAct("range", STARS, bins=(9, 3)), stars) == Condition(low=2.0)
    bins = facet_payload(count_facets(Filters(), {DAY: day})[0])
    last = len(bins["edges"]) - 1
    some = Filters().having(DAY, changed(Condition(), FilterAct("range", DAY, bins=(last - 1, last)), day))
    assert np.flatnonzero(some.mask(columns)).tolist() == [2]


def test_words_and_missing_values_are_asked_for_beside_what_was_asked(columns):
    assert (
        changed(Condition(), FilterAct("contains", NOTE, words="  two\n words "), columns[NOTE]).contains == "two words"
    )
    asked = changed(Condition(low=2.0), FilterAct("missing", STARS), columns[STARS])
    assert asked == Condition(low=2.0, missing=True)
    assert changed(asked, FilterAct("missing", STARS), columns[STARS]) == Condition(low=2.0)
    assert not changed(asked, FilterAct("clear", STARS), columns[STARS])


@pytest.mark.parametrize(
    "sent",
    [None, 3, "clear", [], {}, {"act": "drop"}, {"act": ["toggle"]}, {"act": None}],
)
def test_what_the_component_does_not_send_is_nothing(sent):
    assert read_act(sent) is None


def test_what_is_odd_in_an_act_counts_as_missing():
    odd = read_act({"act": "toggle", "column": 3, "value": [True, "x"], "range": [0.5, "a"], "words": {}})
    assert odd == FilterAct("toggle")
    assert read_act({"act": "range", "column": CITY, "range": [1, 2]}).bins == (1, 2)


def test_a_column_goes_to_the_browser_with_what_its_kind_has(columns):
    filters = Filters().having(CITY, Condition(values=("Oslo",), missing=True))
    sent = {f.column.key: facet_payload(f) for f in count_facets(filters, columns)}
    json.dumps(list(sent.values()), allow_nan=False)
    assert [f["kind"] for f in sent.values()] == ["category", "range", "range", "text", "category", "category"]
    assert [(v["name"], v["chosen"]) for v in sent[CITY]["values"]] == [("Oslo", True), ("Rome", False)]
    assert sent[CITY]["missing"] == [1, 1, True]
    assert sent[CITY]["active"]
    assert sent[STARS]["starts"] == ["1", "2", "3", "4", "5"]
    assert sent[STARS]["lefts"] == [0, 0, 1, 0, 1]
    assert sent[f"{FILE}empty"]["missing"] == [3, 2, False]


def test_a_message_does_not_grow_with_a_column_yet_has_what_is_chosen():
    names = [f"value {i:05}" + "!" * 500 for i in range(3_000)]
    column = file_columns(pd.DataFrame({"c": names}), {"c": "category"})
    filters = Filters().having(f"{FILE}c", Condition(values=(names[2_000],)))
    sent = facet_payload(count_facets(filters, column)[0])
    assert len(sent["values"]) == MOST_SENT + 1
    assert sent["more"] == 3_000 - MOST_SENT - 1
    assert len(json.dumps(sent)) < 100_000


def test_ours_stand_first_and_the_first_telling_columns_are_open(columns):
    order = [(f.column.key, is_open) for f, is_open in _with_openness(count_facets(Filters(), columns))]
    assert order[:4] == [(CLASS, True), (CITY, True), (STARS, True), (DAY, True)]
    assert order[4] == (NOTE, False)
