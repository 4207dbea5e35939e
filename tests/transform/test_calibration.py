"""What the labels themselves say of how sure soft labels may be."""

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.evaluation import neighbour_purity
from gst_core.transform.calibration import calibrate, temper
from tests.conftest import few


def predictor(share_right, n=400, classes=4):
    """Predictions that are 70 % sure of a class and right of so many rows as asked for, and codes of 120 labels."""
    rng = np.random.default_rng(0)
    truth = np.arange(n) % classes
    likeliest = np.where(rng.random(n) < share_right, truth, (truth + 1) % classes)
    table = np.full((n, classes), 0.1, dtype=np.float32)
    table[np.arange(n), likeliest] = 0.7

    def predictor_of(rows):
        return lambda visible: np.stack([table[rows]] * visible.shape[1], axis=1)

    return predictor_of, np.where(np.arange(n) < 120, truth, -1)


@pytest.mark.parametrize(("right", "sharper"), [(0.25, False), (0.5, False), (0.95, True)])
def test_soft_labels_become_as_sure_as_they_are_right(right, sharper):
    found = calibrate(*predictor(right), 4)
    assert (found.inverse_temperature > 1) == sharper
    sure = temper(np.array([[0.7, 0.1, 0.1, 0.1]], dtype=np.float32), found.inverse_temperature)[0, 0]
    assert abs(sure - right) < 0.12


def test_soft_labels_that_predict_held_out_labels_better_have_a_larger_posterior():
    assert calibrate(*predictor(0.9), 4).negative_log_posterior < calibrate(*predictor(0.5), 4).negative_log_posterior


def test_one_label_per_class_leaves_soft_labels_as_they_are():
    predictor_of, _ = predictor(0.5)
    found = calibrate(predictor_of, np.array([0, 1, 2, 3] + [-1] * 396), 4)
    assert found.inverse_temperature == 1
    assert found.negative_log_posterior == np.inf


def test_labels_that_the_texts_do_not_bear_out_change_little(blobs):
    X, kinds = blobs
    at_random = np.random.default_rng(1).permutation(np.array(["x", "y", "z"])[np.arange(len(X)) % 3])
    Z = GuidedSpaceTransform(random_state=0).fit(X, few(at_random, 6)).transform(X)
    assert neighbour_purity(Z, kinds) > neighbour_purity(X, kinds) - 0.03
