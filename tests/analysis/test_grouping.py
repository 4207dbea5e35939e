"""What people do to groups, done anew to the groups that a map has now."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.analysis import do_group_steps, finer_groups, nearest_groups, parts_of_group
from gst_core.map import NOISE
from gst_core.map.clusters import cluster_tree
from gst_core.workspace import GroupStep
from tests.map.test_condensed_tree import islands

CLUSTERS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1], dtype=np.int32)
POSITIONS = np.array([[c * 10 + i / 10, 0] for i, c in enumerate([0, 0, 0, 0, 1, 1, 1, 2, 2, 1.8])], dtype=np.float32)
ROWS = {str(i): i for i in range(10)}


def texts(*rows):
    return tuple(str(row) for row in rows)


def of(cluster, clusters=CLUSTERS):
    return texts(*np.flatnonzero(clusters == cluster))


def after(*steps, clusters=CLUSTERS):
    return do_group_steps(steps, clusters, ROWS, POSITIONS)


def test_without_a_step_the_groups_are_the_map_s():
    assert np.array_equal(after().clusters, CLUSTERS)


def test_a_name_stays_with_its_group_while_most_of_it_is_there():
    named = GroupStep("name", (of(0),), "late buses")
    assert after(named).names == {0: "late buses"}
    other = np.array([2, 2, 2, 1, 1, 1, 1, 0, 0, -1], dtype=np.int32)
    assert after(named, clusters=other).names == {2: "late buses"}


def test_the_last_name_counts():
    first, last = (GroupStep("name", (of(0),), name) for name in ("first", "last"))
    assert after(first, last).names == {0: "last"}


def test_a_step_rests_where_no_group_is_the_same():
    named = GroupStep("name", (of(0),), "late buses")
    gone = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dtype=np.int32)
    found = after(named, clusters=gone)
    assert (found.names, found.resting) == ({}, (named,))


def test_merged_groups_are_one_of_the_larger_one_s_number_and_keep_a_name():
    found = after(GroupStep("name", (of(2),), "bills"), GroupStep("merge", (of(2), of(0))))
    assert found.clusters.tolist() == [0, 0, 0, 0, 1, 1, 1, 0, 0, -1]
    assert found.names == {0: "bills"}


def test_a_merge_of_groups_that_the_map_has_joined_itself_is_done_already():
    joined = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, -1], dtype=np.int32)
    found = after(GroupStep("merge", (of(0), of(1))), clusters=joined)
    assert np.array_equal(found.clusters, joined)
    assert not found.resting


def test_a_split_takes_a_group_apart_and_later_texts_go_to_the_nearest_part():
    split = GroupStep("split", (of(0), texts(0, 1), texts(2)))
    assert after(split).clusters.tolist() == [0, 0, 3, 3, 1, 1, 1, 2, 2, -1]
    assert not after(split).resting


def test_a_split_that_the_map_has_made_itself_is_done_already():
    apart = np.array([0, 0, 3, 3, 1, 1, 1, 2, 2, -1], dtype=np.int32)
    found = after(GroupStep("split", (of(0), texts(0, 1), texts(2, 3))), clusters=apart)
    assert np.array_equal(found.clusters, apart)
    assert not found.resting


def test_texts_are_moved_to_a_group_to_a_new_one_and_out_of_all():
    assert after(GroupStep("move", (texts(0, 9), of(2)))).clusters[[0, 9]].tolist() == [2, 2]
    assert after(GroupStep("move", (texts(0, 9),))).clusters[[0, 9]].tolist() == [3, 3]
    assert after(GroupStep("out", (texts(0, 4),))).clusters[[0, 4]].tolist() == [NOISE, NOISE]


def test_a_new_group_does_not_take_the_name_of_one_that_is_gone():
    found = after(
        GroupStep("name", (of(0),), "old"), GroupStep("move", (of(0), of(1))), GroupStep("move", (texts(7, 8, 9),))
    )
    assert found.names == {}


def test_a_group_that_is_noise_is_no_group():
    assert after(GroupStep("noise", (of(1),))).clusters.tolist() == [0, 0, 0, 0, -1, -1, -1, 2, 2, -1]


def test_noise_goes_to_the_nearest_group_when_asked_for():
    assert after(GroupStep("nearest")).clusters[9] == 2
    assert after(GroupStep("nearest", (texts(0),))).clusters[9] == NOISE


def test_membership_says_how_much_nearer_a_group_is_than_the_others():
    clusters = np.array([0, 0, 1, 1, -1, -1], dtype=np.int32)
    positions = np.array([[0, 0], [0, 1], [4, 0], [4, 1], [1, 0.5], [2, 0.5]], dtype=np.float32)
    groups, membership = nearest_groups(positions, clusters, np.array([4, 5]))
    assert groups[0] == 0
    assert membership[0] > 0.7
    assert membership[1] == pytest.approx(0.5)


def test_texts_are_near_to_nothing_where_there_is_no_group():
    groups, membership = nearest_groups(POSITIONS, np.full(10, NOISE, dtype=np.int32), np.array([1]))
    assert (groups.tolist(), membership.tolist()) == ([NOISE], [0.0])


@pytest.mark.parametrize("position", [0, 1])
def test_the_number_of_groups_comes_before_what_was_done_to_them(position):
    points = islands()
    tree = cluster_tree(points)
    clusters = tree.clusters(tree.chosen)
    rows = {str(i): i for i in range(len(points))}
    three = tree.clusters(tree.cut(3))
    steps = [GroupStep("name", (of(0, three),), "the lone island")]
    steps.insert(position, GroupStep("number", number=3))
    found = do_group_steps(steps, clusters, rows, points, tree)
    assert len(np.unique(found.clusters[found.clusters >= 0])) == 3
    assert list(found.names.values()) == ["the lone island"]


def test_groups_of_another_number_keep_the_numbers_that_the_page_has_shown():
    points = islands()
    tree = cluster_tree(points)
    clusters, step = tree.clusters(tree.chosen), (GroupStep("number", number=5),)
    rows = {str(i): i for i in range(len(points))}
    shown = do_group_steps(step, clusters, rows, points, tree).clusters
    renumbered = np.where(shown >= 0, 9 - shown, shown).astype(np.int32)
    assert np.array_equal(do_group_steps(step, clusters, rows, points, tree, renumbered).clusters, renumbered)


def test_texts_of_one_vector_stay_together_in_any_number_of_groups():
    points = islands()
    tree = cluster_tree(points)
    clusters, rows = tree.clusters(tree.chosen), {str(i): i for i in range(len(points))}
    embedding = np.random.default_rng(0).normal(size=(900, 4)).astype(np.float32)
    embedding[[0, 6, 12, 1]] = 1.0  # three of the first island, one of another
    found = do_group_steps([GroupStep("number", number=6)], clusters, rows, points, tree, embedding=embedding)
    assert len(set(found.clusters[[0, 6, 12, 1]].tolist())) == 1


def test_the_parts_of_a_group_are_those_under_it_in_the_tree_and_hold_all_its_texts():
    points = islands()
    tree = cluster_tree(points)
    groups = tree.clusters(tree.cut(3))
    row_of_three = int(groups[np.flatnonzero(np.arange(900) % 6 == 3)[0]])
    members = np.flatnonzero(groups == row_of_three)
    parts = parts_of_group(members, points, tree)
    assert sorted(np.concatenate(parts).tolist()) == members.tolist()
    assert len(parts) == 2
    assert max(np.mean(parts[0] % 6 == island) for island in (3, 4, 5)) < 0.6  # two of the three in a row
    assert max(np.mean(parts[1] % 6 == island) for island in (3, 4, 5)) > 0.9


def test_parts_of_groups_that_one_sees_closer_are_within_their_groups_and_no_whole_ones():
    points = islands()
    tree = cluster_tree(points)
    groups = tree.clusters(tree.cut(3))
    parts = finer_groups(tree, groups)
    assert parts.max() >= 4
    for part in range(parts.max() + 1):
        inside = groups[parts == part]
        assert len(set(inside.tolist())) == 1
        assert len(inside) < 0.8 * np.sum(groups == inside[0])
    assert finer_groups(tree, np.full(900, NOISE, dtype=np.int32)).max() == NOISE


def test_the_parts_of_a_group_without_a_node_are_looked_for_in_it():
    points = islands()
    both = np.flatnonzero(np.isin(np.arange(900) % 6, [0, 1]))
    assert [len(set((part % 6).tolist())) for part in parts_of_group(both, points, None)] == [1, 1]


def test_a_group_in_which_nothing_stands_apart_has_no_parts():
    points = np.random.default_rng(1).normal(size=(12, 2)).astype(np.float32)
    assert parts_of_group(np.arange(12), points, None) == []


PARTS = st.lists(st.sampled_from(range(10)), min_size=1, max_size=6, unique=True).map(lambda rows: texts(*rows))
STEPS = st.one_of(
    st.builds(GroupStep, st.just("name"), st.tuples(PARTS), st.sampled_from(["one", "two"])),
    st.builds(GroupStep, st.just("merge"), st.lists(PARTS, min_size=2, max_size=3).map(tuple)),
    st.builds(GroupStep, st.just("split"), st.lists(PARTS, min_size=3, max_size=4).map(tuple)),
    st.builds(GroupStep, st.just("move"), st.lists(PARTS, min_size=1, max_size=2).map(tuple)),
    st.builds(GroupStep, st.sampled_from(["noise", "out", "nearest"]), st.tuples(PARTS)),
    st.just(GroupStep("nearest")),
    st.builds(GroupStep, st.just("number"), number=st.integers(0, 5)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=8), st.lists(st.integers(-1, 3), min_size=10, max_size=10))
def test_any_steps_on_any_groups_give_groups_and_names_of_groups_that_are_there(steps, clusters):
    clusters = np.array(clusters, dtype=np.int32)
    kept = clusters.copy()
    found = do_group_steps(steps, clusters, ROWS, POSITIONS)
    assert np.array_equal(clusters, kept)
    assert found.clusters.shape == (10,)
    assert found.clusters.dtype == np.int32
    assert found.clusters.min() >= NOISE
    assert set(found.names) <= set(found.clusters.tolist()) - {NOISE}
    assert set(found.resting) <= set(steps)
    if "nearest" in [step.kind for step in steps[-1:]] and not steps[-1].parts and (found.clusters >= 0).any():
        assert (found.clusters >= 0).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, max_size=5), STEPS)
def test_a_step_that_rests_changes_nothing(steps, last):
    found = after(*steps, last)
    if last in found.resting and last not in steps:
        assert np.array_equal(found.clusters, after(*steps).clusters)
