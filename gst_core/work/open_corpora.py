"""The corpora that are held in memory: what is held of each, and when one is dropped again."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gst_core.errors import WorkspaceError
from gst_core.work.turns import LONGEST_STOP

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.corpus import Corpus
    from gst_core.work.annotation_job import AnnotationJob
    from gst_core.work.encoding_job import EncodingJob
    from gst_core.work.growing_map import GrowingMap
    from gst_core.work.left_out import LeftOut
    from gst_core.work.map_job import MapJob
    from gst_core.work.views_job import ViewsJob
    from gst_core.workspace import CorpusEntry, Workspace

# Corpora. One of 20,000 texts takes about 0.2 GB with its generic map and three lenses, one of 100,000 five times that:
# four leave room on a computer with 8 GB, and are more than a person goes to and fro between.
KEPT = 4
KEPT_MAPS = 6  # of one corpus' lenses; another is loaded again within a second or so
RECENT_SECONDS = 300.0  # a corpus that was asked for within them is on somebody's page


class Worker(Protocol):
    """A job that was asked to stop."""

    def join(self, seconds: float) -> None:
        """Wait until its thread has ended, at most so many seconds."""


@dataclass(eq=False)
class OpenCorpus:
    """A corpus in memory, and the jobs on it; whoever reads or changes them holds its lock.

    Attributes
    ----------
    entry : CorpusEntry
    lock : threading.RLock
    corpus, own_embeddings : Corpus and Embeddings, or None
        None until they are asked for; `own_embeddings` came with the corpus.
    encoding, growing, views : EncodingJob, GrowingMap and ViewsJob, or None
    maps : dict of str to MapJob
        By lens; that of the generic map by "".
    annotations : dict of str to AnnotationJob
        By lens.
    left_out : LeftOut or None
        What its lenses leave out; None until one is looked at.
    last_requests : dict of str to tuple
        By lens: the key of the map that was asked for last, and what a person had said then.
    maps_used : dict of str to float
        By lens: when its map was asked for last.
    leaving : set of str
        Lenses that are being deleted; "" for the corpus itself.
    used : float
        `time.monotonic()` of when it was asked for last.
    closed : bool
        Whether it is no longer the one in memory.
    """

    entry: "CorpusEntry"
    lock: "threading.RLock" = field(default_factory=threading.RLock)
    corpus: "Corpus | None" = None
    own_embeddings: "Embeddings | None" = None
    encoding: "EncodingJob | None" = None
    growing: "GrowingMap | None" = None
    views: "ViewsJob | None" = None
    maps: "dict[str, MapJob]" = field(default_factory=dict)
    annotations: "dict[str, AnnotationJob]" = field(default_factory=dict)
    left_out: "LeftOut | None" = None
    last_requests: dict[str, tuple[str, object]] = field(default_factory=dict)
    maps_used: dict[str, float] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    used: float = field(default_factory=time.monotonic)
    closed: bool = False

    @property
    def busy(self) -> bool:
        """Whether one of its jobs runs."""
        if self.encoding is not None and self.encoding.state.status == "running":
            return True
        if self.views is not None and self.views.running:
            return True
        return any(x.state.running for x in self.maps.values()) or any(
            x.state.running for x in self.annotations.values()
        )

    def drop_old_maps(self) -> None:
        """Drop the maps of lenses that nobody looked at for a while, all but `KEPT_MAPS`; they are on disk."""
        by_age = sorted((lens for lens in self.maps if lens), key=lambda lens: self.maps_used.get(lens, 0.0))
        for lens in by_age[:-KEPT_MAPS]:
            recent = time.monotonic() - self.maps_used.get(lens, 0.0) < RECENT_SECONDS
            if not recent and not self.maps[lens].busy and lens not in self.annotations:
                del self.maps[lens]

    def forget_lens(self, lens_id: str) -> "list[Worker]":
        """Stop all work on a lens, and drop what is held of it; return what has to be waited for."""
        self.last_requests.pop(lens_id, None)
        self.maps_used.pop(lens_id, None)
        map_job, annotation = self.maps.pop(lens_id, None), self.annotations.pop(lens_id, None)
        if map_job is not None:
            map_job.stop()
        if annotation is not None:
            annotation.cancel()
        return [worker for worker in (map_job, annotation) if worker is not None]

    def stop(self) -> "list[Worker]":
        """Stop all work on the corpus, its lenses included; return what has to be waited for."""
        workers = [worker for lens_id in {*self.maps, *self.annotations} for worker in self.forget_lens(lens_id)]
        if self.encoding is not None:
            self.encoding.cancel()
            workers.append(self.encoding)
        if self.views is not None:
            workers.append(self.views)
        self.encoding = self.growing = self.views = None
        return workers


class OpenCorpora:
    """At most `KEPT` corpora, the ones that were used last, and all those that somebody works with.

    One that was dropped is read again when it is asked for, and its maps are loaded.

    Parameters
    ----------
    workspace : Workspace
    """

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._lock = threading.Lock()  # held while this dict is looked at, never while anything is read or computed
        self._open: dict[str, OpenCorpus] = {}

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def use(self, corpus_id: str) -> Iterator[OpenCorpus]:
        """Give a corpus under its lock; what takes long on it holds up nobody who uses another one.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it is being deleted or replaced.
        """
        while True:
            opened = self._find(corpus_id)
            with opened.lock:
                if "" in opened.leaving:
                    raise WorkspaceError("This corpus is being deleted or replaced. Look again in a moment.")
                if not opened.closed:
                    yield opened
                    return

    @contextmanager
    def without_work(self, corpus_id: str) -> Iterator[None]:
        """Stop all work on a corpus, wait until it has stopped, let none begin in the block, and drop the corpus.

        Nobody waits for it who works with another corpus, and whoever asks for this one is refused.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it is being deleted already.
        """
        with self.use(corpus_id) as opened:
            opened.leaving.add("")
            workers = opened.stop()
        try:
            _wait(workers)
            yield
        finally:
            with opened.lock:
                self._drop(opened)
                opened.leaving.discard("")

    @contextmanager
    def without_work_on_lens(self, corpus_id: str, lens_id: str) -> Iterator[None]:
        """Stop all work on a lens, wait until it has stopped, and let none begin in the block.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it is being deleted.
        """
        with self.use(corpus_id) as opened:
            opened.leaving.add(lens_id)
            workers = opened.forget_lens(lens_id)
        try:
            _wait(workers)
            yield
        finally:
            with opened.lock:
                opened.leaving.discard(lens_id)

    def close(self, corpus_id: str) -> None:
        """Drop a corpus, and stop all work on it."""
        with self._lock:
            opened = self._open.get(corpus_id)
        if opened is not None:
            with opened.lock:
                opened.stop()
                self._drop(opened)

    def _find(self, corpus_id: str) -> OpenCorpus:
        entry = self._workspace.corpus_entry(corpus_id)
        with self._lock:
            before = self._open.pop(corpus_id, None)
            replaced = before is not None and before.entry != entry and not before.leaving
            opened = OpenCorpus(entry) if before is None or replaced else before
            self._open[corpus_id] = opened  # the last is the one that was used last
            opened.used = time.monotonic()
            others = list(self._open.values())[:-KEPT] if len(self._open) > KEPT else []
        if before is not None and replaced:  # by another process
            with before.lock:
                before.stop()
                before.closed = True
        for other in others:
            self._close_if_idle(other)
        return opened

    def _close_if_idle(self, opened: OpenCorpus) -> None:
        if time.monotonic() - opened.used < RECENT_SECONDS or not opened.lock.acquire(blocking=False):
            return
        try:
            if not opened.busy:
                self._drop(opened)  # a page that still shows one of its maps goes on showing it
        finally:
            opened.lock.release()

    def _drop(self, opened: OpenCorpus) -> None:
        opened.closed = True
        with self._lock:
            if self._open.get(opened.entry.id) is opened:
                del self._open[opened.entry.id]


def _wait(workers: "Sequence[Worker]") -> None:
    """Wait until all have stopped, at most `LONGEST_STOP` seconds."""
    end = time.monotonic() + LONGEST_STOP
    for worker in workers:
        worker.join(max(0.0, end - time.monotonic()))
