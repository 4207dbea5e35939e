"""What the map's browser side is sent: bounded whatever the corpus, and as it reads it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.ui.map_component.contract import (
    HOVER_COLUMNS,
    MOST_AT_ONCE,
    by_category,
    colouring_payload,
    documents_payload,
    positions_payload,
    read_click,
    read_events,
    rows_wanted,
)

MEGABYTE = 1_000_000
SENT = ("rows", "basis", "name", "moment", "class", "documents")


@given(st.text(max_size=20), st.integers(0, 2**31), st.integers(0, 50))
def test_positions_travel_as_bytes(key, revision, n):
    positions = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
    payload = positions_payload(key, revision, positions)
    told, length = np.frombuffer(payload[:8], dtype="<u4")
    assert told == revision
    assert payload[8 : 8 + length].decode("utf-8") == key
    start = 8 + -(-int(length) // 4) * 4
    assert np.array_equal(np.frombuffer(payload[start:], dtype="<f4").reshape(-1, 2), positions)


@pytest.fixture(scope="module")
def huge():
    """A corpus of 300,000 texts, some of which are long."""
    n = 300_000
    texts = tuple(f"text {i}" if i % 7 else f"long {i} " * 2_000 for i in range(n))
    return texts, pd.DataFrame({f"column {i}": np.arange(n) for i in range(12)})


def test_a_message_about_texts_never_grows_with_the_corpus(huge):
    texts, metadata = huge
    for rows in ((), (0, 299_999), range(len(texts))):
        payload = documents_payload(texts, metadata, rows)
        assert len(json.dumps(payload)) < 10 * MEGABYTE
        assert len(payload["texts"]) == min(len(rows), MOST_AT_ONCE)
        assert len(payload["metadata"]) == HOVER_COLUMNS


def test_a_map_of_300_000_texts_takes_a_few_megabytes(huge):
    n = len(huge[0])
    positions = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    names = tuple("a name of a kind that somebody has given " * 500 for _ in range(200))
    colouring = colouring_payload(by_category(np.zeros(n, dtype=np.int16), names))
    assert len(positions_payload("map", 1, positions)) < 3 * MEGABYTE
    assert len(json.dumps(colouring)) < 2 * MEGABYTE


def test_only_rows_that_are_there_are_sent():
    texts, metadata = ("one", "two"), pd.DataFrame({"stars": [5, None]})
    payload = documents_payload(texts, metadata, (1, -1, 2, 10**9))
    assert payload == {"rows": [1], "texts": ["two"], "metadata": {"stars": [""]}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(SENT) | st.text(), inner, max_size=5),
    max_leaves=12,
)


@given(JSON, JSON)
def test_whatever_a_browser_sends_is_read_or_counts_as_nothing(selected, pressed):
    events = read_events(selected, pressed)
    assert all(type(i) is int for i in events.selected)
    assert events.command in ("", "undo", "redo")


def test_a_selection_says_whether_it_was_made_in_the_table():
    assert read_events({"rows": [1], "basis": 3, "by": "table"}, None).in_table
    assert not read_events({"rows": [1], "basis": 3, "by": "map"}, None).in_table
    assert not read_events({"rows": [1], "basis": 3}, None).in_table


@pytest.mark.parametrize("sent", [None, {}, {"rows": "x"}, {"rows": ["a", None]}, 7, {"rows": {"a": 1}}])
def test_what_no_map_asks_for_counts_as_nothing(sent):
    assert rows_wanted(sent) == ()


@pytest.mark.parametrize("clicked", [None, "x", {}, {"meant": "3"}, {"meant": [None, "1"]}])
def test_a_click_that_the_chart_did_not_name_means_nothing(clicked):
    assert read_click(clicked) == ()


def test_a_click_on_a_chart_is_read_as_the_numbers_that_its_figure_gave():
    assert read_click({"meant": [3, 0], "moment": 1.5}) == (3, 0)


def test_positions_that_are_sent_again_are_other_bytes_of_the_same_points():
    positions = np.ones((2, 2), dtype=np.float32)
    first, again = (positions_payload("map", 7, positions, count) for count in (0, 3))
    assert first != again
    assert (first[:4], first[8:]) == (again[:4], again[8:])
    assert again[4:8] == np.array([3 + 3 * 2**24], dtype="<u4").tobytes()
