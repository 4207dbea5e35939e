"""Texts are listed in the order that a person asked for, and what has no value stands last."""

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import (
    PROBABILITY,
    border_distance,
    file_columns,
    number_column,
    ordered,
    sorting_values,
)


@pytest.mark.parametrize(("descending", "expected"), [(False, [4, 0, 2, 3, 1]), (True, [3, 0, 2, 4, 1])])
def test_what_is_alike_stays_in_order_and_what_is_missing_stands_last(descending, expected):
    values = np.array([5.0, np.nan, 5.0, 7.0, 1.0])
    rows = np.arange(5, dtype=np.int32)
    found = ordered(rows, values, descending=descending)
    assert found.tolist() == expected
    assert found.dtype == np.int32


def test_only_the_texts_that_are_listed_are_ordered():
    assert ordered(np.array([3, 1], dtype=np.int32), np.array([0.0, 1.0, 2.0, 3.0])).tolist() == [1, 3]


def in_order_of(values):
    """The rows of a file's column as the table sorts them."""
    column = file_columns(pd.DataFrame({"it": values}))["column:it"]
    return ordered(np.arange(len(values), dtype=np.int32), sorting_values(column)).tolist()


def test_kinds_stand_as_in_a_dictionary_and_numbers_among_them_by_size():
    assert in_order_of(["delta", "United", None, "american", "delta"]) == [3, 0, 4, 1, 2]
    assert in_order_of(["10", "9", "n/a", "1,5", "nan"])[:3] == [3, 1, 0]


def test_many_kinds_which_are_listed_by_how_many_there_are_are_sorted_by_name():
    names = [f"kind {i:02d}" for i in reversed(range(30))] + ["kind 29"] * 5
    assert in_order_of(names)[:3] == [29, 28, 27]


def test_dates_are_sorted_by_time_and_numbers_by_size():
    assert in_order_of(["24-02-2015 11.35", "3-02-2015 9.05", "25-02-2015 10.00"]) == [1, 0, 2]
    assert in_order_of(["1.000,5", "20,25", "3"]) == [2, 1, 0]


def test_long_remarks_are_sorted_as_words():
    remarks = [f"remark {i} of some length" for i in range(99, 0, -1)] + [" ", "a first one"]
    found = in_order_of(remarks)
    assert found[0] == 100
    assert found[-1] == 99, "the empty one"


def test_a_column_of_ours_is_sorted_by_its_numbers():
    column = number_column(PROBABILITY, np.array([0.5, np.nan, 0.25], dtype=np.float32))
    assert ordered(np.arange(3, dtype=np.int32), sorting_values(column)).tolist() == [2, 0, 1]


def test_the_border_of_two_classes_is_where_both_are_as_likely():
    P = np.array([[0.5, 0.5], [0.9, 0.1], [0.3, 0.7]])
    assert border_distance(P, (0, 1)) == pytest.approx([0.0, 0.8, 0.4])
    assert border_distance(P) == pytest.approx([0.0, 0.8, 0.4])


def test_a_text_that_is_surely_of_a_third_class_is_at_no_border_of_the_two():
    P = np.array([[0.02, 0.02, 0.96], [0.4, 0.5, 0.1], [0.1, 0.45, 0.45]])
    assert border_distance(P, (0, 1)).argmin() == 1
    assert border_distance(P, (0, 1))[0] == pytest.approx(0.94)
    assert border_distance(P)[2] == pytest.approx(0.0), "of its own two likeliest"
