"""A file becomes a corpus on the page: read beside it, in the way that is chosen, with its bad places said first."""

import threading
import weakref

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.corpus import Problem, read_table
from gst_core.errors import Cancelled, EncoderError
from gst_core.ui import file_panel, file_reading, state
from gst_core.workspace import Workspace


def page():
    from gst_core.ui import actions, file_panel

    actions.page_begins()
    file_panel.draw()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    made = Workspace(tmp_path / "workspace")
    monkeypatch.setattr(state, "workspace", lambda: made)
    held = file_reading.OpenFile()
    monkeypatch.setattr(file_panel, "open_file", lambda: held)
    monkeypatch.setattr(file_panel, "paths_allowed", lambda: True)
    monkeypatch.setattr(file_panel, "PATIENCE", 60)
    return made


@pytest.fixture
def opened(workspace, tmp_path):
    """Open a file of these bytes by its path."""

    def open_(text, name="letters.csv"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        shown = AppTest.from_function(page, default_timeout=60).run()
        shown.text_input[0].set_value(str(file)).run()
        assert not shown.exception
        return shown

    return open_


LETTERS = "key,text\na,one letter\nb,another letter\nc,\n"


@pytest.fixture
def made(monkeypatch):
    """The arguments of each corpus that is made."""
    calls, make = [], file_panel.corpus_from_table

    def counting(table, text, **options):
        calls.append((text, options["id"]))
        return make(table, text, **options)

    monkeypatch.setattr(file_panel, "corpus_from_table", counting)
    return calls


def chosen(shown, label):
    return next(one for one in shown.selectbox if one.label == label)


def test_a_corpus_is_made_once_per_choice_and_not_at_each_change_of_the_page(opened, made):
    shown = opened(LETTERS)
    shown.text_input[1].set_value("my letters").run()
    assert made == [("text", None)]
    chosen(shown, "Ids are in the column").set_value("key").run()
    assert made == [("text", None), ("text", "key")]


def test_what_was_found_is_said_with_numbers_and_their_nouns(opened):
    shown = opened(LETTERS)
    assert shown.info[0].value.startswith(r"3 rows, 2 different texts")
    assert "1 row has no text" in shown.info[0].value


def test_a_file_that_is_not_there_gets_a_sentence(opened):
    shown = opened(LETTERS)
    shown.text_input[0].set_value("/nowhere/at/all.csv").run()
    assert len(shown.error) == 1
    assert not shown.exception


def test_another_encoding_is_read_when_it_is_chosen(opened):
    shown = opened("text,city\nGrüße,Köln\nWärme,Bern\n".encode("cp1252"))
    assert chosen(shown, "Character encoding").value == "cp1252"
    chosen(shown, "Character encoding").set_value("cp1251").run()
    assert not shown.exception
    assert "GrьЯe" in shown.dataframe[0].value["text"].tolist()


def test_an_encoding_that_does_not_fit_leaves_the_way_back(opened):
    shown = opened("text,city\nGrüße,Köln\nWärme,Bern\n".encode("cp1252"))
    chosen(shown, "Character encoding").set_value("shift_jis").run()
    chosen(shown, "Character encoding").set_value("cp1252").run()
    assert "Grüße" in shown.dataframe[0].value["text"].tolist()


def with_problems(problems, counts):
    def read(source, reading, **_):
        table = read_table(source, reading)
        object.__setattr__(table, "problems", problems)
        object.__setattr__(table, "problem_counts", counts)
        return table

    return read


def test_rows_that_are_left_out_are_named_and_asked_about(opened, monkeypatch):
    ragged = Problem("ragged", "has 3 fields where the header has <b>2</b>", 7, left_out=True)
    monkeypatch.setattr(file_reading, "read_table_apart", with_problems((ragged,), {"ragged": 3}))
    shown = opened(LETTERS)
    assert "Go on without these 3 rows" in [one.label for one in shown.button]
    assert "Row 7 has 3 fields where the header has &lt;b&gt;2&lt;/b&gt;." in shown.html[0].value
    assert "and 2 more" in shown.html[0].value


@pytest.mark.parametrize(
    ("kind", "left_out", "count", "words"),
    [
        ("ragged", True, 1, "Go on without this row"),
        ("byte", False, 1, "Go on with this place as said"),
        ("surrogate", False, 60, "Go on with these 60 places as said"),
        ("separator", True, 1, "Open this corpus"),
        ("name", False, 1, "Open this corpus"),
    ],
)
def test_the_button_asks_what_is_to_be_decided(opened, monkeypatch, kind, left_out, count, words):
    found = Problem(kind, "is odd", 7, left_out)
    monkeypatch.setattr(file_reading, "read_table_apart", with_problems((found,), {kind: count}))
    shown = opened(LETTERS)
    assert words in labels_of(shown)
    assert bool(shown.warning) == (words != "Open this corpus")


def test_a_reading_that_takes_long_shows_how_long_and_can_be_cancelled(opened, monkeypatch):
    monkeypatch.setattr(file_panel, "PATIENCE", 0.01)
    began = threading.Event()

    def read(source, reading, cancelled):
        began.set()
        while not cancelled():
            threading.Event().wait(0.01)
        raise Cancelled("stopped")

    monkeypatch.setattr(file_reading, "read_table_apart", read)
    shown = opened(LETTERS)
    assert began.wait(60)
    assert "Cancel" in [one.label for one in shown.button]
    job = file_panel.open_file().job
    next(one for one in shown.button if one.label == "Cancel").click().run()
    assert job.is_done(60)
    shown.run()
    assert "Reading was stopped." in [one.value for one in shown.info]
    monkeypatch.setattr(file_reading, "read_table_apart", lambda source, reading, cancelled: read_table(source))
    monkeypatch.setattr(file_panel, "PATIENCE", 60)
    next(one for one in shown.button if one.label == "Read it").click().run()
    assert shown.dataframe


def test_what_a_file_took_goes_with_it(tmp_path):
    path = tmp_path / "letters.csv"
    path.write_text(LETTERS)
    held = file_reading.OpenFile()
    held.take("mark", path)
    assert held.job.is_done(60)
    held.table = held.job.table()
    gone = weakref.ref(held.table)
    held.close()
    assert gone() is None
    assert held.mark == ""


def test_a_session_that_ends_gives_its_file_back():
    released = file_reading.open_file
    assert released._info.on_release is file_reading.OpenFile.close
    assert released._info.scope == "session"


def press(shown, label):
    next(one for one in shown.button if one.label == label).click().run()


def labels_of(shown):
    return [one.label for one in shown.button]


@pytest.fixture
def edited(opened, workspace, monkeypatch):
    """A file that was opened, labelled, and edited since; on the page it is about to be opened again."""
    monkeypatch.setattr(file_panel, "encoder_identity", lambda name: name)
    monkeypatch.setattr(file_panel, "_leave", lambda file, corpus_id: st.session_state.update(went_to=corpus_id))
    monkeypatch.setattr(state, "jobs", lambda: workspace)  # it too can replace a corpus
    press(opened(LETTERS), "Open this corpus")
    entry = workspace.corpora()[0]
    lens = workspace.add_lens(entry.id, "what", classes=["kind"])
    workspace.set_labels(lens.id, {workspace.read_corpus(entry.id).ids[0]: "kind"})
    shown = opened(LETTERS.replace("a,one", "z,one"))
    press(shown, "Open this corpus")
    return shown, entry, lens


def test_the_very_same_file_is_found_again_without_a_question(edited, opened, workspace):
    _, entry, _ = edited
    shown = opened(LETTERS)
    press(shown, "Open this corpus")
    assert shown.session_state["went_to"] == entry.id
    assert len(workspace.corpora()) == 1


def test_a_file_that_was_edited_asks_before_anything_is_stored(edited, workspace):
    shown, _, _ = edited
    assert "is in the workspace already" in shown.warning[0].value
    assert {"Replace it", "Keep both", "Cancel"} <= set(labels_of(shown))
    assert "Open this corpus" not in labels_of(shown)
    press(shown, "Cancel")
    assert "Open this corpus" in labels_of(shown)
    assert len(workspace.corpora()) == 1


def test_replacing_keeps_the_lens_and_its_labels(edited, workspace):
    shown, entry, lens = edited
    press(shown, "Replace it")
    assert not shown.exception
    assert [one.id for one in workspace.corpora()] == [entry.id]
    assert len(workspace.labels(lens.id)) == 1
    assert "z" in workspace.read_corpus(entry.id).rows["key"].tolist()


def test_the_analyst_chooses_how_long_texts_are_read(opened, workspace):
    shown = opened(LETTERS)
    long = next(box for box in shown.selectbox if box.label.startswith("Long texts"))
    long.select("chunks").run()
    press(shown, "Open this corpus")
    assert [entry.long for entry in workspace.corpora()] == ["chunks"]


def test_a_corpus_that_is_replaced_takes_over_how_long_texts_are_read(edited, workspace):
    shown, _, _ = edited
    long = next(box for box in shown.selectbox if box.label.startswith("Long texts"))
    long.select("cut").run()
    press(shown, "Replace it")
    assert [entry.long for entry in workspace.corpora()] == ["cut"]


def test_keeping_both_stores_another_one(edited, workspace):
    shown, entry, _ = edited
    press(shown, "Keep both")
    assert len(workspace.corpora()) == 2
    assert shown.session_state["went_to"] != entry.id


def test_the_question_is_about_what_was_chosen_when_it_was_asked(edited):
    shown, _, _ = edited
    shown.text_input[1].set_value("another name").run()
    assert "Open this corpus" in labels_of(shown)


@pytest.fixture
def reached(monkeypatch):
    """Pretend to be served at an address and reached in some way; say whether paths are allowed then."""

    def ask(address, setting="", **headers):
        class Context:
            pass

        context = Context()
        context.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        monkeypatch.setattr(st, "context", context)
        monkeypatch.setattr(st, "get_option", lambda name: address)
        monkeypatch.setenv("GST_PATHS", setting)
        return file_panel.paths_allowed()

    return ask


def test_paths_are_allowed_on_this_computer_alone(reached):
    assert reached("127.0.0.1", Host="localhost:8501")
    assert reached("localhost", Host="127.0.0.1:8501")
    assert not reached("0.0.0.0", Host="localhost:8501")
    assert not reached("", Host="localhost:8501"), "without an address the server listens to everybody"
    assert not reached("192.168.1.7", Host="192.168.1.7:8501")
    assert not reached("127.0.0.1", Host="texts.example.org")
    assert not reached("127.0.0.1", Host="localhost:8501", X_Forwarded_For="10.0.0.7")


def test_where_paths_are_off_an_encoder_is_named_and_is_no_folder(opened, workspace, monkeypatch):
    shown = opened(LETTERS)
    monkeypatch.setattr(file_panel, "paths_allowed", lambda: False)
    with pytest.raises(EncoderError, match="name of an encoder"):
        file_panel._open(file_panel.open_file(), file_panel.open_file().corpus, "/etc", None)
    assert workspace.corpora() == []
    assert not shown.exception


def test_a_setting_switches_paths_off_and_on(reached):
    assert not reached("127.0.0.1", "off", Host="localhost")
    assert reached("0.0.0.0", "on", Host="texts.example.org")
