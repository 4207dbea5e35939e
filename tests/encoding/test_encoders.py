import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gst_core import encode, view_widths
from gst_core.encoding.batches import encoding_order
from gst_core.encoding.encoders import check_sha256, load_encoder, packaged_folder
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


def test_texts_are_encoded_beside_those_of_their_length_and_yet_mixed():
    texts = ["soup " * (1 + i % 200) for i in range(9000)] + ["soup " * 3000]
    lengths, batches = np.array([len(t) for t in texts]), encoding_order(texts)
    assert sorted(np.concatenate(batches)) == list(range(9001))
    padded = sum(len(b) * lengths[b].max() for b in batches)
    assert padded < 1.08 * lengths.sum()  # in random order: nearly twice
    assert all(len(b) * lengths[b].clip(max=1200).max() <= 4000 or len(b) == 1 for b in batches)
    early = np.concatenate(batches[: len(batches) // 3])
    assert abs(lengths[early].mean() / lengths.mean() - 1) < 0.1


def test_the_first_embeddings_come_soon_and_then_chunks(three_cores):
    came = []
    texts = [f"{t}, said {i}" for i in range(12) for t in TEXTS]
    encode(texts, arrived=lambda rows, _: came.append(len(rows)))
    assert came[0] == 64
    assert all(512 <= n < 512 + 6 * 64 for n in came[1:-1])
    assert sum(came) == len(texts)


def test_an_encoder_that_cannot_be_had_is_named():
    with pytest.raises(EncoderError, match="nobody/has-this"):
        load_encoder("nobody/has-this")


def test_changed_weights_are_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other")
    with pytest.raises(EncoderError, match="SHA-256"):
        check_sha256(weights, "0" * 64)
    assert (packaged_folder() / "model.safetensors").is_file()


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


@pytest.fixture
def three_cores():
    cores = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(cores)


def test_a_worker_takes_one_core_and_leaves_the_others_theirs(three_cores, monkeypatch):
    model, used = load_encoder(), {}
    real = model.encode

    def watched(texts, **options):
        vectors = real(texts, **options)
        used.setdefault(threading.current_thread().name, set()).add(torch.get_num_threads())
        return vectors

    monkeypatch.setattr(model, "encode", watched)
    encode([f"{t}, said {i}" for i in range(4) for t in TEXTS])
    assert used.pop(threading.current_thread().name) == {3}
    assert len(used) == 3
    assert set.union(*used.values()) == {1}
    assert torch.get_num_threads() == 3
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == 3


def test_an_error_of_the_encoder_ends_the_encoding(three_cores, monkeypatch):
    model, asked = load_encoder(), []

    def fail_later(texts, **_):
        asked.append(len(texts))
        if len(asked) > 1:
            raise RuntimeError("no more")
        return np.zeros((len(texts), 384), dtype=np.float32)

    monkeypatch.setattr(model, "encode", fail_later)
    with pytest.raises(RuntimeError, match="no more"):
        encode([f"text {i}" for i in range(5000)])
    assert len(asked) < 10
