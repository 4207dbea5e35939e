"""JSON and JSONL: which list holds the records, nested fields, chats, and places that are broken."""

import json

import pandas as pd
import pytest

from gst_core import read_corpus
from gst_core.corpus import Reading, guess_text_column, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, file

TICKETS = {
    "count": 5,
    "users": [{"id": 1, "name": "Ann"}],
    "tickets": [
        {"id": i, "description": t, "via": {"channel": "mail"}, "tags": ["a", "b"]} for i, t in enumerate(TEXTS)
    ],
    "meta": {"pages": [{"note": "one"}]},
}


def problems(table):
    return [(p.kind, p.row, p.left_out) for p in table.problems]


def test_the_list_with_most_text_is_chosen_and_the_others_are_offered():
    table = read_table(file(json.dumps(TICKETS), "a.json"))
    assert table.reading.records == "tickets"
    assert table.alternatives["records"] == ("users", "tickets", "meta.pages")
    assert list(table.frame.columns) == ["id", "description", "via.channel", "tags"]
    assert table.frame["tags"][0] == ["a", "b"]
    assert list(read_table(file(json.dumps(TICKETS), "a.json"), Reading(records="users")).frame["name"]) == ["Ann"]
    with pytest.raises(CorpusError, match=r"no list “x”.*users, tickets, meta.pages"):
        read_corpus(file(json.dumps(TICKETS), "a.json"), records="x")


@pytest.mark.parametrize("orient", ["columns", "index", "records", "split", "table", "list"])
def test_whatever_pandas_writes_is_a_table(orient):
    frame = pd.DataFrame({"text": TEXTS, "n": range(5)})
    content = json.dumps(frame.to_dict("list")) if orient == "list" else frame.to_json(orient=orient)
    table = read_table(file(content, "a.json"))
    assert table.frame["text"].tolist() == list(TEXTS)
    assert table.frame["n"].tolist() == [0, 1, 2, 3, 4]


def test_a_line_that_is_no_record_is_left_out_and_named():
    content = '{"text": "one here"}\n\n{"text": "cut off\n[1]\n' + '{"text": "two here"}\n'
    table = read_table(file(content, "a.jsonl"))
    assert table.row_numbers.tolist() == [1, 5]
    assert problems(table) == [("json", 3, True), ("json", 4, True)]
    with pytest.raises(CorpusError, match="Row 3 is not valid JSON"):
        read_corpus(file(content, "a.jsonl"), strict=True)


def test_half_an_emoji_becomes_a_sign_in_its_place_and_is_named():
    content = '{"text": "fine \\ud83d\\ude00"}\n{"text": "half \\ud83d here", "a": {"k": ["\\ude00"]}}\n'
    table = read_table(file(content, "a.jsonl"))
    assert table.frame["text"].tolist() == ["fine 😀", "half \ufffd here"]
    assert table.frame["a.k"][1] == ["\ufffd"]
    assert {p[:2] for p in problems(table)} == {("surrogate", 2)}


def test_a_zero_in_a_string_is_taken_out_and_named():
    table = read_table(file('{"text": "zero \\u0000here"}\n', "a.jsonl"))
    assert (table.frame["text"][0], problems(table)) == ("zero here", [("nul", 1, False)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[" * 100_000, "nested too deep"),
        ('[{"a":' * 2_000, "nested too deep"),
        ('[{"text": "one here", "a": ' + "[" * 900 + "]" * 900 + "}]", "nested too deep"),
        ("[1, 2]", "row 1 is not an object"),
        ("5", "single value"),
        ('{"a": 1}', "one object"),
        ('[{"text": "one"', "not valid JSON"),
        ("[]", "no rows"),
    ],
)
def test_what_is_no_list_of_records_is_said(content, says):
    with pytest.raises(CorpusError, match=says):
        read_corpus(file(content, "a.json"))


def test_records_with_ever_other_fields_are_refused_before_they_fill_the_memory():
    content = json.dumps([{"text": "one here", f"field {i}": i} for i in range(3_000)])
    with pytest.raises(CorpusError, match=r"3,000 rows of 3,001 columns"):
        read_table(file(content, "a.json"))


def test_a_field_that_stands_twice_is_kept_twice():
    table = read_table(file('[{"text": "one here", "text": "two", "a.b": 1, "a": {"b": 2}}]', "a.json"))
    assert table.frame.iloc[0].to_dict() == {"text": "one here", "text (2)": "two", "a.b": 1, "a.b (2)": 2}


def test_one_name_for_a_value_and_an_object_gives_two_columns():
    table = read_table(
        file('[{"text": "one here", "by": "Ann"}, {"text": "two here", "by": {"name": "Bo"}}]', "a.json")
    )
    assert list(table.frame.columns) == ["text", "by", "by.name"]


@pytest.mark.parametrize(
    "turns",
    [
        [{"role": "user", "content": "The room was loud"}, {"role": "assistant", "content": "Noted."}],
        [{"from": "user", "value": "The room was loud"}, {"from": "assistant", "value": "Noted."}],
        [
            {"role": "user", "content": [{"type": "text", "text": "The room was loud"}, {"type": "image"}]},
            {"role": "assistant", "content": None, "tool": 1},
            {"role": "assistant", "content": "Noted."},
        ],
    ],
)
def test_a_chat_is_a_text_of_its_turns_and_stays_what_it_was(turns):
    content = json.dumps({"id": 1, "messages": turns, "source": "web"}) + "\n"
    table = read_table(file(content * 2, "a.jsonl"))
    assert guess_text_column(table) == "text"
    assert table.frame["text"][0] == "user: The room was loud\nassistant: Noted."
    kept = table.frame["messages"][0]
    assert (json.loads(kept) if isinstance(kept, str) else kept) == turns


def test_an_array_called_jsonl_and_lines_called_json_open():
    lines = '{"text": "one here"}\n{"text": "two here"}\n'
    assert read_corpus(file(lines, "a.json")).texts == ("one here", "two here")
    assert read_corpus(file('[{"text": "one here"},\n{"text": "two here"}]', "a.jsonl")).texts == (
        "one here",
        "two here",
    )


def test_a_chat_with_a_text_beside_it_keeps_that_first():
    turns = [{"role": "user", "content": "The room was loud"}]
    own = {"text": "user: The room was loud", "messages": turns}
    assert list(read_table(file(json.dumps([own]), "a.json")).frame.columns) == ["text", "messages"]
    other = {"text": "A summary of it", "messages": turns}
    assert list(read_table(file(json.dumps([other]), "a.json")).frame.columns) == [
        "text",
        "messages",
        "text of the chat",
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_that_is_cut_off_keeps_its_whole_records_and_names_the_last(indent):
    content = json.dumps([{"text": t, "n": i} for i, t in enumerate(TEXTS)], indent=indent)
    table = read_table(file(content[:-15], "a.json"))
    assert table.frame["text"].tolist() == list(TEXTS[:4])
    assert problems(table) == [("json", 5, True)]
    broken = content.replace('"n": 1', '"n": oops')
    with pytest.raises(CorpusError, match="not valid JSON"):
        read_table(file(broken.replace("]", ", {}]" * 40), "a.json"))


@pytest.mark.parametrize("orient", ["columns", "split"])
@pytest.mark.parametrize("index", [[f"k{i}" for i in range(5)], [3, 5, 7, 9, 11]])
def test_the_rows_names_that_pandas_writes_are_a_column(orient, index):
    frame = pd.DataFrame({"text": TEXTS, "n": range(5)}, index=index)
    table = read_table(file(frame.to_json(orient=orient), "a.json"))
    assert table.frame["text"].tolist() == list(TEXTS)
    assert [str(v) for v in table.frame["index"]] == [str(v) for v in index]


def test_what_was_written_is_likelier_than_who_wrote_though_they_say_more_of_themselves():
    content = {
        "data": [{"id": str(10**18 + i), "text": t} for i, t in enumerate(TEXTS)],
        "includes": {"users": [{"id": str(i), "description": "I like films and books " * 8} for i in range(5)]},
    }
    table = read_table(file(json.dumps(content), "a.json"))
    assert (table.reading.records, table.frame["text"].tolist()) == ("data", list(TEXTS))
    assert set(table.alternatives["records"]) == {"data", "includes.users"}


def test_objects_over_several_lines_may_stand_one_after_another():
    content = "".join(json.dumps({"id": i, "text": t}, indent=1) + "\n" for i, t in enumerate(TEXTS))
    assert read_table(file(content, "a.json")).frame["text"].tolist() == list(TEXTS)
