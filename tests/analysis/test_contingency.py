import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score

from gst_core.analysis.contingency import Contingency, Flow, Grouping


def grouping(codes, names="abcdefgh"):
    kinds = tuple(names[: max(codes) + 1])
    return Grouping(np.array(codes, dtype=np.int32), kinds, ("grey",) * len(kinds))


def table(rows, columns, among=None):
    among = np.ones(len(rows), dtype=bool) if among is None else np.array(among)
    return Contingency(grouping(rows), grouping(columns), among)


def test_texts_are_counted_by_both_of_their_kinds_and_those_of_no_kind_last():
    both = table([0, 0, 1, -1, 1], [1, 0, 1, 1, -1])
    assert both.counts.tolist() == [[1, 1, 0], [0, 1, 1], [0, 1, 0]]
    assert both.compared == 3


def test_texts_that_are_left_out_are_not_counted_and_not_found():
    both = table([0, 0, 1], [0, 0, 1], among=[True, False, True])
    assert both.counts.sum() == 2
    assert both.texts(0, 0) == (0,)


def test_a_cell_a_row_and_what_is_of_no_kind_give_their_texts():
    both = table([0, 0, 1, -1], [1, 0, 1, 1])
    assert both.texts(0, 1) == (0,)
    assert both.texts(0, None) == (0, 1)
    assert both.texts(None, 1) == (0, 2, 3)
    assert both.texts(-1, 1) == (3,)


@pytest.mark.parametrize("seed", range(5))
def test_the_agreement_is_the_adjusted_mutual_information_of_what_both_know(seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-1, 4, 300)
    columns = np.where(rng.random(300) < 0.5, rows, rng.integers(-1, 5, 300))
    known = (rows >= 0) & (columns >= 0)
    assert table(rows, columns).agreement == pytest.approx(adjusted_mutual_info_score(rows[known], columns[known]))


def test_the_same_grouping_under_other_numbers_agrees_wholly():
    assert table([0, 1, 2, 0, 1, 2], [2, 0, 1, 2, 0, 1]).agreement == pytest.approx(1.0)


def test_groupings_that_have_nothing_to_do_with_each_other_agree_by_chance_alone():
    rng = np.random.default_rng(0)
    found = [table(rng.integers(0, 4, 500), rng.integers(0, 6, 500)).agreement for _ in range(30)]
    assert abs(np.mean(found)) < 0.005


def test_one_kind_alone_is_not_compared():
    assert table([0, 0, 0], [0, 1, 0]).agreement is None
    assert table([-1, -1, 0], [0, 1, -1]).agreement is None


def test_the_largest_flows_come_first_and_empty_ones_not_at_all():
    both = table([0, 0, 0, 1, 1], [1, 1, 0, 0, 0])
    assert both.flows() == [Flow(0, 1, 2), Flow(1, 0, 2), Flow(0, 0, 1)]


def test_many_kinds_are_folded_into_the_largest_and_the_rest():
    many = grouping([0, 1, 1, 2, 3, 3, 3, -1])
    few = many.folded(3, "white")
    assert few.names == ("b", "d", "2 others")
    assert few.codes.tolist() == [2, 0, 0, 2, 1, 1, 1, -1]
    assert few.colours == ("grey", "grey", "white")
    assert many.folded(4, "white") is many


@given(st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 6)), min_size=1), st.integers(2, 8))
def test_folding_loses_no_text_and_each_text_is_in_one_cell(pairs, most):
    rows, columns = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    names = tuple("abcdefg")
    folded = [Grouping(side, names, ("grey",) * 7).folded(most, "white") for side in (rows, columns)]
    both = Contingency(*folded, np.ones(len(pairs), dtype=bool))
    assert both.counts.sum() == len(pairs)
    cells = [both.texts(r, c) for r in range(-1, len(folded[0].names)) for c in range(-1, len(folded[1].names))]
    assert sorted(i for cell in cells for i in cell) == list(range(len(pairs)))
    assert all(len(one.names) <= most for one in folded)
