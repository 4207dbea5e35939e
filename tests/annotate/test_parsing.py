import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.annotate.parsing import parse_label, parse_name, parse_statement, parse_synonyms, stated_confidence
from gst_core.workspace import AnswerStatus

CHOICES = ("billing", "not billing", "Cards & cash", "none of these")
USABLE, OUT, MALFORMED = AnswerStatus.USABLE, AnswerStatus.OUT_OF_SET, AnswerStatus.MALFORMED


@pytest.mark.parametrize(
    ("text", "name", "confidence"),
    [
        ('{"label": "billing", "confidence": 0.8}', "billing", 0.8),
        ('```json\n{"label": "Not Billing"}\n```', "not billing", None),
        ('Sure! Here it is: {"label": "cards & cash", "confidence": "90%"} as you asked.', "Cards & cash", 0.9),
        ('{"label": "billing", "confid', "billing", None),
        ('{"label": "billing", "confidence": 0.', "billing", None),
        ("billing", "billing", None),
        ("  **Billing.** ", "billing", None),
        ('"None of these"', "none of these", None),
        ('{"answer": {"label": "billing"}} {"label": "Billing"}', "billing", None),
        ('{"label": "billing", "confidence": 7}', "billing", 0.07),
        ('{"label": "billing", "confidence": -3}', "billing", None),
        ('{"label": "billing", "confidence": 0}', "billing", 0.05),
        ('{"label": "billing", "confidence": 1}', "billing", 0.99),
    ],
)
def test_a_class_is_read_whatever_is_around_it(text, name, confidence):
    parsed = parse_label(text, CHOICES)
    assert (parsed.status, parsed.class_name, parsed.confidence) == (USABLE, name, confidence)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"label": "weather", "confidence": 0.9}', OUT),
        ('{"label": "billing or not billing"}', OUT),
        ('{"label": ""}', OUT),
        ("weather", OUT),
        ("It is not billing", OUT),
        ("I would say that this is about billing, but it might as well be about cards", MALFORMED),
        ('{"label": "bill', MALFORMED),
        ('{"label": 3}', MALFORMED),
        ('{"label": ["billing"]}', MALFORMED),
        ('{"label": "billing"} {"label": "not billing"}', MALFORMED),
        ('{"class": "billing"}', MALFORMED),
        ("billing\nnot billing", MALFORMED),
        ("", MALFORMED),
        ("{" * 5000, MALFORMED),
        ("[" * 100_000, MALFORMED),
    ],
)
def test_what_is_no_class_of_the_set_is_never_taken_for_one(text, status):
    parsed = parse_label(text, CHOICES)
    assert (parsed.status, parsed.class_name) == (status, "")


def test_names_that_differ_in_a_sign_only_are_not_mixed_up():
    assert parse_label('{"label": "c#"}', ("C", "C#", "C++")).class_name == "C#"
    assert parse_label('{"label": "c"}', ("C", "C#", "C++")).class_name == "C"
    assert parse_label("a.", ("a", "a!")).status is OUT


pieces = st.sampled_from(
    ['{"label": "', '"', "billing", "not ", ', "confidence": ', "0.9", "}", "{", "[", "\\", "\\u12", "\n"]
)
anything = st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join))


@given(anything)
def test_no_string_makes_parsing_raise_or_leave_the_set(text):
    parsed = parse_label(text, CHOICES)
    assert (parsed.class_name in CHOICES) == (parsed.status is USABLE)
    assert parsed.confidence is None or 0.05 <= parsed.confidence <= 0.99
    assert all(set(group) <= set(CHOICES) for group in parse_synonyms(text, CHOICES))
    statement, name = parse_statement(text), parse_name(text)
    assert statement is None or ("\n" not in statement and 0 < len(statement) <= 200)
    assert name is None or not set("<>{}[]") & set(name.name + name.definition)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_makes_parsing_raise(value):
    for text in (json.dumps(value), json.dumps({"label": value, "confidence": value, "name": value, "same": value})):
        assert parse_label(text, CHOICES).class_name in ("", *CHOICES)
        parse_statement(text), parse_name(text), parse_synonyms(text, CHOICES)


@given(st.sampled_from(CHOICES), st.floats(0, 1), st.integers(0, 200))
def test_an_answer_that_is_cut_off_gives_the_class_or_nothing(name, confidence, cut):
    whole = json.dumps({"label": name, "confidence": confidence})
    parsed = parse_label(whole[:cut], CHOICES)
    assert parsed.class_name == (name if cut > whole.index(name) + len(name) else "")


def test_a_confidence_is_read_in_per_cent_and_clamped():
    assert [stated_confidence(v) for v in (0.5, 85, "0.4", "70 %", 0, 1)] == [0.5, 0.85, 0.4, 0.7, 0.05, 0.99]
    assert [stated_confidence(v) for v in (True, None, "high", float("nan"), -1, 101, [])] == [None] * 7


def test_a_proposed_name_is_short_and_has_no_markup():
    assert parse_name('{"name": " Late  delivery ", "definition": "It came late."}').name == "Late delivery"
    for bad in ("<b>late</b>", "x" * 60, "a b c d e f g", "https://late.example", "…", "[late](url)"):
        assert parse_name(json.dumps({"name": bad, "definition": ""})) is None
    assert parse_name('{"name": "late", "definition": "<script>"}').definition == ""


def test_a_statement_is_read_also_when_it_has_no_end():
    assert parse_statement('{"statement": "cold soup and a lo') == "cold soup and a lo"
    assert parse_statement("Cold soup.\nAnd more.") == "Cold soup"
    assert parse_statement('{"statement": 3}') is None


def test_synonyms_are_only_names_that_were_asked_about():
    text = '{"same": [["billing", "Not billing", "weather"], ["billing"], "x", [3]]}'
    assert parse_synonyms(text, CHOICES) == [("billing", "not billing")]
