"""The map in the middle of the page: a fragment that follows the lens' job, and what is known of its documents."""

import time
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from gst_core.clustering import ClusterName, name_clusters
from gst_core.corpus import Corpus
from gst_core.map_job import MapJob, MapState
from gst_core.suggest import Suggestion, doubtful_labels, suggest
from gst_core.ui import colouring, panels, state
from gst_core.ui.map_component import MapEvents, MapName, MapStatus, map_documents, read_events, scatter_map
from gst_core.workspace import CorpusEntry, Lens, effective_labels

RUNNING_POLL, IDLE_POLL = 0.2, 2.0  # seconds; the slow one notices labels that another session gave
WORDS = {"transform": "fitting", "projection": "laying out", "clusters": "grouping"}
PARTS = {"transform": 0.2, "projection": 0.6, "clusters": 0.9}
WAITING = "getting the map engine ready, once after a start"
PRESSED = "_pressed"
HITS = 500  # search hits that are ringed


@dataclass
class View:
    """One lens on one corpus, as this run of the page shows it."""

    entry: CorpusEntry
    lens: Lens | None
    corpus: Corpus
    metadata: pd.DataFrame
    job: MapJob
    labels: dict[str, str]
    codes: NDArray[np.int64]
    state: MapState
    names: list[ClusterName] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # the clusters' colours

    @classmethod
    def of(cls, entry: CorpusEntry, lens: Lens | None) -> "View":
        """Ask for a lens' map and gather what the page shows of it; never waits for the map."""
        jobs = state.jobs()
        corpus = jobs.corpus(entry.id)
        job = jobs.reforming(entry.id, lens.id if lens else None)
        assert job is not None, "the page shows the encoding until embeddings are there"
        labels = effective_labels(state.workspace().labels(lens.id)) if lens else {}
        number = {name: i for i, name in enumerate(lens.classes)} if lens else {}
        codes = np.array([number.get(labels.get(i, ""), -1) for i in corpus.ids], dtype=np.int64)
        view = cls(entry, lens, corpus, _metadata(entry.id, corpus), job, labels, codes, job.state)
        view.follow(view.state)
        return view

    @property
    def classes(self) -> tuple[str, ...]:
        """The lens' classes, none without a lens."""
        return self.lens.classes if self.lens else ()

    def draw(self) -> None:
        """Draw the map, its status line and what it is coloured by."""
        map_documents(self.entry.id, self.corpus.texts, self.metadata)
        poll = RUNNING_POLL if self.state.running or self.state.frame is None else IDLE_POLL
        st.fragment(_draw_map, run_every=poll)(self)

    def members(self) -> dict[int, tuple[int, ...]]:
        """Return the documents of each cluster."""
        if self.state.clusters is None:
            return {}
        clusters = self.state.clusters
        return {x.cluster: tuple(np.flatnonzero(clusters == x.cluster).tolist()) for x in self.names}

    def facts(self, documents: tuple[int, ...]) -> dict[int, str]:
        """Return a line on each document: its label, else its likeliest class."""
        guess, sure = colouring.guesses(self.state, self.classes)
        lines = {}
        for i in documents[: panels.SHOWN]:
            if self.codes[i] >= 0:
                lines[i] = f"labelled {self.classes[self.codes[i]]}"
            elif guess is not None and guess[i] >= 0:
                lines[i] = f"{self.classes[guess[i]]} {sure[i]:.0%}"
        return lines

    def suggestions(self) -> list[Suggestion]:
        """Return what to label next: of the settled map, less what was labelled since."""
        if self.lens is None:
            return []
        kept: tuple[tuple[str, str], list[Suggestion]] | None = st.session_state.get(state.SUGGESTIONS)
        key = (self.lens.id, self.job.key)
        fresh = kept is None or (kept[0] != key and (not self.state.running or kept[0][0] != self.lens.id))
        if kept is None or fresh:
            kept = (key, self._suggest())
            st.session_state[state.SUGGESTIONS] = kept
        return [s for s in kept[1] if self.codes[s.index] < 0]

    def _suggest(self) -> list[Suggestion]:
        X = state.jobs().generic(self.entry.id)
        assert X is not None
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
    if now.error:
        st.error(now.error, icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:"):
            view.job.retry()
            st.rerun()
    events = _scatter(view, now)
    _bottom_line(view, now)
    _act(view, events)


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
    labelled = [(int(i), colours[view.codes[i]]) for i in np.flatnonzero(view.codes >= 0)]
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
        state.workspace().undo(view.lens.id)
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
    from gst_core.ui import palette

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
            text += f" · {1 - len(_doubted(view, now)) / labels:.0%} of your labels sit with their own kind"
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
