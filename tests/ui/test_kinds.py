"""Kinds of a column as charts show them: few, in the map's colours, each with the filter that leaves its texts."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import CLASS, FILE, GROUP, category_column, file_columns
from gst_core.map import ClusterName
from gst_core.ui import palette
from gst_core.ui.kinds import has_kinds, kinds_of

FRAME = pd.DataFrame(
    {
        "city": ["Rome", "Oslo", "Rome", "Rome", "Bonn", "Oslo", None, "Kiel"],
        "stars": [1, 2, 3, 4, 5, 6, 7, np.nan],
        "price": np.linspace(0, 997.5, 8),
        "day": pd.date_range("2024-05-01", periods=8),
        "nothing": [np.nan] * 8,
    }
)
COLUMNS = file_columns(FRAME)
VIEW = SimpleNamespace(
    numbers={4: 7, 2: 1},
    names=[ClusterName(4, 5, ("late",), 0, 0), ClusterName(2, 3, ("view",), 0, 0)],
    classes=("angry", "glad"),
    class_numbers=(3, 0),
)


@pytest.mark.parametrize("name", ["city", "stars", "price", "day"])
@pytest.mark.parametrize("most", [2, 3, 24])
def test_the_filter_of_each_kind_leaves_the_texts_of_that_kind(name, most):
    column = COLUMNS[f"{FILE}{name}"]
    kinds = kinds_of(VIEW, column, most)
    assert len(kinds.grouping.names) == len(kinds.grouping.colours) == len(kinds.conditions) - 1 <= most
    for code, condition in enumerate(kinds.conditions[:-1]):
        assert condition.passes(column).tolist() == (kinds.grouping.codes == code).tolist()
    assert kinds.conditions[-1].passes(column).tolist() == (kinds.grouping.codes < 0).tolist()


def test_the_smallest_categories_are_one_kind():
    kinds = kinds_of(VIEW, COLUMNS[f"{FILE}city"], 3)
    assert kinds.grouping.names == ("Oslo", "Rome", "2 others")
    assert kinds.conditions[2].values == ("Bonn", "Kiel")


def test_groups_and_classes_have_the_colours_that_they_have_on_the_map():
    codes = np.array([0, 1] * 4)
    groups = kinds_of(VIEW, category_column(GROUP, codes, ["late", "view"]), 9)
    assert groups.grouping.colours == (palette.category(7), palette.category(1))
    assert groups.grouping.nothing == "in no group"
    classes = kinds_of(VIEW, category_column(CLASS, codes, ["glad", "angry"]), 9)
    assert classes.grouping.colours == (palette.category(0), palette.category(3))


def test_a_column_that_says_nothing_has_no_kinds():
    assert [has_kinds(column) for column in COLUMNS.values()] == [True, True, True, True, False]
