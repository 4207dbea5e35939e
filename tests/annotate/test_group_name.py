"""A model reads a few texts of a group and gives it a name."""

import pytest

from gst_core.annotate.group_name import READ, name_of_group
from gst_core.annotate.provider import Provider
from gst_core.errors import AnnotationError
from tests.llm_server import MODEL, Script, scripted_server

TRUTH = {}
LATE = [f"we waited an hour at the desk, day {i}" for i in range(12)]


def test_a_group_gets_a_name_that_others_do_not_have_and_is_asked_about_once(server, store):
    server.script.answer = lambda kind, document, body: {"name": "long waits", "definition": "Guests who had to wait."}
    provider = Provider(server.url, MODEL)
    for _ in range(2):
        named = name_of_group(LATE, "What went wrong?", provider, store, ["cold food"])
        assert (named.name, named.definition) == ("long waits", "Guests who had to wait.")
    (seen,) = server.seen
    asked = seen.body["messages"][-1]["content"]
    assert "cold food" in asked
    assert "What went wrong?" in asked
    assert sum(text in asked for text in LATE) == READ


def test_a_model_without_a_usable_name_is_a_sentence(store):
    with (
        scripted_server(Script(answer=lambda *_: "<b>!</b>")) as server,
        pytest.raises(AnnotationError, match="no name"),
    ):
        name_of_group(LATE, "", Provider(server.url, MODEL), store)
