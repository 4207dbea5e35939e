import numpy as np

from gst_core.encoding.store import EmbeddingStore, text_keys


def test_embeddings_are_found_by_text_and_only_new_ones_are_missing(tmp_path):
    store = EmbeddingStore(tmp_path)
    old, new = text_keys([f"text {i}" for i in range(50)]), text_keys([f"text {i}" for i in range(60)])
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    store.add("encoder", old[:30], vectors[:30])
    store.add("encoder", old[30:], vectors[30:])
    assert np.array_equal(store.assemble("encoder", old), vectors)
    assert store.missing("encoder", new).tolist() == list(range(50, 60))
    assert store.missing("another", old).tolist() == list(range(50))
