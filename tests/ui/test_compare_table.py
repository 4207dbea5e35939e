import numpy as np
import pytest

from gst_core.analysis import Contingency, Grouping
from gst_core.ui.compare_table import OF_COLUMN, OF_ROW, TEXTS, table_of
from gst_core.ui.figures import ALL


def contingency(rows, columns, row_names, column_names):
    groupings = [
        Grouping(np.array(codes, dtype=np.int32), names, ("#123456",) * len(names), "none")
        for codes, names in ((rows, row_names), (columns, column_names))
    ]
    return Contingency(*groupings, np.ones(len(rows), dtype=bool))


BOTH = contingency([0, 0, 0, 2, -1], [0, 0, 1, 1, 0], ("a", "empty", "c"), ("x", "y", "empty"))


def test_the_table_has_what_holds_texts_and_those_of_no_kind_last():
    head, rows = table_of(BOTH, TEXTS)
    assert [cell.text for cell in head] == ["x", "y"]
    assert [[cell.text for cell in row] for row in rows] == [["a", "2", "1"], ["c", "0", "1"], ["none", "1", "0"]]


@pytest.mark.parametrize(("measure", "cells"), [(OF_ROW, ["67%", "33%"]), (OF_COLUMN, ["67%", "50%"])])
def test_shares_are_of_the_row_or_of_the_column(measure, cells):
    assert [cell.text for cell in table_of(BOTH, measure)[1][0][1:]] == cells


def test_a_cell_means_both_of_its_kinds_and_a_name_all_of_one():
    head, rows = table_of(BOTH, TEXTS)
    assert [[cell.meant for cell in row] for row in rows[1:]] == [
        [(2, ALL), (2, 0), (2, 1)],
        [(-1, ALL), (-1, 0), (-1, 1)],
    ]
    assert [cell.meant for cell in head] == [(ALL, 0), (ALL, 1)]


def test_a_reader_who_does_not_see_the_table_is_told_what_a_cell_holds():
    head, rows = table_of(BOTH, OF_ROW)
    assert rows[0][1].told == "a and x: 2 texts"
    assert head[1].told == "y: 2 texts"


def test_a_cell_is_shaded_by_how_much_it_holds():
    assert [cell.part for cell in table_of(BOTH, TEXTS)[1][0][1:]] == [1.0, 0.5]
