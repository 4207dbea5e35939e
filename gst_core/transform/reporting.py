"""The report on a fitted transform: from the probabilities of texts drawn at random and what held-out labels say."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gst_core.transform.accuracy_estimate import AccuracyEstimate, learning_curve, sharpness_of
from gst_core.transform.accuracy_report import AccuracyReport, ClassReport, Share, share_of
from gst_core.transform.calibration import HeldOut, temper

WORTH = 10.0  # labels that what the probabilities say of a class is worth
PER_BIN, MOST_BINS = 10, 10  # held-out labels of a bin of the calibration error


def make_report(
    estimate: AccuracyEstimate,
    held_out: HeldOut,
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    label_counts: NDArray[np.int64],
) -> AccuracyReport:
    """Put the report on a transform together.

    Parameters
    ----------
    estimate : AccuracyEstimate
    held_out : HeldOut
    probabilities : ndarray of shape (m, classes), float32
        Calibrated, of texts drawn at random.
    classes : sequence of str
    label_counts : ndarray of shape (classes,), int64

    Returns
    -------
    AccuracyReport
    """
    others = held_out.others.reshape(-1, held_out.others.shape[2])
    sure = temper(held_out.predicted, sharpness_of(others, estimate.value)) if len(others) else held_out.predicted
    confusions = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusions, (held_out.truth, sure.argmax(axis=1)), 1)
    return AccuracyReport(
        accuracy=estimate.value,
        interval=estimate.interval,
        labels=int(label_counts.sum()),
        calibration_error=_calibration_error(sure, held_out.truth),
        classes=tuple(
            _class_report(name, i, int(label_counts[i]), probabilities, sure, held_out.truth)
            for i, name in enumerate(classes)
        ),
        confusions=tuple(tuple(row) for row in confusions.tolist()),
        learning_curve=learning_curve(estimate.value, int(label_counts.sum()), len(classes)),
    )


def _class_report(
    name: str,
    c: int,
    labels: int,
    probabilities: NDArray[np.float32],
    sure: NDArray[np.float32],
    truth: NDArray[np.int64],
) -> ClassReport:
    """Return what is known of class number c.

    The probabilities say what precision and recall to expect, worth `WORTH` labels. Held-out labels correct it: by how
    much more or less often they were right than their own probabilities say, because labels may be chosen where texts
    are doubtful, but a doubtful text is doubtful in any sample.
    """
    so, asked = probabilities.argmax(axis=1) == c, sure.argmax(axis=1) == c
    given = truth == c
    precision = recall = None
    if so.any():
        surplus = float((given[asked] - sure[asked, c]).sum())
        precision = _corrected(float(probabilities[so, c].mean()), surplus, int(asked.sum()))
    if labels:
        expected = float(probabilities[so, c].sum() / max(float(probabilities[:, c].sum()), 1e-9))
        recall = _corrected(expected, float(asked[given].sum() - expected * given.sum()), int(given.sum()))
    return ClassReport(name, labels, float(so.mean()), precision, recall)


def _corrected(expected: float, surplus: float, labels: int) -> Share:
    worth = WORTH + labels
    return share_of(min(max(expected * worth + surplus, 0.0), worth), worth)


def _calibration_error(sure: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Return the expected calibration error in bins of equally many labels."""
    confidence, right = sure.max(axis=1), sure.argmax(axis=1) == truth
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(MOST_BINS, max(1, len(truth) // PER_BIN)))
    gaps = [len(rows) * abs(float(confidence[rows].mean() - right[rows].mean())) for rows in bins]
    return float(sum(gaps) / len(truth))
