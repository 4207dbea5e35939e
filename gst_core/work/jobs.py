"""The background workers: one a lens, where the latest request wins, one an encoding, and one for a model's labels.

A page never computes. It asks a job, which starts, joins or supersedes the work, and draws the job's state. Two browser
sessions that ask for the same thing get the same job.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate.agreement import counting_labels
from gst_core.compute.vectors import first_view
from gst_core.corpus.corpus import Corpus
from gst_core.encoding.class_names import class_name_vectors_if_any
from gst_core.encoding.encoders import encoder_identity, load_encoder, view_widths
from gst_core.errors import EncoderError
from gst_core.map.frame import Frame
from gst_core.map.persistence import load_map, map_key, save_map
from gst_core.work.annotation_job import AnnotationJob, LensSources
from gst_core.work.encoding_job import EncodingJob
from gst_core.work.growing_map import GrowingMap, GrowingState
from gst_core.work.map_job import MapJob, MapRequest
from gst_core.work.precompile import ALL, LAYOUT, compile_elsewhere
from gst_core.work.turns import Ready, computing
from gst_core.workspace.folder import generic_map
from gst_core.workspace.records import HUMAN
from gst_core.workspace.workspace import Workspace

log = logging.getLogger(__name__)


class Jobs:
    """All jobs of one server, found by what they work on.

    Parameters
    ----------
    workspace : Workspace
    random_state : int or None
        As for `MapJob`.
    """

    def __init__(self, workspace: Workspace, random_state: int | None = None) -> None:
        self.workspace = workspace
        self.random_state = random_state
        self._lock = threading.RLock()
        self._corpora: dict[str, Corpus] = {}
        self._encodings: dict[str, EncodingJob] = {}
        self._growing: dict[str, GrowingMap] = {}
        self._maps: dict[tuple[str, str], MapJob] = {}
        self._asked: dict[str, tuple[str, object]] = {}
        self._annotations: dict[str, AnnotationJob] = {}
        self._generic: dict[str, NDArray[np.float32]] = {}
        self._ready = Ready()

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
                views = partial(self.views, corpus_id)
                self._growing[corpus_id] = GrowingMap(job, len(self.corpus(corpus_id)), views, self._ready)
            return job

    def growing(self, corpus_id: str) -> GrowingState:
        """Return the map of what an encoding has given so far."""
        with self._lock:
            growing = self._growing.get(corpus_id)
            return growing.state if growing else GrowingState()

    def embeddings(self, corpus_id: str) -> NDArray[np.float32] | None:
        """Return a corpus' embeddings, all views side by side, or None while they are not there (see `encoding`)."""
        own = self.corpus(corpus_id).embeddings
        return own if own is not None else self.encoding(corpus_id).embeddings

    def views(self, corpus_id: str) -> tuple[int, ...] | None:
        """Return the widths of the views in a corpus' embeddings; None where they came with the corpus."""
        entry = self.workspace.corpus_entry(corpus_id)
        return None if entry.own_embeddings else view_widths(entry.encoder)

    def generic(self, corpus_id: str) -> NDArray[np.float32] | None:
        """Return a corpus' generic embeddings (n, d), the first view, or None while they are not there."""
        X = self.embeddings(corpus_id)
        if X is None:
            return None
        with self._lock:
            if corpus_id not in self._generic:
                self._generic[corpus_id] = first_view(X, self.views(corpus_id))
            return self._generic[corpus_id]

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
            None while the corpus is not encoded; the generic map's while it runs, or failed, without labels.
        """
        X = self.embeddings(corpus_id)
        if X is None:
            return None
        identity = self._embeddings_identity(corpus_id)
        generic = self._map_job(corpus_id, "", X)
        generic.ask(MapRequest(map_key(identity, {}), [None] * len(X)))
        if lens_id is None:
            return generic
        lens, documents = self.workspace.lens(lens_id), self.corpus(corpus_id).ids
        labels, weights = counting_labels(self.workspace.labels(lens_id), lens.classes, documents)
        if labels:
            job = self._map_job(corpus_id, lens_id, X)
            self._ask(job, self._request(identity, corpus_id, lens_id, labels, weights), lens_id)
            return job
        now = generic.state
        if now.running or now.error or now.frame is None:
            return generic
        job = self._map_job(corpus_id, lens_id, X)
        job.show(generic.key, now.frame)
        return job

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens from the workspace, and with it all work on it."""
        self.forget_lens(lens_id)
        self.workspace.delete_lens(lens_id)

    def delete_corpus(self, corpus_id: str) -> None:
        """Remove a corpus from the workspace with its lenses, and with it all work on them."""
        self.forget_corpus(corpus_id)
        self.workspace.delete_corpus(corpus_id)

    def forget_lens(self, lens_id: str) -> None:
        """Stop all work on a lens and drop what is held of it in memory."""
        with self._lock:
            for key in [k for k in self._maps if k[1] == lens_id]:
                self._maps.pop(key).stop()
            self._asked.pop(lens_id, None)
            annotation = self._annotations.pop(lens_id, None)
            if annotation is not None:
                annotation.cancel()

    def forget_corpus(self, corpus_id: str) -> None:
        """Stop all work on a corpus and its lenses and drop what is held of them in memory."""
        with self._lock:
            encoding = self._encodings.pop(corpus_id, None)
            if encoding is not None:
                encoding.cancel()
            self._growing.pop(corpus_id, None)
            self._corpora.pop(corpus_id, None)
            self._generic.pop(corpus_id, None)
            lenses = {lens_id for corpus, lens_id in self._maps if corpus == corpus_id}
            for lens_id in lenses | {i for i, job in self._annotations.items() if job.corpus_id == corpus_id}:
                if lens_id:
                    self.forget_lens(lens_id)
            generic = self._maps.pop((corpus_id, ""), None)
            if generic is not None:
                generic.stop()

    def annotation(self, lens_id: str) -> AnnotationJob:
        """Return what a language model does, or did, for a lens; one job for all sessions.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        lens = self.workspace.lens(lens_id)
        with self._lock:
            if lens_id not in self._annotations:
                sources = LensSources(
                    partial(self.corpus, lens.corpus),
                    partial(self.generic, lens.corpus),
                    partial(self._probabilities, lens.corpus, lens_id),
                    partial(self._reform_after_labels, lens.corpus, lens_id),
                )
                self._annotations[lens_id] = AnnotationJob(self.workspace, lens_id, sources, self.random_state or 0)
            return self._annotations[lens_id]

    def warm_up(self) -> threading.Thread:
        """Compile and load in the background what the first map would otherwise wait for.

        A process of its own compiles into numba's cache, because a compiling thread would stop all others; then this
        process loads from the cache. Maps that are asked for before wait.
        """
        self._ready.layout.clear()
        self._ready.clusters.clear()
        thread = threading.Thread(target=self._warm_up, name="warm-up", daemon=True)
        thread.start()
        return thread

    def _warm_up(self) -> None:
        try:
            compile_elsewhere(LAYOUT, self.workspace.files.compiled_code)
            with computing:
                from gst_core.map.reforming import warm_up

                warm_up()
            self._ready.layout.set()
            compile_elsewhere(ALL, self.workspace.files.compiled_code)
            with computing:
                warm_up()
        except Exception:
            log.exception("the warm-up failed; the first map will be slower")
        finally:
            self._ready.layout.set()
            self._ready.clusters.set()
        self._load_default_encoder()

    @staticmethod
    def _load_default_encoder() -> None:
        """Have the encoder at hand before the first label needs the class names encoded."""
        try:
            load_encoder()
        except EncoderError as error:
            log.warning("%s", error)

    def _map_job(self, corpus_id: str, lens_id: str, X: NDArray[np.float32]) -> MapJob:
        with self._lock:
            key = (corpus_id, lens_id)
            if key not in self._maps:
                folder = self.workspace.map_folder(lens_id or generic_map(corpus_id))
                views = self.views(corpus_id)
                self._maps[key] = MapJob(
                    X,
                    load_map(folder, X, views) or self._generic_start(corpus_id, lens_id),
                    lambda k, frame: save_map(folder, k, frame),
                    self.random_state,
                    self._ready,
                    views,
                )
            return self._maps[key]

    def _generic_start(self, corpus_id: str, lens_id: str) -> tuple[str, Frame] | None:
        """Let a lens without a map begin where the generic map stands, and the generic map where it has grown to."""
        grown = self._growing.pop(corpus_id, None) if not lens_id else None
        if grown is not None and grown.state.frame is not None:
            X = self.generic(corpus_id)
            assert X is not None, "a map is asked for when the embeddings are there"
            return "", replace(grown.state.frame, embedding=X, final=True)
        generic = self._maps.get((corpus_id, ""))
        if not lens_id or generic is None:
            return None
        key, now = generic.key, generic.state
        if now.frame is None:
            return None
        settled = now.frame.final and not now.running and not now.error
        return (key, now.frame) if settled else ("", replace(now.frame, final=False))

    def _ask(self, job: MapJob, request: MapRequest, lens_id: str) -> None:
        """Ask for a lens' map, but let a map settle while a model labels, as long as the person changes nothing.

        Its labels come by the second, and each would begin the map anew. Those that came meanwhile are in the next one.
        """
        lens, labels = self.workspace.lens(lens_id), self.workspace.labels(lens_id)
        person = ({(x.document, x.class_name) for x in labels if x.who == HUMAN}, lens.classes, lens.instruction)
        annotation = self._annotations.get(lens_id)
        with self._lock:
            asked = self._asked.get(lens_id) == (job.key, person)
            if asked and job.state.running and annotation is not None and annotation.state.status == "labelling":
                return
            job.ask(request)
            self._asked[lens_id] = (request.key, person)

    def _reform_after_labels(self, corpus_id: str, lens_id: str) -> None:
        """Ask for a lens' map, unless the corpus was forgotten and is about to be deleted."""
        if lens_id in self._annotations:
            self.reforming(corpus_id, lens_id)

    def _probabilities(self, corpus_id: str, lens_id: str) -> NDArray[np.float32] | None:
        """Return those of a lens' newest map (n, n_classes), or None while there are none."""
        job = self._maps.get((corpus_id, lens_id))
        frame = job.state.frame if job is not None else None
        return frame.probabilities if frame is not None else None

    def _request(
        self,
        identity: str,
        corpus_id: str,
        lens_id: str,
        labels: Mapping[str, str],
        weights: Mapping[str, float],
    ) -> MapRequest:
        lens, entry = self.workspace.lens(lens_id), self.workspace.corpus_entry(corpus_id)
        ids = self.corpus(corpus_id).ids
        y = [labels.get(i) for i in ids]
        trust = [weights.get(i, 1.0) for i in ids] if weights else None
        if entry.own_embeddings:
            return MapRequest(map_key(identity, labels, weights=weights), y, weights=trust)

        def names() -> Mapping[str, NDArray[np.float32]]:
            return class_name_vectors_if_any(lens.instruction, lens.classes, entry.encoder, self.workspace.class_names)

        key = map_key(identity, labels, lens.classes, lens.instruction, weights)
        return MapRequest(key, y, names, trust)

    def _embeddings_identity(self, corpus_id: str) -> str:
        entry = self.workspace.corpus_entry(corpus_id)
        return entry.content if entry.own_embeddings else f"{entry.content}-{encoder_identity(entry.encoder, 'all')}"
