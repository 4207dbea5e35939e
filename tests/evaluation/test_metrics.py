"""The metrics against what they mean: brute force, hand-made cases and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core.evaluation.metrics import (
    class_triplet_success,
    clustering_ami,
    clustering_v_measure,
    expected_calibration_error,
    harmonic_mean,
    instructed_sts_spearman,
    neighbour_purity,
    sample_triplets,
    share_right,
    triplet_success,
)


def test_v_measure_is_one_for_groups_that_are_the_classes_and_near_zero_for_shuffled_ones(blobs):
    X, kinds = blobs
    assert clustering_v_measure(X, kinds) > 0.9
    assert clustering_v_measure(X, np.random.default_rng(0).permutation(kinds)) < 0.1


def test_purity_agrees_with_brute_force(blobs):
    X, _ = blobs
    kinds = np.random.default_rng(1).integers(0, 4, len(X))
    similarity = X @ X.T
    np.fill_diagonal(similarity, -2)
    nearest = np.argsort(-similarity, axis=1)[:, :10]
    assert neighbour_purity(X, kinds) == pytest.approx((kinds[nearest] == kinds[:, None]).mean())


def test_rows_in_the_order_of_their_classes_gain_no_purity_from_ties():
    same_place = np.ones((400, 3), dtype=np.float32)
    assert neighbour_purity(same_place, np.repeat(["a", "b"], 200)) == pytest.approx(0.5, abs=0.1)


def test_purity_of_a_single_row_is_unknown():
    assert np.isnan(neighbour_purity(np.ones((1, 2), dtype=np.float32), ["a"]))


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(0, 5))
def test_sampled_triplets_share_a_class_where_they_should_and_nowhere_else(kinds, seed):
    triplets = sample_triplets(kinds, count=20, seed=seed)
    possible = len(set(kinds)) > 1 and len(kinds) > len(set(kinds))
    assert len(triplets) == (20 if possible else 0)
    for anchor, positive, negative in triplets:
        assert anchor != positive
        assert kinds[anchor] == kinds[positive] != kinds[negative]


def test_triplets_that_tie_do_not_succeed():
    a = np.array([[1, 0], [1, 0]], dtype=np.float32)
    p = np.array([[2, 1], [1, 1]], dtype=np.float32)
    n = np.array([[0, 1], [1, 1]], dtype=np.float32)
    assert triplet_success(a, p, n) == 0.5


def test_class_triplets_succeed_where_classes_are_together_and_at_random_by_chance(blobs):
    X, kinds = blobs
    assert class_triplet_success(X, kinds) > 0.8
    assert class_triplet_success(X, np.random.default_rng(0).permutation(kinds)) == pytest.approx(0.5, abs=0.05)


def test_the_harmonic_mean_needs_both():
    assert harmonic_mean(1.0, 0.0) == 0.0
    assert harmonic_mean(0.5, 1.0) == pytest.approx(2 / 3)
    assert harmonic_mean(0.0, 0.0) == 0.0


def test_spearman_follows_the_order_and_not_the_sizes():
    first = np.tile(np.array([1, 0], dtype=np.float32), (4, 1))
    angles = np.array([0.0, 0.3, 0.9, 1.5])
    second = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert instructed_sts_spearman(first, second, [5, 4.9, 1, 0]) == pytest.approx(1.0)
    assert instructed_sts_spearman(first, second, [0, 1, 2, 9]) == pytest.approx(-1.0)
    assert np.isnan(instructed_sts_spearman(first, second, [1, 1, 1, 1]))


def test_calibration_error_is_zero_where_as_many_are_right_as_was_stated():
    P = np.array([[0.75, 0.25]] * 4)
    assert expected_calibration_error(P, ["a", "b"], np.array(["a", "a", "a", "b"])) == pytest.approx(0.0)
    assert expected_calibration_error(P, ["a", "b"], np.array(["b", "b", "b", "b"])) == pytest.approx(0.75)


def test_calibration_errors_of_bins_do_not_cancel_each_other():
    P = np.array([[1.0, 0.0], [0.6, 0.4]])
    assert expected_calibration_error(P, ["a", "b"], np.array(["b", "a"])) == pytest.approx((1.0 + 0.4) / 2)


def test_a_class_that_nobody_named_is_never_right():
    P = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert share_right(P, ["a", "b"], np.array(["a", "c"])) == 0.5


def test_clusters_tell_of_a_column_beyond_chance_only(blobs):
    X, kinds = blobs
    groups = len(np.unique(kinds))
    assert clustering_ami(X, kinds, groups) > 0.9
    assert abs(clustering_ami(X, np.random.default_rng(0).permutation(kinds), groups)) < 0.05
