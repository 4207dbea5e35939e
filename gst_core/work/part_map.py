"""The map of some of a lens' texts alone: laid out anew in the lens' own space, as frames of the whole corpus."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import as_embeddings
from gst_core.map import NOISE, Frame
from gst_core.work.map_job import MapJob, MapRequest, MapState

KEY = "part"


class PartMap:
    """Lays some texts out by themselves, in a thread of its own; the others have no place meanwhile, and no group.

    Nothing of it is kept on disk. It has what a page looks for in a `MapJob`.

    Parameters
    ----------
    whole : Frame
        A settled one of n texts. Its embedding is laid out, and its class probabilities are shown.
    rows : sequence of int
        The texts; two or more.
    random_state : int or None
        As for `MapJob`.
    layout_ready : threading.Event, optional
        Work waits for it.
    """

    def __init__(
        self,
        whole: Frame,
        rows: Sequence[int] | NDArray[np.int64],
        random_state: int | None = None,
        layout_ready: threading.Event | None = None,
    ) -> None:
        self._whole, self.rows = whole, np.asarray(rows, dtype=np.int64)
        points = as_embeddings(np.ascontiguousarray(whole.embedding[self.rows]))
        self._job = MapJob(points, random_state=random_state, layout_ready=layout_ready)
        self._seen: tuple[MapState, MapState] | None = None
        self._ask()

    @property
    def key(self) -> str:
        """What tells it from the whole map."""
        return KEY

    @property
    def loading(self) -> bool:
        """Whether a map is being loaded: none is on disk."""
        return False

    @property
    def waits_for_compiler(self) -> bool:
        """As for `MapJob`."""
        return self._job.waits_for_compiler

    @property
    def state(self) -> MapState:
        """The state of the map, widened to the whole corpus."""
        now = self._job.state
        if self._seen is None or self._seen[0] is not now:
            self._seen = (now, self._widened(now))
        return self._seen[1]

    def retry(self) -> None:
        """Begin again after a failure."""
        self._job.retry()
        self._ask()

    def stop(self) -> None:
        """Give up what runs."""
        self._job.stop()

    def wait(self, seconds: float) -> MapState:
        """Wait until nothing runs, at most so many seconds, and return the state."""
        self._job.wait(seconds)
        return self.state

    def _ask(self) -> None:
        self._job.ask(MapRequest(KEY, [None] * len(self.rows)))

    def _widened(self, now: MapState) -> MapState:
        frame = now.frame
        positions = np.full_like(self._whole.positions, np.nan)
        positions[self.rows] = self._whole.positions[self.rows] if frame is None else frame.positions
        clusters = None
        if now.clusters is not None:
            clusters = np.full(len(positions), NOISE, dtype=np.int32)
            clusters[self.rows] = now.clusters
        final = frame is not None and frame.final
        shown = replace(self._whole, positions=positions, clusters=clusters, final=final, tree=None)
        return replace(now, frame=shown, clusters=clusters, tree=None)
