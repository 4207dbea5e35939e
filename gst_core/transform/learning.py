"""A fit: from the embeddings of a corpus and what the analyst gives to the encoder and the views that it looks at."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.compute import Embeddings, centred_rows
from gst_core.transform.accuracy_estimate import (
    agreement_of,
    estimate_accuracy,
    estimate_by_held_out,
    labels_that_count,
    sharpness_of,
)
from gst_core.transform.accuracy_report import AccuracyReport
from gst_core.transform.calibration import HeldOut, temper
from gst_core.transform.erasure import Erasure
from gst_core.transform.fit_cache import FitCache, fit_cache_of, sample_rows
from gst_core.transform.label_noise import judge_labels
from gst_core.transform.network import NOVELTY_SEEN, GuidedEncoder
from gst_core.transform.reporting import make_report
from gst_core.transform.soft_labels import FitInputs, learn_soft_labels, stop_if
from gst_core.transform.validation import UNLABELLED, class_name
from gst_core.transform.view_features import ViewFeatures

FEW_OTHERS = 50  # rows without a label, which say less than held-out labels do where these are more
JUDGED = 2_000  # rows by which probabilities are judged: their mean is known to a hundredth


@dataclass(frozen=True, eq=False)
class Learned:
    """What a fit finds.

    Attributes
    ----------
    centre : ndarray of shape (d,), float32
        The mean of the embeddings that the fit looked at.
    network : GuidedEncoder
    seen, kept : tuple of int
        As of `FittedTransform`.
    cache : FitCache
        What the next fit on the same corpus need not find again.
    speaking : int
        Labels that speak, see `gst_core.transform.label_balance`.
    label_weights : ndarray of shape (labels,), float32
        How likely each label is right, in the order of the labelled rows.
    sharpness : float
        Inverse temperature of the class probabilities.
    report : AccuracyReport or None
    trust_in_names : float
        As of `SoftLabels`.
    known_share : float
        As of `SoftLabels`.
    """

    centre: NDArray[np.float32]
    network: GuidedEncoder
    seen: tuple[int, ...]
    kept: tuple[int, ...]
    cache: FitCache
    speaking: int
    label_weights: NDArray[np.float32]
    trust_in_names: float
    known_share: float
    sharpness: float = 1.0
    report: AccuracyReport | None = None


def learn(
    embeddings: Embeddings,
    inputs: FitInputs,
    hidden: int,
    seed: int | None,
    device: torch.device,
    cancelled: Callable[[], bool],
    erasure: Erasure | None = None,
) -> Learned:
    """Learn the encoder from a corpus, or a sample of it, and what is given of its rows.

    Parameters
    ----------
    embeddings : Embeddings
        Unit rows.
    inputs : FitInputs
        Of the same rows; at least one class.
    hidden : int
        At least 1.
    seed : int or None
    device : torch.device
    cancelled : callable
        Asked between the parts.
    erasure : Erasure, optional
        Of what is left out.

    Returns
    -------
    Learned

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    given = inputs.codes != UNLABELLED
    sample, more = sample_rows(inputs.codes)
    order = np.concatenate([sample, more])
    rows = embeddings.matrix if len(sample) == len(embeddings) else embeddings.matrix[order]
    rows = rows if erasure is None else erasure.apply(rows)
    cache = fit_cache_of(rows[: len(sample)], embeddings.widths, hidden, seed, device)
    inputs = inputs.of(order)
    right = np.ones(len(embeddings), dtype=np.float32)
    if inputs.propagate:
        right[order], probe_c = _right(rows, cache.centre, embeddings.widths, inputs)
        inputs = inputs.heard(right[order], probe_c)
    speaking = int((inputs.codes != UNLABELLED).sum())
    known: dict[tuple[int, ...], ViewFeatures] = {}

    def features_of(views: tuple[int, ...]) -> ViewFeatures:
        if views not in known:
            known[views] = cache.view_features(rows, views)
        return known[views]

    learned = learn_soft_labels(features_of, len(embeddings.widths), inputs, cancelled)
    stop_if(cancelled)
    network = learned.encoder_fit.encoder(learned.probabilities)
    stop_if(cancelled)
    sharpness, report = _judged(network, features_of(learned.views).rows, inputs, learned.held_out, given[order])
    return Learned(
        cache.centre.copy(),
        network,
        learned.views,
        (0,) if learned.known_share < NOVELTY_SEEN else (learned.kept,),  # what no label mentions stays as it was
        cache,
        speaking,
        right[given],
        learned.trust_in_names,
        learned.known_share,
        sharpness,
        report,
    )


def _judged(
    network: GuidedEncoder,
    rows: NDArray[np.float32],
    inputs: FitInputs,
    held_out: HeldOut | None,
    given: NDArray[np.bool_],
) -> tuple[float, AccuracyReport | None]:
    """Return how sharp class probabilities have to be to be true, and the report, as far as held-out labels tell."""
    if held_out is None or len(np.unique(held_out.truth)) < 2:  # labels of one class agree with each other in any case
        return 1.0, None
    others = np.random.default_rng(0).permutation(np.flatnonzero(~given))[:JUDGED]
    nearly_all = len(others) < min(FEW_OTHERS, len(held_out.truth))
    if nearly_all:
        others = np.arange(len(rows))[:JUDGED]
    with torch.inference_mode():
        code = network(torch.from_numpy(rows[others]).to(network.out.weight.device))
        probabilities = network.probabilities(code).cpu().numpy()
    counts = np.bincount(inputs.codes[inputs.codes != UNLABELLED], minlength=len(inputs.classes))
    confidence = float(probabilities.max(axis=1).mean())
    if nearly_all:
        estimate = estimate_by_held_out(held_out.predicted, held_out.truth, inputs.doubted_share(given))
    else:
        estimate = estimate_accuracy(confidence, agreement_of(held_out.others), labels_that_count(counts), len(counts))
    sharpness = sharpness_of(probabilities, estimate.value)
    classes = [class_name(c) for c in inputs.classes]
    return sharpness, make_report(estimate, held_out, temper(probabilities, sharpness), classes, counts)


def _right(
    rows: NDArray[np.float32], centre: NDArray[np.float32], widths: tuple[int, ...], inputs: FitInputs
) -> tuple[NDArray[np.float32], float]:
    """Return how likely the label of each row is right, by all views together, and how strongly probes may follow.

    The chance is 1 where there is no label.
    """
    right = np.ones(len(rows), dtype=np.float32)
    heard = np.flatnonzero((inputs.codes != UNLABELLED) & (inputs.trust > 0))
    judged = judge_labels(centred_rows(rows[heard], centre, widths), inputs.codes[heard], len(inputs.classes))
    right[heard] = judged.right
    return right, judged.probe_c
