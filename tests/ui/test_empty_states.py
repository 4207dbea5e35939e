"""What the page says moves the map next."""

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest


def page(classes, formed, own_embeddings=False):
    from gst_core.ui import empty_states
    from gst_core.workspace import Lens

    lens = Lens("a", "b", "mood", "mood", "2025-01-01T00:00:00.000000", classes=tuple(classes))
    empty_states.next_step(lens, [], formed=formed, own_embeddings=own_embeddings)


@pytest.mark.parametrize(
    ("classes", "formed", "words"),
    [
        ((), False, "Name two kinds of text"),
        (("calm",), False, "One class alone moves nothing."),
        (("calm", "cross"), False, "Label two texts of different kinds"),
        (("calm", "cross"), True, "The map follows the class names alone."),
    ],
)
def test_a_lens_without_labels_says_what_moves_its_map(classes, formed, words):
    shown = AppTest.from_function(page, args=(classes, formed), default_timeout=60).run()
    assert not shown.exception
    assert shown.info[0].value.startswith(words)


@pytest.mark.parametrize("classes", [(), ("calm",)])
def test_names_are_not_said_to_move_a_map_of_embeddings_that_came_with_the_corpus(classes):
    shown = AppTest.from_function(page, args=(classes, False, True), default_timeout=60).run()
    assert "names" not in shown.info[0].value
    assert "once one text of each is labelled" in shown.info[0].value


def at_an_address():
    import streamlit as st

    from gst_core.ui import empty_states, lens_bar, state

    entry = state.current_corpus()
    if entry is None:
        empty_states.no_corpus()
    else:
        lens, _ = lens_bar.pickers(entry)
        empty_states.lens_not_there(lens)
        st.text(entry.id)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    from gst_core.corpus import read_corpus
    from gst_core.ui import state
    from gst_core.workspace import Workspace

    file = io.BytesIO(b"text\none\ntwo\n")
    file.name = "texts.csv"
    made = Workspace(tmp_path / "workspace")
    made.add_corpus(read_corpus(file, text="text", embeddings=np.eye(2)))
    monkeypatch.setattr(state, "workspace", lambda: made)
    return made


def test_the_address_of_a_corpus_that_is_not_there_says_so_and_offers_what_is(workspace):
    shown = AppTest.from_function(at_an_address, default_timeout=60)
    shown.query_params["corpus"] = "gone"
    shown.run()
    assert not shown.exception
    assert (
        shown.warning[0].value == "There is no corpus at this address: it was deleted, or it is in another workspace."
    )
    assert [button.label for button in shown.button] == ["texts · 2 texts"]
    shown.button[0].click().run()
    assert [one.value for one in shown.text] == [workspace.corpora()[0].id]
    assert not shown.warning


def test_the_address_of_a_lens_that_is_not_there_says_what_is_shown_until_one_is_chosen(workspace):
    entry = workspace.corpora()[0]
    lens = workspace.add_lens(entry.id, "mood")
    shown = AppTest.from_function(at_an_address, default_timeout=60)
    shown.query_params["lens"] = "gone"
    shown.run()
    assert shown.warning[0].value.startswith("There is no lens at this address: the newest one, “mood”, is shown")
    shown.run()
    assert shown.warning, "it stays to be read"
    shown.selectbox[1].select("").run()
    shown.selectbox[1].select(lens.id).run()
    assert not shown.warning
    assert not shown.exception
