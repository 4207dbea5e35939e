"""Which two are compared: what the address says, else this lens and what says most beside it."""

from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st

from gst_core.analysis import file_columns
from gst_core.ui import compare_sides, state

ENTRY = SimpleNamespace(id="corpus", files="1")
COLUMNS = file_columns(pd.DataFrame({"city": ["Rome", "Oslo"] * 40, "remark": [f"said {i} so" for i in range(80)]}))


def lens(name, classes=()):
    return SimpleNamespace(id=name, name=name, classes=classes)


@pytest.fixture
def lenses(monkeypatch):
    made = [lens("moods", ("angry", "glad")), lens("topics")]
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})
    monkeypatch.setattr(state, "workspace", lambda: SimpleNamespace(lenses=lambda corpus: made))
    monkeypatch.setattr(state, "text_columns", lambda entry: COLUMNS)
    return made


def chosen():
    return compare_sides.chosen(ENTRY, compare_sides.offered(ENTRY))


def test_lenses_the_generic_map_and_columns_with_kinds_can_be_compared(lenses):
    assert list(compare_sides.offered(ENTRY)) == [
        "none/group", "moods/group", "moods/class", "topics/group", "column:city",
    ]  # fmt: skip


def test_the_lens_that_was_looked_at_stands_beside_another_one(lenses):
    st.query_params[state.LENS] = "moods"
    assert chosen() == ("moods/class", "topics/group")


def test_without_another_lens_the_generic_map_stands_beside_it(lenses):
    del lenses[1]
    assert chosen() == ("moods/class", "none/group")


def test_without_any_lens_a_column_stands_beside_the_generic_map(lenses):
    lenses.clear()
    assert chosen() == ("none/group", "column:city")


def test_what_is_chosen_is_in_the_address_and_stays_for_the_session(lenses):
    compare_sides.choose(ENTRY, {"b": "column:city"})
    assert chosen() == ("topics/group", "column:city")
    assert (st.query_params["a"], st.query_params["b"]) == ("topics/group", "column:city")
    st.query_params.clear()
    assert chosen() == ("topics/group", "column:city")


def test_an_address_that_names_what_is_not_there_is_not_followed(lenses):
    st.query_params |= {"a": "gone/class", "b": "column:remark"}
    assert chosen() == ("topics/group", "moods/class")
