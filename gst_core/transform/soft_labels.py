"""Soft labels of all rows from the labels of a few, and the choices that the labels make: by which views, how sure."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.errors import Cancelled
from gst_core.transform.calibration import Calibration, HeldOut, Predict, calibrate, temper
from gst_core.transform.label_balance import speaking_labels
from gst_core.transform.label_propagation import graph_of_neighbours, neighbour_graph, propagate_labels
from gst_core.transform.name_prior import EVIDENCE_OF_NAME, NamePrior, name_prior
from gst_core.transform.network import EncoderFit
from gst_core.transform.novelty import Novelty, novelty
from gst_core.transform.probes import PROBE_C
from gst_core.transform.validation import UNLABELLED
from gst_core.transform.view_choice import views_by_labels, views_by_names
from gst_core.transform.view_features import ViewFeatures

ROW_BY_ROW = ("codes", "trust", "groups", "known")
LIKELIER_WRONG = 0.5  # than right
SPREAD_WITH_NAMES = (
    0.5  # of the inverse temperature: names are as sure as they should be more often than few labels are
)


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
    known : ndarray of shape (m,), int64, or None
        Class numbers of labels that do not speak, see `heard`; -1 elsewhere.
    probe_c : float
        Inverse regularisation of linear probes, see `gst_core.transform.label_noise`.
    """

    codes: NDArray[np.int64]
    trust: NDArray[np.float32]
    classes: tuple[str, ...]
    names: Mapping[str, NDArray[np.float32]]
    propagate: bool
    groups: NDArray[np.int64] | None = None
    known: NDArray[np.int64] | None = None
    probe_c: float = PROBE_C

    def of(self, rows: NDArray[np.int64]) -> "FitInputs":
        """Return what is given of some of the rows, by their numbers."""
        of_rows: dict[str, Any] = {
            field: None if (all_ := getattr(self, field)) is None else all_[rows] for field in ROW_BY_ROW
        }
        return replace(self, **of_rows)

    def heard(self, right: NDArray[np.float32], probe_c: float) -> "FitInputs":
        """Return the inputs without labels that are likelier wrong than right, and with as many of a class as usual.

        Parameters
        ----------
        right : ndarray of shape (m,), float32
            The chance that each label is right, from 0 to 1, by which its trust is multiplied.
        probe_c : float
        """
        codes = np.where(right < LIKELIER_WRONG, UNLABELLED, self.codes)
        silent = (codes != UNLABELLED) & (self.trust > 0) & ~speaking_labels(codes, self.trust, self.groups)
        return replace(
            self,
            codes=np.where(silent, UNLABELLED, codes),
            trust=self.trust * right,
            known=np.where(silent, codes, UNLABELLED) if silent.any() else None,
            probe_c=probe_c,
        )

    def doubted_share(self, given: NDArray[np.bool_]) -> float:
        """Return the share of the given labels that are not heard as they are likelier wrong than right.

        Parameters
        ----------
        given : ndarray of shape (m,), bool
            Rows that the analyst has labelled; at least one.
        """
        silent = np.zeros(len(given), dtype=np.bool_) if self.known is None else self.known != UNLABELLED
        return float((given & (self.codes == UNLABELLED) & ~silent).sum() / given.sum())


@dataclass(frozen=True, eq=False)
class SoftLabels:
    """What the labels say of the rows that a fit looks at.

    Attributes
    ----------
    views : tuple of int
        The numbers of the views by which it is known.
    kept : int
        The number of the view whose original is kept beside it.
    probabilities : ndarray of shape (m, classes), float32
        Rows sum to 1; those of unlabelled rows are 0 where labels are not propagated and no class names are given.
    encoder_fit : EncoderFit
        Of these rows.
    held_out : HeldOut or None
        What was predicted of held-out labels by these views; None when none could be held out.
    trust_in_names : float
        From 0, where nothing hints at a meaning of the class names in this corpus, to 1; 0 without names.
    known_share : float
        Of unlabelled rows, see `gst_core.transform.novelty`.
    """

    views: tuple[int, ...]
    kept: int
    probabilities: NDArray[np.float32]
    encoder_fit: EncoderFit
    held_out: HeldOut | None
    trust_in_names: float
    known_share: float


class ViewLearner:
    """One choice of views, and what the labels say by them.

    Parameters
    ----------
    features : ViewFeatures
        The rows by these views.
    views : tuple of int
        Their numbers.
    inputs : FitInputs
    names : NamePrior or None
        Of these rows.
    cancelled : callable
    """

    def __init__(
        self,
        features: ViewFeatures,
        views: tuple[int, ...],
        inputs: FitInputs,
        names: NamePrior | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.features, self.views = features, views
        self._inputs, self._names, self._cancelled = inputs, names, cancelled

    def calibration(self) -> Calibration:
        """Return how well these views predict held-out labels."""
        spread = 1.0 if self._names is None else SPREAD_WITH_NAMES**self._names.trust
        return calibrate(self._predictor_of, self._inputs.codes, len(self._inputs.classes), spread)

    def soft_labels(self) -> NDArray[np.float32]:
        """Return class probabilities of all rows, not calibrated.

        Returns
        -------
        ndarray of shape (m, classes), float32
            Rows sum to 1 where labels are propagated or class names are given; unlabelled rows are 0 otherwise.
        """
        return self._predictor(np.arange(len(self.features.rows)), self._graph)(self._inputs.codes[:, None])[:, 0]

    def novelty(self) -> Novelty:
        """Return which rows are of no labelled class; none where a class is only named, of which they may be."""
        inputs, labelled = self._inputs, np.unique(self._inputs.codes[self._inputs.codes != UNLABELLED])
        if self._graph is None or not inputs.propagate or len(labelled) < len(inputs.classes):
            return Novelty(np.ones(len(inputs.codes), dtype=np.float32), 1.0)
        found = novelty(self.features.rows, inputs.codes, self._graph)
        if self._names is None:
            return found
        per_class = float((inputs.codes != UNLABELLED).sum()) / len(inputs.classes)
        heard = np.float32(per_class / (per_class + EVIDENCE_OF_NAME * self._names.trust))  # beside what names say
        return Novelty(1.0 - heard * (1.0 - found.in_class), float(1.0 - heard * (1.0 - found.known)))

    @cached_property
    def _graph(self) -> sp.csr_matrix | None:
        return graph_of_neighbours(*self.features.nearest) if len(self._inputs.classes) > 1 else None

    def _predictor_of(self, rows: NDArray[np.int64]) -> Predict:
        graph = neighbour_graph(self.features.projected[rows]) if len(self._inputs.classes) > 1 else None
        return self._predictor(rows, graph)

    def _predictor(self, rows: NDArray[np.int64], graph: sp.csr_matrix | None) -> Predict:
        X, inputs = self.features.rows[rows], self._inputs
        rounds = None if inputs.propagate else 0

        def predict(codes: NDArray[np.int64]) -> NDArray[np.float32]:
            stop_if(self._cancelled)
            prior = None
            if self._names is not None:
                names = self._names.of(rows)
                prior = np.stack([names.logits(fold) for fold in codes.T], axis=1)
            trust, known = inputs.trust[rows], None if inputs.known is None else inputs.known[rows]
            return propagate_labels(
                X, codes, len(inputs.classes), trust, rounds, prior, graph, known, inputs.probe_c
            ).probabilities

        return predict


def learn_soft_labels(
    features_of: Callable[[tuple[int, ...]], ViewFeatures], views: int, inputs: FitInputs, cancelled: Callable[[], bool]
) -> SoftLabels:
    """Find what labels and class names say of all rows, by the views that show it best.

    These are the views that predict held-out labels best, see `gst_core.transform.view_choice`; where no label can be
    held out, those in which the class names separate the rows. Soft labels are mixed with ignorance by the out-of-class
    probability, which the first view tells: ``(1 - novelty) * p + novelty / classes``.

    Parameters
    ----------
    features_of : callable
        Returns the rows by some of the views, whose numbers it is given.
    views : int
        How many there are.
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
    alone = [features_of((view,)) for view in range(views if views > 1 and inputs.propagate else 1)]
    prior = None
    if inputs.names:
        prior = name_prior([f.rows for f in alone], inputs.classes, inputs.names)

    def learner(chosen: tuple[int, ...]) -> ViewLearner:
        return ViewLearner(features_of(chosen), chosen, inputs, prior, cancelled)

    with ThreadPoolExecutor(2) as pool:  # each works on one core
        tried: dict[tuple[int, ...], Calibration] = {}
        if inputs.propagate:
            learners = [learner((view,)) for view in range(len(alone))]
            results = pool.map(ViewLearner.calibration, learners)
            tried = {one.views: calibration for one, calibration in zip(learners, results, strict=True)}
        held_out = [c.held_out for c in tried.values() if c.held_out is not None]
        chosen, kept = views_by_labels(held_out, prior) if held_out else views_by_names(prior)
        first = learner((0,))
        best = first if chosen == (0,) else learner(chosen)
        learned, fit = pool.submit(best.soft_labels), pool.submit(best.features.encoder_fit)
        calibration = tried.get(chosen) or (best.calibration() if tried else Calibration())
        probabilities = learned.result()
        in_class, known_share = first.novelty()
    probabilities = temper(probabilities, calibration.inverse_temperature)
    probabilities = in_class[:, None] * probabilities + (1.0 - in_class[:, None]) / probabilities.shape[1]
    trust = 0.0 if prior is None else prior.trust
    return SoftLabels(
        chosen, kept, probabilities.astype(np.float32), fit.result(), calibration.held_out, trust, known_share
    )


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise `Cancelled` when the work is not wanted any more.

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    if cancelled():
        raise Cancelled("The fit was superseded by a newer one.")
