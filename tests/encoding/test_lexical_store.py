import numpy as np
import pytest

from gst_core.compute import Embeddings
from gst_core.encoding import LexicalStore, lexical_store
from gst_core.encoding import lexical_view as module
from gst_core.encoding.text_keys import text_keys
from tests.encoding.test_lexical_view import TEXTS

MORE = [*TEXTS, *(f"zeppelin number {i} over jetblue" for i in range(60))]
ENCODED = Embeddings(np.eye(len(MORE), 150, dtype=np.float32), (100, 50))


def encoded(texts):
    return Embeddings(ENCODED.matrix[: len(texts)], ENCODED.widths)


@pytest.fixture
def store(tmp_path):
    return LexicalStore(tmp_path / "lexical")


@pytest.fixture
def learned(monkeypatch):
    """Counts how often a view is learned."""
    counts = []
    learn = lexical_store.learn_lexical_view
    monkeypatch.setattr(lexical_store, "learn_lexical_view", lambda texts: counts.append(len(texts)) or learn(texts))
    return counts


def test_a_view_is_learned_once_and_its_matrix_is_kept(store, learned, monkeypatch):
    E = store.all_views(TEXTS, encoded(TEXTS), "encoder")
    assert E.widths == (100, 50, E.lexical.width)
    assert np.allclose(E.matrix[:, 150:], E.lexical.transform(TEXTS) / 3**0.5, atol=1e-6)
    monkeypatch.setattr(module.LexicalView, "transform", None)
    again = LexicalStore(store.folder).all_views(TEXTS, encoded(TEXTS), "encoder")
    assert learned == [len(TEXTS)]
    assert np.array_equal(again.matrix, E.matrix)
    assert again.lexical.identity == E.lexical.identity
    assert not again.matrix.flags.writeable


def test_without_an_identity_the_view_is_kept_and_the_matrix_is_not(store, learned):
    store.all_views(TEXTS, encoded(TEXTS))
    store.all_views(TEXTS, encoded(TEXTS))
    assert learned == [len(TEXTS)]
    assert not list(store.folder.rglob("matrix-*"))


def test_texts_without_common_words_keep_their_views_as_they_are(store):
    given = encoded(["one", "two"])
    assert store.all_views(["one", "two"], given, "encoder") is given


def test_a_corpus_that_has_grown_keeps_its_words_and_one_that_has_doubled_learns_anew(store, learned):
    before = store.all_views(TEXTS, encoded(TEXTS), "encoder")
    grown = store.all_views(MORE, encoded(MORE), "encoder", grown=True)
    assert learned == [len(TEXTS)]
    assert grown.lexical.identity == before.lexical.identity
    assert np.array_equal(grown.matrix[: len(TEXTS)], before.matrix)
    other = store.all_views(MORE, encoded(MORE), "encoder")
    assert learned == [len(TEXTS), len(MORE)]
    assert other.lexical.identity != before.lexical.identity
    many = [*TEXTS, *(f"zeppelin {i} of {len(TEXTS)}" for i in range(len(TEXTS) + 1))]
    store.all_views(many, Embeddings(np.eye(len(many), dtype=np.float32), (len(many),)), "encoder", grown=True)
    assert learned == [len(TEXTS), len(MORE), len(many)]


def test_a_view_goes_with_the_first_of_its_texts_and_a_matrix_with_the_first_of_its_rows(store, learned):
    store.all_views(TEXTS, encoded(TEXTS), "encoder")
    store.all_views(MORE, encoded(MORE), "encoder", grown=True)
    store.remove_texts(set(text_keys(["of another corpus"]).tolist()).__contains__)
    assert len(list(store.folder.rglob("matrix-*.npy"))) == 4  # with their keys
    store.remove_texts(set(text_keys(MORE[-1:]).tolist()).__contains__)
    assert not list(store.folder.rglob("matrix-*"))
    store.all_views(TEXTS, encoded(TEXTS))
    assert learned == [len(TEXTS)]
    store.remove_texts(set(text_keys(TEXTS[3:4]).tolist()).__contains__)
    assert not list(store.folder.rglob("*"))


@pytest.mark.parametrize("name", ["lexical.safetensors", "lexical.json", "matrix-*-*.npy"])
def test_what_is_damaged_is_made_again(store, name):
    E = store.all_views(TEXTS, encoded(TEXTS), "encoder")
    file = next(store.folder.rglob(name))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    again = store.all_views(TEXTS, encoded(TEXTS), "encoder")
    assert again.lexical.identity == E.lexical.identity
    assert np.array_equal(again.matrix, E.matrix)


def test_a_view_of_which_nobody_knows_the_texts_is_of_no_grown_corpus_and_goes_with_any_text(store, learned):
    store.all_views(TEXTS, encoded(TEXTS), "encoder")
    np.save(next(store.folder.rglob("keys.npy")), np.zeros(32, dtype=np.uint8))
    store.all_views(MORE, encoded(MORE), "encoder", grown=True)
    assert learned == [len(TEXTS), len(MORE)]
    store.remove_texts(set(text_keys(["of another corpus"]).tolist()).__contains__)
    assert len(list(store.folder.iterdir())) == 1
