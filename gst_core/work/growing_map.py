"""The map of a corpus that is still being encoded: drawn early of a sample, and again as the sample grows."""

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import GstError
from gst_core.map import Frame
from gst_core.work.turns import LONGEST_COMPILATION, computing, next_revision, wait_for

if TYPE_CHECKING:
    from gst_core.work.encoding_job import EncodingJob

log = logging.getLogger(__name__)

FIRST = 500  # texts on the first map
GROWTH = 1.7  # how many times as many make the next one worth drawing
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class GrowingState:
    """A growing map as a page sees it.

    Attributes
    ----------
    revision : int
        Grows with the map; see `next_revision`.
    frame : Frame or None
        Positions of all n texts, NaN where one is not encoded yet; None before the first. Its embedding is that of the
        sample alone.
    drawn : int
        Texts that have a position.
    """

    revision: int = 0
    frame: Frame | None = None
    drawn: int = 0


class GrowingMap:
    """Draws the generic map of what an encoding has given so far, in a thread of its own that ends with the encoding.

    Parameters
    ----------
    encoding : EncodingJob
    n : int
        Texts of the corpus.
    layout_ready : threading.Event
        Work waits for it.
    standing : tuple of ndarray, optional
        Positions (m, 2) and clusters (m,) of a map of the first m texts, to which the others came later: it is shown as
        it is, and nothing is drawn.
    """

    def __init__(
        self,
        encoding: "EncodingJob",
        n: int,
        layout_ready: threading.Event,
        standing: tuple[NDArray[np.float32], NDArray[np.int32]] | None = None,
    ) -> None:
        self._encoding, self._n, self._layout_ready = encoding, n, layout_ready
        self._rows = np.zeros(0, dtype=np.int64)
        self._last: Frame | None = None
        self.state = GrowingState()
        if standing is not None and len(standing[0]) <= n:
            positions, clusters = standing
            known = Frame(positions, clusters, "clusters", 0.0, True, positions)
            self.state = GrowingState(next_revision(), self._whole(np.arange(len(positions)), known), len(positions))
            return
        threading.Thread(target=self._work, name="growing map", daemon=True).start()

    def _work(self) -> None:
        wanted = FIRST
        wait_for(self._layout_ready, LONGEST_COMPILATION, lambda: self._encoding.state.status != "running")
        while self._encoding.state.status == "running":
            if self._encoding.arrived < wanted:
                self._encoding.wait(LOOK_SECONDS)
                continue
            try:
                self._draw()
            except (GstError, ValueError, RuntimeError):
                log.exception("a map of a part of the corpus could not be drawn")
                return
            wanted = round(len(self._rows) * GROWTH)

    def _draw(self) -> None:
        from gst_core.map import reform  # heavy, see `gst_core.work`

        rows, generic = self._encoding.sample()
        if not len(rows):  # it ended just now
            return
        frames = reform(generic, None, self._start(rows, generic))
        newest = None
        while self._encoding.state.status == "running":
            with computing:
                frame = next(frames, None)
            if frame is None:
                break
            newest = frame
        else:
            return  # the whole map comes now
        if newest is not None:
            self._rows, self._last = rows, newest
            self.state = GrowingState(next_revision(), self._whole(rows, newest), len(rows))

    def _whole(self, rows: NDArray[np.int64], frame: Frame) -> Frame:
        """Return a frame of all n texts, NaN and noise where there is none yet."""
        everywhere = np.full((self._n, 2), np.nan, dtype=np.float32)
        everywhere[rows] = frame.positions
        clusters = None
        if frame.clusters is not None:
            clusters = np.full(self._n, -1, dtype=np.int32)
            clusters[rows] = frame.clusters
        return Frame(everywhere, clusters, frame.stage, frame.elapsed, frame.final, frame.embedding)

    def _start(self, rows: NDArray[np.int64], generic: NDArray[np.float32]) -> Frame | None:
        """Return where the texts of a grown sample are now, NaN for the new ones."""
        if self._last is None:
            return None
        whole = self._whole(self._rows, self._last)
        clusters = np.full(len(rows), -1, np.int32) if whole.clusters is None else whole.clusters[rows]
        return Frame(whole.positions[rows], clusters, "clusters", 0.0, True, generic)
