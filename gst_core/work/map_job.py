"""The background work on one lens' map: the latest request wins."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import Cancelled, GstError, unexpected
from gst_core.work.turns import LONGEST_COMPILATION, already_ready, next_revision, turn, wait_for

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.compute import Embeddings
    from gst_core.map import CondensedTree, Frame, Stage

    KeyedFrame = tuple[str, Frame]  # a map, and the key of what it was made of

log = logging.getLogger(__name__)


def no_names(_embeddings: "Embeddings") -> Mapping[str, NDArray[np.float32]]:
    """Return no embedding of any class name."""
    return {}


@dataclass(frozen=True, eq=False)
class MapRequest:
    """What a map is asked for.

    Attributes
    ----------
    key : str
        Tells one map from another.
    y : sequence of str or None, length n
        The class of each text.
    names : callable
        Returns class names and their embeddings, and is given those of the texts; called by the worker, because it may
        have to load the encoder.
    weights : sequence of float, length n, or None
        Trust in each class of `y`, see `reform`.
    groups : sequence of str or None, length n, or None
        Which classes of `y` were given in one gesture, see `reform`.
    left_out : DataFrame of n rows, or None
        The columns that have no part in the map, see `reform`.
    """

    key: str
    y: Sequence[str | None]
    names: "Callable[[Embeddings], Mapping[str, NDArray[np.float32]]]" = no_names
    weights: Sequence[float] | None = None
    groups: Sequence[str | None] | None = None
    left_out: "pd.DataFrame | None" = None


@dataclass(frozen=True, eq=False)
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
        How long the last finished work took; 0 for a map that was there already.
    error : str
        A sentence when the work failed; the frame is then the last good one.
    clusters : ndarray of shape (n,), int32, or None
        The last that are known, while the frame has none yet.
    tree : CondensedTree or None
        Of these clusters.
    groups, new_groups : int
        Clusters on the settled map, and how many of them were not there before.
    """

    revision: int = 0
    frame: "Frame | None" = None
    running: bool = False
    stage: "Stage | None" = None
    started: float = 0.0
    seconds: float = 0.0
    error: str = ""
    clusters: NDArray[np.int32] | None = None
    tree: "CondensedTree | None" = None
    groups: int = 0
    new_groups: int = 0


class MapJob:
    """Re-forms one lens' map; a newer request supersedes a running one within a chunk of its work.

    Parameters
    ----------
    embeddings : Embeddings, or callable
        What returns them is called by the worker, which waits for views that are still being made.
    start : tuple of str and Frame, optional
        The map that is shown first, and the key of the labels it was made of.
    load : callable, optional
        Returns the map that is on disk, and its key, or None. Called by the worker when a map is asked for first: what
        it returns takes the place of `start`, and is not made again where it is what was asked for.
    save : callable, optional
        Keeps a settled map; called with its key and frame.
    random_state : int or None
        None lays out on all cores; with a number the same labels in the same order give the same map.
    layout_ready : threading.Event, optional
        Work waits for it.
    """

    def __init__(
        self,
        embeddings: "Embeddings | Callable[[], Embeddings]",
        start: "KeyedFrame | None" = None,
        load: "Callable[[], KeyedFrame | None] | None" = None,
        save: "Callable[[str, Frame], None]" = lambda _key, _frame: None,
        random_state: int | None = None,
        layout_ready: threading.Event | None = None,
    ) -> None:
        self._embeddings, self._load, self._save, self._random_state = embeddings, load, save, random_state
        self._layout_ready = layout_ready or already_ready()
        self._change = threading.Condition()
        self._saving = threading.Lock()
        self._wanted: MapRequest | None = None
        self._unsaved: KeyedFrame | None = None
        self._key = start[0] if start else ""
        self._settled = start[1] if start else None
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.state = MapState(next_revision(), **_shown(self._settled))  # type: ignore[arg-type]

    @property
    def key(self) -> str:
        """The key of what was asked for last."""
        return self._key

    @property
    def loading(self) -> bool:
        """Whether a map was asked for, and the one that is on disk is not there yet."""
        return self.state.running and self._load is not None

    @property
    def waits_for_compiler(self) -> bool:
        """Whether the work cannot begin because what it needs is still being compiled."""
        return self.state.running and self._load is None and not self._layout_ready.is_set()

    def ask(self, request: MapRequest) -> None:
        """Ask for a map; the same key joins what runs or stands already, and after a failure waits for `retry`."""
        with self._change:
            if self._stopped or request.key == self._key:
                return
            self._key, self._wanted = request.key, request
            self._show(running=True, stage="transform", started=time.monotonic(), error="")
            self._begin()

    def show(self, key: str, frame: "Frame") -> None:
        """Take a map that is known already, and give up what runs."""
        with self._change:
            if self._stopped or (key == self._key and not self.state.error):
                return
            self._key, self._wanted, self._settled, self._load = key, None, frame, None
            self._show_settled(frame)
            self._unsaved = key, frame
            self._begin()

    def rename_class(self, old: str, new: str) -> None:
        """Call a class of the shown map otherwise, so that the next map is not taken for one of another class."""
        with self._change:
            self._settled = _with_class_renamed(self._settled, old, new)
            self._show(frame=_with_class_renamed(self.state.frame, old, new))

    def retry(self) -> None:
        """Forget a failure, so that the next `ask` works again."""
        with self._change:
            self._key = ""
            self._show(error="")

    def stop(self) -> None:
        """Give up what runs within a chunk of its work, keep nothing of it, and take nothing more.

        Nothing is written after this has returned.
        """
        with self._saving, self._change:
            self._stopped = True
            self._key, self._wanted, self._unsaved, self._load = "", None, None, None
            self._show(running=False, stage=None)

    @property
    def busy(self) -> bool:
        """Whether its thread works: at a map, or at saving one."""
        return self._thread is not None

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so many seconds; called after `stop`."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def wait(self, seconds: float) -> MapState:
        """Wait until nothing runs, at most so many seconds, and return the state."""
        with self._change:
            self._change.wait_for(lambda: not self.state.running, seconds)
            return self.state

    def wait_until_loaded(self, seconds: float) -> MapState:
        """Wait until the map on disk, if one was asked for, is there, at most so many seconds; return the state."""
        with self._change:
            self._change.wait_for(lambda: not self.loading, seconds)
            return self.state

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="map", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._load_first()
            with self._change:
                unsaved, self._unsaved = self._unsaved, None
                request, self._wanted = self._wanted, None
                if unsaved is None and request is None:
                    self._thread = None
                    self._change.notify_all()
                    return
            if unsaved is not None:
                self._keep(*unsaved)
            if request is not None:
                self._answer(request)

    def _load_first(self) -> None:
        """Load the map on disk, unless that was done or is not needed, and show it."""
        load = self._load
        if load is None:
            return
        try:
            stored = load()
        except Exception:  # it can be made again
            log.exception("a stored map could not be loaded")
            stored = None
        with self._change:
            if self._load is not load:  # something was shown meanwhile, or the job was stopped
                return
            self._load = None
            if stored is None:
                self._change.notify_all()
                return
            key, self._settled = stored
            if key != self._key:
                self._show(**_shown(self._settled))
                return
            self._wanted = None
            self._show_settled(self._settled)

    def _answer(self, request: MapRequest) -> None:
        try:
            self._reform(request)
        except Cancelled:
            return
        except Exception as error:
            if not isinstance(error, GstError):
                log.exception("re-forming failed")
            message = str(error) if isinstance(error, GstError) else unexpected("Re-forming", error)
            with self._change:
                if request.key == self._key:
                    self._show(running=False, stage=None, error=message)

    def _reform(self, request: MapRequest) -> None:

        def stale() -> bool:
            return request.key != self._key

        wait_for(self._layout_ready, LONGEST_COMPILATION, stale)
        if stale():
            return
        from gst_core.map import reform  # heavy, see `gst_core.work`

        begun = time.monotonic()
        embeddings = self._embeddings() if callable(self._embeddings) else self._embeddings
        frames = reform(
            embeddings,
            list(request.y),
            self._previous(),
            names=request.names(embeddings),
            leave_out=request.left_out,
            weights=request.weights,
            groups=request.groups,
            random_state=self._random_state,
            cancelled=stale,
        )
        while True:
            with turn(stale):
                frame = next(frames, None)
            if frame is None:
                return
            if frame.final:
                self._keep(request.key, frame)
            with self._change:
                if stale():
                    frames.close()
                    return
                if frame.final:
                    self._show_settled(frame, time.monotonic() - begun, _new_clusters(self._settled, frame))
                    self._settled = frame
                else:
                    self._show(frame=self._with_shown_predictions(frame), stage="projection")

    def _previous(self) -> "Frame | None":
        """Return where the points are now, with what they were settled for last."""
        shown, settled = self.state.frame, self._settled
        if shown is None or settled is None:
            return settled
        return replace(settled, positions=shown.positions, final=shown.final)

    def _with_shown_predictions(self, frame: "Frame") -> "Frame":
        """Return a frame that has moved only with what was last shown of the texts, which may be newer than its own."""
        shown = self.state.frame
        if frame.stage != "transform" or shown is None:
            return frame
        return replace(shown, positions=frame.positions, clusters=None, stage=frame.stage, final=False)

    def _keep(self, key: str, frame: "Frame") -> None:
        """Save a settled map, if it is still what is asked for."""
        with self._saving:
            if key != self._key:
                return
            try:
                self._save(key, frame)
            except GstError as error:  # the map is shown all the same, and can be made again
                log.warning("a map could not be kept: %s", error)
            except Exception:
                log.exception("a map could not be kept")

    def _show_settled(self, frame: "Frame", seconds: float = 0.0, new_groups: int = 0) -> None:
        self._show(running=False, stage=None, error="", seconds=seconds, new_groups=new_groups, **_shown(frame))

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, revision=next_revision(), **changes)  # type: ignore[arg-type]
        self._change.notify_all()


def _with_class_renamed(frame: "Frame | None", old: str, new: str) -> "Frame | None":
    if frame is None or old not in frame.classes:
        return frame
    return replace(frame, classes=tuple(new if name == old else name for name in frame.classes))


def _shown(frame: "Frame | None") -> dict[str, object]:
    """Return what a state says of a settled frame."""
    clusters = None if frame is None else frame.clusters
    groups = 0 if clusters is None else len(np.unique(clusters[clusters >= 0]))
    return {"frame": frame, "clusters": clusters, "tree": None if frame is None else frame.tree, "groups": groups}


def _new_clusters(before: "Frame | None", after: "Frame") -> int:
    if before is None or before.clusters is None or after.clusters is None:
        return 0
    return len(np.setdiff1d(after.clusters[after.clusters >= 0], before.clusters))
