import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gst_core import encode
from gst_core.encoding.batches import encoding_order
from gst_core.encoding.encoders import load_encoder
from tests.encoding.test_embeddings import TEXTS


@pytest.fixture
def three_cores():
    cores = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(cores)


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
