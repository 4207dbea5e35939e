"""How many predicted classes are right, from how sure they are and how far predictions agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gst_core.transform.accuracy_estimate import (
    MOST_SHARPNESS,
    agreement_of,
    estimate_accuracy,
    labels_that_count,
    learning_curve,
    sharpness_of,
)
from gst_core.transform.calibration import temper


def one_hot(*folds):
    return np.stack([np.eye(3, dtype=np.float32)[list(fold)] for fold in folds], axis=1)


def test_folds_agree_as_often_as_their_likeliest_classes_are_the_same():
    assert agreement_of(one_hot([0, 1, 2, 0], [0, 1, 2, 0])) == 1.0
    assert agreement_of(one_hot([0, 1, 2, 0], [0, 1, 0, 1])) == 0.5
    assert agreement_of(one_hot([0, 1], [0, 1], [1, 0])) == pytest.approx(1 / 3)


def test_one_fold_agrees_with_nobody():
    assert agreement_of(one_hot([0, 1, 2])) is None
    assert agreement_of(np.zeros((0, 4, 3), dtype=np.float32)) is None


def test_what_agrees_less_is_right_less_often():
    low, high = (estimate_accuracy(0.7, agreement, 40, 5).value for agreement in (0.5, 0.9))
    assert low < high


@given(st.floats(0, 1), st.none() | st.floats(0, 1), st.integers(1, 10_000), st.integers(2, 200))
def test_the_estimate_is_above_chance_and_within_an_interval_from_0_to_1(confidence, agreement, labels, classes):
    estimate = estimate_accuracy(confidence, agreement, labels, classes)
    low, high = estimate.interval
    assert 0.0 <= low <= estimate.value <= high <= 1.0
    assert estimate.value >= 1 / classes


def test_two_that_agree_as_often_as_chance_has_it_say_little_of_two_classes_and_much_of_twenty():
    assert estimate_accuracy(0.6, 0.5, 40, 2).value < 0.6
    assert estimate_accuracy(0.6, 0.5, 40, 20).value > 0.55


def test_of_equally_sure_predictions_those_of_sixteen_classes_are_right_no_more_often_above_chance_than_those_of_six():
    def above(classes, share):
        return (share - 1 / classes) / (1 - 1 / classes)

    def estimate(classes):
        sure = 1 / classes + 0.5 * (1 - 1 / classes)
        return above(classes, estimate_accuracy(sure, sure, 64, classes).value)

    assert estimate(16) == pytest.approx(estimate(6))
    assert estimate(2) < estimate(6)


def test_more_labels_make_the_interval_narrower_and_forty_leave_at_most_fifteen_points_either_way():
    halves = [np.ptp(estimate_accuracy(0.5, 0.5, labels, 5).interval) / 2 for labels in (10, 40, 160)]
    assert halves == sorted(halves, reverse=True)
    assert halves[1] <= 0.15


@given(
    arrays(np.float32, (20, 3), elements=st.floats(0.0625, 1.0, width=32)),
    st.floats(0.4, 0.9),
)
def test_probabilities_of_the_found_sharpness_are_as_sure_on_average_as_they_are_right(table, accuracy):
    probabilities = table / table.sum(axis=1, keepdims=True)
    sharpness = sharpness_of(probabilities, accuracy)
    sure = temper(probabilities, sharpness).max(axis=1).mean()
    assert abs(sure - accuracy) < 0.01 or sharpness in (
        pytest.approx(MOST_SHARPNESS, rel=0.01),
        pytest.approx(1 / MOST_SHARPNESS, rel=0.01),
    )


@given(st.floats(0, 1), st.integers(2, 5_000), st.integers(1, 100))
def test_the_learning_curve_rises_and_passes_through_what_is_known(accuracy, labels, classes):
    curve = learning_curve(accuracy, labels, classes)
    numbers, expected = zip(*curve, strict=True)
    assert list(numbers) == sorted(set(numbers))
    assert list(expected) == sorted(expected)
    assert 0.0 <= expected[0] <= expected[-1] <= 1.0
    assert dict(curve)[labels] == pytest.approx(accuracy)


def test_ten_more_labels_add_less_where_there_are_many_and_where_most_is_right():
    def gain(accuracy, labels):
        curve = dict(learning_curve(accuracy, labels, 5))
        return curve[labels + 10] - curve[labels]

    assert gain(0.5, 20) > 0.03
    assert gain(0.5, 20) > gain(0.5, 200)
    assert gain(0.5, 20) > gain(0.9, 20)


def test_labels_in_bulk_of_one_class_do_not_count():
    assert labels_that_count(np.array([4, 5, 4, 604])) == 4 + 5 + 4 + 36
    assert labels_that_count(np.array([0, 4, 5])) == 9
