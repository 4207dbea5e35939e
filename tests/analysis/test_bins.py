import numpy as np
import pytest

from gst_core.analysis.bins import MOST, MOST_DATES, bins_of


def seconds(*moments):
    return np.array(moments, dtype="M8[s]").astype(np.int64).astype(float)


def test_few_whole_numbers_have_a_bin_each_that_is_called_like_them():
    bins = bins_of(np.array([1.0, 5, 4, np.nan, 2, 5]), "number")
    assert bins.edges.tolist() == [1, 2, 3, 4, 5, 6]
    assert bins.codes.tolist() == [0, 4, 3, -1, 1, 4]
    assert bins.starts == bins.ends == ("1", "2", "3", "4", "5")


def test_edges_are_round_numbers():
    bins = bins_of(np.linspace(0.0, 1.0, 50), "number")
    assert bins.edges.tolist() == [i / 20 for i in range(21)]
    assert (bins.starts[3], bins.ends[-1], bins.codes[-1]) == ("0.15", "1", 19)
    assert bins_of(np.array([-130.5, 1170.2]), "number").edges.tolist() == list(range(-200, 1300, 100))


@pytest.mark.parametrize(
    "values",
    [
        [1e308, -1e308], [5e-324, 0.0, 1e-322], [1e18 + 128 * i for i in range(9)], [1 + 2e-16, 1.0], [2e18], [-1e300],
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["number", "duration"])
def test_numbers_without_round_ones_between_them_have_bins(values, kind):
    values = np.array(values)
    bins = bins_of(values, kind)
    assert np.isfinite(bins.edges).all()
    assert (np.diff(bins.edges) > 0).all()
    assert len(bins) == len(bins.starts) == len(bins.ends) == len(bins.edges) - 1
    inner = bins.edges[1:-1]
    assert bins.codes.tolist() == np.searchsorted(inner, values, side="right").tolist()


def test_a_value_far_away_leaves_the_others_their_room():
    values = np.append(np.tile(np.arange(10.0), 50), 1e6)
    bins = bins_of(values, "number")
    assert len(bins) == 10
    assert bins.codes[-1] == 9
    assert bins.ends[-1] == "1e+06"


@pytest.mark.parametrize(
    ("first", "last", "edges", "start", "end"),
    [
        ("2015-02-24T11:35", "2015-02-24T13:10", 3, "2015-02-24 11:00", "2015-02-24 13:00"),
        ("2015-02-24T11:35", "2015-03-20", 25, "2015-02-24", "2015-03-20"),
        ("2015-02-24", "2015-11-01", 36, "2015-02-23", "2015-11-01"),
        ("2015-02-24", "2018-11-01", 46, "2015-02", "2018-11"),
        ("1966-05-01", "2015-02-24", 50, "1966", "2015"),
        ("1066-10-14", "2015-02-24", 11, "1000", "2099"),
    ],
)
def test_dates_fall_into_hours_days_weeks_months_or_years_by_how_long_they_span(first, last, edges, start, end):
    bins = bins_of(seconds(first, last), "date")
    assert len(bins) == edges
    assert (bins.starts[0], bins.ends[-1]) == (start, end)
    assert len(bins) <= MOST_DATES + 1
    assert bins.codes.tolist() == [0, len(bins) - 1]


def test_weeks_begin_on_mondays():
    edges = bins_of(seconds("2015-02-24", "2015-11-01"), "date").edges
    assert {int(e) // 86_400 % 7 for e in edges} == {4}  # as 5 January 1970


def test_every_value_is_between_its_edges_and_there_are_not_too_many():
    rng = np.random.default_rng(0)
    for scale in (1e-9, 1e-3, 1.0, 60.0, 1e5, 1e12):
        for kind in ("number", "duration"):
            values = rng.random(400) * scale
            bins = bins_of(values, kind)
            inner = (bins.codes > 0) & (bins.codes < len(bins) - 1)
            assert len(bins) <= MOST + 2
            assert (bins.edges[bins.codes] <= values)[inner].all()
            assert (values < bins.edges[bins.codes + 1])[inner].all()


def test_a_column_without_numbers_and_one_with_one_have_bins_too():
    assert len(bins_of(np.full(3, np.nan), "number")) == 0
    assert bins_of(np.array([2.5, 2.5]), "number").codes.tolist() == [0, 0]
    assert bins_of(seconds("2015-02-24"), "date").codes.tolist() == [0]
