from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gst_core.atomic_files import StagedFile
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import text_keys


def test_embeddings_are_found_by_text_and_only_new_ones_are_missing(tmp_path):
    store = EmbeddingStore(tmp_path)
    old, new = text_keys([f"text {i}" for i in range(50)]), text_keys([f"text {i}" for i in range(60)])
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    store.add("encoder", old[:30], vectors[:30])
    store.add("encoder", old[30:], vectors[30:])
    assert np.array_equal(store.assemble("encoder", old), vectors)
    assert store.missing("encoder", new).tolist() == list(range(50, 60))
    assert store.missing("another", old).tolist() == list(range(50))


def test_two_encodings_at_once_take_no_part_away_from_each_other(tmp_path):
    texts = [[f"{name} {i}" for i in range(200)] for name in ("red", "blue")]

    def fill(own):
        store, keys = EmbeddingStore(tmp_path), text_keys(own)
        vectors = np.arange(800, dtype=np.float32).reshape(200, 4)
        for start in range(0, 200, 4):
            store.add("encoder", keys[start : start + 4], vectors[start : start + 4])
            store.missing("encoder", keys)
        return np.array_equal(store.assemble("encoder", keys), vectors)

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(fill, texts))


def test_a_part_that_another_process_takes_away_at_once_is_no_error(tmp_path, monkeypatch):
    commit = StagedFile.commit

    def commit_and_lose(staged, path):
        commit(staged, path)
        path.unlink()

    monkeypatch.setattr(StagedFile, "commit", commit_and_lose)
    store, keys = EmbeddingStore(tmp_path), text_keys(["one", "two"])
    store.add("encoder", keys, np.eye(2, dtype=np.float32))
    assert store.missing("encoder", keys).tolist() == [0, 1]
