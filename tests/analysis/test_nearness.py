import numpy as np

from gst_core.analysis import NearnessHistogram, middle_of, nearest_first, nearness_to, usual_threshold

VECTORS = np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], dtype=np.float32)


def test_the_nearest_text_comes_first_and_the_threshold_ends_the_list():
    near = nearness_to(VECTORS, np.array([3.0, 0.0], dtype=np.float32))
    assert nearest_first(near, 0.0).tolist() == [0, 1, 2]
    assert nearest_first(near, 0.8).tolist() == [0, 1], "what is as near as the threshold passes"
    assert nearest_first(near, -1.0, np.array([False, True, False, True])).tolist() == [1, 3]


def test_texts_like_several_are_near_to_what_these_have_in_common():
    near = nearness_to(VECTORS, middle_of(VECTORS, (0, 2)))
    assert nearest_first(near, -1.0)[0] == 1
    assert np.isfinite(nearness_to(VECTORS, middle_of(VECTORS, (0, 3)))).all(), "two that cancel out"


def test_the_usual_threshold_lets_about_so_many_texts_pass():
    near = np.linspace(0, 1, 1_000, dtype=np.float32)
    threshold = usual_threshold(near, 50)
    assert 50 <= len(nearest_first(near, threshold)) <= 61
    assert usual_threshold(near[:3], 50) == 0.0
    assert usual_threshold(near[:0]) == 0.0


def test_a_histogram_holds_all_texts_between_its_ends():
    near = np.array([-0.123, 0.5, 0.999], dtype=np.float32)
    bars = NearnessHistogram.of(near)
    assert bars.counts.sum() == 3
    assert (bars.low, bars.high) == (-0.13, 1.0)
    alike = NearnessHistogram.of(np.ones(4, dtype=np.float32))
    assert alike.high > alike.low
