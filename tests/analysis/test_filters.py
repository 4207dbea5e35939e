import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import CLASS, FILE, Condition, Filters, category_column, count_facets, file_columns

CITY, STARS, NOTE = (f"{FILE}{name}" for name in ("city", "stars", "note"))


@pytest.fixture
def columns():
    table = pd.DataFrame(
        {
            "city": ["Rome", "Oslo", "Rome", "", "Oslo", "Bonn"],
            "stars": [1, 5, 4, 2, None, 5],
            "note": [f"Sentence {i} on a café" if i < 3 else None for i in range(6)],
        }
    )
    kinds = {"note": "text"}
    return file_columns(table, kinds).followed_by(category_column(CLASS, np.array([0, 1, 0, 1, 0, -1]), ("a", "b")))


def left(filters, columns):
    return np.flatnonzero(filters.mask(columns)).tolist()


def test_a_category_a_range_and_words_each_leave_what_meets_them(columns):
    assert left(Filters().having(CITY, Condition(values=("Rome", "Bonn"))), columns) == [0, 2, 5]
    assert left(Filters().having(STARS, Condition(low=2, high=5)), columns) == [2, 3]
    assert left(Filters().having(STARS, Condition(low=4)), columns) == [1, 2, 5]
    assert left(Filters().having(NOTE, Condition(contains="CAFE")), columns) == [0, 1, 2]


def test_texts_without_a_value_are_left_when_asked_for(columns):
    assert left(Filters().having(CITY, Condition(values=("Bonn",), missing=True)), columns) == [3, 5]
    assert left(Filters().having(STARS, Condition(missing=True)), columns) == [4]
    assert left(Filters().having(NOTE, Condition(missing=True)), columns) == [3, 4, 5]


def test_a_text_must_meet_all_conditions(columns):
    filters = Filters().having(CITY, Condition(values=("Rome", "Oslo"))).having(CLASS, Condition(values=("a",)))
    assert left(filters, columns) == [0, 2, 4]
    assert Filters().mask(columns) is None
    assert filters.having(CITY, Condition()).having(CLASS, Condition()).mask(columns) is None


def test_a_column_is_counted_under_the_filters_on_the_others(columns):
    filters = Filters().having(CITY, Condition(values=("Rome",))).having(STARS, Condition(low=4))
    facets = {f.column.key: f for f in count_facets(filters, columns)}
    city, stars = facets[CITY], facets[STARS]
    assert dict(zip(city.column.categories, city.total, strict=True)) == {"Bonn": 1, "Oslo": 2, "Rome": 2}
    assert dict(zip(city.column.categories, city.left, strict=True)) == {"Bonn": 1, "Oslo": 1, "Rome": 1}
    assert (city.missing, city.missing_left) == (1, 0)
    assert stars.total.tolist() == [1, 1, 0, 1, 2]
    assert stars.left.tolist() == [1, 0, 0, 1, 0]
    assert facets[CLASS].left.tolist() == [1, 0]
    assert (facets[NOTE].missing, facets[NOTE].missing_left, len(facets[NOTE].total)) == (3, 0, 0)


def test_filters_come_back_from_an_address_as_they_were():
    filters = (
        Filters()
        .having(f"{FILE}a=b;c|d", Condition(values=("50%", "x,y", "…|none", ""), missing=True))
        .having(STARS, Condition(low=-2.5))
        .having(f"{FILE}when", Condition(low=1424736000.5, high=1.5e300))
        .having(NOTE, Condition(contains="in: a..b"))
        .having(CLASS, Condition(missing=True))
    )
    assert Filters.from_address(filters.to_address()) == (filters, [])
    assert Filters().having(CITY, Condition(values=("Oslo", "Rome"))).to_address() == "column:city=in:Oslo,Rome"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "a=b",
        "a=1..2..3",
        "a=..",
        "=;=;",
        "a=in",
        "x" * 10_000,
        "a=nan..",
        "a=1..inf",
        "a=1e999..",
        "a=..-1e999",
    ],
)
def test_what_is_no_filter_in_an_address_is_left_out_and_said(text):
    filters, sentences = Filters.from_address(text)
    assert not filters
    assert len(sentences) == 1
    assert Filters.from_address("") == (Filters(), [])


def test_what_is_no_longer_there_is_dropped_with_a_sentence(columns):
    filters = (
        Filters()
        .having(CITY, Condition(values=("Rome", "Paris")))
        .having("group", Condition(values=("late, wait",)))
        .having(STARS, Condition(values=("5",)))
    )
    kept, sentences = filters.checked(columns)
    assert kept == Filters().having(CITY, Condition(values=("Rome",)))
    assert [s for s in sentences if "Paris" in s and "city" in s]
    assert [s for s in sentences if "“group”" in s and "none here" in s]
    assert [s for s in sentences if "“stars”" in s and "something else" in s]
    assert kept.checked(columns) == (kept, [])
    assert filters.checked(columns, waiting=["group"])[0].of("group").values == ("late, wait",)


def test_what_is_not_there_for_a_moment_filters_nothing(columns):
    waiting = Filters().having("group", Condition(values=("late, wait",)))
    assert waiting.mask(columns) is None
    assert Filters().having(CITY, Condition(values=("Paris",))).mask(columns) is None
    assert left(waiting.having(CITY, Condition(values=("Bonn",))), columns) == [5]


def test_a_group_that_is_called_otherwise_stays_chosen():
    filters = Filters().having("group", Condition(values=("late, wait", "view")))
    assert filters.renamed("group", {"late, wait": "wait, desk"}).of("group").values == ("wait, desk", "view")
