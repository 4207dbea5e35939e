"""What the search finds on a map, by words or by meaning: looked for beside the page, which shows what is known."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import (
    FoldedTexts,
    TextQuery,
    in_generic_space,
    in_lens_space,
    middle_of,
    nearest_first,
    nearness_to,
    usual_threshold,
)
from gst_core.errors import GstError, SearchError, unexpected
from gst_core.ui import search, state
from gst_core.ui.background import background
from gst_core.ui.search import Search
from gst_core.workspace import CorpusEntry

if TYPE_CHECKING:
    from gst_core.transform import GuidedSpaceTransform
    from gst_core.ui.lens_view import LensView

PATIENCE = 0.3  # seconds: words in 100,000 texts are found by then, and a sentence is encoded once the encoder is there


@dataclass(frozen=True, eq=False)
class Found:
    """What the search has found.

    Attributes
    ----------
    rows : ndarray of shape (m,), int64
        Of the texts that pass the filters: in their order, or by meaning the nearest first.
    nearness : ndarray of shape (n,), float32, or None
        Of every text; None where words are looked for, or it is not known yet.
    threshold : float
        The least nearness of what is found.
    in_lens : bool
        Whether the nearness is that of the lens.
    looking : bool
        Whether something newer than this is on its way.
    refused : str
        Why nothing can be found, as a sentence.
    """

    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    nearness: NDArray[np.float32] | None = None
    threshold: float = 0.0
    in_lens: bool = False
    looking: bool = False
    refused: str = ""


NOTHING = Found()


def found(view: "LensView") -> Found:
    """Return what the search has found so far; what is not known yet is looked for in the background."""
    what = search.current()
    if not what.active:
        return NOTHING
    return _by_meaning(view, what) if what.by_meaning else _by_words(view, what)


def query() -> TextQuery | None:
    """Return what marks hits in a text: the words that are looked for; None where none are, or they cannot be read."""
    what = search.current()
    if what.by_meaning or not what.typed:
        return None
    try:
        return state.memoize("query", (what.typed,), lambda: TextQuery.of(what.typed))
    except SearchError:
        return None


def _by_words(view: "LensView", what: Search) -> Found:
    entry, typed = view.entry, what.typed
    asked = background().ask(
        ("words", state.version(entry), typed), lambda: TextQuery.of(typed).rows(_folded_texts(entry)), PATIENCE
    )
    if not asked.done():
        return Found(looking=True)
    if error := _refusal(asked):
        return Found(refused=error)
    rows, among = asked.result(), _among(view)
    return state.memoize("found-words", (rows, among), lambda: Found(rows if among is None else rows[among[rows]]))


def _among(view: "LensView") -> NDArray[np.bool_] | None:
    """Return the texts that can be found: those that pass the filters, of a group that is looked into; None for all."""
    if view.looked is None:
        return view.shown
    shown, rows = view.shown, view.looked.map.rows

    def make() -> NDArray[np.bool_]:
        inside = np.zeros(len(view.corpus), dtype=np.bool_)
        inside[rows] = True if shown is None else shown[rows]
        return inside

    return state.memoize("found-among", (shown, rows), make)


def _by_meaning(view: "LensView", what: Search) -> Found:
    frame = view.state.frame
    lens_there = view.lens is not None and frame is not None and frame.transform is not None
    in_lens = what.in_lens and lens_there
    question = (state.version(view.entry), what.typed, what.like, view.lens.id if view.lens and in_lens else "")
    kept: tuple[object, NDArray[np.float32]] | None = st.session_state.get(state.NEARNESS)
    known = kept[1] if kept is not None and kept[0] == question else None
    looking = False
    if known is None or not (in_lens and view.state.running):  # while a map re-forms, what was found stays lit
        moment = (view.job.key, view.state.revision if view.state.running else 0) if in_lens else ()
        asked = background().ask(("near", *question, *moment), _near(view, what, in_lens), PATIENCE)
        if asked.done():
            if error := _refusal(asked):
                return Found(in_lens=in_lens, refused=error)
            known = asked.result()
            st.session_state[state.NEARNESS] = (question, known)
        looking = not asked.done()
    if known is None:
        return Found(in_lens=in_lens, looking=True)
    near = known
    return state.memoize(
        "found-near", (near, what, _among(view), in_lens, looking), lambda: _nearest(view, what, near, in_lens, looking)
    )


def _nearest(view: "LensView", what: Search, near: NDArray[np.float32], in_lens: bool, looking: bool) -> Found:
    threshold = usual_threshold(near) if what.threshold is None else what.threshold
    return Found(nearest_first(near, threshold, _among(view)), near, threshold, in_lens, looking)


def _near(view: "LensView", what: Search, in_lens: bool) -> Callable[[], NDArray[np.float32]]:
    """Return the work that says how near each text is to what is looked for."""
    entry, frame, jobs = view.entry, view.state.frame, state.jobs()
    transform = frame.transform if in_lens and frame is not None else None
    embedding = frame.embedding if in_lens and frame is not None else None
    wanted = set(what.like)
    rows = [row for row, document in enumerate(view.corpus.ids) if document in wanted] if wanted else []

    def near() -> NDArray[np.float32]:
        vectors = jobs.generic(entry.id) if embedding is None else embedding
        if vectors is None:
            raise SearchError("The texts are not encoded yet. Search again when they are.")
        if wanted and not rows:
            raise SearchError("The texts that others should be like are no longer in this corpus.")
        target = middle_of(vectors, rows) if rows else _sentence(what.typed, entry, transform)
        return nearness_to(vectors, target)

    return near


def _sentence(typed: str, entry: CorpusEntry, transform: "GuidedSpaceTransform | None") -> NDArray[np.float32]:
    if entry.own_embeddings:
        raise SearchError(
            "The vectors of these texts came with the file, and a sentence cannot be given the like. Select a text, "
            "and find texts that are like it."
        )
    if transform is None:
        return in_generic_space([typed], entry.encoder)[0]
    return in_lens_space([typed], entry.encoder, transform)[0][0]


def _refusal(asked: "Future[NDArray[np.int64]] | Future[NDArray[np.float32]]") -> str:
    """Return why work gave nothing; empty where it did."""
    error = asked.exception()
    if error is None:
        return ""
    return str(error) if isinstance(error, GstError) else unexpected("The search", error)  # type: ignore[arg-type]


def _folded_texts(entry: CorpusEntry) -> FoldedTexts:
    return _folded(state.version(entry), entry.id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _folded(version: str, corpus_id: str) -> FoldedTexts:
    return FoldedTexts.of(state.jobs().corpus(corpus_id).texts)
