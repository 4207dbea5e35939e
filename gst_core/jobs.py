"""The background workers: one a lens, where the latest request wins, and one an encoding.

A page never computes. It asks a job, which starts, joins or supersedes the work, and draws the job's state. Two browser
sessions that ask for the same thing get the same job.
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus import Corpus
from gst_core.encoders import EncodingProgress, encode, encoder_identity
from gst_core.errors import Cancelled, GstError
from gst_core.frames import Frame, Stage
from gst_core.maps import load_map, map_key, save_map
from gst_core.workspace import HUMAN, Label, Workspace, generic_map

log = logging.getLogger(__name__)

# One at a time through the numeric libraries: each uses all cores by itself, and numba's built-in thread pool must not
# be entered from two threads.
_computing = threading.Lock()
COMPILE_COMMAND = "from gst_core.reforming import warm_up; warm_up()"
LONGEST_COMPILATION = 600.0  # seconds after which a map no longer waits for the compiler in the other process


@dataclass(frozen=True)
class EncodingState:
    """An encoding job as a page sees it.

    Attributes
    ----------
    status : {"running", "done", "cancelled", "failed"}
    progress : EncodingProgress or None
        None before the first chunk.
    error : str
        A sentence when it failed.
    seconds : float
        How long it ran.
    """

    status: Literal["running", "done", "cancelled", "failed"]
    progress: EncodingProgress | None = None
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class MapState:
    """A lens' map as a page sees it.

    Attributes
    ----------
    revision : int
        Grows with every change of anything here.
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


class EncodingJob:
    """Encodes one corpus in a thread of its own; finished chunks are on disk, so that a later job resumes.

    Parameters
    ----------
    corpus : Corpus
    encoder : str
    workspace : Workspace
    """

    def __init__(self, corpus: Corpus, encoder: str, workspace: Workspace) -> None:
        self._corpus, self._encoder, self._workspace = corpus, encoder, workspace
        self._cancelled = threading.Event()
        self._started = time.monotonic()
        self.state = EncodingState("running")
        self.embeddings: NDArray[np.float32] | None = None
        self._thread = threading.Thread(target=self._run, name="encoding", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Ask the job to stop after the current chunk; what is encoded is kept."""
        self._cancelled.set()

    def wait(self, seconds: float | None = None) -> EncodingState:
        """Wait until the job ends, at most so many seconds, and return its state."""
        self._thread.join(seconds)
        return self.state

    def _run(self) -> None:
        try:
            self.embeddings = encode(
                self._corpus.texts,
                self._encoder,
                store=self._workspace.embeddings,
                progress=self._report,
                cancelled=self._cancelled.is_set,
            )
            self._end("done")
        except Cancelled:
            self._end("cancelled")
        except GstError as error:
            self._end("failed", str(error))
        except Exception as error:
            log.exception("encoding failed")
            self._end("failed", _unexpected("Encoding", error))

    def _report(self, progress: EncodingProgress) -> None:
        self.state = EncodingState("running", progress, seconds=time.monotonic() - self._started)

    def _end(self, status: Literal["done", "cancelled", "failed"], error: str = "") -> None:
        self.state = EncodingState(status, self.state.progress, error, time.monotonic() - self._started)


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
    ready : threading.Event, optional
        Work begins when it is set.
    """

    def __init__(
        self,
        X: NDArray[np.float32],
        start: tuple[str, Frame] | None = None,
        save: Callable[[str, Frame], None] = lambda _key, _frame: None,
        random_state: int | None = 0,
        ready: threading.Event | None = None,
    ) -> None:
        self._X, self._save, self._random_state = X, save, random_state
        self._ready = ready or _set()
        self._change = threading.Condition()
        self._wanted: tuple[str, Sequence[str | None]] | None = None
        self._key = start[0] if start else ""
        self._settled = start[1] if start else None
        self._thread: threading.Thread | None = None
        self.state = MapState(1, self._settled, clusters=_clusters(self._settled), groups=_groups(self._settled))

    @property
    def key(self) -> str:
        """The key of what was asked for last."""
        return self._key

    @property
    def waits_for_compiler(self) -> bool:
        """Whether the work cannot begin because what it needs is still being compiled or loaded."""
        return not self._ready.is_set()

    def ask(self, key: str, y: Sequence[str | None]) -> None:
        """Ask for the map of labels y, known under a key; the same key joins what runs or stands already."""
        with self._change:
            if key == self._key and not self.state.error:
                return
            self._key, self._wanted = key, (key, y)
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
                (key, y), self._wanted = self._wanted, None
            try:
                self._reform(key, y)
            except Cancelled:
                continue
            except Exception as error:
                if not isinstance(error, GstError):
                    log.exception("re-forming failed")
                message = str(error) if isinstance(error, GstError) else _unexpected("Re-forming", error)
                with self._change:
                    if key == self._key:
                        self._show(running=False, stage=None, error=message)

    def _reform(self, key: str, y: Sequence[str | None]) -> None:
        self._ready.wait(LONGEST_COMPILATION)
        from gst_core.reforming import reform  # pulls in what compiles at import, see `Jobs.warm_up`

        def stale() -> bool:
            return key != self._key

        frames = reform(self._X, list(y), self._previous(), random_state=self._random_state, cancelled=stale)
        begun = time.monotonic()
        while True:
            with _computing:
                frame = next(frames, None)
            if frame is None:
                return
            with self._change:
                if stale():
                    frames.close()
                    return
                if not frame.final:
                    self._show(frame=frame, stage=frame.stage)
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
            self._keep(key, frame)

    def _previous(self) -> Frame | None:
        """Return where the points are now, with what they were settled for."""
        shown, settled = self.state.frame, self._settled
        if shown is None or settled is None:
            return settled
        return replace(settled, positions=shown.positions)

    def _keep(self, key: str, frame: Frame) -> None:
        try:
            self._save(key, frame)
        except OSError as error:
            log.warning("a map could not be kept: %s", error)

    def _show(self, **changes: object) -> None:
        self.state = replace(self.state, revision=self.state.revision + 1, **changes)  # type: ignore[arg-type]
        self._change.notify_all()


class Jobs:
    """All jobs of one server, found by what they work on.

    Parameters
    ----------
    workspace : Workspace
    random_state : int or None
        As for `MapJob`.
    """

    def __init__(self, workspace: Workspace, random_state: int | None = 0) -> None:
        self.workspace = workspace
        self.random_state = random_state
        self._lock = threading.RLock()
        self._corpora: dict[str, Corpus] = {}
        self._encodings: dict[str, EncodingJob] = {}
        self._maps: dict[tuple[str, str], MapJob] = {}
        self._ready = _set()

    def corpus(self, corpus_id: str) -> Corpus:
        """Return a stored corpus, read once.

        Raises
        ------
        WorkspaceError
            It is not there or cannot be read.
        """
        entry = self.workspace.corpus_entry(corpus_id)
        with self._lock:
            if entry.id not in self._corpora:
                self._corpora[entry.id] = self.workspace.read_corpus(entry.id)
            return self._corpora[entry.id]

    def encoding(self, corpus_id: str, *, again: bool = False) -> EncodingJob:
        """Start or join a corpus' encoding; `again` starts one anew after it failed or was cancelled."""
        with self._lock:
            job = self._encodings.get(corpus_id)
            if job is None or (again and job.state.status in ("failed", "cancelled")):
                job = EncodingJob(
                    self.corpus(corpus_id), self.workspace.corpus_entry(corpus_id).encoder, self.workspace
                )
                self._encodings[corpus_id] = job
            return job

    def embeddings(self, corpus_id: str) -> NDArray[np.float32] | None:
        """Return a corpus' generic embeddings (n, d), or None while they are not there (see `encoding`)."""
        own = self.corpus(corpus_id).embeddings
        return own if own is not None else self.encoding(corpus_id).embeddings

    def reforming(self, corpus_id: str, lens_id: str | None = None) -> MapJob | None:
        """Start, join or supersede the work on a lens' map, as its labels now ask.

        Parameters
        ----------
        corpus_id : str
        lens_id : str, optional
            Without one, or without a label on it, the map is the corpus' generic one.

        Returns
        -------
        MapJob or None
            None while the corpus is not encoded.
        """
        X = self.embeddings(corpus_id)
        if X is None:
            return None
        identity = self._embeddings_identity(corpus_id)
        generic = self._map_job(corpus_id, "", X)
        generic.ask(map_key(identity, {}), [None] * len(X))
        if lens_id is None:
            return generic
        labels = effective_labels(self.workspace.labels(lens_id))
        known = set(self.corpus(corpus_id).ids)
        labels = {document: name for document, name in labels.items() if document in known}
        job = self._map_job(corpus_id, lens_id, X)
        if labels:
            job.ask(map_key(identity, labels), [labels.get(i) for i in self.corpus(corpus_id).ids])
        elif not generic.state.running and generic.state.frame is not None:
            job.show(generic.key, generic.state.frame)
        elif job.state.frame is None:
            return generic
        return job

    def forget(self, corpus_id: str) -> None:
        """Stop all work on a corpus and drop what is held of it in memory."""
        with self._lock:
            encoding = self._encodings.pop(corpus_id, None)
            if encoding is not None:
                encoding.cancel()
            self._corpora.pop(corpus_id, None)
            for key in [k for k in self._maps if k[0] == corpus_id]:
                del self._maps[key]

    def warm_up(self) -> threading.Thread:
        """Compile and load in the background what the first map would otherwise wait for.

        A process of its own compiles into numba's cache, because a compiling thread would stop all others; then this
        process loads from the cache. Maps that are asked for before wait.
        """
        self._ready.clear()
        thread = threading.Thread(target=self._warm_up, name="warm-up", daemon=True)
        thread.start()
        return thread

    def _warm_up(self) -> None:
        try:
            _compile_elsewhere(self.workspace.folder / compiled_mark())
            with _computing:
                from gst_core.reforming import warm_up

                warm_up()
        except Exception:
            log.exception("the warm-up failed; the first map will be slower")
        finally:
            self._ready.set()

    def _map_job(self, corpus_id: str, lens_id: str, X: NDArray[np.float32]) -> MapJob:
        with self._lock:
            key = (corpus_id, lens_id)
            if key not in self._maps:
                folder = self.workspace.map_folder(lens_id or generic_map(corpus_id))
                self._maps[key] = MapJob(
                    X,
                    load_map(folder, X) or self._generic_start(corpus_id, lens_id),
                    lambda k, frame: save_map(folder, k, frame),
                    self.random_state,
                    self._ready,
                )
            return self._maps[key]

    def _generic_start(self, corpus_id: str, lens_id: str) -> tuple[str, Frame] | None:
        """Let a lens without a map begin where the generic map stands."""
        generic = self._maps.get((corpus_id, ""))
        if not lens_id or generic is None or generic.state.frame is None or not generic.state.frame.final:
            return None
        return generic.key, generic.state.frame

    def _embeddings_identity(self, corpus_id: str) -> str:
        entry = self.workspace.corpus_entry(corpus_id)
        return entry.content if entry.own_embeddings else f"{entry.content}-{encoder_identity(entry.encoder)}"


def effective_labels(labels: Sequence[Label]) -> dict[str, str]:
    """Return each document's class; where a person and an LLM both spoke, the person's."""
    chosen: dict[str, Label] = {}
    for label in labels:
        if label.document not in chosen or label.who == HUMAN:
            chosen[label.document] = label
    return {document: label.class_name for document, label in chosen.items()}


def compiled_mark() -> str:
    """Return the name of the file that says that numba's cache is complete for the installed versions."""
    versions = "-".join(version(p) for p in ("numba", "umap-learn", "fast_hdbscan"))
    return f"numba/compiled-{versions}"


def _compile_elsewhere(mark: Path) -> None:
    if mark.exists():
        return
    command = [sys.executable, "-c", COMPILE_COMMAND]
    subprocess.run(command, cwd=Path(__file__).parent.parent, check=True, capture_output=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _clusters(frame: Frame | None) -> NDArray[np.int32] | None:
    return None if frame is None else frame.clusters


def _groups(frame: Frame | None) -> int:
    return 0 if frame is None or frame.clusters is None else len(np.unique(frame.clusters[frame.clusters >= 0]))


def _new_groups(before: Frame | None, after: Frame) -> int:
    if before is None or before.clusters is None or after.clusters is None:
        return 0
    return len(np.setdiff1d(after.clusters[after.clusters >= 0], before.clusters))


def _unexpected(work: str, error: Exception) -> str:
    return f"{work} stopped unexpectedly ({type(error).__name__}: {error}). Try again; nothing that you typed is lost."
