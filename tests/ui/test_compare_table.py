import numpy as np
import pytest

from gst_core.analysis import Contingency, Grouping
from gst_core.ui import compare_table


def contingency(rows, columns, row_names, column_names):
    groupings = [
        Grouping(np.array(codes, dtype=np.int32), names, ("#123456",) * len(names), "none")
        for codes, names in ((rows, row_names), (columns, column_names))
    ]
    return Contingency(*groupings, np.ones(len(rows), dtype=bool))


BOTH = contingency([0, 0, 0, 2, -1], [0, 0, 1, 1, 0], ("a", "empty", "c"), ("x", "y", "empty"))


def test_the_table_has_what_holds_texts_and_those_of_no_kind_last():
    table = compare_table.frame(BOTH, compare_table.TEXTS)
    assert table.columns.tolist() == ["name", "0", "1", "total"]
    assert table.to_numpy().tolist() == [["a", 2, 1, 3], ["c", 0, 1, 1], ["none", 1, 0, 1]]


@pytest.mark.parametrize(("measure", "cells"), [("share of row", [2 / 3, 1 / 3]), ("share of column", [2 / 3, 1 / 2])])
def test_shares_are_of_the_row_or_of_the_column(measure, cells):
    assert compare_table.frame(BOTH, measure).iloc[0, 1:3].tolist() == pytest.approx(cells)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [((0, "1"), (0, 1)), ((1, "0"), (2, 0)), ((2, "0"), (-1, 0)), ((1, "name"), (2, None)), ((0, "total"), (0, None))],
)
def test_a_cell_means_both_of_its_kinds_and_a_name_its_row(cell, meant):
    table = compare_table.frame(BOTH, compare_table.TEXTS)
    assert compare_table.meant_by(BOTH, table, [cell]) == meant


def test_no_cell_means_nothing():
    assert compare_table.meant_by(BOTH, compare_table.frame(BOTH, compare_table.TEXTS), []) is None
