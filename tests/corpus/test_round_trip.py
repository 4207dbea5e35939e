"""What a file's columns are survives the workspace, colouring and export."""

import datetime
import io
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gst_core import Workspace
from gst_core.analysis import file_columns
from gst_core.corpus import corpus_from_table, guess_text_column, read_table, table_as_csv, table_as_parquet
from gst_core.export import lens_table
from gst_core.map import Frame
from gst_core.ui.map_component.contract import by_column
from tests.corpus.files import TEXTS, file

N = len(TEXTS)
ZONE = datetime.timezone(datetime.timedelta(hours=2))
COLUMNS = {
    "whole": pa.array([1, None, 3, 4, 5]),
    "unsigned": pa.array([2**64 - 1, None, 3, 4, 5], pa.uint64()),
    "yes": pa.array([True, None, False, True, True]),
    "real": pa.array([1.5, None, 2.0, 0.1, 1e17]),
    "narrow": pa.array([1.5, None, 2.0, 0.1, 1e17], pa.float32()),
    "words": pa.array(["a", None, "", "1.10", "007"]),
    "kinds": pa.array(["x", "y", None, "x", "y"]).dictionary_encode(),
    "numbered": pa.array([1, 2, None, 1, 2]).dictionary_encode(),
    "day": pa.array([datetime.date(2024, 3, 1), None] + [datetime.date(9999, 12, 31)] * 3),
    "moment": pa.array([datetime.datetime(2024, 3, 1, 10), None] + [datetime.datetime(1066, 10, 14)] * 3),
    "zoned": pa.array(
        [datetime.datetime(2024, 3, 1, 10, tzinfo=ZONE), None] * 2 + [None], pa.timestamp("us", "+02:00")
    ),
    "berlin": pa.array([datetime.datetime(2024, 3, 1, 10, tzinfo=ZONE)] * N, pa.timestamp("ns", "Europe/Berlin")),
    "time": pa.array([datetime.time(10, 30), None] + [datetime.time(1)] * 3),
    "took": pa.array([datetime.timedelta(days=1, seconds=3), None] + [datetime.timedelta(0)] * 3),
    "money": pa.array([Decimal("1.10"), None] + [Decimal("2.00")] * 3),
    "bytes": pa.array([b"\xff\x00", None, b"", b"a", b"b"]),
    "tags": pa.array([["a", "b"], None, [], ["c"], [None]]),
    "vector": pa.array([[1.0, 2.0]] * N, pa.list_(pa.float32(), 2)),
    "image": pa.array([{"bytes": b"\x89PNG", "path": "0.png"}, None] + [{"bytes": None, "path": ""}] * 3),
    "answers": pa.array([{"text": ["x"], "start": [0]}] * 4 + [{"text": [], "start": []}]),
    "map": pa.array([[("k", 1)], None, [], [("k", 2)], [("l", None)]], pa.map_(pa.string(), pa.int64())),
    "nothing": pa.nulls(N),
}


def parquet(columns=COLUMNS, metadata=None):
    table = pa.table({"text": pa.array(TEXTS), **columns}).replace_schema_metadata(metadata)
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return table, buffer.getvalue()


def opened(content, name="a.parquet"):
    table = read_table(file(content, name))
    return corpus_from_table(table, guess_text_column(table))


def exported(corpus):
    n = len(corpus)
    frame = Frame(
        positions=np.zeros((n, 2), np.float32), clusters=np.zeros(n, np.int32), stage="clusters", elapsed=0.0,
        final=True, embedding=np.ones((n, 2), np.float32),
    )  # fmt: skip
    return lens_table(corpus, frame, {})


def stored(corpus, folder):
    workspace = Workspace(folder)
    return workspace.read_corpus(workspace.add_corpus(corpus, "encoder").id)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_type_of_parquet_survives_the_workspace_and_the_export(tmp_path, name):
    before, content = parquet({name: COLUMNS[name]})
    corpus = stored(opened(content), tmp_path)
    after = pq.read_table(io.BytesIO(table_as_parquet(exported(corpus))))
    assert after.column(name).to_pylist() == before.column(name).to_pylist()
    if name not in ("nothing", "words", "kinds", "numbered"):  # strings may be large_string
        assert after.schema.field(name).type == before.schema.field(name).type


def test_every_type_can_be_coloured_by_or_not_and_shown_without_an_error(tmp_path):
    corpus = stored(opened(parquet()[1]), tmp_path)
    for rows in (5, 2):
        for column in file_columns(corpus.metadata.head(rows)).values():
            by_column(column)
            assert len(column.missing) == len([column.shown(row) for row in range(rows)])


def test_what_has_parts_is_valid_json_in_a_csv(tmp_path):
    corpus = stored(opened(parquet()[1]), tmp_path)
    read = pd.read_csv(io.BytesIO(table_as_csv(exported(corpus))), dtype=str, keep_default_na=False)
    assert json.loads(read["tags"][0]) == ["a", "b"]
    assert json.loads(read["answers"][0]) == {"text": ["x"], "start": [0]}
    assert read["whole"].tolist() == ["1", "", "3", "4", "5"]
    assert read["real"].tolist() == ["1.5", "", "2.0", "0.1", "1e+17"]
    assert read["narrow"].tolist() == ["1.5", "", "2.0", "0.1", "1e+17"]
    assert (read["day"][0], read["money"][0], read["time"][0]) == ("2024-03-01", "1.10", "10:30:00")
    assert read["words"].tolist() == ["a", "", "", "1.10", "007"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('{"text": "one here", "tags": ["a"], "user": {"name": "x", "ids": [1, 2]}, "n": 1}\n'
         '{"text": "two here", "tags": [], "user": {"name": "y", "ids": []}, "n": null}\n', "a.jsonl"),
        ('[{"text": "one here", "turns": [{"a": 1}, {"b": 2}], "e": {}}, {"text": "two here"}]', "a.json"),
    ],
)  # fmt: skip
def test_nested_json_survives_the_workspace_and_the_export(tmp_path, content, name):
    corpus = opened(content, name)
    after = stored(corpus, tmp_path)
    assert after.rows.columns.tolist() == corpus.rows.columns.tolist()
    for column in corpus.rows.columns:
        before = [None if v is None or v is pd.NA or v != v else v for v in corpus.rows[column]]
        assert [None if v is None or v is pd.NA or v != v else v for v in after.rows[column]] == before
    exported(after)


def test_ids_with_blanks_between_them_come_out_of_the_export_with_their_digits(tmp_path):
    content = "text,reply_to,code\none here,,5E10\ntwo here,1582218195625938946,1E3\n"
    corpus = stored(opened(content, "a.csv"), tmp_path)
    read = pd.read_csv(io.BytesIO(table_as_csv(exported(corpus))), dtype=str, keep_default_na=False)
    assert read["reply_to"].tolist() == ["", "1582218195625938946"]
    assert read["code"].tolist() == ["5E10", "1E3"]
