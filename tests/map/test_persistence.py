import shutil
from dataclasses import fields, replace

import numpy as np

from gst_core import reform
from gst_core.compute import Embeddings, as_embeddings
from gst_core.encoding import learn_lexical_view, with_lexical_view
from gst_core.map.persistence import load_map, save_map
from tests.conftest import few


def test_a_map_that_a_crash_left_half_written_is_not_taken_for_the_lens_map(blobs, tmp_path):
    X, _ = blobs
    *_, frame = reform(X, None, random_state=0)
    save_map(tmp_path / "lens", "key", frame)
    shutil.copytree(tmp_path / "lens" / "key", tmp_path / "lens" / ".another.x1y2z3")
    key, again = load_map(tmp_path / "lens", as_embeddings(X))
    assert key == "key"
    assert np.array_equal(again.positions, frame.positions)
    shutil.rmtree(tmp_path / "lens" / "key")
    assert load_map(tmp_path / "lens", as_embeddings(X)) is None


def with_words(X):
    """Embeddings of texts with a lexical view behind them."""
    texts = [f"{('red', 'green', 'blue', 'grey')[i % 4]} number {i}" for i in range(len(X))]
    return with_lexical_view(as_embeddings(X), texts, learn_lexical_view(texts))


def test_a_map_of_a_version_that_knew_no_words_is_shown_beside_them(blobs, tmp_path):
    X, kinds = blobs
    *_, frame = reform(X, few(kinds, 4), random_state=0)
    save_map(tmp_path, "key", frame)
    _, again = load_map(tmp_path, with_words(X))
    assert np.array_equal(again.positions, frame.positions)
    assert np.allclose(again.probabilities, frame.probabilities, atol=1e-4)


def test_a_map_of_other_words_is_made_again(blobs, tmp_path):
    X, kinds = blobs
    E = with_words(X)
    *_, frame = reform(E, few(kinds, 4), random_state=0)
    save_map(tmp_path, "key", frame)
    assert load_map(tmp_path, E) is not None
    other = learn_lexical_view([f"{('up', 'down', 'left', 'right')[i % 4]} number {i}" for i in range(len(X))])
    assert other.width == E.lexical.width
    assert load_map(tmp_path, Embeddings(E.matrix, E.widths, other)) is None
    assert not list(tmp_path.iterdir())


def test_a_map_keeps_its_tree_and_one_of_an_earlier_version_gets_it_when_it_loads(blobs, tmp_path):
    X, _ = blobs
    *_, frame = reform(X, None, random_state=0)
    assert frame.tree.leaves >= 2
    save_map(tmp_path, "key", frame)
    _, again = load_map(tmp_path, as_embeddings(X))
    assert all(np.array_equal(getattr(again.tree, f.name), getattr(frame.tree, f.name)) for f in fields(frame.tree))
    save_map(tmp_path, "older", replace(frame, tree=None))
    _, older = load_map(tmp_path, as_embeddings(X))
    assert np.array_equal(older.tree.clusters(older.tree.chosen) >= 0, frame.clusters >= 0)
    assert np.array_equal(older.clusters, frame.clusters)


def test_a_map_whose_tree_is_damaged_is_made_again(blobs, tmp_path):
    X, _ = blobs
    *_, frame = reform(X, None, random_state=0)
    save_map(tmp_path, "key", replace(frame, tree=replace(frame.tree, parent=frame.tree.parent[::-1])))
    assert load_map(tmp_path, as_embeddings(X)) is None
