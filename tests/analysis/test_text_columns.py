import numpy as np
import pandas as pd

from gst_core.analysis import CLASS, PROBABILITY, category_column, file_columns, number_column


def metadata():
    return pd.DataFrame(
        {
            "city": ["Rome", "", "Oslo", "Rome"],
            "stars": [1, 5, 4, 2],
            "when": ["24-02-2015 11.35", "25-02-2015 09.00", "", "26-02-2015 10.01"],
            "class": ["a", "b", "a", None],
        }
    )


def test_a_files_columns_have_kinds_codes_and_numbers():
    columns = file_columns(metadata())
    assert list(columns) == ["column:city", "column:stars", "column:when", "column:class"]
    assert [c.kind for c in columns.values()] == ["category", "number", "date", "category"]
    city = columns["column:city"]
    assert city.categories == ("Oslo", "Rome")
    assert city.codes.tolist() == [1, -1, 0, 1]
    assert city.codes.dtype == np.int32
    assert columns["column:stars"].numbers.tolist() == [1, 5, 4, 2]
    assert np.isnan(columns["column:when"].numbers[2])
    assert [columns["column:when"].shown(i) for i in (0, 2)] == ["24-02-2015 11.35", ""]


def test_a_column_of_the_file_that_is_called_like_ours_stands_beside_ours():
    columns = file_columns(metadata()).followed_by(category_column(CLASS, np.array([0, 1, -1, 0]), ("x", "y")))
    assert columns["column:class"].title == "column class"
    assert columns["column:class"].categories == ("a", "b")
    assert [columns[CLASS].shown(i) for i in range(4)] == ["x", "y", "", "x"]


def test_a_kind_that_the_analyst_says_is_taken_up():
    table = pd.DataFrame({"stars": [1, 5, 4], "day": [45000, 45001, None]})
    columns = file_columns(table, {"stars": "category", "day": "date"})
    assert columns["column:stars"].categories == ("1", "4", "5")
    assert str(np.datetime64(int(columns["column:day"].numbers[0]), "s")) == "2023-03-15T00:00:00"


def test_a_column_is_read_once_for_all_maps():
    columns = file_columns(metadata())
    one = columns.followed_by(number_column(PROBABILITY, np.full(4, 0.5)))
    assert one["column:city"] is columns.followed_by()["column:city"]
    assert one[PROBABILITY].shown(0) == "0.5"
