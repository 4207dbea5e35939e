"""The map in the middle of the page: a fragment that follows the lens' job, and what is known of its documents."""

import time
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gst_core.annotate.zero_shot import Guesses, most_useful
from gst_core.corpus.corpus import Corpus
from gst_core.errors import WorkspaceError
from gst_core.map.cluster_names import ClusterName, name_clusters
from gst_core.suggest import Suggestion, doubtful_labels, suggest
from gst_core.ui import colouring, palette, panels, proposal_dialog, state, zero_shot
from gst_core.ui.map_component import MapEvents, MapName, MapStatus, map_documents, read_events, scatter_map
from gst_core.work.annotation_state import AnnotationState
from gst_core.work.map_job import MapJob, MapState
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.records import HUMAN, LLM, Label, deciding_labels, models_of
from gst_core.workspace.workspace import CorpusEntry, Lens

RUNNING_POLL, IDLE_POLL = 0.35, 2.0  # seconds; oftener would slow the work, the other notices labels of other sessions
LABELLING_POLL = 0.5  # seconds; a model's labels come in batches that are a second apart at most
MACHINE_RING = 0.45  # opacity of the ring around a text that only a model labelled
WORDS = {"transform": "fitting", "projection": "laying out", "clusters": "grouping"}
PARTS = {"transform": 0.2, "projection": 0.6, "clusters": 0.9}
WAITING = "getting the map engine ready, once after a start"
PRESSED = "_pressed"
HITS = 500  # search hits that are ringed
NO_ANNOTATION = AnnotationState()


@dataclass
class View:
    """One lens on one corpus, as this run of the page shows it."""

    entry: CorpusEntry
    lens: Lens | None
    corpus: Corpus
    metadata: pd.DataFrame
    job: MapJob
    state: MapState
    annotation: AnnotationState
    labels: list[Label]  # everybody's
    guesses: Guesses | None
    codes: NDArray[np.int64] = field(default_factory=lambda: np.array([], dtype=np.int64))
    by_machine: NDArray[np.bool_] = field(default_factory=lambda: np.array([], dtype=bool))
    names: list[ClusterName] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # the clusters' colours

    @classmethod
    def of(cls, entry: CorpusEntry, lens: Lens | None) -> "View":
        """Ask for a lens' map and gather what the page shows of it; never waits for the map."""
        jobs = state.jobs()
        corpus = jobs.corpus(entry.id)
        job = jobs.reforming(entry.id, lens.id if lens else None)
        assert job is not None, "the page shows the encoding until embeddings are there"
        annotation = _annotation(lens)
        guesses = _guesses(entry, lens, job.state)
        view = cls(entry, lens, corpus, _metadata(entry.id, corpus), job, job.state, annotation, [], guesses)
        view.take_labels()
        view.follow(view.state)
        return view

    def take_labels(self) -> None:
        """Read the lens' labels as they are now."""
        self.labels = state.workspace().labels(self.lens.id) if self.lens else []
        given, number = deciding_labels(self.labels), {name: i for i, name in enumerate(self.classes)}
        said = [given.get(i) for i in self.corpus.ids]
        self.codes = np.array([-1 if x is None else number.get(x.class_name, -1) for x in said], dtype=np.int64)
        self.by_machine = np.array([x is not None and x.who == LLM for x in said], dtype=bool)

    @property
    def classes(self) -> tuple[str, ...]:
        """The lens' classes, none without a lens."""
        return self.lens.classes if self.lens else ()

    def draw(self) -> None:
        """Draw the map, its status line and what it is coloured by."""
        map_documents(self.entry.id, self.corpus.texts, self.metadata)
        st.fragment(_draw_map, run_every=self._poll())(self)

    def _poll(self) -> float | None:
        if self.lens is not None and proposal_dialog.is_open(self.lens):
            # A fragment that begins as the dialog's ends has Streamlit leave on the page what the dialog took away.
            return None
        if self.state.running or self.state.frame is None:
            return RUNNING_POLL
        return LABELLING_POLL if self.annotation.running else IDLE_POLL

    def members(self) -> dict[int, tuple[int, ...]]:
        """Return the documents of each cluster."""
        if self.state.clusters is None:
            return {}
        clusters = self.state.clusters
        return {x.cluster: tuple(np.flatnonzero(clusters == x.cluster).tolist()) for x in self.names}

    def facts(self, documents: tuple[int, ...]) -> dict[int, str]:
        """Return a line on each document: its label and who gave it, else its likeliest class."""
        guess, sure = colouring.guesses(self.state, self.classes)
        said = {(x.document, x.who): x for x in self.labels}
        lines = {}
        for i in documents[: panels.SHOWN]:
            person, machine = (said.get((self.corpus.ids[i], who)) for who in (HUMAN, LLM))
            if person or machine:
                lines[i] = who_said_what(person, machine)
            elif guess is not None and guess[i] >= 0:
                lines[i] = f"{self.classes[guess[i]]} {sure[i]:.0%}"
            elif (names := self.names_only()) is not None:
                lines[i] = f"{names.classes[names.likeliest[i]]}? {names.confidence[i]:.0%}, by the class names alone"
        return lines

    def names_only(self) -> Guesses | None:
        """Return what the class names alone say of each text, while no labels say more."""
        return None if _has_probabilities(self.state) else self.guesses

    def groups(self) -> LabelSet | None:
        """Return the groups on the map as classes, or None while there are no two."""
        if self.state.frame is None or self.state.clusters is None or len(self.names) < 2:
            return None
        return proposal_dialog.from_groups(self.names, self.state.frame.positions, self.state.clusters, self.corpus.ids)

    def suggestions(self) -> list[Suggestion]:
        """Return what to label next: of the settled map, less what was labelled since."""
        if self.lens is None:
            return []
        kept: tuple[tuple[str, ...], list[Suggestion]] | None = st.session_state.get(state.SUGGESTIONS)
        names = self.names_only()
        key = (self.lens.id, self.job.key, *(names.classes if names else ()))
        fresh = kept is None or (kept[0] != key and (not self.state.running or kept[0][0] != self.lens.id))
        if kept is None or fresh:
            kept = (key, self._suggest())
            st.session_state[state.SUGGESTIONS] = kept
        return [s for s in kept[1] if self.codes[s.index] < 0]

    def _suggest(self) -> list[Suggestion]:
        X = state.jobs().generic(self.entry.id)
        assert X is not None
        if (names := self.names_only()) is not None:
            return most_useful(names, X, self.codes >= 0)
        frame = self.state.frame
        probabilities = frame.probabilities if frame else None
        return suggest(X, self.codes >= 0, probabilities, frame.classes if frame else ())

    def follow(self, now: MapState) -> None:
        """Take a new state of the map, and name and colour its clusters."""
        self.state, self.names = now, self._named(now)
        guess = colouring.guesses(now, self.classes)[0]
        self.numbers = colouring.cluster_numbers(now.clusters, guess, len(self.classes))
        if guess is not None:
            kinds = dict(enumerate(self.classes))
            self.names = [replace(x, kind=kinds.get(self.numbers[x.cluster], "")) for x in self.names]

    def _named(self, now: MapState) -> list[ClusterName]:
        if now.frame is None or now.clusters is None:
            return []
        positions, clusters = now.frame.positions, now.clusters
        words = state.once("words", (self.entry.id, clusters), lambda: state.keywords(self.entry.id).best(clusters))
        return state.once(
            "names",
            (self.entry.id, clusters, positions, now.running),
            lambda: name_clusters(words, positions, clusters, moving=now.running),
        )


def _draw_map(view: View) -> None:
    now = view.job.state
    if now.frame is None:
        _first_map(now, view.job)
        return
    if now.revision != view.state.revision:
        if not now.running:
            st.rerun()  # settled: the panels beside the map have news as well
        view.follow(now)
    _follow_labels(view)
    if now.error:
        st.error(now.error, icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:"):
            view.job.retry()
            st.rerun()
    events = _scatter(view, now)
    _bottom_line(view, now)
    _act(view, events)


def _follow_labels(view: View) -> None:
    """Ring what a model labelled meanwhile; when it begins or ends, or guesses are there, the panels have news too."""
    try:
        annotation = _annotation(view.lens)
    except WorkspaceError:  # the lens was deleted in another session: the page chooses another one
        st.rerun()
    if annotation is not view.annotation:
        if annotation.status != view.annotation.status:
            st.rerun()
        view.annotation = annotation
        view.take_labels()
    if view.guesses is None and _guesses(view.entry, view.lens, view.state) is not None:
        st.rerun()


def _guesses(entry: CorpusEntry, lens: Lens | None, now: MapState) -> Guesses | None:
    return None if _has_probabilities(now) else zero_shot.guesses(entry, lens)


def _has_probabilities(now: MapState) -> bool:
    return now.frame is not None and now.frame.probabilities is not None


def _annotation(lens: Lens | None) -> AnnotationState:
    return NO_ANNOTATION if lens is None else state.jobs().annotation(lens.id).state


def who_said_what(person: Label | None, machine: Label | None) -> str:
    """Say who gave a text which label; the person's counts."""
    lines = [f"labelled {person.class_name} by you"] if person else []
    if machine:
        sure = "" if machine.confidence is None else f" {machine.confidence:.0%}"
        lines.append(f"{machine.class_name}{sure} by {models_of([machine])}")
    return " · ".join(lines)


def _first_map(now: MapState, job: MapJob) -> None:
    if now.error:
        st.error(now.error, icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:"):
            job.retry()
            st.rerun()
        return
    words = WAITING if job.waits_for_compiler else "drawing the first map"
    st.progress(PARTS[now.stage or "transform"], text=f"{words.capitalize()} · {_running_seconds(now):.1f} s")


def _scatter(view: View, now: MapState) -> MapEvents:
    assert now.frame is not None
    by = st.session_state.get(state.COLOUR_BY, colouring.CLUSTER)
    colours = list(colouring.class_colours(view.classes).values())
    faint = [palette.faint(colour, MACHINE_RING) for colour in colours]
    labelled = [
        (int(i), (faint if view.by_machine[i] else colours)[view.codes[i]]) for i in np.flatnonzero(view.codes >= 0)
    ]
    guess, sure = colouring.guesses(now, view.classes)
    key = f"map-{view.entry.id}"

    def pressed() -> None:
        events = read_events(None, st.session_state[key].get("pressed"))
        if view.lens is not None and events.moment and state.is_new(events.moment):
            _press(view, events)

    return scatter_map(
        key,
        view.entry.id,
        now.frame.positions,
        now.revision,
        colouring.colour(by, now, view.names, view.classes, view.codes, view.metadata, view.numbers),
        labelled=labelled,
        doubted=_doubted(view, now),
        suggested=[s.index for s in view.suggestions()],
        highlighted=search_hits(view.corpus.texts, st.session_state.get(state.SEARCH, ""))[:HITS],
        selected=state.selection(),
        selection=state.selection_basis(),
        names=_map_names(view, by),
        classes=list(colouring.class_colours(view.classes).items()),
        guesses=None if guess is None else (guess, sure),
        status=_status(view, now),
        on_press=pressed,
    )


def _bottom_line(view: View, now: MapState) -> None:
    colour_by, found = st.columns([1, 2.4], vertical_alignment="bottom")
    with colour_by:
        st.selectbox(
            "Colour by",
            colouring.choices(now, _columns(view.entry.id, view.metadata)),
            key=state.COLOUR_BY,
            label_visibility="collapsed",
            format_func=lambda c: f"Colour by {'group' if c == colouring.CLUSTER else c}",
        )
    words = st.session_state.get(state.SEARCH, "")
    hits = search_hits(view.corpus.texts, words)
    if words.strip():
        if hits and found.button(f"Select the {len(hits):,} texts with “{words.strip()}”", type="tertiary"):
            state.select(tuple(hits))
            st.rerun()
        elif not hits:
            found.caption(f"No text has “{words.strip()}”.")


def _act(view: View, events: MapEvents) -> None:
    """Take the selection, and run the whole page when its panels have to follow."""
    if st.session_state.pop(PRESSED, False):
        st.rerun()  # a key was answered before this run
    if state.take_selection(events.selected, events.basis):
        st.rerun()
    if view.lens is not None and events.moment and state.is_new(events.moment):
        _press(view, events)
        st.rerun()


def _press(view: View, events: MapEvents) -> None:
    """Do what a key asked for, and have the map re-form before anything is drawn."""
    assert view.lens is not None
    if events.command == "undo":
        panels.undo(view.lens)
    elif events.command == "redo":
        state.workspace().redo(view.lens.id)
    elif events.label is not None and 0 <= events.label[0] < len(view.classes):
        panels.label_by_key(view.corpus, view.lens, events.label[1], view.classes[events.label[0]])
    st.session_state[PRESSED] = True
    state.jobs().reforming(view.entry.id, view.lens.id)


def search_hits(texts: tuple[str, ...], words: str) -> list[int]:
    """Return the documents that contain the words as typed, in any case."""
    wanted = " ".join(words.split()).lower()
    if not wanted:
        return []
    return [i for i, text in enumerate(texts) if wanted in text.lower()]


def _map_names(view: View, by: str) -> list[MapName]:
    grey = by != colouring.CLUSTER
    return [
        MapName(x.x, x.y, x.title, palette.NOISE if grey else palette.category(view.numbers[x.cluster]), x.size)
        for x in view.names
    ]


def _doubted(view: View, now: MapState) -> list[int]:
    if now.running or now.frame is None or now.frame.probabilities is None:
        return []
    return state.once("doubted", (view.lens and view.lens.id, view.codes, now.frame), lambda: _find_doubted(view, now))


def _find_doubted(view: View, now: MapState) -> list[int]:
    assert now.frame is not None
    assert now.frame.probabilities is not None
    X = state.jobs().generic(view.entry.id)
    number = {name: i for i, name in enumerate(now.frame.classes)}
    own = np.array([number.get(name, -1) for name in (*view.classes, "")], dtype=np.int64)  # -1 takes the last
    return [] if X is None else doubtful_labels(X, own[view.codes], now.frame.probabilities).tolist()


def _status(view: View, now: MapState) -> MapStatus:
    if now.running:
        if view.job.waits_for_compiler:
            return MapStatus(f"{WAITING} · {_running_seconds(now):.0f} s", True, 0.05)
        stage = now.stage or "transform"
        return MapStatus(f"re-forming · {WORDS[stage]} · {_running_seconds(now):.0f} s", True, PARTS[stage])
    new = f", {now.new_groups} new" if now.new_groups else ""
    text = f"{now.groups} groups{new}"
    if now.frame is not None:
        labels = int((view.codes >= 0).sum())
        if labels and now.frame.probabilities is not None:
            whose = "the" if view.by_machine.any() else "your"
            text += f" · {1 - len(_doubted(view, now)) / labels:.0%} of {whose} labels sit with their own kind"
    if now.seconds:
        text += f" · {now.seconds:.1f} s"
    return MapStatus(text)


def _running_seconds(now: MapState) -> float:
    return time.monotonic() - now.started


@st.cache_resource(show_spinner=False, max_entries=4)
def _metadata(corpus_id: str, _corpus: Corpus) -> pd.DataFrame:
    return _corpus.metadata


@st.cache_resource(show_spinner=False, max_entries=4)
def _columns(corpus_id: str, _metadata: pd.DataFrame) -> list[str]:
    return colouring.columns(_metadata)
