"""The background workers: one per lens, where the latest request wins, one per encoding, and one for a model's labels.

A page never computes. It asks a job, which starts, joins or supersedes the work, and draws the job's state. Two browser
sessions that ask for the same thing get the same job.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import counting_labels, gestures
from gst_core.compute import compiled_code_folder
from gst_core.errors import AnnotationError, WorkspaceError
from gst_core.map import Grown, standing_map
from gst_core.work.annotation_job import AnnotationJob, LensSources
from gst_core.work.encoding_job import EncodingJob
from gst_core.work.growing_map import GrowingMap, GrowingState
from gst_core.work.left_out import LeftOut
from gst_core.work.map_job import MapJob, MapRequest
from gst_core.work.map_requests import Said, descriptions_of, generic_request, lens_request, words_form_maps
from gst_core.work.open_corpora import OpenCorpora, OpenCorpus
from gst_core.work.precompile import start_warm_up
from gst_core.work.stored_maps import (
    GENERIC,
    LONGEST_LOAD,
    first_of,
    load_of,
    save_of,
    where_it_stands,
    where_it_will_stand,
)
from gst_core.work.turns import already_ready
from gst_core.work.views_job import ViewsJob
from gst_core.workspace import LLM, Label, Lens, generic_map

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.corpus import Corpus, SameId
    from gst_core.work.map_job import KeyedFrame
    from gst_core.workspace import Added, Replaced, Workspace


class Jobs:
    """All jobs of one server, found by what they work on.

    Parameters
    ----------
    workspace : Workspace
    random_state : int or None
        As for `MapJob`.
    """

    def __init__(self, workspace: "Workspace", random_state: int | None = None) -> None:
        self.workspace = workspace
        self.random_state = random_state
        self._corpora = OpenCorpora(workspace)
        self._layout_ready = already_ready()

    def warm_up(self) -> threading.Thread:
        """Compile and load what the first map would otherwise wait for, see `start_warm_up`."""
        return start_warm_up(self._layout_ready, compiled_code_folder(self.workspace.files.compiled_code))

    # --- corpora -----------------------------------------------------------------------------------------------

    def corpus(self, corpus_id: str) -> "Corpus":
        """Return a stored corpus, read once.

        Raises
        ------
        WorkspaceError
            It is not there or cannot be read.
        """
        with self._corpora.use(corpus_id) as opened:
            return self._read(opened)

    def encoding(self, corpus_id: str, *, again: bool = False) -> EncodingJob:
        """Start or join a corpus' encoding; `again` starts one anew after it failed or was cancelled."""
        with self._corpora.use(corpus_id) as opened:
            job = opened.encoding
            if job is None or (again and job.state.status in ("failed", "cancelled")):
                corpus = self._read(opened)
                job = EncodingJob(corpus, opened.entry.encoder, self.workspace, corpus_id, opened.entry.long or None)
                opened.encoding = job
                folder = self.workspace.map_folder(generic_map(corpus_id))
                standing = standing_map(folder) if opened.entry.grown_from else None
                opened.growing = GrowingMap(job, len(corpus), self._layout_ready, standing)
            return job

    def growing(self, corpus_id: str) -> GrowingState:
        """Return the map of what an encoding has given so far."""
        with self._corpora.use(corpus_id) as opened:
            return opened.growing.state if opened.growing else GrowingState()

    def embeddings(self, corpus_id: str) -> "Embeddings | None":
        """Return a corpus' embeddings, or None while they are not there (see `encoding`).

        They are the encoder's views side by side, or what came with the corpus: lenses look at the lexical view, too.
        """
        with self._corpora.use(corpus_id) as opened:
            own = self._own_embeddings(opened)
            return own if own is not None else self.encoding(corpus_id).embeddings

    def generic(self, corpus_id: str) -> NDArray[np.float32] | None:
        """Return a corpus' generic embeddings (n, d), the first view, or None while they are not there."""
        embeddings = self.embeddings(corpus_id)
        return None if embeddings is None else embeddings.first

    def delete_corpus(self, corpus_id: str) -> None:
        """Remove a corpus from the workspace with its lenses, after all work on them has stopped.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or some of its files could not be removed.
        """
        with self._corpora.without_work(corpus_id):
            self.workspace.delete_corpus(corpus_id)

    def replace_corpus(self, corpus_id: str, corpus: "Corpus", long: str | None = None) -> "Replaced":
        """Put another version of a file in the place of a corpus, after all work on it has stopped.

        `long` chooses anew what becomes of its long texts; without it that stays.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it cannot be written.
        """
        with self._corpora.without_work(corpus_id):
            return self.workspace.replace_corpus(corpus_id, corpus, long)

    def add_documents(
        self,
        corpus_id: str,
        corpus: "Corpus",
        *,
        same_id: "SameId" = "leave",
        goes_on: Mapping[str, str] | None = None,
    ) -> "Added":
        """Set the new texts of a file behind those of a corpus, after all work on it has stopped.

        Only they are encoded when it is next looked at; then they are placed on its maps, which stay as they are.
        `same_id` and `goes_on` are as for `Workspace.add_documents`.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it cannot be written.
        CorpusError
            The file does not go with the corpus.
        EncoderError
            The corpus' encoder cannot be had.
        """
        with self._corpora.without_work(corpus_id):
            return self.workspace.add_documents(corpus_id, corpus, same_id=same_id, goes_on=goes_on)

    def forget_corpus(self, corpus_id: str) -> None:
        """Stop all work on a corpus and its lenses, and drop what is held of them in memory."""
        self._corpora.close(corpus_id)

    # --- maps --------------------------------------------------------------------------------------------------

    def reforming(self, corpus_id: str, lens_id: str | None = None) -> MapJob | None:
        """Start, join or supersede the work on a lens' map, as its labels now ask.

        Parameters
        ----------
        corpus_id : str
        lens_id : str, optional
            Without one, or where neither a label nor the names of its classes say what to follow (see `Lens.words`)
            and no column is left out, the map is the corpus' generic one.

        Returns
        -------
        MapJob or None
            None while the corpus is not encoded; the generic map's while it runs, or failed, without labels.
        """
        with self._corpora.use(corpus_id) as opened:
            embeddings = self.embeddings(corpus_id)
            if embeddings is None:
                return None
            generic = self._map_job(opened, GENERIC, embeddings)
            identity = opened.encoding.identity if opened.encoding else ""
            generic.ask(generic_request(opened.entry, identity, len(embeddings)))
            if lens_id is None:
                if not generic.state.running:  # nobody waits for anything
                    self._views(opened, embeddings)
                return generic
            lens, everybodys = self._lens(opened, lens_id), self.workspace.teaching_labels(lens_id)
            ids = self._read(opened).ids
            labels, weights = counting_labels(everybodys, lens.classes, ids)
            left_out = self._left_out(opened).columns(lens.left_out, self.workspace.column_kinds(corpus_id))
            if labels or left_out is not None or words_form_maps(opened.entry, lens):
                job = self._map_job(opened, lens_id, embeddings)
                said = Said(labels, weights, gestures(everybodys), self._descriptions(opened, lens_id), left_out)
                request = lens_request(opened.entry, identity, lens, ids, said, self.workspace.class_names)
                _ask(opened, job, request, lens, everybodys)
                return job
            now = generic.state
            if now.running or now.error or now.frame is None:
                return generic
            job = self._map_job(opened, lens_id, embeddings)
            job.show(generic.key, now.frame)
            return job

    # --- lenses ------------------------------------------------------------------------------------------------

    def annotation(self, lens_id: str) -> AnnotationJob:
        """Return what a language model does, or did, for a lens; one job for all sessions.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._corpora.use(self.workspace.lens(lens_id).corpus) as opened:
            self._lens(opened, lens_id)
            corpus_id, job = opened.entry.id, opened.annotations.get(lens_id)
            if job is None:
                sources = LensSources(
                    partial(self.corpus, corpus_id),
                    partial(self.generic, corpus_id),
                    partial(self._probabilities, corpus_id, lens_id),
                    partial(self._reform_after_labels, corpus_id, lens_id),
                )
                job = AnnotationJob(self.workspace, lens_id, sources, self.random_state or 0)
                opened.annotations[lens_id] = job
            return job

    def rename_class(self, lens_id: str, old: str, new: str, *, session: str = "") -> None:
        """Rename a class, or merge it with the one that is called so; a rename beside labels moves no map.

        Raises
        ------
        WorkspaceError
            There is no such lens or class, or the new name cannot be one.
        """
        with self._corpora.use(self.workspace.lens(lens_id).corpus) as opened:
            before = self._lens(opened, lens_id).classes
            self.workspace.rename_class(lens_id, old, new, session=session)
            after = [name for name in self.workspace.lens(lens_id).classes if name not in before]
            if after and lens_id in opened.maps:
                opened.maps[lens_id].rename_class(old, after[0])

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens from the workspace, after all work on it has stopped.

        Raises
        ------
        WorkspaceError
            There is no such lens, or some of its files could not be removed.
        """
        with self._corpora.without_work_on_lens(self.workspace.lens(lens_id).corpus, lens_id):
            self.workspace.delete_lens(lens_id)

    # --- what the jobs need ------------------------------------------------------------------------------------

    def _lens(self, opened: OpenCorpus, lens_id: str) -> Lens:
        """Return a lens that is not being deleted."""
        if lens_id in opened.leaving:
            raise WorkspaceError("This lens is being deleted. Choose another one.")
        return self.workspace.lens(lens_id)

    def _descriptions(self, opened: OpenCorpus, lens_id: str) -> dict[str, tuple[str, ...]]:
        """Return what beside their names says what a lens' classes are, as far as somebody has said it."""
        try:
            label_set = self.workspace.label_set(lens_id)
        except AnnotationError:  # two names that differ in their capitals: they are classes all the same
            return {}
        if not any(one.definition or one.examples for one in label_set.classes):
            return {}
        corpus = self._read(opened)
        return descriptions_of(label_set, dict(zip(corpus.ids, corpus.texts, strict=True)))

    def _read(self, opened: OpenCorpus) -> "Corpus":
        if opened.corpus is None:
            opened.corpus = self.workspace.read_corpus(opened.entry.id)
        return opened.corpus

    def _own_embeddings(self, opened: OpenCorpus) -> "Embeddings | None":
        """Return the embeddings that came with a corpus, if they did."""
        if not opened.entry.own_embeddings:
            return None
        if opened.own_embeddings is None:
            from gst_core.compute import Embeddings

            matrix = self._read(opened).embeddings
            assert matrix is not None, "the corpus' line says that it has some"
            opened.own_embeddings = Embeddings(matrix, (matrix.shape[1],))
        return opened.own_embeddings

    def _map_job(self, opened: OpenCorpus, lens_id: str, embeddings: "Embeddings") -> MapJob:
        if lens_id not in opened.maps:
            grown = Grown(opened.entry.origin, self._read(opened).texts)
            folder = self.workspace.map_folder(generic_map(opened.entry.id) if lens_id == GENERIC else lens_id)
            save = partial(save_of, self.workspace, opened.entry, lens_id)
            views: Embeddings | Callable[[], Embeddings]
            if lens_id == GENERIC:
                views, start = embeddings, self._generic_start(opened)
                load = partial(load_of, folder, lambda: embeddings, grown, save)
            else:
                views = partial(self._views_of_lens, opened, lens_id, self._views(opened, embeddings))
                start = where_it_stands(opened.maps[GENERIC])
                load = partial(
                    first_of,
                    partial(load_of, folder, views, grown, save),
                    partial(where_it_will_stand, opened.maps[GENERIC]),
                )
            opened.maps[lens_id] = MapJob(views, start, load, save, self.random_state, self._layout_ready)
        opened.maps_used[lens_id] = time.monotonic()
        opened.drop_old_maps()
        return opened.maps[lens_id]

    def _views_of_lens(self, opened: OpenCorpus, lens_id: str, views: ViewsJob) -> "Embeddings":
        """Return all views as a lens sees them, without the words that it leaves out; called by its worker."""
        return self._left_out(opened).views(self.workspace.lens(lens_id).left_out_words, views.wait())

    def _left_out(self, opened: OpenCorpus) -> LeftOut:
        if opened.left_out is None:
            opened.left_out = LeftOut(self._read(opened))
        return opened.left_out

    def _views(self, opened: OpenCorpus, embeddings: "Embeddings") -> ViewsJob:
        """Start or join the work that sets the lexical view behind the others."""
        if opened.views is None:
            entry, identity = opened.entry, opened.encoding.identity if opened.encoding else opened.entry.content
            opened.views = ViewsJob(self._read(opened), embeddings, identity, self.workspace, entry.id)
        return opened.views

    def _generic_start(self, opened: OpenCorpus) -> "KeyedFrame | None":
        """Let the generic map begin where it has grown to."""
        grown, opened.growing = opened.growing, None
        if grown is None or grown.state.frame is None:
            return None
        generic = self.generic(opened.entry.id)
        assert generic is not None, "a map is asked for when the embeddings are there"
        return "", replace(grown.state.frame, embedding=generic, final=True)

    def _reform_after_labels(self, corpus_id: str, lens_id: str) -> None:
        """Ask for a lens' map, unless the lens was forgotten."""
        with self._corpora.use(corpus_id) as opened:
            if lens_id in opened.annotations:
                self.reforming(corpus_id, lens_id)

    def _probabilities(self, corpus_id: str, lens_id: str) -> NDArray[np.float32] | None:
        """Return those of a lens' newest map (n, n_classes), or None while there are none."""
        with self._corpora.use(corpus_id) as opened:
            job = opened.maps.get(lens_id)
        frame = job.wait_until_loaded(LONGEST_LOAD).frame if job is not None else None
        return frame.probabilities if frame is not None else None


def _ask(opened: OpenCorpus, job: MapJob, request: MapRequest, lens: Lens, labels: list[Label]) -> None:
    """Ask for a lens' map, but let a map settle while a model labels, as long as the person changes nothing.

    Its labels come by the second, and each would begin the map anew. Those that came meanwhile are in the next one.
    """
    said = {(x.document, x.class_name) for x in labels if x.who != LLM}
    person = (said, lens.classes, lens.instruction, lens.left_out, lens.left_out_words)
    annotation = opened.annotations.get(lens.id)
    unchanged = opened.last_requests.get(lens.id) == (job.key, person)
    if unchanged and job.state.running and annotation is not None and annotation.state.status == "labelling":
        return
    job.ask(request)
    opened.last_requests[lens.id] = (request.key, person)
