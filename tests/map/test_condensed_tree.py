"""Cuts of HDBSCAN's condensed tree: few groups and many, and those that were there before."""

from dataclasses import replace

import numpy as np
import pytest
from hdbscan import HDBSCAN

from gst_core.map.clusters import MIN_SAMPLES, NOISE, cluster_tree, smallest_cluster
from gst_core.map.condensed_tree import nearest_cut


def islands(n=900, seed=0):
    """Three islands, of which one is a pair and one three in a row."""
    rng = np.random.default_rng(seed)
    middles = np.array([[0, 0], [20, 0], [22.5, 0], [0, 20], [0, 22.5], [0, 25]])
    return (middles[np.arange(n) % 6] + 0.6 * rng.normal(size=(n, 2))).astype(np.float32)


def pairs(clusters):
    return set(zip(clusters, range(len(clusters)), strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_the_usual_groups_are_those_of_hdbscan(seed):
    points = islands(seed=seed) * np.random.default_rng(seed).uniform(0.5, 2, size=(1, 2)).astype(np.float32)
    tree = cluster_tree(points)
    how = {"min_cluster_size": smallest_cluster(900), "min_samples": MIN_SAMPLES, "algorithm": "prims_kdtree"}
    theirs = HDBSCAN(**how).fit_predict(points)
    ours = tree.clusters(tree.chosen)
    assert np.array_equal(ours == NOISE, theirs == NOISE)
    assert len(set(zip(ours, theirs, strict=True))) == len(set(ours))


def test_a_cut_has_as_many_groups_as_are_asked_for_and_more_of_them_only_split():
    tree = cluster_tree(islands())
    assert tree.leaves >= 6
    before = tree.clusters(tree.cut(2))
    for count in range(2, tree.leaves + 1):
        now = tree.clusters(tree.cut(count))
        assert now.max() + 1 == count
        assert all(len(set(before[now == c])) == 1 for c in range(count))
        assert not np.any((before == NOISE) & (now != NOISE))
        before = now


def test_the_cut_of_as_many_groups_as_the_map_has_is_the_map_s_own():
    tree = cluster_tree(islands())
    assert np.array_equal(tree.cut(len(tree.chosen)), tree.chosen)


@pytest.mark.parametrize(("asked", "given"), [(0, 2), (1, 2), (1000, None)])
def test_a_cut_of_an_impossible_number_is_the_nearest_one(asked, given):
    tree = cluster_tree(islands())
    assert len(tree.cut(asked)) == (given or tree.leaves)


def test_points_of_which_none_stand_apart_have_no_cut():
    tree = cluster_tree(np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32))
    assert (tree.leaves, len(tree.cut(3)), tree.clusters(tree.chosen).max()) == (0, 0, NOISE)


def test_overlap_is_intersection_over_union():
    tree = cluster_tree(islands())
    groups = tree.clusters(tree.cut(3))
    overlap = tree.overlaps(groups)
    inside = np.isin(np.arange(900), np.flatnonzero(groups == 1))
    node = tree.cut(3)[1]
    assert overlap[node, 1] == 1
    assert overlap[0, 1] == pytest.approx(inside.mean())


def test_groups_before_are_kept_where_they_are_nearly_as_good():
    tree = cluster_tree(islands())
    coarse, fine = tree.cut(3), tree.cut(6)
    for share, expected in ((0.95, coarse), (0.1, fine)):
        excess = np.zeros(len(tree.parent))
        excess[fine] = 1.0
        for number, node in enumerate(coarse):
            parts = np.unique(tree.clusters(fine)[tree.clusters(coarse) == number])
            excess[node] = 1.0 if node in fine else share * np.sum(parts >= 0)
        close = replace(tree, excess=excess)
        assert np.array_equal(close.best(excess), fine)
        assert np.array_equal(nearest_cut(close, fine, tree.clusters(coarse)), expected)


def test_points_outside_a_large_map_s_sample_are_in_the_tree_too(monkeypatch):
    monkeypatch.setattr("gst_core.map.clusters.CLUSTERED", 600)
    tree = cluster_tree(islands())
    assert tree.node.shape == (900,)
    assert tree.clusters(tree.cut(3)).max() == 2
