"""Soft labels of all rows from the labels of a few, and the choices that the labels make: by which views, how sure."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.errors import Cancelled
from gst_core.transform.calibration import Calibration, HeldOut, Predict, calibrate, temper
from gst_core.transform.label_balance import speaking_labels
from gst_core.transform.label_propagation import graph_of_neighbours, neighbour_graph, propagate_labels
from gst_core.transform.name_prior import name_scores, prior_logits
from gst_core.transform.network import EncoderFit
from gst_core.transform.novelty import in_class_probability
from gst_core.transform.validation import UNLABELLED
from gst_core.transform.view_features import ViewFeatures

ROW_BY_ROW = ("codes", "trust", "groups", "leave_out", "known")
LIKELIER_WRONG = 0.5  # than right


@dataclass(frozen=True, eq=False)
class FitInputs:
    """What the analyst gives of the rows that a fit looks at.

    Attributes
    ----------
    codes : ndarray of shape (m,), int64
        Class numbers, -1 where unlabelled.
    trust : ndarray of shape (m,), float32
        In each label, from 0 to 1.
    classes : tuple of str
    names : mapping of str to ndarray of shape (d,), float32
        Embeddings of class names.
    propagate : bool
        Whether labels are propagated to the unlabelled rows.
    groups : ndarray of shape (m,), int64, or None
        Labels of one number were given in one gesture; -1 for those on their own.
    leave_out : ndarray or None
        What is to be erased from the embeddings, m rows.
    known : ndarray of shape (m,), int64, or None
        Class numbers of labels that do not speak, see `heard`; -1 elsewhere.
    """

    codes: NDArray[np.int64]
    trust: NDArray[np.float32]
    classes: tuple[str, ...]
    names: Mapping[str, NDArray[np.float32]]
    propagate: bool
    groups: NDArray[np.int64] | None = None
    leave_out: NDArray[Any] | None = None
    known: NDArray[np.int64] | None = None

    def of(self, rows: NDArray[np.int64]) -> "FitInputs":
        """Return what is given of some of the rows, by their numbers."""
        of_rows: dict[str, Any] = {
            field: None if (all_ := getattr(self, field)) is None else all_[rows] for field in ROW_BY_ROW
        }
        return replace(self, **of_rows)

    def heard(self, right: NDArray[np.float32]) -> "FitInputs":
        """Return the inputs without labels that are likelier wrong than right, and with as many of a class as usual.

        Parameters
        ----------
        right : ndarray of shape (m,), float32
            The chance that each label is right, from 0 to 1, by which its trust is multiplied.
        """
        codes = np.where(right < LIKELIER_WRONG, UNLABELLED, self.codes)
        silent = (codes != UNLABELLED) & (self.trust > 0) & ~speaking_labels(codes, self.trust, self.groups)
        return replace(
            self,
            codes=np.where(silent, UNLABELLED, codes),
            trust=self.trust * right,
            known=np.where(silent, codes, UNLABELLED) if silent.any() else None,
        )


@dataclass(frozen=True, eq=False)
class SoftLabels:
    """What the labels say of the rows that a fit looks at.

    Attributes
    ----------
    views : tuple of int
        The numbers of the views by which it is known.
    probabilities : ndarray of shape (m, classes), float32
        Rows sum to 1; those of unlabelled rows are 0 where labels are not propagated and no class names are given.
    encoder_fit : EncoderFit
        Of these rows.
    held_out : HeldOut or None
        What was predicted of held-out labels by these views; None when none could be held out.
    """

    views: tuple[int, ...]
    probabilities: NDArray[np.float32]
    encoder_fit: EncoderFit
    held_out: HeldOut | None


class ViewLearner:
    """One choice of views, and what the labels say by them.

    Parameters
    ----------
    features : ViewFeatures
        The rows by these views.
    views : tuple of int
        Their numbers.
    inputs : FitInputs
    scores : ndarray of shape (m, classes), float64, or None
        Of `name_scores`.
    cancelled : callable
    """

    def __init__(
        self,
        features: ViewFeatures,
        views: tuple[int, ...],
        inputs: FitInputs,
        scores: NDArray[np.float64] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.features, self.views = features, views
        self._inputs, self._scores, self._cancelled = inputs, scores, cancelled

    def calibration(self) -> Calibration:
        """Return how well these views predict held-out labels."""
        return calibrate(self._predictor_of, self._inputs.codes, len(self._inputs.classes))

    def soft_labels(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return class probabilities of all rows, not calibrated, and the chance that a row is of any labelled class.

        Returns
        -------
        probabilities : ndarray of shape (m, classes), float32
            Rows sum to 1 where labels are propagated or class names are given; unlabelled rows are 0 otherwise.
        in_class : ndarray of shape (m,), float32
            From 0 to 1.
        """
        rows, inputs = self.features.rows, self._inputs
        everything = np.arange(len(rows))
        graph = graph_of_neighbours(*self.features.nearest) if len(inputs.classes) > 1 else None
        probabilities = self._predictor(everything, graph)(inputs.codes[:, None])[:, 0]
        labelled = np.unique(inputs.codes[inputs.codes != UNLABELLED])
        if graph is None or not inputs.propagate or len(labelled) < len(inputs.classes):
            return probabilities, np.ones(len(everything), dtype=np.float32)  # a novel text may be of a mere name
        return probabilities, in_class_probability(rows, inputs.codes, graph)

    def _predictor_of(self, rows: NDArray[np.int64]) -> Predict:
        graph = neighbour_graph(self.features.projected[rows]) if len(self._inputs.classes) > 1 else None
        return self._predictor(rows, graph)

    def _predictor(self, rows: NDArray[np.int64], graph: sp.csr_matrix | None) -> Predict:
        X, inputs = self.features.rows[rows], self._inputs
        rounds = None if inputs.propagate else 0

        def predict(codes: NDArray[np.int64]) -> NDArray[np.float32]:
            stop_if(self._cancelled)
            prior = None
            if self._scores is not None:
                prior = np.stack([prior_logits(self._scores[rows], fold) for fold in codes.T], axis=1)
            trust, known = inputs.trust[rows], None if inputs.known is None else inputs.known[rows]
            return propagate_labels(X, codes, len(inputs.classes), trust, rounds, prior, graph, known).probabilities

        return predict


def view_choices(views: int, inputs: FitInputs) -> tuple[tuple[int, ...], ...]:
    """Return the views to choose from: the first and, where held-out labels can tell which is better, all.

    Parameters
    ----------
    views : int
        How many there are.
    inputs : FitInputs

    Returns
    -------
    tuple of tuple of int
        The numbers of the views of each choice, one or two of them.
    """
    most = np.bincount(inputs.codes[inputs.codes != UNLABELLED], minlength=1).max()
    choose = views > 1 and inputs.propagate and most > 1
    return ((0,), tuple(range(views))) if choose else ((0,),)


def learn_soft_labels(
    features: Mapping[tuple[int, ...], ViewFeatures], inputs: FitInputs, cancelled: Callable[[], bool]
) -> SoftLabels:
    """Find what the labels say of all rows, by the views that predict held-out labels best.

    The best views are those of the largest cross-validated posterior, see `calibrate`. Soft labels are mixed with
    ignorance by the out-of-class probability: ``(1 - novelty) * p + novelty / classes``.

    Parameters
    ----------
    features : mapping of tuple of int to ViewFeatures
        The rows by the first view and, if there is a choice, by all views.
    inputs : FitInputs
    cancelled : callable
        Asked before each prediction.

    Returns
    -------
    SoftLabels

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    first = next(iter(features.values())).rows
    names = {name: vector[: first.shape[1]] for name, vector in inputs.names.items()}
    scores = name_scores(first, inputs.classes, names)
    learners = [ViewLearner(rows, views, inputs, scores, cancelled) for views, rows in features.items()]
    with ThreadPoolExecutor(2) as pool:  # each works on one core
        tried = [pool.submit(learner.calibration) for learner in learners if inputs.propagate]
        posteriors = [t.result().negative_log_posterior for t in tried] if len(learners) > 1 else [0.0]
        best = learners[int(np.argmin(posteriors))]
        learned, fit = pool.submit(best.soft_labels), pool.submit(best.features.encoder_fit)
        calibration = tried[learners.index(best)].result() if tried else Calibration()
        probabilities, in_class = learned.result()
    probabilities = temper(probabilities, calibration.inverse_temperature)
    probabilities = in_class[:, None] * probabilities + (1.0 - in_class[:, None]) / probabilities.shape[1]
    return SoftLabels(best.views, probabilities.astype(np.float32), fit.result(), calibration.held_out)


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise `Cancelled` when the work is not wanted any more.

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    if cancelled():
        raise Cancelled("The fit was superseded by a newer one.")
