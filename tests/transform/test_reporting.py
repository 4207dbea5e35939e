"""The report on a transform that was fitted to labels."""

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.transform.accuracy_estimate import AccuracyEstimate
from gst_core.transform.calibration import HeldOut
from gst_core.transform.reporting import make_report
from tests.conftest import few


def held_out(truth, predicted, sure=0.8):
    table = np.full((len(truth), 2), 1 - sure, dtype=np.float32)
    table[np.arange(len(truth)), predicted] = sure
    others = np.tile(np.array([sure, 1 - sure], dtype=np.float32), (50, 2, 1))
    return HeldOut(np.array(truth), table, others)


def report(truth, predicted, share_of_first=0.5, sure=0.8):
    first = np.arange(100) < 100 * share_of_first
    probabilities = np.where(first[:, None], [sure, 1 - sure], [1 - sure, sure]).astype(np.float32)
    counts = np.bincount(truth, minlength=2)
    return make_report(
        AccuracyEstimate(0.75, 0.05), held_out(truth, predicted), probabilities, ["calm", "cross"], counts
    )


def test_confusions_count_held_out_labels_by_what_was_predicted_of_them():
    assert report([0, 0, 0, 1, 1], [0, 0, 1, 1, 0]).confusions == ((2, 1), (1, 1))


def test_a_class_says_how_many_labels_it_has_and_how_many_texts_are_predicted_so():
    calm, cross = report([0, 0, 0, 1, 1], [0, 0, 0, 1, 1], share_of_first=0.75).classes
    assert (calm.name, calm.labels, calm.share) == ("calm", 3, 0.75)
    assert (cross.name, cross.labels, cross.share) == ("cross", 2, 0.25)


def test_the_precision_of_a_class_falls_where_held_out_labels_contradict_it():
    right = report([0] * 10 + [1] * 10, [0] * 10 + [1] * 10).classes[0].precision
    wrong = report([1] * 5 + [0] * 5 + [1] * 10, [0] * 10 + [1] * 10).classes[0].precision
    assert right.low <= right.value <= right.high
    assert wrong.value < right.value - 0.15


def test_a_class_that_no_text_is_predicted_to_be_of_has_no_precision_and_one_without_labels_no_recall():
    only = report([0] * 6, [0] * 6, share_of_first=1.0)
    assert only.classes[1].precision is None
    assert only.classes[1].recall is None


def test_probabilities_of_less_than_held_out_labels_have_right_have_a_calibration_error():
    assert report([0, 1] * 20, [0, 1] * 20).calibration_error == pytest.approx(1 - 0.75, abs=0.01)


def test_a_fit_reports_how_right_it_is_and_its_probabilities_say_the_same_on_average(blobs):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 6))
    truth = np.mean(gst.predict(X) == kinds)
    assert gst.report_.interval[0] <= truth <= gst.report_.interval[1]
    assert gst.predict_proba(X).max(axis=1).mean() == pytest.approx(gst.report_.accuracy, abs=0.02)
    assert [c.name for c in gst.report_.classes] == gst.classes_.tolist()


def test_where_no_label_can_be_held_out_there_is_no_report(blobs):
    X, kinds = blobs
    assert GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 1)).report_ is None
    assert GuidedSpaceTransform(random_state=0).fit(X).report_ is None


def test_labels_of_one_class_alone_do_not_say_how_right_the_others_are(blobs):
    X, kinds = blobs
    names = {str(kind): X[kinds == kind].mean(axis=0) for kind in np.unique(kinds)}
    y = [str(kinds[0]) if kind == kinds[0] else None for kind in kinds]
    assert GuidedSpaceTransform(random_state=0).fit(X, y, names=names).report_ is None


def test_the_report_survives_saving_and_so_do_calibrated_probabilities(blobs, tmp_path):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 6))
    gst.save(tmp_path)
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert loaded.report_ == gst.report_
    np.testing.assert_array_equal(loaded.predict_proba(X), gst.predict_proba(X))


@pytest.mark.parametrize("unlabelled", [0, 1])
def test_where_all_texts_are_labelled_the_accuracy_is_that_of_labels_that_were_not_seen(unlabelled):
    rng = np.random.default_rng(0)
    y = [None] * unlabelled + rng.choice(["a", "b"], 80 - unlabelled).tolist()  # which the texts say nothing of
    report = GuidedSpaceTransform(random_state=0).fit(rng.normal(size=(80, 24)), y).report_
    assert report.interval[0] < 0.5
    assert report.accuracy < 0.7
