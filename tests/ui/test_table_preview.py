"""A preview of a table is small whatever the table is, and shows what is in it."""

import numpy as np
import pandas as pd

from gst_core.ui.table_preview import preview


def test_a_preview_does_not_grow_with_the_file():
    wide = pd.DataFrame([{f"c{i}": "x" * 100_000 for i in range(300)}] * 20)
    shown = preview(wide, 8)
    assert shown.shape[0] == 8
    assert shown.map(len).to_numpy().sum() < 100_000


def test_numbers_stay_numbers_and_what_is_no_number_becomes_words():
    table = pd.DataFrame({"n": [1, 2], "list": [["a", "b"], None], "date": pd.to_datetime(["2025-01-02", None])})
    shown = preview(table, 5)
    assert shown["n"].tolist() == [1, 2]
    assert shown["list"][0] == '["a", "b"]'
    assert shown["date"][0].startswith("2025-01-02")
    assert shown[["list", "date"]].iloc[1].isna().all()


def test_the_table_itself_is_left_as_it_is():
    table = pd.DataFrame({"text": ["x" * 1_000]})
    preview(table, 1)
    assert table["text"].str.len().tolist() == [1_000]
    assert np.shape(table) == (1, 1)
