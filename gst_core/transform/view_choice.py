"""Which views of the texts show what the labels or the class names mean."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gst_core.transform.calibration import HeldOut, most_probable
from gst_core.transform.name_prior import NamePrior
from gst_core.transform.view_features import dense_views

MOST_TOGETHER = 2  # views that are looked at side by side; three are no better than the best two
PRIOR_STRENGTH = 3.0  # nats between the views that are expected and ones that are not
NAMES_STRONGER = 3.0  # times, by names that are trusted
ALONE = 0.6  # share of what the names say in one view, from which on it is looked at alone
KEPT_FIRST = 2.0  # nats for keeping the first view, which the generic map is drawn from
TRUSTED = 0.5  # trust in names above which they say which views are expected
TINY = 1e-6


def views_by_labels(held_out: Sequence[HeldOut], names: NamePrior | None = None) -> tuple[tuple[int, ...], int]:
    """Choose the views that together predict held-out labels best, and the one whose original is kept.

    What views say together is the product of what each says (logarithmic opinion pool), tempered. That is near to what
    they say when they are looked at side by side, and needs no prediction of its own for each choice. Before the labels
    the encoder's views are expected, or those in which the names separate the texts, as far as these are trusted.

    Parameters
    ----------
    held_out : sequence of HeldOut
        Of each view alone, all of the same rows.
    names : NamePrior or None

    Returns
    -------
    views : tuple of int
        Their numbers, rising.
    kept : int
    """
    logs = [np.log(np.maximum(view.predicted.astype(np.float64), TINY)) for view in held_out]
    expected, strength = _expected(len(logs), names)
    loss = {}
    for views in _choices(len(logs)):
        away = 0.5 * np.abs(np.isin(np.arange(len(logs)), views) / len(views) - expected).sum()  # total variation
        loss[views] = _loss([logs[v] for v in views], held_out[0].truth) + strength * away
    kept = min(dense_views(len(logs)), key=lambda view: loss[view,] + (KEPT_FIRST if view else 0.0))
    return min(loss, key=loss.__getitem__), kept


def views_by_names(prior: NamePrior | None) -> tuple[tuple[int, ...], int]:
    """Choose the views in which the class names separate the texts, and the one whose original is kept.

    Parameters
    ----------
    prior : NamePrior or None

    Returns
    -------
    views : tuple of int
        Their numbers, rising; the first without names.
    kept : int
        The first unless the names say more in another one.
    """
    if prior is None:
        return (0,), 0
    order = np.argsort(-prior.shares, kind="stable")
    count = 1 if prior.shares[order[0]] >= ALONE or len(order) == 1 else MOST_TOGETHER
    views = tuple(sorted(prior.views[i] for i in order[:count]))
    kept = prior.views[order[0]]
    return views, kept if prior.trust > TRUSTED and 0 in prior.views else 0


def _expected(views: int, names: NamePrior | None) -> tuple[NDArray[np.float64], float]:
    """Return the share of each view that is expected before the labels, and the strength of that prior.

    Beside words these are the encoder's own embedding and the layer below it, half each: the one shows what texts are
    about, the other how it is said, and a handful of labels seldom tells which of the two is meant.
    """
    expected = np.zeros(views)
    expected[: 1 if views < 3 else 2] = 1.0 if views < 3 else 0.5
    if names is None or names.trust <= TRUSTED or 0 not in names.views:  # names say nothing of the analyst's own view
        return expected, PRIOR_STRENGTH
    expected[list(names.views)] = names.shares
    return expected, PRIOR_STRENGTH * (1.0 + NAMES_STRONGER * names.trust)


def _choices(views: int) -> list[tuple[int, ...]]:
    return [c for size in range(1, MOST_TOGETHER + 1) for c in combinations(range(views), size)]


def _loss(logs: Sequence[NDArray[np.float64]], truth: NDArray[np.int64]) -> float:
    return most_probable(np.sum(logs, axis=0), truth).negative_log_posterior
