"""The background work on one lens' map: the latest request wins."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import Cancelled, GstError, unexpected
from gst_core.map.frame import Frame, Stage
from gst_core.work.turns import LONGEST_COMPILATION, Ready, computing, next_revision

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between two looks at whether waiting work is still wanted


def no_names() -> Mapping[str, NDArray[np.float32]]:
    """Return no embedding of any class name."""
    return {}


@dataclass(frozen=True)
class MapRequest:
    """What a map is asked for.

    Attributes
    ----------
    key : str
        Tells one map from another.
    y : sequence of str or None, length n
        The class of each text.
    names : callable
        Returns class names and their embeddings; called by the worker, because it may have to load the encoder.
    weights : sequence of float, length n, or None
        Trust in each class of `y`, see `reform`.
    """

    key: str
    y: Sequence[str | None]
    names: Callable[[], Mapping[str, NDArray[np.float32]]] = no_names
    weights: Sequence[float] | None = None


@dataclass(frozen=True)
class MapState:
    """A lens' map as a page sees it.

    Attributes
    ----------
    revision : int
        Grows with every change of anything here; no two maps of the process share one, see `next_revision`.
    frame : Frame or None
        The newest frame; None before the first.
    running : bool
    stage : {"transform", "projection", "clusters"} or None
        What is being computed now.
    started : float
        `time.monotonic()` of the running work.
    seconds : float
        How long the last finished work took.
    error : str
        A sentence when the work failed; the frame is then the last good one.
    clusters : ndarray of shape (n,), int32, or None
        The last that are known, while the frame has none yet.
    groups, new_groups : int
        Clusters on the settled map, and how many of them were not there before.
    """

    revision: int = 0
    frame: Frame | None = None
    running: bool = False
    stage: Stage | None = None
    started: float = 0.0
    seconds: float = 0.0
    error: str = ""
    clusters: NDArray[np.int32] | None = None
    groups: int = 0
    new_groups: int = 0


class MapJob:
    """Re-forms one lens' map; a newer request supersedes a running one within a chunk of its work.

    Parameters
    ----------
    start : tuple of str and Frame, or None
        The map that is there already, and the key of the labels it was made of.
    save : callable
        Keeps a settled map; called with its key and frame.
    X : ndarray of shape (n, d), float32
    random_state : int or None
        None lays out on all cores; with a number the same labels in the same order give the same map.
    ready : Ready, optional
        Work waits for it.
    views : tuple of int, optional
        The widths of the views in X, see `reform`.
    """

    def __init__(
        self,
        X: NDArray[np.float32],
        start: tuple[str, Frame] | None = None,
        save: Callable[[str, Frame], None] = lambda _key, _frame: None,
        random_state: int | None = None,
        ready: Ready | None = None,
        views: tuple[int, ...] | None = None,
    ) -> None:
        self._X, self._save, self._random_state, self._views = X, save, random_state, views
        self._ready = ready or Ready()
        self._change = threading.Condition()
        self._wanted: MapRequest | None = None
        self._key = start[0] if start else ""
        self._settled = start[1] if start else None
        self._thread: threading.Thread | None = None
        self.state = MapState(
            next_revision(), self._settled, clusters=_clusters(self._settled), groups=_groups(self._settled)
        )

    @property
    def key(self) -> str:
        """The key of what was asked for last."""
        return self._key

    @property
    def waits_for_compiler(self) -> bool:
        """Whether the work cannot begin because what it needs is still being compiled or loaded."""
        return self.state.running and not self._ready.for_all_of(self.state.stage)

    def ask(self, request: MapRequest) -> None:
        """Ask for a map; the same key joins what runs or stands already, and after a failure waits for `retry`."""
        with self._change:
            if request.key == self._key:
                return
            self._key, self._wanted = request.key, request
            self._show(running=True, stage="transform", started=time.monotonic(), error="")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="map", daemon=True)
                self._thread.start()

    def show(self, key: str, frame: Frame) -> None:
        """Take a map that is known already, and give up what runs."""
        with self._change:
            if key == self._key and not self.state.error:
                return
            self._key, self._wanted, self._settled = key, None, frame
            self._show(
                frame=frame,
                running=False,
                stage=None,
                error="",
                seconds=0.0,
                clusters=frame.clusters,
                groups=_groups(frame),
                new_groups=0,
            )
        self._keep(key, frame)

    def retry(self) -> None:
        """Forget a failure, so that the next `ask` works again."""
        with self._change:
            self._key = ""
            self._show(error="")

    def stop(self) -> None:
        """Give up what runs within a chunk of its work, and keep nothing of it."""
        with self._change:
            self._key, self._wanted = "", None
            self._show(running=False, stage=None)

    def wait(self, seconds: float) -> MapState:
        """Wait until nothing runs, at most so many seconds, and return the state."""
        with self._change:
            self._change.wait_for(lambda: not self.state.running, seconds)
            return self.state

    def _work(self) -> None:
        while True:
            with self._change:
                if self._wanted is None:
                    self._thread = None
                    self._change.notify_all()
                    return
                request, self._wanted = self._wanted, None
            try:
                self._reform(request)
            except Cancelled:
                continue
            except Exception as error:
                if not isinstance(error, GstError):
                    log.exception("re-forming failed")
                message = str(error) if isinstance(error, GstError) else unexpected("Re-forming", error)
                with self._change:
                    if request.key == self._key:
                        self._show(running=False, stage=None, error=message)

    def _reform(self, request: MapRequest) -> None:
        self._ready.layout.wait(LONGEST_COMPILATION)
        from gst_core.map.reforming import reform  # pulls in what compiles at import, see `Jobs.warm_up`

        def stale() -> bool:
            return request.key != self._key

        begun = time.monotonic()
        frames = reform(
            self._X,
            list(request.y),
            self._previous(),
            names=request.names(),
            weights=request.weights,
            views=self._views,
            random_state=self._random_state,
            cancelled=stale,
        )
        while True:
            with computing:
                frame = next(frames, None)
            if frame is None:
                return
            if frame.final and not stale():
                self._keep(request.key, frame)
            with self._change:
                if stale():
                    frames.close()
                    return
                if not frame.final:
                    self._show(frame=self._with_beliefs(frame), stage="projection")
                    continue
                new = _new_groups(self._settled, frame)
                self._settled = frame
                taken = time.monotonic() - begun
                self._show(
                    frame=frame,
                    running=False,
                    stage=None,
                    seconds=taken,
                    clusters=frame.clusters,
                    groups=_groups(frame),
                    new_groups=new,
                )

    def _wait_for_clusters(self, stale: Callable[[], bool]) -> None:
        """Let others compute while the grouping is still being compiled; called by who holds `computing`."""
        if self._ready.clusters.is_set():
            return
        with self._change:
            if not stale():
                self._show(stage="clusters")
        computing.release()
        try:
            begun = time.monotonic()
            while not self._ready.clusters.wait(LOOK_SECONDS) and time.monotonic() - begun < LONGEST_COMPILATION:
                if stale():
                    raise Cancelled("The map was superseded by a newer one.")
        finally:
            computing.acquire()

    def _previous(self) -> Frame | None:
        """Return where the points are now, with what they were settled for last."""
        shown, settled = self.state.frame, self._settled
        if shown is None or settled is None:
            return settled
        return replace(settled, positions=shown.positions, final=shown.final)

    def _with_beliefs(self, frame: Frame) -> Frame:
        """Return a frame that has moved only with what was last shown of the texts, which may be newer than its own."""
        shown = self.state.frame
        if frame.stage != "transform" or shown is None:
            return frame
        return replace(shown, positions=frame.positions, clusters=None, stage=frame.stage, final=False)

    def _keep(self, key: str, frame: Frame) -> None:
        try:
            self._save(key, frame)
        except OSError as error:
            log.warning("a map could not be kept: %s", error)

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, revision=next_revision(), **changes)  # type: ignore[arg-type]
        self._change.notify_all()


def _clusters(frame: Frame | None) -> NDArray[np.int32] | None:
    return None if frame is None else frame.clusters


def _groups(frame: Frame | None) -> int:
    return 0 if frame is None or frame.clusters is None else len(np.unique(frame.clusters[frame.clusters >= 0]))


def _new_groups(before: Frame | None, after: Frame) -> int:
    if before is None or before.clusters is None or after.clusters is None:
        return 0
    return len(np.setdiff1d(after.clusters[after.clusters >= 0], before.clusters))
