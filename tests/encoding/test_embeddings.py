import numpy as np
import pandas as pd
import pytest

from gst_core import encode, view_widths
from gst_core.encoding.encoders import load_encoder
from gst_core.encoding.store import EmbeddingStore
from gst_core.errors import Cancelled, EncoderError

TEXTS = [f"guest number {i} liked the {'room' if i % 2 else 'soup'}" for i in range(120)]


def test_embeddings_are_unit_rows_that_know_what_is_alike():
    X = encode(["the soup was cold", "my soup arrived cold", "we parked behind the hotel"])
    assert X.shape == (3, 384)
    assert X.dtype == np.float32
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert X[0] @ X[1] > X[0] @ X[2] + 0.3


def test_what_is_cached_is_not_encoded_again(tmp_path):
    store, seen = EmbeddingStore(tmp_path), []
    first = encode(TEXTS[:100], store=store)
    again = encode(TEXTS[:100], store=store, progress=lambda p: seen.append(p.encoded))
    assert set(seen) == {0}
    assert np.array_equal(first, again)
    encode(TEXTS, store=store, progress=lambda p: seen.append(p.encoded))
    assert max(seen) == 20


def test_a_cancelled_encoding_goes_on_where_it_stopped(tmp_path):
    store, seen = EmbeddingStore(tmp_path), []
    with pytest.raises(Cancelled):
        encode(
            TEXTS, store=store, progress=lambda p: seen.append(p.encoded), cancelled=lambda: max(seen, default=0) > 0
        )
    done = max(seen)
    assert 0 < done < len(TEXTS)
    seen.clear()
    X = encode(TEXTS, store=store, progress=lambda p: seen.append(p.encoded))
    assert max(seen) == len(TEXTS) - done
    assert np.allclose(X, encode(TEXTS), atol=1e-4)


def test_embeddings_arrive_one_by_one_also_those_that_are_cached(tmp_path):
    store, came = EmbeddingStore(tmp_path), {}
    encode(TEXTS[:30], store=store)

    def take(rows, vectors):
        assert not came.keys() & set(rows.tolist())
        came.update(zip(rows.tolist(), vectors, strict=True))

    X = encode([*TEXTS, TEXTS[5]], store=store, arrived=take)
    assert len(came) == len(TEXTS)
    assert all(np.array_equal(X[i], vector) for i, vector in came.items())


def test_all_views_are_the_embedding_and_the_words_below_it():
    texts = ["a quiet room", "What a shame, the soup was cold and nobody cared!"]
    X = encode(texts, views="all")
    assert view_widths() == (384, 384)
    assert X.shape == (2, 768)
    final, below = X[:, :384] * 2**0.5, X[:, 384:] * 2**0.5
    assert np.allclose(final, encode(texts), atol=1e-5)
    model = load_encoder()
    batch = model.tokenizer(texts[1], return_tensors="pt").to(model.device)
    tokens = model[0].auto_model(**batch, output_hidden_states=True).hidden_states[4][0].detach().cpu().numpy()
    expected = tokens.mean(axis=0)
    assert np.allclose(below[1], expected / np.linalg.norm(expected), atol=1e-4)


def test_views_and_final_embeddings_are_kept_apart(tmp_path):
    store = EmbeddingStore(tmp_path)
    assert encode(["one text"], store=store).shape == (1, 384)
    assert encode(["one text"], views="all", store=store).shape == (1, 768)
    with pytest.raises(EncoderError, match="no view"):
        encode(["one text"], views="half")


def test_no_texts_have_embeddings_of_no_rows_with_and_without_a_store(tmp_path):
    assert encode([]).shape == (0, 384)
    assert encode([], views="all", store=EmbeddingStore(tmp_path)).shape == (0, 768)


@pytest.mark.parametrize("texts", ["a text", None, ["a text", 1], [None]])
def test_what_is_no_list_of_texts_is_refused(texts):
    with pytest.raises(EncoderError, match=r"(?i)text"):
        encode(texts)


def test_a_column_and_an_array_of_texts_are_encoded_as_a_list_of_them():
    texts = ["late again", "lovely view"]
    expected = encode(texts)
    assert np.array_equal(encode(pd.Series(texts, index=[7, 3])), expected)
    assert np.array_equal(encode(np.array(texts)), expected)
