"""What a column means: numbers and dates as people write them, read beside the characters that stay."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gst_core.corpus.meaning import read_column


def shown(*values):
    reading = read_column(pd.Series(values))
    return reading.kind, [reading.shown(n) for n in ([] if reading.numbers is None else reading.numbers)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1.234,50 €", "12,00 €"], ["1234.5", "12"]),
        (["$1,200.50", "$3"], ["1200.5", "3"]),
        (["1,234", "12,500"], ["1234", "12500"]),
        (["950", "1.100", "2.300"], ["950", "1100", "2300"]),
        (["1.100", "2.300"], ["1.1", "2.3"]),
        (["1\u00a0234,5", "7"], ["1234.5", "7"]),
        (["1'234.50", "12.00"], ["1234.5", "12"]),
        (["12 %", "−7 %"], ["12", "-7"]),
        (["5E3", "1E3"], ["5000", "1000"]),
        (["+1", "-1"], ["1", "-1"]),
    ],
)
def test_amounts_are_numbers_however_people_write_them(written, read):
    assert shown(*written) == ("number", read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["24-02-2015 11.35", "3-1-2016 09.05"], ["2015-02-24", "2016-01-03"]),
        (["2/24/2015", "3/1/2015"], ["2015-02-24", "2015-03-01"]),
        (["13/2/2015", "3/1/2015"], ["2015-02-13", "2015-01-03"]),
        (["01.03.2024", "02.03.2024"], ["2024-03-01", "2024-03-02"]),
        (["3/1/24 2:05 PM", "12/31/24 11:59 AM"], ["2024-03-01", "2024-12-31"]),
        (["2024-03-30", "2024-03-31T00:30:00+01:00"], ["2024-03-30", "2024-03-30"]),
        (["9999-12-31", "1066-10-14"], ["9999-12-31", "1066-10-14"]),
        (["2024/03/01", "2024/12/01"], ["2024-03-01", "2024-12-01"]),
        (["1 Mar 2024", "12 Apr 2023"], ["2024-03-01", "2023-04-12"]),
        (["March 5, 2024", "April 6, 2024"], ["2024-03-05", "2024-04-06"]),
        (["2015-2-4", "2015-12-14 9.05"], ["2015-02-04", "2015-12-14"]),
        (["2015-02-24T11", "2015-02-24 23:30:00.25 -0200"], ["2015-02-24", "2015-02-25"]),
        (["20150224T113512Z", "20150225T0005+0100"], ["2015-02-24", "2015-02-24"]),
        (["24-02-2015 11h35", "25-02-2015 0h05"], ["2015-02-24", "2015-02-25"]),
        (["24-Feb-2015 11:35", "25-Mar-2015 09:05"], ["2015-02-24", "2015-03-25"]),
        (
            ["31.02.2015", "28.02.2015", "27.02.2015", "26.02.2015", "25.02.2015"],
            ["", *(f"2015-02-{d}" for d in (28, 27, 26, 25))],
        ),
        (["Wed Oct 10 20:19:24 +0000 2018", "Thu Oct 11 01:00:00 +0000 2018"], ["2018-10-10", "2018-10-11"]),
    ],
)
def test_dates_are_dates_however_people_write_them(written, read):
    assert shown(*written) == ("date", read)


@pytest.mark.parametrize(
    ("numbers", "read"),
    [
        ([42059.0, 42060.5, None], ["2015-02-24", "2015-02-25", ""]),  # as Excel counts days
        ([1424777712, 1424864112], ["2015-02-24", "2015-02-25"]),
        ([1424777712000, 1424864112000], ["2015-02-24", "2015-02-25"]),
        ([20150224, 20150225, 20151399], ["2015-02-24", "2015-02-25", ""]),
        ([2015, 1999], ["2015-01-01", "1999-01-01"]),
        (["42059,48", "42060,5"], ["2015-02-24", "2015-02-25"]),
    ],
)
def test_numbers_are_dates_where_a_person_says_so(numbers, read):
    reading = read_column(pd.Series(numbers), "date")
    assert reading.kind == "date"
    assert [reading.shown(n) for n in reading.numbers] == read


def test_what_a_person_says_goes_before_what_it_looks_like():
    assert read_column(pd.Series(["2015-02-24", "2015-02-25"]), "category").numbers is None
    assert read_column(pd.Series(["1,5", "2.5", "n/a"]), "number").numbers[:2].tolist() == [1.5, 2.5]
    assert np.isnan(read_column(pd.Series(["1,5", "2.5", "n/a"]), "number").numbers[2])
    unread = read_column(pd.Series(["soon", "later"]), "date")
    assert (unread.kind, np.isnan(unread.numbers).all()) == ("date", True)
    assert read_column(pd.Series([1, 2, 2]), "id").kind == "id"


def test_a_few_remarks_among_dates_leave_it_a_column_of_dates():
    assert shown(*[f"2024-03-{d:02d}" for d in range(1, 10)], "unknown")[0] == "date"


def test_a_postcode_stays_a_postcode_and_words_stay_words():
    assert shown("01000", "99999")[0] == "category"
    assert shown("may", "june")[0] == "category"
    assert shown("1.2.3", "1.2.4")[0] == "category"
    assert shown("1_000", "2_000")[0] == "category"


def test_days_and_months_that_contradict_each_other_are_no_dates():
    assert shown("13/2/2015", "2/13/2015")[0] == "category"


def test_long_numbers_that_are_all_different_are_ids():
    assert read_column(pd.Series([1582218195625938945, 1582218195625938946])).kind == "id"
    assert read_column(pd.Series([1, 2, 3], name="order_id")).kind == "id"
    assert read_column(pd.Series([1, 2, 2], name="order_id")).kind == "number"


def test_what_is_endless_is_no_value_of_a_scale():
    values = pd.Series([1.0, np.inf, -np.inf, np.nan])
    for kind in (None, "duration"):
        assert np.isnan(read_column(values, kind).numbers).tolist() == [False, True, True, True]


def test_a_duration_of_more_days_than_can_be_written_is_shown_in_seconds():
    assert read_column(pd.Series([5e17]), "duration").shown(5e17) == "5e+17"


def test_durations_are_seconds():
    assert shown("0 days 00:01:00", "1 days 01:00:00") == ("duration", ["0:01:00", "1 day, 1:00:00"])
    assert shown("10:00:00", "10:05") == ("duration", ["10:00:00", "10:05:00"])


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([datetime.date(2024, 3, 1), None]), "date"),
        (pa.array([datetime.time(10), None]), "duration"),
        (pa.array([Decimal("1.10"), None]), "number"),
        (pa.array([[1.0], None]), "list"),
        (pa.array([{"a": 1}, None]), "list"),
        (pa.array([b"\xff", None]), "list"),
    ],
)
def test_columns_of_arrows_types_have_a_meaning(array, kind):
    reading = read_column(pd.Series(pd.arrays.ArrowExtensionArray(array)))
    assert reading.kind == kind
    assert reading.numbers is None or np.isnan(reading.numbers).tolist() == [False, True]


def test_zones_categories_and_blanks_have_a_meaning():
    moments = pd.Series(pd.to_datetime(["2024-03-01T00:30+01:00", None], utc=True)).dt.tz_convert("Europe/Berlin")
    assert [read_column(moments).shown(n) for n in read_column(moments).numbers] == ["2024-02-29", ""]
    assert read_column(pd.Series(["a", "b"], dtype="category")).kind == "category"
    assert read_column(pd.Series(["", ""])).kind == "category"
    assert read_column(pd.Series([True, None], dtype="boolean")).kind == "category"
    assert np.isnan(read_column(pd.Series([1, None], dtype="Int64")).numbers[1])


def test_many_different_sentences_are_text():
    assert read_column(pd.Series([f"sentence number {i}" for i in range(100)])).kind == "text"
