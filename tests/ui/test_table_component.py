"""What goes into the table of texts, and what comes out of it."""

import numpy as np
import pytest

from gst_core.ui.map_component import TableEvents, cell, cut, read_table_events
from gst_core.ui.map_component.contract import order_payload


@pytest.mark.parametrize("key", ["", "table", "Straße ☂"])
def test_an_order_travels_as_four_bytes_a_text(key):
    rows = np.array([5, 0, 99_999], dtype=np.int32)
    payload = order_payload(key, 4_000_000_000, rows)
    told, length = np.frombuffer(payload[:8], dtype="<u4")
    assert told == 4_000_000_000
    assert payload[8 : 8 + length].decode("utf-8") == key
    assert np.frombuffer(payload[8 + -(-int(length) // 4) * 4 :], dtype="<i4").tolist() == rows.tolist()


def test_what_the_table_sends_is_read():
    sent = {
        "wanted": {"rows": [3, 4], "version": "x"},
        "sort": {"key": "column:stars", "moment": 1.5},
        "opened": {"row": 7},
        "copy": {"rows": [1], "moment": 2.5},
    }
    assert read_table_events(sent) == TableEvents((3, 4), "column:stars", 7, (1,), 2.5)
    assert read_table_events({"copy": {"rows": [], "moment": 3}}).copied == (), "all that is listed"


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [1], {"rows": "x"}, {"row": "7"}, {"key": 5, "moment": "now"}, {"row": True}]
)
def test_what_no_table_sends_counts_as_nothing(odd):
    assert read_table_events(dict.fromkeys(("wanted", "sort", "opened", "copy"), odd)) == TableEvents()


def test_a_browser_gets_no_more_rows_at_once_than_it_can_show():
    assert len(read_table_events({"wanted": {"rows": list(range(100_000))}}).wanted) == 600


def test_rows_and_cells_are_cut():
    assert len(cut("a" * 5_000)) == 300
    assert cell("short") == "short"
    assert len(cell("b" * 500)) == 80
