"""Parquet: an index of pandas is a column like others, and what is far larger than its file is refused."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gst_core import read_corpus
from gst_core.corpus import guess_text_column, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, file

FRAME = pd.DataFrame({"text": TEXTS, "stars": [1, 2, 3, 4, 5], "id": [f"d{i}" for i in range(5)]})


def written(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return file(buffer.getvalue(), "a.parquet")


def packed(table):
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return file(buffer.getvalue(), "a.parquet")


def test_a_named_index_is_a_column_and_may_be_the_ids():
    corpus = read_corpus(written(FRAME.set_index("id")), id="id")
    assert corpus.ids == ("d0", "d1", "d2", "d3", "d4")
    assert corpus.rows["id"].tolist() == list(corpus.ids)
    assert list(read_corpus(written(FRAME.set_index(["stars", "id"]))).rows.columns) == ["stars", "id"]


def test_an_index_without_a_name_is_called_so_and_mere_places_are_none():
    assert read_table(written(FRAME.set_index("id").rename_axis(None))).frame["index"].tolist()[:2] == ["d0", "d1"]
    assert read_table(written(FRAME.iloc[1::2])).frame["index"].tolist() == [1, 3]
    assert "index" not in read_table(written(FRAME)).frame.columns


def test_numbers_as_names_and_a_name_that_stands_twice():
    table = read_table(written(FRAME[["text", "stars"]].set_axis([0, 1], axis=1)))
    assert (list(table.frame.columns), guess_text_column(table)) == (["0", "1"], "0")
    twice = pa.table([pa.array(TEXTS), pa.array(range(5)), pa.array(range(5))], names=["text", "tag", "tag"])
    table = read_table(packed(twice))
    assert list(table.frame.columns) == ["text", "tag", "tag (2)"]
    assert [p.kind for p in table.problems] == ["name"]


def test_a_zero_in_a_text_is_taken_out_and_named():
    table = read_table(packed(pa.table({"text": ["one\x00 here", "two here"]})))
    assert table.frame["text"].tolist() == ["one here", "two here"]
    assert [(p.kind, p.row) for p in table.problems] == [("nul", 1)]


def test_a_chat_gets_a_text():
    chats = [[{"role": "user", "content": t}, {"role": "assistant", "content": "Noted."}] for t in TEXTS]
    table = read_table(packed(pa.table({"messages": chats})))
    assert table.frame["text"][0] == f"user: {TEXTS[0]}\nassistant: Noted."
    assert table.frame["messages"][0] == chats[0]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"text": ["one here"] * 3_000_000}, "3,000,000 rows"),
        ({"text": ["x" * 200_000] * 2_000}, "unpacks to more than 64 MB"),
        ({"text": ["one here"] * 1_000, "zeros": [[0] * 30_000] * 1_000}, "30,001,000 values"),
    ],
)
def test_what_is_far_larger_than_its_file_is_refused(columns, says):
    with pytest.raises(CorpusError, match=says):
        read_table(packed(pa.table(columns)))


def test_a_damaged_file_is_named():
    content = packed(pa.table({"text": list(TEXTS)})).getvalue()
    for broken in (content[:-20], content[:50] + b"\xff" * 40 + content[90:], b"PAR1" + bytes(50) + b"PAR1"):
        with pytest.raises(CorpusError, match=r"a\.parquet"):
            read_corpus(file(broken, "a.parquet"))


def test_a_bad_byte_in_a_text_is_named_and_costs_no_other_row_anything():
    texts = pa.array([b"caf\xe9 here", "déjà vu".encode(), None], pa.binary()).cast(pa.string(), safe=False)
    table = read_table(packed(pa.table({"text": texts})))
    assert table.frame["text"].tolist()[:2] == ["caf\ufffd here", "déjà vu"]
    assert [(p.kind, p.row) for p in table.problems] == [("byte", 1)]
