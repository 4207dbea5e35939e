import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from gst_core import GuidedSpaceTransform, reform
from gst_core.corpus import read_corpus
from gst_core.errors import GstError
from gst_core.export import array_as_npy, lens_table, table_as_csv, table_as_parquet, transform_as_zip
from gst_core.workspace import HUMAN, LLM, Label
from tests.conftest import few
from tests.corpus.test_corpus import file


def test_columns_called_as_ours_keep_their_data_in_every_generation(blobs):
    X, kinds = blobs
    rows = "".join(f"text {i},{kinds[i]},a{i},b{i},{i}\n" for i in range(40))
    corpus = read_corpus(file("text,label,label_,id,id_\n" + rows), text="text", embeddings=X[:40])
    frame = list(reform(X[:40], None))[-1]
    table = lens_table(corpus, frame, {})
    assert not table.columns.duplicated().any()
    assert table["label_"].tolist() == [f"a{i}" for i in range(40)]
    assert table["label__"].tolist() == kinds[:40].tolist()
    again = read_corpus(file(table_as_csv(table)), text="text", embeddings=X[:40])
    assert not lens_table(again, frame, {}).columns.duplicated().any()


@pytest.fixture
def lens(blobs):
    X, kinds = blobs
    rows = "".join(f"text {i},{i}\n" for i in range(300)) + ",7\ntext 0,8\n"
    corpus = read_corpus(file("text,label\n" + rows), text="text")
    *_, frame = reform(X, few(kinds, 2))
    return corpus, frame


def test_an_export_has_a_row_for_each_row_of_the_source(lens):
    corpus, frame = lens
    table = lens_table(corpus, frame, {corpus.ids[0]: Label(corpus.ids[0], "red", HUMAN, "")})
    assert len(table) == 302
    assert table["label_"].tolist()[-2:] == [7, 8]
    assert table["label"].tolist()[0] == table["label"].tolist()[-1] == "red"
    assert pd.isna(table["x"].iloc[-2])
    assert table["x"].iloc[0] == pytest.approx(frame.positions[0, 0])
    assert set(table["predicted"].dropna()) <= set(frame.classes)


def test_an_export_says_who_labelled_and_how_sure_a_model_was(lens):
    corpus, frame = lens
    first, second, third, *_ = corpus.ids
    labels = {first: Label(first, "red", HUMAN, ""), second: Label(second, "blue", LLM, "", 0.7, "llama")}
    table = pd.read_csv(io.BytesIO(table_as_csv(lens_table(corpus, frame, labels)))).set_index("id")
    assert table.loc[second, ["label", "said_by", "said_by_model", "confidence"]].tolist() == [
        "blue",
        "llm",
        "llama",
        0.7,
    ]
    assert table["said_by"].value_counts().to_dict() == {"human": 2, "llm": 1}  # the first text is in two rows
    assert table["confidence"].count() == table["said_by_model"].count() == 1
    assert table.loc[third, ["label", "said_by", "confidence"]].isna().all()


def test_csv_and_parquet_read_back_and_formulas_are_text(lens):
    corpus, frame = lens
    table = lens_table(corpus, frame, {corpus.ids[0]: Label(corpus.ids[0], "=1+1", HUMAN, "")})
    assert pd.read_csv(io.BytesIO(table_as_csv(table)))["label"].iloc[0] == "'=1+1"
    assert pd.read_parquet(io.BytesIO(table_as_parquet(table)))["label"].iloc[0] == "=1+1"


def test_the_exported_transform_and_embeddings_agree(lens, blobs, tmp_path):
    _, frame = lens
    zipfile.ZipFile(io.BytesIO(transform_as_zip(frame.transform))).extractall(tmp_path)
    again = GuidedSpaceTransform.load(tmp_path).transform(blobs[0])
    assert np.allclose(np.load(io.BytesIO(array_as_npy(frame.embedding))), again, atol=1e-6)
    with pytest.raises(GstError, match="label two"):
        transform_as_zip(None)
