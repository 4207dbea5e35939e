"""What the labels themselves say of how far to follow them."""

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.evaluation.metrics import neighbour_purity
from gst_core.transform.calibration import calibrate, raised
from tests.conftest import few


def told(share_right, n=400, classes=4):
    """A study of beliefs that are 70 % sure of a class, and right of so many rows as asked for."""
    rng = np.random.default_rng(0)
    truth = np.arange(n) % classes
    said = np.where(rng.random(n) < share_right, truth, (truth + 1) % classes)
    table = np.full((n, classes), 0.1, dtype=np.float32)
    table[np.arange(n), said] = 0.7

    def study(rows):
        return lambda left: np.stack([table[rows]] * left.shape[1], axis=1)

    return study, np.where(np.arange(n) < 120, truth, -1)


@pytest.mark.parametrize(("right", "sharper"), [(0.25, False), (0.5, False), (0.95, True)])
def test_beliefs_become_as_sure_as_they_are_right(right, sharper):
    found = calibrate(*told(right), 4)
    assert (found.power > 1) == sharper
    sure = raised(np.array([[0.7, 0.1, 0.1, 0.1]], dtype=np.float32), found.power)[0, 0]
    assert abs(sure - right) < 0.12


def test_beliefs_that_foretell_better_are_less_of_a_surprise():
    assert calibrate(*told(0.9), 4).surprise < calibrate(*told(0.5), 4).surprise


def test_one_label_a_class_leaves_beliefs_as_they_are():
    study, _ = told(0.5)
    found = calibrate(study, np.array([0, 1, 2, 3] + [-1] * 396), 4)
    assert found.power == 1
    assert found.surprise == np.inf


def test_labels_that_the_texts_do_not_bear_out_change_little(blobs):
    X, kinds = blobs
    at_random = np.random.default_rng(1).permutation(np.array(["x", "y", "z"])[np.arange(len(X)) % 3])
    Z = GuidedSpaceTransform(random_state=0).fit(X, few(at_random, 6)).transform(X)
    assert neighbour_purity(Z, kinds) > neighbour_purity(X, kinds) - 0.03


def test_the_views_that_foretell_the_labels_are_looked_at():
    rng = np.random.default_rng(0)
    kinds = np.array(["calm", "cross"])[np.arange(300) % 2]
    tells = 2.0 * np.eye(12)[np.arange(300) % 2] + 0.6 * rng.normal(size=(300, 12))
    noise = rng.normal(size=(300, 12))
    y = few(kinds, 12)
    first, second = (
        GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack(pair), y)
        for pair in ([tells, noise], [noise, tells])
    )
    assert first.seen_ == (12,)
    assert second.seen_ == (12, 12)
    assert second.transform(np.hstack([noise, tells])).shape == (300, 12 + 2)
    one_each = GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack([noise, tells]), few(kinds, 1))
    assert one_each.seen_ == (12,)


def test_a_large_corpus_is_known_by_a_sample_that_holds_every_label(blobs, monkeypatch):
    X, kinds = blobs
    monkeypatch.setattr("gst_core.transform.study.STUDIED", 150)
    y = few(kinds, 15)
    gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    assert (gst.predict(X) == kinds).mean() > 0.85
    assert gst.network_.units.out_features <= 75
