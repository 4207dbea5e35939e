"""What one run of the page knows of a lens: its map, its labels, and what is said of its documents."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import GroupedTexts, TextColumns, resolved_words
from gst_core.annotate import CheckCount, Guesses, count_check, most_useful
from gst_core.corpus import Corpus
from gst_core.encoding import view_words
from gst_core.map import ClusterName, name_clusters
from gst_core.suggest import Suggestion, suggest
from gst_core.ui import (
    colouring,
    documents_panel,
    finding,
    long_texts,
    looking,
    proposal_dialog,
    slicing,
    state,
    zero_shot,
)
from gst_core.ui.grouped import finer_names, grouped
from gst_core.work import AnnotationState, MapJob, MapState, PartMap
from gst_core.workspace import (
    HUMAN,
    LLM,
    CorpusEntry,
    Label,
    LabelSet,
    Lens,
    RandomCheck,
    deciding_labels,
    is_brought,
    models_of,
    source_words,
)

if TYPE_CHECKING:
    from gst_core.transform import AccuracyReport

NO_ANNOTATION = AnnotationState()
PATIENCE = 0.2  # seconds: the stored map of a few thousand texts is there by then, and no bar flashes up


@dataclass(frozen=True)
class Suggested:
    """What a session was told to label next: of which map, and what had been skipped by then."""

    key: tuple[str, ...]
    suggestions: list[Suggestion]
    skipped: frozenset[str]


@dataclass
class LensView:
    """One lens on one corpus, as this run of the page shows it."""

    entry: CorpusEntry
    lens: Lens | None
    corpus: Corpus
    metadata: pd.DataFrame
    job: MapJob | PartMap
    state: MapState
    annotation: AnnotationState
    labels: list[Label]  # everybody's
    guesses: Guesses | None
    looked: looking.Looked | None = None  # the group whose texts alone are on the map
    check: RandomCheck = field(default_factory=RandomCheck)
    skipped: frozenset[str] = frozenset()  # documents that are not to be suggested
    codes: NDArray[np.int64] = field(default_factory=lambda: np.array([], dtype=np.int64))
    by_machine: NDArray[np.bool_] = field(default_factory=lambda: np.array([], dtype=bool))
    grouped: GroupedTexts | None = None
    clusters: NDArray[np.int32] | None = None  # the groups, which `names` and everything on the page follow
    names: list[ClusterName] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # the clusters' colours

    @classmethod
    def of(cls, entry: CorpusEntry, lens: Lens | None, looked: looking.Looked | None = None) -> "LensView":
        """Ask for a lens' map and gather what the page shows of it; never waits until a map is made.

        With `looked` the page shows that group's own map meanwhile.
        """
        corpus, whole = state.jobs().corpus(entry.id), _job_of(entry, lens)
        job = looked.map if looked else whole
        state.keep_selection_within(len(corpus))
        annotation = annotation_of(lens)
        guesses = guesses_of(entry, lens, job)
        view = cls(entry, lens, corpus, state.metadata(entry), job, job.state, annotation, [], guesses, looked=looked)
        view.read_labels()
        view.follow(view.state)
        return view

    def read_labels(self) -> None:
        """Read the lens' labels as they are now."""
        self.labels = state.workspace().labels(self.lens.id) if self.lens else []
        self.check = state.workspace().random_check(self.lens.id) if self.lens else RandomCheck()
        self.skipped = state.workspace().skipped(self.lens.id) if self.lens else frozenset()
        given, number = deciding_labels(self.labels), {name: i for i, name in enumerate(self.classes)}
        said = [given.get(i) for i in self.corpus.ids]
        self.codes = np.array([-1 if x is None else number.get(x.class_name, -1) for x in said], dtype=np.int64)
        self.by_machine = np.array([x is not None and x.who == LLM for x in said], dtype=bool)

    @property
    def classes(self) -> tuple[str, ...]:
        """The lens' classes, none without a lens."""
        return self.lens.classes if self.lens else ()

    @property
    def class_numbers(self) -> tuple[int, ...]:
        """The colour number of each class, which it keeps for life."""
        return self.lens.numbers if self.lens else ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that have no part in the map, as it is now."""
        transform = self.state.frame.transform if self.state.frame else None
        if self.lens is None or transform is None or transform.erasure_ is None:
            return ()
        return tuple(name for name in self.lens.left_out if name in self.metadata.columns)

    @property
    def left_out_words(self) -> frozenset[str]:
        """The words that the lens leaves out of names of groups, see `resolved_words`."""
        given = self.lens.left_out_words if self.lens else ()
        if not given:
            return frozenset()
        return state.memoize(
            "left-out-words", (self.corpus, "\n".join(given)), lambda: resolved_words(self.corpus.texts, given)
        )

    @property
    def tells_classes(self) -> bool:
        """Whether the map knows how likely each text is of each class."""
        return has_probabilities(self.state)

    @property
    def by_words_alone(self) -> bool:
        """Whether the map was formed by the names of the classes, without a label."""
        return colouring.by_words_alone(self.state)

    @property
    def report(self) -> "AccuracyReport | None":
        """How right the map's classes are, as its labels say; None where these are too few."""
        transform = self.state.frame.transform if self.state.frame else None
        return None if transform is None else transform.report_

    @property
    def check_count(self) -> CheckCount:
        """How far the random check is; nothing is right or wrong that the map has learned from."""
        guess = colouring.guesses(self.state, self.classes)[0]
        rows = {document: row for row, document in enumerate(self.corpus.ids)} if self.check.documents else {}
        predicted = {}
        if guess is not None:
            predicted = {
                d: self.classes[guess[rows[d]]] for d in self.check.documents if d in rows and guess[rows[d]] >= 0
            }
        return count_check(self.check, self.labels, predicted, rows)

    @property
    def follows(self) -> str:
        """What of the texts the map follows, a word for each view that counts; empty where it follows none."""
        transform = self.state.frame.transform if self.state.frame else None
        if transform is None:
            return ""
        return " and ".join(view_words(transform.seen_, own_embeddings=self.entry.own_embeddings))

    @property
    def teaching_codes(self) -> NDArray[np.int64]:
        """The labels that the map learns from, as `codes`: those of a check that is kept apart are left out."""
        kept_out = set(self.check.documents) if self.check.apart else set()
        if not kept_out:
            return self.codes
        return np.where([document in kept_out for document in self.corpus.ids], -1, self.codes)

    @property
    def shown(self) -> NDArray[np.bool_] | None:
        """Which texts pass the filters, shape (n,); None without a filter."""
        return slicing.shown(self)

    @cached_property
    def file_columns(self) -> TextColumns:
        """The file's columns, as what the analyst says that they hold when the page runs."""
        return state.text_columns(self.entry)

    def columns(self) -> TextColumns:
        """Return the file's columns, and those that the map and its labels add."""
        return slicing.columns(self)

    def members(self) -> dict[int, tuple[int, ...]]:
        """Return the documents of each cluster."""
        if self.clusters is None:
            return {}
        clusters = self.clusters
        return {x.cluster: tuple(np.flatnonzero(clusters == x.cluster).tolist()) for x in self.names}

    def facts(self, documents: tuple[int, ...]) -> dict[int, str]:
        """Return a line on each document: its label and who gave it, else its likeliest class."""
        guess, sure = colouring.guesses(self.state, self.classes)
        said = {(x.document, x.who): x for x in self.labels}
        brought = {x.document: x for x in self.labels if is_brought(x.who)}
        lines: dict[int, str] = {}
        cut, names = long_texts.cut(self.entry), self.names_only()
        for i in documents[: documents_panel.SHOWN]:
            person, machine = (said.get((self.corpus.ids[i], who)) for who in (HUMAN, LLM))
            source = brought.get(self.corpus.ids[i])
            if person or machine or source:
                lines[i] = who_said_what(person, machine, source)
            elif names is not None:
                lines[i] = f"{names.classes[names.likeliest[i]]}? {names.confidence[i]:.0%}, by the class names alone"
            elif guess is not None and guess[i] >= 0:
                lines[i] = f"{self.classes[guess[i]]} {sure[i]:.0%}"
            lines[i] = " · ".join(filter(None, (lines.get(i, ""), long_texts.remark(self.entry, cut, i))))
        return lines

    def hits(self) -> list[int]:
        """Return the documents that the search has found and that pass the filters, by meaning the nearest first."""
        rows = finding.found(self).rows
        return state.memoize("hits", (rows,), rows.tolist)

    def names_only(self) -> Guesses | None:
        """Return what the class names alone say of each text, while no labels say more."""
        frame = self.state.frame
        if self.by_words_alone and frame is not None and frame.probabilities is not None:
            return Guesses(frame.classes, frame.probabilities)
        return None if self.tells_classes else self.guesses

    def groups(self) -> LabelSet | None:
        """Return the groups on the map as classes, or None while there are no two."""
        if self.state.frame is None or self.clusters is None or len(self.names) < 2:
            return None
        return proposal_dialog.from_groups(self.names, self.state.frame.positions, self.clusters, self.corpus.ids)

    def suggestions(self) -> list[Suggestion]:
        """Return what to label next: of the settled map, less what was labelled since."""
        if self.lens is None:
            return []
        kept: Suggested | None = st.session_state.get(state.SUGGESTIONS)
        names = self.names_only()
        settled = "" if self.state.running else "settled"  # what is known while a stored map is loaded is not enough
        place = f"{self.lens.id}-{state.version(self.entry)}-{self.looked.title if self.looked else ''}"
        key = (place, self.job.key, settled, *(names.classes if names else ()))
        fresh = kept is None or (kept.key != key and (not self.state.running or kept.key[0] != key[0]))
        if kept is None or fresh or kept.skipped != self.skipped:
            skips = not fresh and kept is not None and kept.skipped < self.skipped
            found = self._suggest()
            kept = Suggested(key, self._in_place(kept.suggestions, found) if skips and kept else found, self.skipped)
            st.session_state[state.SUGGESTIONS] = kept
        drawn = set(self.check.documents)
        return [s for s in kept.suggestions if self.codes[s.index] < 0 and self.corpus.ids[s.index] not in drawn]

    def _in_place(self, kept: Sequence[Suggestion], found: Sequence[Suggestion]) -> list[Suggestion]:
        """Return what was suggested, less what is skipped now, and as many new ones behind it."""
        stay = [s for s in kept if self.corpus.ids[s.index] not in self.skipped]
        known = {s.index for s in kept}
        return [*stay, *(s for s in found if s.index not in known)][: max(len(kept), len(found))]

    def _suggest(self) -> list[Suggestion]:
        X = state.jobs().generic(self.entry.id)
        assert X is not None
        skipped = np.array([document in self.skipped for document in self.corpus.ids]) if self.skipped else None
        if self.looked is not None:  # what is not on the map cannot be shown there
            outside = ~np.isin(np.arange(len(self.corpus)), self.looked.map.rows)
            skipped = outside if skipped is None else skipped | outside
        if (names := self.names_only()) is not None:
            return most_useful(names, X, self.codes >= 0, skipped=skipped)
        frame = self.state.frame
        probabilities = frame.probabilities if frame else None
        return suggest(X, self.codes >= 0, probabilities, frame.classes if frame else (), skipped=skipped)

    def follow(self, now: MapState) -> None:
        """Take a new state of the map, and name and colour its clusters."""
        self.state, self.grouped = now, self._grouped(now)
        self.clusters = None if self.grouped is None else self.grouped.clusters
        self.names = self._named(now)
        guess = colouring.guesses(now, self.classes)[0]
        self.numbers = colouring.cluster_numbers(self.clusters, guess, self.class_numbers)
        if guess is not None:
            kinds = dict(zip(self.class_numbers, self.classes, strict=True))
            self.names = [replace(x, kind=kinds.get(self.numbers[x.cluster], "")) for x in self.names]

    def finer_names(self) -> list[ClusterName]:
        """Return the names of the groups' parts, which are read where the map is enlarged; the number is the group's.

        None while the map moves.
        """
        frame, tree, clusters = self.state.frame, self.state.tree, self.clusters
        if frame is None or tree is None or clusters is None or self.state.running or not self.names:
            return []
        return state.memoize(
            "finer names",
            (self.entry.id, clusters, tree, frame.positions),
            lambda: finer_names(state.keywords(self.entry), frame.positions, tree, clusters),
        )

    def _grouped(self, now: MapState) -> GroupedTexts | None:
        if self.looked is None:
            return grouped(self.entry, self.lens, self.corpus, now)
        return None if now.clusters is None else GroupedTexts(now.clusters, {})

    def _named(self, now: MapState) -> list[ClusterName]:
        if now.frame is None or self.clusters is None:
            return []
        positions, clusters = now.frame.positions, self.clusters
        without = self.left_out_words
        words = state.memoize(
            "words",
            (self.entry.id, clusters, without),
            lambda: state.keywords(self.entry).best(clusters, without=without),
        )
        names = state.memoize(
            "names",
            (self.entry.id, clusters, positions, now.running, words),
            lambda: name_clusters(words, positions, clusters, moving=now.running),
        )
        given = self.grouped.names if self.grouped else {}
        return [replace(x, given=given.get(x.cluster, "")) for x in names]


def who_said_what(person: Label | None, machine: Label | None, source: Label | None = None) -> str:
    """Say who gave a text which label; the person's counts, and else what a column or file says."""
    lines = [f"labelled {person.class_name} by you"] if person else []
    if source:
        lines.append(f"{source.class_name} by the {source_words(source.who)}")
    if machine:
        sure = "" if machine.confidence is None else f" {machine.confidence:.0%}"
        lines.append(f"{machine.class_name}{sure} by {models_of([machine])}")
    return " · ".join(lines)


def _job_of(entry: CorpusEntry, lens: Lens | None) -> MapJob:
    """Return the job of a lens' map, which has a small one that is on disk."""
    jobs, lens_id = state.jobs(), lens.id if lens else None
    job = jobs.reforming(entry.id, lens_id)
    if job is not None and job.loading:
        job.wait_until_loaded(PATIENCE)
        job = jobs.reforming(entry.id, lens_id)  # a lens without labels shows the generic map once that is there
    assert job is not None, "the page shows the encoding until embeddings are there"
    return job


def guesses_of(entry: CorpusEntry, lens: Lens | None, job: MapJob | PartMap) -> Guesses | None:
    """Return what the class names alone say, while no labels say more."""
    return None if job.loading or has_probabilities(job.state) else zero_shot.guesses(entry, lens)


def has_probabilities(now: MapState) -> bool:
    """Say whether a map knows how likely each text is of each class; of one class alone it would be 1 everywhere."""
    return colouring.tells_classes(now)


def annotation_of(lens: Lens | None) -> AnnotationState:
    """Return what a language model does for a lens now."""
    return NO_ANNOTATION if lens is None else state.jobs().annotation(lens.id).state
