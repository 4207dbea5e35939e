"""Our transform in the benchmark, by its public API: fitted to views, labels and names, and asked what it says."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gst_core.compute import Embeddings
from gst_core.suggest import HANDFUL, suggest
from gst_core.transform import GuidedSpaceTransform

Labels = Sequence[str | None]
Names = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Estimate:
    """How right the transform believes its classes to be: a share, and its interval at 90 %, from 0 to 1."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Guided:
    """What a fitted transform says of all texts.

    Attributes
    ----------
    Z : ndarray of shape (n, k), float32
    probabilities : ndarray of shape (n, n_classes), float32
    classes : tuple of str
    estimate : Estimate or None
        None where the transform could estimate nothing.
    seconds : float
        For the fit and for the transform of all texts.
    """

    Z: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    classes: tuple[str, ...]
    estimate: Estimate | None
    seconds: float


def fit_guided(
    E: Embeddings, y: Labels, seed: int, *, names: Names | None = None, leave_out: ArrayLike | None = None
) -> Guided:
    """Fit `GuidedSpaceTransform` with its defaults and apply it to the same texts.

    Parameters
    ----------
    E : Embeddings
        Of n texts.
    y : sequence of length n
        Class names, None where a text has no label.
    seed : int
    names : mapping of str to ndarray of shape (d,), optional
        As wide as E.matrix.
    leave_out : array-like of length n, optional
        A column whose say is erased first.

    Returns
    -------
    Guided
    """
    start = time.perf_counter()
    gst = GuidedSpaceTransform(views=E.widths, random_state=seed)
    gst.fit(E.matrix, list(y), names=names, leave_out=leave_out)
    Z, probabilities = gst.transform_and_predict_proba(E.matrix)
    seconds = time.perf_counter() - start
    report = gst.report_
    estimate = None if report is None else Estimate(report.accuracy, *report.interval)
    return Guided(Z, probabilities, tuple(map(str, gst.classes_)), estimate, seconds)


def suggested_labels(E: Embeddings, truth: NDArray[np.str_], count: int, seed: int) -> list[str | None]:
    """Label what *Label next* suggests, a handful at a time, each after a fit to the labels before.

    Parameters
    ----------
    E : Embeddings
        Of n texts.
    truth : ndarray of shape (n,), str
        The class that an analyst would give; texts with "" are passed over.
    count : int
        Labels in all.
    seed : int

    Returns
    -------
    list of length n
        A class name, or None.
    """
    y = np.full(len(truth), None, dtype=object)
    able = np.flatnonzero(truth != "")
    probabilities: NDArray[np.float32] | None = None
    classes: tuple[str, ...] = ()
    for start in range(0, count, HANDFUL):
        labelled = np.array([label is not None for label in y], dtype=np.bool_)
        if start:
            said = fit_guided(E, y.tolist(), seed)
            probabilities, classes = said.probabilities[able], said.classes
        wanted = min(HANDFUL, count - start)
        for found in suggest(E.first[able], labelled[able], probabilities, classes, wanted, seed):
            y[able[found.index]] = str(truth[able[found.index]])
    return y.tolist()
