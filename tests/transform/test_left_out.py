"""Columns that are left out: what counts as a category, as a number, as missing, and what cannot be erased."""

import numpy as np
import pandas as pd
import pytest

from gst_core.errors import TransformError
from gst_core.transform.left_out import read_left_out


def varying(leave_out, n):
    """Return the columns that are not the same for all texts."""
    dense = read_left_out(leave_out, n).numbers.toarray()
    return dense[:, dense.std(axis=0) > 0]


def test_each_value_of_a_category_has_a_column_and_so_have_missing_and_rare_ones():
    values = ["room", "food", None, "room", "food", "bill", "", "staff"]
    columns = {tuple(c) for c in varying(values, 8).T.astype(int)}
    assert columns == {
        (1, 0, 0, 1, 0, 0, 0, 0),
        (0, 1, 0, 0, 1, 0, 0, 0),
        (0, 0, 1, 0, 0, 0, 1, 0),
        (0, 0, 0, 0, 0, 1, 0, 1),
    }


def test_numbers_stand_beside_their_tenths_so_that_the_middle_is_not_told_from_the_ends():
    columns = varying(np.random.default_rng(0).normal(size=200), 200)
    assert columns.shape == (200, 11)
    assert np.allclose(columns[:, 1:].sum(axis=0), 20)


def test_few_different_numbers_are_kinds():
    assert varying([1, 2, 3, 4, 5] * 20, 100).shape == (100, 6)


def test_a_missing_number_is_a_kind_and_the_others_keep_their_order():
    columns = varying([1.5, np.nan, 3.5, 2.5] * 10, 40)
    assert columns.shape == (40, 5)
    assert np.argsort(columns[[0, 2, 3], 0]).tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    "same", [np.tile(["a", "b"], 20), ["a", "b"] * 20, pd.Series(["a", "b"] * 20, dtype="category")]
)
def test_arrays_lists_and_series_say_the_same(same):
    assert np.array_equal(varying(same, 40), varying(["a", "b"] * 20, 40))


def test_a_table_has_its_columns_side_by_side():
    table = pd.DataFrame(
        {"shop": ["a", "b", "a"] * 20, "day": pd.date_range("2024-01-01", periods=60), "stars": [1, 2] * 30}
    )
    assert varying(table, 60).shape == (60, 2 + 11 + 3)
    assert varying(np.array([["a", "x"], ["b", "y"]] * 30), 60).shape == (60, 4)


@pytest.mark.parametrize(
    ("leave_out", "says"),
    [
        ([f"id-{i}" for i in range(50)], "tells 50 of 50 texts from all others"),
        (range(100, 150), "numbers the texts"),
        (["a"] * 49, "X has 50 rows"),
        ([{}] * 50, "Row 0 of leave_out is a dict"),
        ([1.0, np.inf] * 25, "Row 1 of leave_out is infinite"),
        ([10**400, 1] * 25, "too large"),
        (None, "give one value for each text"),
        (np.zeros((50, 0)), "X has 50 rows"),
        (pd.DataFrame({"key": [f"id-{i}" for i in range(50)]}), "the column “key” of leave_out tells"),
    ],
)
def test_what_cannot_be_left_out_is_said_in_a_sentence(leave_out, says):
    with pytest.raises(TransformError, match=says):
        read_left_out(leave_out, 50)


def test_half_an_emoji_is_a_value_as_any_other():
    assert read_left_out(["\ud83d", "b"] * 20, 40).numbers.shape[0] == 40
