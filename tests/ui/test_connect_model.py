"""A model that is connected from the page: its key is in this session's memory and nowhere else."""

import pytest
import streamlit as st

from gst_core.annotate import Provider
from gst_core.errors import AnnotationError
from gst_core.ui import connect_model, language_model

KEY = "sk-typed-by-a-person"


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    for name in language_model.SETTINGS:
        monkeypatch.delenv(name, raising=False)


def type_in(address="", key="", model=""):
    fields = (connect_model.ADDRESS, connect_model.KEY, connect_model.MODEL)
    st.session_state.update(dict(zip(fields, (address, key, model), strict=True)))
    connect_model._connect()


def test_what_is_typed_connects_a_model_in_this_session():
    type_in(" https://api.example.com/v1 ", KEY, "large")
    assert language_model.connection().provider == Provider("https://api.example.com/v1", "large", KEY)
    language_model.forget()
    assert language_model.connection().provider is None


def test_the_field_of_the_key_is_emptied_and_the_key_stands_in_no_representation():
    type_in("https://api.example.com/v1", KEY, "large")
    assert st.session_state[connect_model.KEY] == ""
    assert KEY not in repr(language_model.connection())


def test_the_key_that_the_server_was_started_with_never_goes_to_an_address_that_was_typed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-server")
    type_in("http://elsewhere.example/v1", model="large")
    assert language_model.connection().provider == Provider("http://elsewhere.example/v1", "large")
    language_model.forget()
    monkeypatch.setenv("GST_LLM_MODEL", "small")
    assert language_model.connection().provider.key == "sk-of-the-server"


@pytest.mark.parametrize(
    ("address", "key"), [("", ""), ("nowhere", ""), ("http://a:b@c/v1", ""), ("", "sk-\N{EM DASH}")]
)
def test_what_cannot_be_connected_is_said_and_not_kept(address, key):
    with pytest.raises(AnnotationError):
        type_in(address, key)
    assert not language_model.connected_here()
