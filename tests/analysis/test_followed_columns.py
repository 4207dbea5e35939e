"""A column's values become classes, and a sample of each is spread out over its texts."""

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import classes_of_column, file_columns, spread_sample
from gst_core.errors import WorkspaceError

ROWS = pd.DataFrame(
    {
        "airline": ["Delta", "United", None, "Delta"] * 10,
        "stars": [1, 5, 3, 3] * 10,
        "delay": np.arange(40) * 1.5,
        "week": pd.date_range("2015-02-01", periods=40),
        "same": "x",
        "note": [f"a note on text number {i} of many" for i in range(40)],
    }
)
COLUMNS = file_columns(ROWS, {"note": "text"})


def test_categories_and_few_numbers_are_classes_and_a_text_without_a_value_has_none():
    codes, names = classes_of_column(COLUMNS["column:airline"])
    assert [names[c] if c >= 0 else None for c in codes[:4]] == ["Delta", "United", None, "Delta"]
    codes, names = classes_of_column(COLUMNS["column:stars"])
    assert [names[c] for c in codes[:4]] == ["1", "5", "3", "3"]


def test_many_numbers_and_dates_are_classes_by_quarters():
    codes, names = classes_of_column(COLUMNS["column:delay"])
    assert np.bincount(codes).tolist() == [10] * 4
    assert names[0] == "0 to 13.5"
    assert classes_of_column(COLUMNS["column:week"])[1][3] == "2015-03-03 to 2015-03-12"


@pytest.mark.parametrize("name", ["same", "note"])
def test_what_tells_no_texts_apart_is_refused_in_a_sentence(name):
    with pytest.raises(WorkspaceError, match=f"“{name}”"):
        classes_of_column(COLUMNS[f"column:{name}"])


def test_a_sample_has_so_many_of_each_class_and_one_of_each_of_its_parts():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, -1], 60)
    part = np.tile(np.arange(3), 60)
    X = (5 * np.eye(8)[part] + 0.1 * rng.normal(size=(180, 8))).astype(np.float32)
    chosen = spread_sample(codes, 3, X)
    assert np.bincount(codes[chosen]).tolist() == [3, 3]
    assert [sorted(part[chosen[codes[chosen] == c]]) for c in (0, 1)] == [[0, 1, 2]] * 2
    assert np.array_equal(spread_sample(codes, 3, X), chosen)
    assert len(spread_sample(codes, None, X)) == 120
    assert len(spread_sample(codes, 500, X)) == 120


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_texts_that_are_all_alike_are_each_chosen_once():
    chosen = spread_sample(np.zeros(10, dtype=np.int64), 4, np.ones((10, 3), dtype=np.float32))
    assert len(set(chosen)) == 4
