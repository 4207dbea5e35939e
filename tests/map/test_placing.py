"""Texts that come to a map that stands: they are set among their neighbours, and nothing else moves."""

import numpy as np
import pytest

from gst_core import reform
from gst_core.compute import as_embeddings
from gst_core.encoding import learn_lexical_view, with_lexical_view
from gst_core.map import Grown, load_map, save_map, standing_map
from gst_core.map.clusters import NOISE
from gst_core.map.frame import Frame
from gst_core.map.placing import with_later
from tests.conftest import few


def place(positions, clusters, Z):
    return with_later(Frame(positions, clusters, "clusters", 0.0, True, Z))


@pytest.fixture(scope="module")
def standing():
    """A map of two groups, and an embedding of 60 rows more: 25 of each group, and 10 of something else."""
    rng = np.random.default_rng(0)
    centres = 3.0 * np.eye(3, 12)
    kinds = np.repeat([0, 1, 0, 1, 2], [100, 100, 25, 25, 10])
    Z = (centres[kinds] + rng.normal(scale=0.3, size=(len(kinds), 12))).astype(np.float32)
    positions = (np.array([[0, 0], [9, 9], [0, 0], [0, 0], [0, 0]])[kinds] + rng.normal(size=(len(kinds), 2)))[:200]
    return positions.astype(np.float32), kinds[:200].astype(np.int32), Z


def test_old_positions_stay_bit_by_bit_and_new_texts_lie_in_the_group_of_their_neighbours(standing):
    positions, clusters, Z = standing
    placed = place(positions, clusters, Z)
    assert np.array_equal(placed.positions[:200], positions)
    assert np.array_equal(placed.clusters[:200], clusters)
    usual = np.setdiff1d(np.arange(200, 250), placed.later.strange)
    assert len(usual) >= 40
    assert np.array_equal(placed.clusters[usual], np.where(usual < 225, 0, 1))
    far = np.linalg.norm(placed.positions[usual] - np.where(usual < 225, 0.0, 9.0)[:, None], axis=1)
    assert far.max() < 3


def test_texts_of_a_kind_that_the_map_has_not_seen_fit_no_group(standing):
    placed = place(*standing)
    assert placed.later.first == 200
    assert set(range(250, 260)) <= set(placed.later.strange.tolist())
    assert (placed.clusters[placed.later.strange] == NOISE).all()


def test_one_in_twenty_texts_that_are_like_the_others_is_taken_for_strange():
    rng = np.random.default_rng(1)
    Z = rng.normal(size=(4_000, 8)).astype(np.float32)
    placed = place(np.zeros((3_000, 2), np.float32), np.zeros(3_000, np.int32), Z)
    assert 0.02 <= len(placed.later.strange) / 1_000 <= 0.08


@pytest.mark.parametrize("old", [1, 3, 6])
def test_few_old_texts_are_enough(old):
    Z = np.random.default_rng(0).normal(size=(old + 2, 4)).astype(np.float32)
    placed = place(np.ones((old, 2), np.float32), np.zeros(old, np.int32), Z)
    assert np.allclose(placed.positions, 1.0)


def test_equal_rows_are_placed_where_their_like_is():
    Z = np.repeat(np.eye(4, dtype=np.float32), 20, axis=0)
    positions = np.repeat(np.arange(4, dtype=np.float32), 20)[:, None].repeat(2, axis=1)
    placed = place(positions, np.repeat(np.arange(4), 20).astype(np.int32), np.vstack([Z, np.eye(4)]))
    assert placed.clusters[80:].tolist() == [0, 1, 2, 3]
    assert np.allclose(placed.positions[80:, 0], [0, 1, 2, 3])


@pytest.fixture
def saved(blobs, tmp_path):
    """A stored map of 280 of 300 texts, formed by labels."""
    X, kinds = blobs
    *_, frame = reform(X[:280], few(kinds, 4)[:280], random_state=0)
    save_map(tmp_path, "key", frame, "these")
    return X, frame, tmp_path


def test_a_stored_map_is_of_use_to_a_corpus_that_has_grown(saved):
    X, frame, folder = saved
    E, grown = as_embeddings(X), Grown("these", [""] * 300)
    key, again = load_map(folder, E, grown)
    assert key == "key"
    assert np.array_equal(again.positions[:280], frame.positions)
    assert again.positions.shape == (300, 2)
    assert np.isfinite(again.positions).all()
    assert np.allclose(again.probabilities, again.transform.predict_proba(X), atol=1e-5)
    assert again.later.first == 280
    assert np.array_equal(again.tree.node[:280], frame.tree.node)
    inside = again.clusters[280:] >= 0
    assert np.array_equal(again.tree.clusters(again.tree.chosen)[280:] >= 0, inside)
    assert len(standing_map(folder)[0]) == 280
    save_map(folder, "key", again, "these")
    _, stored = load_map(folder, E, grown)
    assert np.array_equal(stored.positions, again.positions)
    assert stored.later.first == 280
    assert np.array_equal(stored.later.strange, again.later.strange)
    *_, moved = reform(X, few(np.repeat(["a", "b"], 150), 2), stored, random_state=0)
    assert moved.later is None, "it is laid out with all of them"


def test_texts_that_come_twice_are_counted_from_the_first_on(saved):
    X, _, folder = saved
    first = load_map(folder, as_embeddings(X[:290]), Grown("these", [""] * 290))[1]
    save_map(folder, "key", first, "these")
    both = load_map(folder, as_embeddings(X), Grown("these", [""] * 300))[1]
    assert both.later.first == 280
    assert np.array_equal(both.positions[:290], first.positions)
    assert set(first.later.strange) <= set(both.later.strange)


def test_a_damaged_map_is_not_shown_while_new_texts_are_encoded(saved):
    _, _, folder = saved
    np.savez(folder / "key" / "map.npz", positions=np.zeros((3, 3)), clusters=np.zeros(3, dtype=np.int32))
    assert standing_map(folder) is None
    (folder / "key" / "map.npz").write_bytes(b"PK no zip")
    assert standing_map(folder) is None


@pytest.mark.parametrize("grown", [None, Grown("others", [""] * 300)])
def test_a_map_of_another_corpus_is_not_taken_for_that_of_its_first_texts(saved, grown):
    X, _, folder = saved
    assert load_map(folder, as_embeddings(X), grown) is None


def test_texts_that_come_later_are_read_with_the_words_that_the_map_knows(blobs, tmp_path):
    X, kinds = blobs
    texts = [f"{('red', 'green', 'blue', 'grey')[i % 4]} number {i}" for i in range(300)]
    view = learn_lexical_view(texts[:100])
    *_, frame = reform(with_lexical_view(as_embeddings(X[:100]), texts[:100], view), few(kinds, 4)[:100])
    save_map(tmp_path, "key", frame, "these")
    anew = with_lexical_view(as_embeddings(X), texts, learn_lexical_view(texts))
    assert anew.lexical.identity != view.identity
    _, again = load_map(tmp_path, anew, Grown("these", texts))
    expected = again.transform.transform(with_lexical_view(as_embeddings(X), texts, view))
    assert np.allclose(again.embedding, expected, atol=1e-6)
