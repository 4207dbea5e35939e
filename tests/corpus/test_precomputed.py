"""Embeddings that come along: as lists, as text, and beside rows without a text."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gst_core import read_corpus
from gst_core.corpus import holds_vectors, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import file

VECTORS = [[0.5, -1e-07, 2.0], [1, 0, 3.25]]


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        lambda v: str(np.array(v)),
        lambda v: " ".join(map(str, v)),
        lambda v: "; ".join(map(str, v)),
        lambda v: "(" + ", ".join(map(str, v)) + ")",
    ],
)
def test_vectors_that_are_written_as_text_are_read(write):
    content = 'text,emb\none here,"' + '"\ntwo here,"'.join(map(write, VECTORS)) + '"\n'
    corpus = read_corpus(file(content), embeddings="emb")
    expected = np.array(VECTORS) / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    assert np.allclose(corpus.embeddings, expected, atol=1e-6)
    assert (corpus.text_column, list(corpus.rows.columns)) == ("text", [])
    assert holds_vectors(read_table(file(content)).frame["emb"])


@pytest.mark.parametrize("lists", [pa.list_(pa.float32()), pa.list_(pa.float64(), 3)])
def test_vectors_of_parquet_are_read(lists):
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["one here", "two here"], "emb": pa.array(VECTORS, lists)}), buffer)
    assert read_corpus(file(buffer.getvalue(), "a.parquet"), embeddings="emb").embeddings.shape == (2, 3)


def test_what_stands_beside_a_row_without_text_does_no_harm():
    vectors = np.eye(4)
    vectors[1], vectors[3] = np.nan, 0
    corpus = read_corpus(file('text\n"one here"\n""\n"two here"\n"one here"\n'), embeddings=vectors)
    assert corpus.embeddings.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    lines = '{"text": "one here", "emb": [1, 0]}\n{"text": "", "emb": null}\n{"text": "two here", "emb": [0, 1]}\n'
    assert read_corpus(file(lines, "a.jsonl"), embeddings="emb").embeddings.shape == (2, 2)


def test_a_bad_vector_is_named_by_its_row():
    vectors = np.eye(3)
    vectors[2] = np.nan
    with pytest.raises(CorpusError, match="row 3 holds NaN"):
        read_corpus(file('text\n""\n"one here"\n"two here"\n'), embeddings=vectors)
    with pytest.raises(CorpusError, match=r"row 3, column “emb” does not hold 2 numbers"):
        read_corpus(file('text,emb\none here,"[1, 0]"\ntwo here,"[1]"\n'), embeddings="emb")
    with pytest.raises(CorpusError, match=r"row 2, column “emb” does not hold a list of numbers"):
        read_corpus(file("text,emb\none here,x\n"), embeddings="emb")
