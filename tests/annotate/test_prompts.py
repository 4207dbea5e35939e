import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.annotate import prompts
from gst_core.workspace import ClassDefinition, LabelSet

COLOURS = LabelSet((ClassDefinition("red", "warm"), ClassDefinition("blue")))
LAST_MARK = "\n</document>"


@given(st.text(max_size=300))
def test_no_document_can_end_its_mark_or_hold_a_sign_of_a_chat_template(text):
    asked = prompts.label(text, "which colour?", COLOURS).messages[-1].content
    head, data = asked.split("<document>\n")
    assert data.endswith(LAST_MARK)
    inside = data.removesuffix(LAST_MARK)
    assert not set("<>[]\n") & set(inside)
    assert json.loads(inside) == text.encode("utf-8", "replace").decode()
    assert head == prompts.label("", "which colour?", COLOURS).messages[-1].content.split("<document>\n")[0]


def test_what_is_the_same_for_all_documents_comes_first():
    one, two = (prompts.label(t, "which colour?", COLOURS) for t in ("a rose", "the sea"))
    assert one.messages[0] == two.messages[0]
    assert "rose" in one.messages[1].content.splitlines()[-2]


def test_a_long_document_is_cut_where_it_is_said():
    long = prompts.state("x" * 100_000, "what?")
    assert long.messages[-1].content.count("x") == prompts.LONGEST_DOCUMENT


@pytest.mark.parametrize(
    "other",
    [
        prompts.label("a tulip", "which colour?", COLOURS),
        prompts.label("a rose", "which colours?", COLOURS),
        prompts.label("a rose", "which colour?", COLOURS.redefine("blue", "cold")),
        prompts.label("a rose", "which colour?", COLOURS.add("green")),
        prompts.state("a rose", "which colour?"),
    ],
)
def test_an_answer_belongs_to_text_instruction_and_label_set(other):
    question = prompts.label("a rose", "which colour?", COLOURS)
    assert question.key("m") == prompts.label("a rose", "which colour?", COLOURS).key("m")
    assert question.key("m") != other.key("m")
    assert question.key("m") != question.key("another model")
