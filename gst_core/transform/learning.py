"""From labels to what is believed of every text, and by which views: the choices that the labels themselves make."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gst_core.errors import Cancelled
from gst_core.transform.calibration import Calibration, Foretell, calibrate, raised
from gst_core.transform.expansion import UNLABELLED, expand_labels, joined, neighbour_graph
from gst_core.transform.familiarity import familiarity
from gst_core.transform.network import EncoderFit
from gst_core.transform.prior import name_scores, trusted
from gst_core.transform.study import Ground


@dataclass(frozen=True)
class Learned:
    """What the labels say of the rows that were studied.

    Attributes
    ----------
    widths : tuple of int
        The widths of the views by which it is known.
    probabilities : ndarray of shape (m, classes), float32
        Rows sum to 1.
    fit : EncoderFit
        Of these rows.
    """

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
    ground : Ground
        The rows by these views.
    widths : tuple of int
    given : Given
    scores : ndarray of shape (m, classes) or None
        Of `name_scores`.
    cancelled : callable
    """

    def __init__(
        self,
        ground: Ground,
        widths: tuple[int, ...],
        given: Given,
        scores: NDArray[np.float64] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.ground, self.widths = ground, widths
        self._given, self._scores, self._cancelled = given, scores, cancelled

    def calibration(self) -> Calibration:
        """Return how well these views foretell hidden labels."""
        return calibrate(self._foretell, self._given.codes, len(self._given.classes))

    def believed(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return class probabilities of all rows (m, classes), and the chance that a row is of any of them (m,)."""
        seen, given = self.ground.seen, self._given
        everything = np.arange(len(seen))
        graph = joined(*self.ground.nearest) if len(given.classes) > 1 else None
        probabilities = self._expanded(everything, graph)(given.codes[:, None])[:, 0]
        labelled = np.unique(given.codes[given.codes != UNLABELLED])
        if graph is None or not given.expand or len(labelled) < len(given.classes):
            return probabilities, np.ones(len(everything), dtype=np.float32)  # a stranger may be of a mere name
        return probabilities, familiarity(seen, given.codes, graph)

    def _foretell(self, rows: NDArray[np.int64]) -> Foretell:
        graph = neighbour_graph(self.ground.points[rows]) if len(self._given.classes) > 1 else None
        return self._expanded(rows, graph)

    def _expanded(self, rows: NDArray[np.int64], graph: sp.csr_matrix | None) -> Foretell:
        X, given = self.ground.seen[rows], self._given
        rounds = None if given.expand else 0

        def foretell(codes: NDArray[np.int64]) -> NDArray[np.float32]:
            stop_if(self._cancelled)
            prior = None
            if self._scores is not None:
                prior = np.stack([trusted(self._scores[rows], some) for some in codes.T], axis=1)
            return expand_labels(X, codes, len(given.classes), given.trust[rows], rounds, prior, graph).probabilities

        return foretell


def learn(grounds: Mapping[tuple[int, ...], Ground], given: Given, cancelled: Callable[[], bool]) -> Learned:
    """Find what the labels say of all rows, by the views that foretell hidden labels best.

    Parameters
    ----------
    grounds : mapping of widths to Ground
        The rows by the first view and, if there is a choice, by all views.
    given : Given
    cancelled : callable

    Returns
    -------
    Learned

    Raises
    ------
    Cancelled
        `cancelled` returned True.
    """
    scores = name_scores(next(iter(grounds.values())).seen, given.classes, given.names)
    looks = [Look(ground, widths, given, scores, cancelled) for widths, ground in grounds.items()]
    with ThreadPoolExecutor(2) as pool:  # each works on one core
        tried = [pool.submit(look.calibration) for look in looks if given.expand]
        best = looks[int(np.argmin([t.result().surprise for t in tried]))] if len(looks) > 1 else looks[0]
        told, fit = pool.submit(best.believed), pool.submit(best.ground.encoder_fit)
        calibration = tried[looks.index(best)].result() if tried else Calibration()
        believed, known = told.result()
    probabilities = raised(believed, calibration.power)
    probabilities = known[:, None] * probabilities + (1.0 - known[:, None]) / probabilities.shape[1]
    return Learned(best.widths, probabilities.astype(np.float32), fit.result())


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise `Cancelled` when the work is not wanted any more."""
    if cancelled():
        raise Cancelled("The fit was superseded by a newer one.")
