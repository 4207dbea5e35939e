"""Texts are added to a corpus on the page: what is new is said first, ids of other texts are asked about."""

import pytest
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import file_panel, file_reading, state
from gst_core.work import Jobs
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

BEFORE = "no,letter,city\n1,one letter,Ulm\n2,another letter,Bonn\n"


PAGE = """
import streamlit as st
from gst_core.ui import actions, file_panel, state
actions.page_begins()
if "told" not in st.session_state:
    st.session_state["told"] = True
    state.add_to("{}")
file_panel.draw()
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A workspace with a corpus of two letters, and what the page left for."""
    made = Workspace(tmp_path / "workspace")
    jobs, held, left = Jobs(made), file_reading.OpenFile(), []
    monkeypatch.setattr(state, "workspace", lambda: made)
    monkeypatch.setattr(state, "jobs", lambda: jobs)
    monkeypatch.setattr(file_panel, "open_file", lambda: held)
    monkeypatch.setattr(file_panel, "paths_allowed", lambda: True)
    monkeypatch.setattr(file_panel, "PATIENCE", 60)
    monkeypatch.setattr(file_panel, "_leave", lambda _, corpus_id: left.append(corpus_id))
    entry = made.add_corpus(read_corpus(file(BEFORE), text="letter", id="no", name="letters"))
    return made, entry, left


@pytest.fixture
def adding(desk, tmp_path):
    """Have the texts of a file added to the corpus."""

    def add(text):
        path = tmp_path / "more.csv"
        path.write_text(text)
        shown = AppTest.from_string(PAGE.format(desk[1].id), default_timeout=60).run()
        shown.text_input[0].set_value(str(path)).run()
        assert not shown.exception
        return shown

    return add


def chosen(shown, label):
    return next(one for one in shown.selectbox if one.label == label)


def plain(text):
    return text.replace("\\", "")


def test_columns_are_guessed_from_the_corpus_and_what_is_new_is_said(adding, desk):
    made, entry, left = desk
    shown = adding("comment_on_it,letter,no,stars\nlong words that are longer,third letter,3,5\nx,one letter,1,2\n")
    assert chosen(shown, "The text is in the column").value == "letter"
    assert chosen(shown, "Ids are in the column").value == "no"
    said = plain(shown.info[-1].value)
    assert said.startswith("1 text is new, 1 are there already and stay.")
    assert "The same columns: no." in said
    assert "New columns, without a value for the texts before: comment_on_it, stars." in said
    assert "Columns that the new texts have no value in: city." in said
    shown.button[-1].click().run()
    assert left == [entry.id]
    assert made.read_corpus(entry.id).texts == ("one letter", "another letter", "third letter")
    assert made.read_corpus(entry.id).ids == ("1", "2", "3")
    assert not shown.session_state[state.ADD_TO]


def test_a_column_without_a_match_goes_on_with_the_one_that_the_analyst_names(adding, desk):
    shown = adding("no,letter,town\n3,third letter,Kiel\n")
    chosen(shown, r"“city” goes on with").set_value("town").run()
    shown.button[-1].click().run()
    assert desk[0].read_corpus(desk[1].id).rows["city"].tolist() == ["Ulm", "Bonn", "Kiel"]


def test_an_id_of_another_text_is_asked_about(adding, desk):
    shown = adding("no,letter,city\n1,quite another letter,Ulm\n3,third letter,Kiel\n")
    assert "1 new text has an id that another text has here already (1)." in plain(shown.warning[-1].value)
    assert shown.button[-1].label == "Add 1 text"
    shown.radio[0].set_value("add").run()
    assert shown.button[-1].label == "Add 2 texts"
    shown.button[-1].click().run()
    assert len(desk[0].read_corpus(desk[1].id)) == 4


def test_nothing_new_cannot_be_added_and_the_way_back_is_open(adding, desk):
    shown = adding(BEFORE)
    assert shown.button[-1].disabled
    next(b for b in shown.button if b.key == "add-to-none").click().run()
    assert shown.subheader[0].value == "Open a file"
