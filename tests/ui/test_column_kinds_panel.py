"""What columns hold is guessed and shown where a file is opened, and what an analyst says goes before the guess."""

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.analysis import FILE, file_columns
from gst_core.corpus import read_corpus
from gst_core.ui import column_kinds_panel, file_panel, state
from gst_core.ui.column_kinds_panel import described, edited
from tests.corpus.test_corpus import file
from tests.ui.test_file_panel import opened, press, workspace  # noqa: F401 - fixtures

LETTERS = 'text,day,price\none letter,42059.5,"1,50"\nanother letter,42060,"2,25"\n'


@pytest.fixture
def editor(monkeypatch):
    """The tables of kinds that are drawn, and a way to choose in the last of them, as a browser does."""
    drawn = []
    monkeypatch.setattr(st, "data_editor", lambda table, **how: drawn.append((table, how)))

    def choose(row, kind):
        _, how = drawn[-1]
        st.session_state[how["key"]] = {"edited_rows": {row: {"kind": kind}}}
        how["on_change"]()

    return drawn, choose


def test_columns_are_described_by_a_kind_an_example_and_what_is_missing():
    table = pd.DataFrame({"day": [None, "24-02-2015 11.35"], "city": ["Rome", "Oslo"], "nothing": [None, None]})
    found = [described(c) for c in file_columns(table).values()]
    assert found[0] == ("day", "date", "24-02-2015 11.35 → 2015-02-24", 1)
    assert found[1] == ("city", "category", "Rome", 0)
    assert found[2] == ("nothing", "category", "", 2)


@pytest.mark.parametrize("sent", [None, {}, {"edited_rows": {0: {}, 7: {"kind": "date"}, 1: {"kind": "colour"}}}])
def test_what_says_no_kind_changes_nothing(sent):
    assert edited(sent, ["column:a", "column:b"]) == {}


def test_kinds_are_shown_when_a_file_is_opened_and_what_is_chosen_is_kept(opened, workspace, editor, monkeypatch):  # noqa: F811
    drawn, choose = editor
    monkeypatch.setattr(file_panel, "encoder_identity", lambda name: name)
    monkeypatch.setattr(st, "switch_page", lambda page: None)
    shown = opened(LETTERS)
    assert drawn[-1][0].values.tolist() == [["day", "number", "42059.5", 0], ["price", "number", "1,50 → 1.5", 0]]
    with monkeypatch.context() as here:
        here.setattr(st, "session_state", {})
        choose(0, "date")
    shown.run()
    assert drawn[-1][0]["example"][0] == "42059.5 → 2015-02-24"
    press(shown, "Open this corpus")
    assert not shown.exception
    entry = workspace.corpora()[0]
    assert workspace.column_kinds(entry.id) == {"day": "date"}


def test_a_corpus_of_the_workspace_takes_another_kind_at_once_and_its_own_again(workspace, editor, monkeypatch):  # noqa: F811
    drawn, choose = editor
    table = pd.DataFrame({"day": [42059.5, 42060.0]})
    monkeypatch.setattr(st, "session_state", {})
    entry = workspace.add_corpus(read_corpus(file(LETTERS), text="text", name="letters"))
    monkeypatch.setattr(state, "metadata", lambda entry: table)
    monkeypatch.setattr(state, "text_columns", lambda entry: file_columns(table, workspace.column_kinds(entry.id)))
    column_kinds_panel.draw_of_corpus(entry)
    choose(0, "date")
    assert workspace.column_kinds(entry.id) == {"day": "date"}
    column_kinds_panel.draw_of_corpus(entry)
    assert drawn[0][1]["key"] != drawn[1][1]["key"]
    assert state.text_columns(entry)[f"{FILE}day"].kind == "date"
    choose(0, "number")
    assert workspace.column_kinds(entry.id) == {}


def stored():
    from gst_core.ui import corpus_panels

    corpus_panels.stored()


def test_the_columns_of_a_stored_corpus_are_read_when_somebody_looks_at_them(workspace, editor, monkeypatch):  # noqa: F811
    drawn, _ = editor
    entry = workspace.add_corpus(read_corpus(file(LETTERS), text="text", name="letters"))
    monkeypatch.setattr(state, "metadata", lambda entry: workspace.read_corpus(entry.id).metadata)
    monkeypatch.setattr(state, "text_columns", lambda entry: file_columns(state.metadata(entry)))
    shown = AppTest.from_function(stored, default_timeout=60).run()
    assert not shown.exception
    assert drawn == []
    shown.session_state[f"columns-{entry.id}"] = True
    assert not shown.run().exception
    assert [table["column"].tolist() for table, _ in drawn] == [["day", "price"]]
