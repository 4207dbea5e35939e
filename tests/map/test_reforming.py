from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness
from sklearn.metrics import v_measure_score

from gst_core import reform
from gst_core.errors import TransformError
from gst_core.map.cluster_names import Keywords, name_clusters
from gst_core.map.clusters import find_clusters, match_clusters
from gst_core.map.graph import fuzzy_graph
from gst_core.map.layout import place_missing
from gst_core.map.moves import Step
from tests.conftest import few
from tests.map.conftest import last


def test_the_last_frame_is_final_and_has_clusters(blobs):
    frames = list(reform(blobs[0], None))
    assert [f.final for f in frames] == [False] * (len(frames) - 1) + [True]
    assert frames[-1].clusters.shape == (300,)
    assert all(f.positions.shape == (300, 2) and np.isfinite(f.positions).all() for f in frames)
    assert frames[-1].elapsed >= frames[0].elapsed


def test_the_same_seed_gives_the_same_map(blobs):
    X, kinds = blobs
    y = few(kinds, 2)
    first, second = (last(reform(X, y, random_state=1)) for _ in range(2))
    assert np.array_equal(first.positions, second.positions)
    assert np.array_equal(first.clusters, second.clusters)


def test_labels_move_the_map_towards_their_classes():
    rng = np.random.default_rng(1)
    topic, mood = np.arange(600) % 4, (np.arange(600) // 4) % 2
    X = 2.0 * np.eye(24)[topic] + 1.2 * np.eye(24)[10 + mood] + 0.25 * rng.normal(size=(600, 24))
    before = last(reform(X, None, random_state=0))
    after = last(reform(X, few(np.array(["calm", "cross"])[mood], 8), previous=before, random_state=0))

    def parted(frame):
        """Return how much farther apart two texts of different moods lie than two of one, on average."""
        distance = cdist(frame.positions, frame.positions)
        same = mood[:, None] == mood
        return distance[~same].mean() / distance[same].mean()

    assert parted(after) > parted(before) + 0.3
    assert not np.allclose(before.positions, after.positions)


def test_class_names_alone_move_the_map_towards_what_they_mean():
    rng = np.random.default_rng(1)
    topic, mood = np.arange(600) % 4, (np.arange(600) // 4) % 2
    X = 2.0 * np.eye(24)[topic] + 1.2 * np.eye(24)[10 + mood] + 0.25 * rng.normal(size=(600, 24))
    names = {"calm": np.eye(24)[10], "cross": np.eye(24)[11]}
    before, after = last(reform(X, random_state=0)), last(reform(X, names=names, random_state=0))
    generic, worded = (v_measure_score(mood, frame.clusters) for frame in (before, after))
    assert worded > generic + 0.2
    assert after.classes == ("calm", "cross")
    assert last(reform(X, names={"calm": np.eye(24)[10]}, random_state=0)).classes == ()


def test_nothing_new_moves_nothing(blobs):
    first = last(reform(blobs[0], None))
    again = last(reform(blobs[0], None, previous=first))
    assert np.array_equal(first.positions, again.positions)


def test_a_map_whose_points_were_on_their_way_elsewhere_is_laid_out(blobs):
    X, _ = blobs
    settled = last(reform(X, None))
    away = np.random.default_rng(0).normal(size=settled.positions.shape) * np.ptp(settled.positions) / 6
    astray = replace(settled, positions=(settled.positions + away).astype(np.float32), final=False)
    back = last(reform(X, None, previous=astray))
    assert trustworthiness(X, back.positions) > trustworthiness(X, astray.positions) + 0.05


def test_a_point_without_a_place_is_set_among_its_neighbours(blobs):
    X, _kinds = blobs
    known = last(reform(X, None)).positions.copy()
    place = known[0].copy()
    known[0] = np.nan
    placed = place_missing(known, fuzzy_graph(X))
    assert np.linalg.norm(placed[0] - place) < np.ptp(placed, axis=0).max() / 3


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
def test_tiny_corpora_have_a_map(n):
    X = np.random.default_rng(n).normal(size=(n, 6))
    frame = last(reform(X, ["a"] + [None] * (n - 1)))
    assert frame.positions.shape == (n, 2)
    assert np.isfinite(frame.positions).all()


def test_equal_texts_have_a_map():
    assert np.isfinite(last(reform(np.ones((60, 5)), None)).positions).all()


def test_a_cluster_keeps_its_number():
    before = np.repeat([0, 1, 2], 10).astype(np.int32)
    after = np.repeat([2, 0, 1], 10).astype(np.int32)
    assert np.array_equal(match_clusters(before, after), before)


def test_a_new_cluster_takes_a_number_that_nobody_had():
    before = np.repeat([0, 1], 20).astype(np.int32)
    after = np.repeat([1, 2, 0], [20, 10, 10]).astype(np.int32)
    renamed = match_clusters(before, after)
    assert set(renamed[:20]) == {0}
    assert set(renamed[20:]) <= {1, 2}


def test_well_parted_points_are_found_as_groups(blobs):
    rng = np.random.default_rng(0)
    positions = (rng.normal(size=(300, 2)) * 0.3 + 10 * np.eye(3)[np.arange(300) % 3][:, :2]).astype(np.float32)
    assert v_measure_score(np.arange(300) % 3, find_clusters(positions)) > 0.9


def five_that_touch():
    """Return points of five groups in a chain and one far off, and which is of which."""
    which = np.repeat(np.arange(6), [180] * 5 + [100])
    centres = np.array([[3.0 * i, 0.0] for i in range(5)] + [[40.0, 40.0]])
    return (centres[which] + np.random.default_rng(0).normal(size=(1000, 2)) * 0.7).astype(np.float32), which


def test_a_group_of_nearly_everything_is_looked_into():
    positions, which = five_that_touch()
    assert find_clusters(positions).max() == 1
    finer = find_clusters(positions, look_into_large=True)
    assert finer.max() == 5
    found = finer >= 0
    assert v_measure_score(which[found], finer[found]) > 0.9


def test_a_large_group_is_looked_into_unless_classes_may_explain_it(monkeypatch):
    positions, which = five_that_touch()
    monkeypatch.setattr("gst_core.map.reforming.move", lambda *_: iter([Step(positions)]))
    assert last(reform(positions, None)).clusters.max() == 5
    assert last(reform(positions, few(which, 4))).clusters.max() == 1


@pytest.mark.parametrize("sizes", [(550, 450), (900, 100)])
def test_a_large_group_with_nothing_in_it_stays_whole(sizes):
    rng = np.random.default_rng(0)
    positions = (rng.normal(size=(1000, 2)) + 12 * np.repeat([[0, 0], [1, 1]], sizes, axis=0)).astype(np.float32)
    assert np.array_equal(find_clusters(positions, look_into_large=True), find_clusters(positions))


def test_groups_are_named_by_their_own_words():
    texts = ["soup was cold", "the soup and bread", "cold soup again"] * 4 + [
        "quiet room view",
        "room with view",
        "view of sea",
    ] * 4
    clusters = np.repeat([0, 1], 12).astype(np.int32)
    positions = np.random.default_rng(0).normal(size=(24, 2)).astype(np.float32)
    names = name_clusters(Keywords(texts).best(clusters), positions, clusters)
    words = {n.cluster: n.keywords for n in names}
    assert "soup" in words[0]
    assert "view" in words[1]
    assert "soup" not in words[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: "a frame",
        lambda frame: {"positions": frame.positions},
        lambda frame: replace(frame, positions=frame.positions[:9]),
        lambda frame: replace(frame, positions=frame.positions[:, :1]),
        lambda frame: replace(frame, positions=frame.positions.astype(str)),
        lambda frame: replace(frame, embedding=None),
        lambda frame: replace(frame, probabilities=frame.positions),
    ],
)
def test_what_is_no_frame_of_this_map_is_refused(blobs, change):
    frame = last(reform(blobs[0]))
    with pytest.raises(TransformError, match="previous"):
        next(reform(blobs[0], None, change(frame)))


def test_a_random_state_that_is_none_is_refused_without_labels_too(blobs):
    with pytest.raises(TransformError, match="random_state"):
        next(reform(blobs[0], random_state="x"))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [({"names": np.eye(24)}, "names"), ({"weights": [1.0]}, "sample_weight"), ({"groups": ["a"]}, "groups")],
)
def test_what_goes_with_labels_is_looked_at_without_labels_too(blobs, wrong, what):
    with pytest.raises(TransformError, match=what):
        next(reform(blobs[0], **wrong))
