"""From labels to what is believed of every text, and by which views: the choices that the labels themselves make."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.errors import Cancelled
from gst_core.neighbours import leading_directions
from gst_core.transform.calibration import Calibration, Foretell, calibrate, raised
from gst_core.transform.expansion import UNLABELLED, expand_labels, neighbour_graph
from gst_core.transform.familiarity import familiarity
from gst_core.transform.network import EncoderFit
from gst_core.transform.prior import name_scores, trusted

STUDIED = 6_000  # rows; a larger corpus is known by a sample of it, and the transform holds for the rest


@dataclass(frozen=True)
class Learned:
    """What the labels say of the rows that were studied.

    Attributes
    ----------
    seen : ndarray of shape (m, k), float32
        The rows as the encoder looks at them, see `centred_rows`.
    widths : tuple of int
        The widths of the views in them.
    probabilities : ndarray of shape (m, classes), float32
        Rows sum to 1.
    fit : EncoderFit
        Of these rows.
    """

    seen: NDArray[np.float32]
    widths: tuple[int, ...]
    probabilities: NDArray[np.float32]
    fit: EncoderFit


@dataclass(frozen=True)
class Given:
    """What a fit is given of the rows that it studies.

    Attributes
    ----------
    codes : ndarray of shape (m,), int
        Class numbers, -1 where unlabelled.
    trust : ndarray of shape (m,), float32
        In each label.
    classes : tuple of str
    names : mapping of str to ndarray of shape (d,)
        Embeddings of class names.
    expand : bool
        Whether labels are expanded over the unlabelled rows.
    """

    codes: NDArray[np.int64]
    trust: NDArray[np.float32]
    classes: tuple[str, ...]
    names: Mapping[str, NDArray[np.float32]]
    expand: bool


class Look:
    """Some views of the rows, and what is believed of the rows by them.

    Parameters
    ----------
    seen : ndarray of shape (m, k), float32
        See `Learned`.
    widths : tuple of int
    given : Given
    scores : ndarray of shape (m, classes) or None
        Of `name_scores`.
    cancelled : callable
    """

    def __init__(
        self,
        seen: NDArray[np.float32],
        widths: tuple[int, ...],
        given: Given,
        scores: NDArray[np.float64] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.seen, self.widths = seen, widths
        self._given, self._scores, self._cancelled = given, scores, cancelled
        self._points = leading_directions(seen)

    def calibration(self) -> Calibration:
        """Return how well these views foretell hidden labels."""
        return calibrate(self._foretell, self._given.codes, len(self._given.classes))

    def believed(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return class probabilities of all rows (m, classes), and the chance that a row is of any of them (m,)."""
        everything = np.arange(len(self.seen))
        graph = self._graph(everything)
        probabilities = self._expanded(everything, graph)(self._given.codes[:, None])[:, 0]
        labelled = np.unique(self._given.codes[self._given.codes != UNLABELLED])
        if graph is None or not self._given.expand or len(labelled) < len(self._given.classes):
            return probabilities, np.ones(len(everything), dtype=np.float32)  # a stranger may be of a mere name
        return probabilities, familiarity(self.seen, self._given.codes, graph)

    def _foretell(self, rows: NDArray[np.int64]) -> Foretell:
        return self._expanded(rows, self._graph(rows))

    def _graph(self, rows: NDArray[np.int64]) -> sp.csr_matrix | None:
        return neighbour_graph(self._points[rows]) if len(self._given.classes) > 1 else None

    def _expanded(self, rows: NDArray[np.int64], graph: sp.csr_matrix | None) -> Foretell:
        X, given = self.seen[rows], self._given
        rounds = None if given.expand else 0

        def foretell(codes: NDArray[np.int64]) -> NDArray[np.float32]:
            stop_if(self._cancelled)
            prior = None
            if self._scores is not None:
                prior = np.stack([trusted(self._scores[rows], some) for some in codes.T], axis=1)
            return expand_labels(X, codes, len(given.classes), given.trust[rows], rounds, prior, graph).probabilities

        return foretell


def learn(
    first: NDArray[np.float32],
    whole: NDArray[np.float32] | None,
    widths: tuple[int, ...],
    given: Given,
    prepared: Callable[[NDArray[np.float32]], EncoderFit],
    cancelled: Callable[[], bool],
) -> Learned:
    """Find what the labels say of all rows, by the views that foretell hidden labels best.

    Parameters
    ----------
    first : ndarray of shape (m, d), float32
        The first view, unit rows.
    whole : ndarray of shape (m, k), float32, or None
        All views side by side, unit rows; None where there is no other view.
    widths : tuple of int
        Of all views.
    given : Given
    prepared : callable
        Returns the part of the encoder's fit that needs no beliefs; called beside the rest.
    cancelled : callable

    Returns
    -------
    Learned

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    scores = name_scores(first, given.classes, given.names)
    looks = [Look(first, widths[:1], given, scores, cancelled)]
    labelled = given.codes[given.codes != UNLABELLED]
    if whole is not None and given.expand and np.bincount(labelled, minlength=1).max() > 1:
        looks.append(Look(whole, widths, given, scores, cancelled))
    with ThreadPoolExecutor(2) as pool:  # each works on one core
        tried = [pool.submit(look.calibration) for look in looks if given.expand]
        best = looks[int(np.argmin([t.result().surprise for t in tried]))] if len(looks) > 1 else looks[0]
        told, fit = pool.submit(best.believed), pool.submit(prepared, best.seen)
        calibration = tried[looks.index(best)].result() if tried else Calibration()
        believed, known = told.result()
    probabilities = raised(believed, calibration.power)
    probabilities = known[:, None] * probabilities + (1.0 - known[:, None]) / probabilities.shape[1]
    return Learned(best.seen, best.widths, probabilities.astype(np.float32), fit.result())


def studied(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Choose the rows that a fit looks at: the labelled ones, and of the others as many as fit beside them.

    Parameters
    ----------
    codes : ndarray of shape (n,), int
        Class numbers, -1 where unlabelled.

    Returns
    -------
    ndarray of int64
        Row numbers, rising; all rows where there are no more than `STUDIED`.
    """
    if len(codes) <= STUDIED:
        return np.arange(len(codes))
    labelled, others = np.flatnonzero(codes != UNLABELLED), np.flatnonzero(codes == UNLABELLED)
    room = max(STUDIED - len(labelled), STUDIED // 2)
    return np.sort(np.concatenate([labelled, np.random.default_rng(0).permutation(others)[:room]]))


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise `Cancelled` when the work is not wanted any more."""
    if cancelled():
        raise Cancelled("The fit was superseded by a newer one.")
