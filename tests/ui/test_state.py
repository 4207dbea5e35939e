"""What a session remembers stays true when the workspace changes under it."""

from types import SimpleNamespace

import pytest
import streamlit as st

from gst_core.ui import state


@pytest.fixture(autouse=True)
def _session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def test_what_is_selected_of_a_corpus_that_became_shorter_is_forgotten():
    state.select((3, 99, -1, 7))
    before = state.selection_basis()
    state.keep_selection_within(50)
    assert state.selection() == (3, 7)
    assert state.selection_basis() == before + 1, "the browser is told"
    state.keep_selection_within(50)
    assert state.selection_basis() == before + 1


@pytest.mark.parametrize("said", [None, 7, "", "x" * 32, {"a": 1}, "A" * 32, "0" * 31])
def test_a_browser_cannot_be_any_session(said):
    own = state.session()
    state.continue_session(said)
    assert state.session() == own


def test_a_tab_that_is_reloaded_goes_on_as_its_session():
    state.session()
    state.continue_session("0f" * 16)
    assert state.session() == "0f" * 16


def test_the_table_goes_on_listing_what_was_selected_when_a_row_of_it_is_selected_and_labelled():
    state.select((3, 7, 9))
    assert state.take_selection((7,), state.selection_basis(), in_table=True)
    assert state.selection() == (7,)
    assert state.listed_selection() == (3, 7, 9)
    state.select(())  # as labelling does
    assert state.listed_selection() == (3, 7, 9)
    assert state.take_selection((1,), state.selection_basis())
    assert state.listed_selection() == (1,), "drawn on the map"
    state.select(())
    assert state.listed_selection() == ()


def test_the_table_lists_nothing_of_a_corpus_that_became_shorter():
    state.select((3, 70))
    state.take_selection((3,), state.selection_basis(), in_table=True)
    state.keep_selection_within(50)
    assert state.listed_selection() == (3,)


def test_what_was_made_of_equal_sets_and_words_is_not_made_again():
    one, other = (state.memoize("words", ("a", frozenset(("hotel", "room")), 2), list) for _ in range(2))
    assert one is other
    assert state.memoize("words", ("a", frozenset(("hotel",)), 2), list) is not one


def test_the_map_without_an_instruction_that_an_address_names_is_there_on_the_next_page(monkeypatch):
    lenses = [SimpleNamespace(id="a"), SimpleNamespace(id="b")]
    monkeypatch.setattr(state, "workspace", lambda: SimpleNamespace(lenses=lambda corpus_id: lenses))
    for named in (state.NO_LENS, "a"):
        monkeypatch.setattr(st, "query_params", {state.LENS: named})
        shown = state.current_lens("corpus")
        st.query_params.clear()  # as a link to another page of ours leaves it
        assert state.current_lens("corpus") is shown
        assert st.query_params == {state.LENS: named}
