"""Labels that the rest of the map contradicts: found in the background, marked on the map, listed with who says so."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.suggest import DoubtfulLabel, doubtful_labels
from gst_core.ui import state, theme
from gst_core.ui.actions import attempt
from gst_core.ui.background import background
from gst_core.work import MapState
from gst_core.workspace import Lens, deciding_labels

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

PATIENCE = 0.15  # seconds: of a few thousand texts they are found by then
LISTED = 4
CUT = 110  # characters of a listed text


def doubted(view: "LensView") -> list[DoubtfulLabel]:
    """Return the labels that are contradicted, as far as they are known; they are looked for in the background."""
    now = view.state
    if now.running or not view.tells_classes or view.by_words_alone:
        return []
    corpus, classes, codes = view.entry.id, view.classes, view.teaching_codes
    labels = hashlib.sha256(codes.tobytes()).hexdigest()
    key = ("doubted", corpus, view.job.key, now.revision, classes, labels)
    asked = background().ask(key, lambda: _find(corpus, classes, codes, now), PATIENCE)
    return asked.result() if asked.done() and asked.exception() is None else []


def draw(view: "LensView", lens: Lens) -> None:
    """List the labels that are contradicted and that nobody has looked at since, each with what can be done."""
    kept = state.workspace().kept_labels(lens.id)
    given = deciding_labels(view.labels)
    found = [
        (one, lens.classes[one.others], given[view.corpus.ids[one.index]].class_name)
        for one in doubted(view)
        if 0 <= one.others < len(lens.classes) and view.corpus.ids[one.index] in given
    ]
    open_ones = [one for one in found if kept.get(view.corpus.ids[one[0].index]) != one[1]]
    if not open_ones:
        return
    theme.heading(f"Labels in doubt ({len(open_ones):,})")
    for one, others, own in open_ones[:LISTED]:
        with st.container(key=f"card-doubt-{one.index}"):
            _card(view, lens, one, others, own)


def _card(view: "LensView", lens: Lens, one: DoubtfulLabel, others: str, own: str) -> None:
    document, row = view.corpus.ids[one.index], one.index
    st.button(
        theme.plain(theme.cut(view.corpus.texts[row], CUT)), key=f"show-doubt-{row}", type="tertiary",
        help="Show it on the map", on_click=state.select, args=((row,),),
    )  # fmt: skip
    theme.aside(f"labelled {own} · texts around it: {others} {one.share:.0%}", "doubt")
    keep, change = st.columns(2)
    keep.button(
        "Keep the label", key=f"keep-doubt-{row}", width="stretch",
        on_click=attempt, args=(state.workspace().keep_label, lens.id, document, others),
    )  # fmt: skip
    change.button(
        theme.plain(theme.cut(f"It is {others}", 24)), key=f"change-doubt-{row}", width="stretch",
        on_click=attempt, args=(state.workspace().set_labels, lens.id, {document: others}),
        kwargs={"session": state.session()},
    )  # fmt: skip


def _find(corpus_id: str, classes: tuple[str, ...], codes: NDArray[np.int64], now: MapState) -> list[DoubtfulLabel]:
    """Find them, with class numbers of the lens."""
    assert now.frame is not None
    assert now.frame.probabilities is not None
    X = state.jobs().generic(corpus_id)
    if X is None:
        return []
    column = {name: i for i, name in enumerate(now.frame.classes)}
    own = np.array([column.get(name, -1) for name in (*classes, "")], dtype=np.int64)  # -1 takes the last
    found = doubtful_labels(X, own[codes], now.frame.probabilities, _right(codes, now))
    number = {column[name]: i for i, name in enumerate(classes) if name in column}
    return [DoubtfulLabel(one.index, number.get(one.others, -1), one.share) for one in found]


def _right(codes: NDArray[np.int64], now: MapState) -> NDArray[np.float32] | None:
    """Return how likely the transform takes each label to be right; None where it has learned from others."""
    given = np.flatnonzero(codes >= 0)
    weights = getattr(now.frame.transform if now.frame else None, "label_weights_", None)
    if weights is None or len(weights) != len(given):
        return None
    right = np.ones(len(codes), dtype=np.float32)
    right[given] = weights
    return right
