"""Groups that tell what was left out, though no linear function does, are no islands of the map."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from gst_core import GuidedSpaceTransform, TransformError
from gst_core.compute import check_embeddings
from gst_core.transform.erasure import Erasure
from gst_core.transform.group_erasure import GroupErasure, erase_groups
from gst_core.transform.left_out import read_left_out
from tests.conftest import few


def _opposite_groups(rng, n):
    """Return texts of two values, each with two groups on opposite sides, and a facet that is read beside it."""
    value, side, mood = rng.integers(0, 2, n), rng.choice([-1.0, 1.0], n), rng.integers(0, 2, n)
    X = 0.25 * rng.normal(size=(n, 16))
    X[np.arange(n), value] += 2.0 * side
    X[:, 5] += np.where(mood, 0.7, -0.7)
    return check_embeddings(X), np.array(["a", "b"])[value], np.array(["low", "high"])[mood]


@pytest.fixture(scope="module")
def opposite():
    return _opposite_groups(np.random.default_rng(0), 900)


def told(Z, value):
    return adjusted_mutual_info_score(KMeans(4, n_init=4, random_state=0).fit_predict(Z), value)


def test_groups_that_no_linear_function_tells_apart_are_taken_away_and_another_facet_stays(opposite):
    X, value, mood = opposite
    left_out = read_left_out(value, len(X))
    erasure = Erasure.fit(X, left_out.numbers, (16,))
    (groups,) = erase_groups(X, erasure, left_out, (16,), (0,))
    Z = groups.apply(erasure.apply(X))
    assert told(erasure.apply(X), value) > 0.5
    assert told(Z, value) < 0.05
    assert told(Z, mood) > 0.3
    assert np.allclose(np.linalg.norm(Z, axis=1), 1, atol=1e-5)
    assert np.allclose(groups.centre, Z.mean(axis=0), atol=1e-5)


def test_later_texts_lose_them_as_well(opposite):
    X, value, _ = opposite
    gst = GuidedSpaceTransform(random_state=0).fit(X, leave_out=value)
    later, of_later, _ = _opposite_groups(np.random.default_rng(1), 900)
    assert told(later, of_later) > 0.5
    assert told(gst.transform(later), of_later) < 0.05


def test_of_a_column_that_tells_nothing_the_groups_stay(opposite):
    X, value, mood = opposite
    Z = GroupErasure.fit(X, read_left_out(np.random.default_rng(0).permutation(mood), len(X))).apply(X)
    assert np.median((Z * X).sum(axis=1)) > 0.75
    assert told(Z, value) > 0.5


def test_a_few_texts_have_no_groups(opposite):
    X, value, _ = opposite
    gst = GuidedSpaceTransform(random_state=0).fit(X[:30], leave_out=value[:30])
    assert np.isfinite(gst.transform(X)).all()


def test_saved_and_loaded_it_does_the_same_and_spoilt_it_is_refused(opposite, tmp_path):
    from safetensors.torch import load_file, save_file

    X, value, mood = opposite
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=value)
    gst.save(tmp_path)
    assert np.array_equal(GuidedSpaceTransform.load(tmp_path).transform(X), gst.transform(X))
    tensors = load_file(tmp_path / "transform.safetensors")
    for part in ("anchors", "moves", "centre"):
        name = f"erased_groups.0.{part}"
        save_file({**tensors, name: tensors[name][..., :2].clone()}, tmp_path / "transform.safetensors")
        with pytest.raises(TransformError, match="damaged"):
            GuidedSpaceTransform.load(tmp_path)
