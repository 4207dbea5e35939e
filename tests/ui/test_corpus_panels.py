"""A file becomes a corpus on the page: read once, made once per choice."""

import pytest
from streamlit.testing.v1 import AppTest

from gst_core.ui import corpus_panels, state
from gst_core.workspace import Workspace


def page():
    from gst_core.ui import corpus_panels

    corpus_panels.open_file()


@pytest.fixture
def shown(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    monkeypatch.setattr(state, "workspace", lambda: made)
    file = tmp_path / "letters.csv"
    file.write_text("key,text\na,one letter\nb,another letter\nc,\n", "utf-8")
    opened = AppTest.from_function(page, default_timeout=60).run()
    opened.text_input[0].set_value(str(file))
    return opened


@pytest.fixture
def made(monkeypatch):
    """The arguments of each corpus that is made."""
    calls, make = [], corpus_panels.corpus_from_table

    def counting(table, text, **options):
        calls.append((text, options["id"]))
        return make(table, text, **options)

    monkeypatch.setattr(corpus_panels, "corpus_from_table", counting)
    return calls


def test_a_corpus_is_made_once_per_choice_and_not_at_each_change_of_the_page(shown, made):
    shown.run()
    shown.text_input[1].set_value("my letters").run()
    assert made == [("text", None)]
    shown.selectbox[2].set_value("key").run()
    assert made == [("text", None), ("text", "key")]


def test_what_was_found_is_said_with_numbers_and_their_nouns(shown, made):
    shown.run()
    assert not shown.exception
    assert shown.info[0].value.startswith("3 rows, 2 different texts")
    assert "1 row has no text" in shown.info[0].value


def test_a_file_that_is_not_there_gets_a_sentence(shown):
    shown.text_input[0].set_value("/nowhere/at/all.csv").run()
    assert len(shown.error) == 1
    assert not shown.exception
