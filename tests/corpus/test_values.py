"""Values keep their characters: a column is numbers only where each reads back as it was written."""

import csv
import io
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.corpus import corpus_from_table, guess_text_column, read_table
from gst_core.corpus.values import column_of_objects, column_of_strings, to_json
from tests.corpus.files import TEXTS, file


def opened(content, name="a.csv"):
    table = read_table(file(content, name))
    return corpus_from_table(table, guess_text_column(table))


@pytest.mark.parametrize(
    "written",
    [
        ["1582218195625938945", "", "1582218195625938947"],
        ["5E10", "1E3"],
        ["1.10", "1.9"],
        ["1.100", "2.300"],
        ["+1", "-1"],
        ["007", "8"],
        ["1_000", "2_000"],
        ["1,5", "2,5"],
        ["-0", "0"],
        ["1", "1.0"],
        ["1", "2.5"],
        [" 1", "2"],
        ["9223372036854775808", "1"],
        ["1" * 5000, "2"],
        ["NA", "None", "nan", "null"],
        ["inf", "-Infinity", "1"],
        ["1e5", "2.0"],
        ["0x10", "１２"],
        ["True", "False"],
    ],
)
def test_what_prints_otherwise_stays_as_it_was_written(written):
    column = column_of_strings(written)
    if "" in written:
        assert column.dtype == "Int64"
        assert ["" if pd.isna(v) else str(v) for v in column] == written
    else:
        assert column.tolist() == written


def test_numbers_that_print_as_they_were_written_are_numbers():
    assert column_of_strings(["1", "-20"]).dtype == "int64"
    assert column_of_strings(["1", "", "20"]).dtype == "Int64"
    assert column_of_strings(["1.5", "", "2.0"]).dtype == "float64"
    assert column_of_strings(["", ""]).tolist() == ["", ""]


NUMBERS = st.one_of(
    st.integers(-(10**21), 10**21).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.text("0123456789+-.,eE_ ", max_size=8),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_any_column_prints_as_it_was_written(written):
    column = column_of_strings(written)
    if pd.api.types.is_float_dtype(column.dtype):
        printed = ["" if pd.isna(v) else repr(float(v)) for v in column]
    else:
        printed = ["" if pd.isna(v) else str(v) for v in column]
    assert printed == written


CELLS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
TABLES = st.lists(st.tuples(CELLS, CELLS), min_size=3, max_size=8)


def as_csv(rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "a", "b"])
    writer.writerows([TEXTS[0] + str(i), *row] for i, row in enumerate(rows))
    return text.getvalue()


def as_jsonl(rows):
    return "".join(
        json.dumps({"text": TEXTS[0] + str(i), "a": a, "b": b}, ensure_ascii=bool(i % 2)) + "\n"
        for i, (a, b) in enumerate(rows)
    )


def as_parquet(rows):
    buffer = io.BytesIO()
    texts = [TEXTS[0] + str(i) for i in range(len(rows))]
    pd.DataFrame({"text": texts, "a": [a for a, _ in rows], "b": [b for _, b in rows]}).to_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("write", [as_csv, as_jsonl, as_parquet])
@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_any_strings_come_out_with_the_characters_they_went_in_with(write, rows):
    corpus = opened(write(rows), write.__name__.replace("as_", "a."))
    read = [
        tuple("" if pd.isna(v) else repr(v) if isinstance(v, float) else str(v) for v in row)
        for row in zip(corpus.rows["a"], corpus.rows["b"], strict=True)
    ]
    assert read == rows


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(JSON_VALUES, max_size=3), min_size=1, max_size=4))
def test_lists_of_json_come_back_as_they_were_or_as_the_same_json(values):
    column = column_of_objects(values)
    read = [v if isinstance(v, list) else json.loads(v) for v in column]
    assert json.dumps(read) == json.dumps(values)


def test_numbers_in_json_keep_their_characters():
    content = '[{"text": "one here", "a": 1.10, "b": 1e400, "c": %s}, {"text": "two here", "a": 2, "b": 1, "c": 1}]'
    rows = opened(content % ("1" * 5000), "a.json").rows
    assert rows["a"].tolist() == ["1.10", "2"]
    assert rows["b"].tolist() == ["1e400", "1"]
    assert rows["c"].tolist() == ["1" * 5000, "1"]


def test_whole_numbers_beside_nothing_stay_whole_numbers():
    rows = opened('{"text": "one here", "n": 1582218195625938945}\n{"text": "two here", "n": null}\n', "a.jsonl").rows
    assert rows["n"].dtype == "Int64"
    assert rows["n"][0] == 1582218195625938945


def test_a_column_of_several_kinds_is_text_with_json_in_it():
    mixed = column_of_objects(["word", 1, True, [1, "x"], {"k": None}, None])
    assert mixed.tolist()[:5] == ["word", "1", "true", '[1, "x"]', '{"k": null}']
    assert pd.isna(mixed[5])


def test_json_is_written_with_the_letters_that_it_has():
    assert to_json({"ü": ["é", 1.5, None]}) == '{"ü": ["é", 1.5, null]}'
