"""What is looked for is in the session and in the address, and one way to look for it puts the other aside."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.corpus import read_corpus
from gst_core.ui import search
from tests.corpus.test_corpus import file


class Address(dict):
    def get_all(self, name):
        said = self.get(name, [])
        return [said] if isinstance(said, str) else said


@pytest.fixture(autouse=True)
def address(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", Address(lens="none"))
    return st.query_params


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(file("text,key\n" + "".join(f"text {i},k{i}\n" for i in range(60))), text="text", id="key")


def test_what_is_looked_for_is_in_the_address_and_read_from_there(address):
    search.change(typed="a lost bag", by=search.MEANING, in_lens=False, threshold=0.5)
    assert address == {"lens": "none", "find": "a lost bag", "by": "meaning", "space": "everything", "near": "0.50"}
    before = search.current()
    st.session_state.clear()
    assert search.current() == before
    search.clear()
    assert address == {"lens": "none", "by": "meaning", "space": "everything"}
    assert not search.current().active


def test_texts_that_others_should_be_like_take_the_place_of_words(address, corpus):
    search.change(typed="bag")
    search.find_like(corpus, (3, 5))
    assert search.current() == search.Search(by=search.MEANING, like=("k3", "k5"))
    assert address["like"] == ["k3", "k5"]
    st.session_state.clear()
    assert search.current().like == ("k3", "k5")
    search.find_like(corpus, range(60))
    assert len(search.current().like) == 60
    assert "like" not in address, "an address is no place for thousands"


@pytest.mark.parametrize("said", ["much", "nan", "7", ""])
def test_an_address_that_says_nonsense_chooses_no_threshold(address, said):
    address.update(find="bag", by="meaning", near=said)
    assert search.current().threshold is None


def page():
    from gst_core.ui import search

    search.draw()


def test_the_field_keeps_its_words_when_their_meaning_is_looked_for(monkeypatch):
    monkeypatch.undo()
    shown = AppTest.from_function(page, default_timeout=60).run()
    assert shown.text_input[0].placeholder == "Find words in the texts"
    shown.text_input[0].set_value("  lost bag ").run()
    shown.segmented_control[0].set_value(search.MEANING).run()
    assert not shown.exception
    assert shown.text_input[0].value == "lost bag"
    assert shown.text_input[0].placeholder == "Find texts by what a sentence means"
    assert shown.query_params["by"] in ("meaning", ["meaning"])
