"""As many labels of each class speak as a class usually has, so that many labels of one do not drown the others."""

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.transform.label_balance import speaking_labels
from tests.conftest import few


def speaking_per_class(codes, gestures=None, trust=None):
    trust = np.ones(len(codes), dtype=np.float32) if trust is None else trust
    return np.bincount(codes[speaking_labels(codes, trust, gestures)]).tolist()


@pytest.fixture
def vague():
    """1,500 points of five kinds that overlap, and which kind each is of."""
    rng = np.random.default_rng(1)
    kinds = np.arange(1_500) % 5
    X = 2.0 * np.linalg.qr(rng.normal(size=(40, 40)))[0][kinds] + rng.normal(size=(1_500, 40))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32), np.array(list("abcde"))[kinds]


def accuracy_on_the_others(X, kinds, y, rows, groups=None):
    predicted = GuidedSpaceTransform(random_state=0).fit(X, y, groups=groups).predict(X[rows])
    return (predicted == kinds[rows]).mean()


@pytest.mark.parametrize("in_one_gesture", [False, True])
def test_many_labels_of_one_class_cost_the_others_nothing(vague, in_one_gesture):
    X, kinds = vague
    y = few(kinds, 4)
    more = np.flatnonzero(kinds == "a")[10:210]
    rows = np.array([v is None for v in y]) & (kinds != "a")
    before = accuracy_on_the_others(X, kinds, y, rows)
    for row in more:
        y[row] = "a"
    groups = np.where(np.isin(np.arange(len(y)), more), 7, -1) if in_one_gesture else None
    assert accuracy_on_the_others(X, kinds, y, rows, groups) > before - 0.02


def test_as_many_labels_of_a_class_speak_as_usual():
    codes = np.repeat([0, 1, 2, 3], [4, 5, 600, 4])
    assert speaking_per_class(codes) == [4, 4, 4, 4]
    assert speaking_per_class(np.repeat([0, 1], [4, 4])) == [4, 4]


def test_a_class_that_was_only_begun_silences_no_other():
    assert speaking_per_class(np.repeat([0, 1, 2, 3], [10, 10, 10, 1])) == [10, 10, 10, 1]


def test_of_a_gesture_one_label_speaks_before_a_second():
    codes = np.repeat([0, 1, 2], [4, 604, 604])
    gestures = np.full(len(codes), -1)
    gestures[8:608], gestures[612:] = 0, 1
    speaking = np.flatnonzero(speaking_labels(codes, np.ones(len(codes), dtype=np.float32), gestures))
    assert np.bincount(codes[speaking]).tolist() == [4, 5, 5]
    assert set(range(4, 8)) | set(range(608, 612)) <= set(speaking)


def test_labels_of_one_gesture_per_class_all_speak_where_there_is_no_other():
    codes = np.repeat([0, 1, 2], [30, 30, 40])
    assert speaking_per_class(codes, gestures=codes) == [30, 30, 30]


def test_labels_that_are_trusted_more_speak_first():
    codes, trust = np.repeat([0, 1], [3, 40]), np.full(43, 0.5, dtype=np.float32)
    trust[[5, 17, 30]] = 1.0
    assert set(np.flatnonzero(speaking_labels(codes, trust, None))) == {0, 1, 2, 5, 17, 30}


def test_unlabelled_rows_and_labels_without_trust_do_not_speak():
    codes, trust = np.array([-1, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 1], dtype=np.float32)
    assert speaking_labels(codes, trust, None)[[0, 3]].tolist() == [False, False]
