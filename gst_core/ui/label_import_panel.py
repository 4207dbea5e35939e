"""Labels that come from a column of the corpus or from a file: which texts they are of, and what they contradict."""

from pathlib import Path
from typing import IO

import pandas as pd
import streamlit as st

from gst_core.analysis import (
    FILE,
    GivenLabel,
    LabelColumns,
    LabelImport,
    classes_of_column,
    guess_label_columns,
    labels_in_table,
    match_labels,
    spread_sample,
)
from gst_core.corpus import FORMATS, read_table_apart
from gst_core.counting import counted
from gst_core.errors import GstError
from gst_core.ui import follow_panel, state, theme
from gst_core.ui.actions import attempt, show_error
from gst_core.ui.lens_view import LensView
from gst_core.workspace import OF_COLUMN

WIDTH = 380  # pixels, so that the map is seen beside it
NONE = "none"
LISTED = 4  # contradictions that are shown
CUT = 90  # characters of their texts
FROM_FILE, FROM_COLUMN = "A file", "A column"
MINE, THEIRS = "mine count", "theirs count"


def draw(view: LensView) -> None:
    """Draw a popover in which labels are looked at and taken over, as one step of undo."""
    assert view.lens is not None, "labels are those of a lens"
    with (
        st.popover("Take labels over", key=f"bring-{view.lens.id}", width="stretch"),
        st.container(width=WIDTH, key="label-import"),
    ):
        way = st.segmented_control(
            "Labels of", (FROM_FILE, FROM_COLUMN), default=FROM_FILE, key=f"bring-way-{view.lens.id}"
        )
        try:
            given = _of_column(view) if way == FROM_COLUMN else _of_file(view)
            if given is not None:
                _preview(view, *given)
        except GstError as error:
            show_error(error)


def _of_file(view: LensView) -> tuple[str, list[GivenLabel]] | None:
    """Draw which file and columns; return what tells the choice from others, and the rows with a label."""
    assert view.lens is not None
    uploaded = st.file_uploader(
        "A file with labels", type=list(FORMATS), key=f"label-file-{view.lens.id}-{state.label_files()}",
        help="Ours or another tool's: a column of ids or texts, one of labels, perhaps one of who gave them.",
    )  # fmt: skip
    if uploaded is None:
        return None
    mark = str(uploaded.file_id)
    frame = state.memoize("label-table", (mark,), lambda: _read(uploaded))
    columns = _columns(frame, mark)
    if columns is None:
        return None
    name = Path(uploaded.name).name
    choice = f"{mark}-{columns}"
    return choice, state.memoize("label-rows", (choice,), lambda: labels_in_table(frame, columns, name))


def _read(source: IO[bytes]) -> pd.DataFrame:
    with st.spinner("Reading"):
        return read_table_apart(source).frame


def _columns(frame: pd.DataFrame, mark: str) -> LabelColumns | None:
    """Draw which columns hold what, as guessed by their names."""
    names = [str(name) for name in frame.columns]
    guess = guess_label_columns(frame) or LabelColumns(names[-1] if names else "")
    options = [NONE, *names]

    def choose(words: str, guessed: str | None, place: str) -> str | None:
        chosen = st.selectbox(
            words, options, index=options.index(guessed) if guessed in options else 0, key=f"label-{place}-{mark}"
        )
        return None if chosen == NONE else chosen

    left, right = st.columns(2)
    with left:
        label, by_id = choose("The label", guess.label, "name"), choose("The id", guess.id, "id")
    with right:
        who, text = choose("Who gave it", guess.who, "who"), choose("The text", guess.text, "text")
    return None if label is None else LabelColumns(label, by_id, text, who)


def _of_column(view: LensView) -> tuple[str, list[GivenLabel]] | None:
    """Draw which column and how many of each value; return what `_of_file` returns."""
    assert view.lens is not None
    known = state.text_columns(view.entry)
    offered = [key for key in known if known[key].kind in follow_panel.KINDS]
    if not offered:
        st.caption("The file has no columns beside its text.")
        return None
    key = st.selectbox("Column", offered, format_func=lambda key: known[key].title, key=f"bring-column-{view.lens.id}")
    each = st.selectbox(
        "Texts of each value", follow_panel.EACH, index=len(follow_panel.EACH) - 1,
        format_func=follow_panel.each_words, key=f"bring-each-{view.lens.id}",
    )  # fmt: skip
    chosen = f"{key or offered[0]}-{each}"
    return chosen, state.memoize(
        "label-column", (view.corpus, chosen), lambda: _column_rows(view, key or offered[0], each)
    )


def _column_rows(view: LensView, key: str, each: int) -> list[GivenLabel]:
    codes, names = classes_of_column(state.text_columns(view.entry)[key])
    X = state.jobs().generic(view.entry.id)
    assert X is not None, "the page is drawn when embeddings are there"
    who, rows = f"{OF_COLUMN}{key.removeprefix(FILE)}", spread_sample(codes, each or None, X)
    return [GivenLabel(view.corpus.ids[row], "", names[codes[row]], who) for row in rows]


def _preview(view: LensView, choice: str, given: list[GivenLabel]) -> None:
    """Draw what the labels would do, and the button that takes them over."""
    assert view.lens is not None
    now = f"{len(view.labels)}-{max((x.created for x in view.labels), default='')}"
    found = state.memoize(
        "label-import", (view.corpus, choice, now), lambda: match_labels(given, view.corpus, view.labels)
    )
    theme.aside(found.sentence(), "import-matches")
    theme.aside(
        f"{len(found.new):,} new, {len(found.same):,} as they are here, {len(found.contradicting):,} contradict.",
        "import-preview",
    )
    for text in [text for text in found.not_found if text][:LISTED]:
        st.caption(f"Not here: {theme.plain(text)}")
    theirs = _contradictions(view, found)
    count = len(found.to_write(theirs=theirs))
    st.button(
        f"Take {counted(count, 'label')} over", type="primary", key=f"bring-labels-{view.lens.id}", width="stretch",
        disabled=not count, on_click=attempt, args=(_bring, view, found, theirs),
    )  # fmt: skip


def _contradictions(view: LensView, found: LabelImport) -> bool:
    """Draw what contradicts, if anything does; return whether theirs count."""
    if not found.contradicting or view.lens is None:
        return False
    texts = dict(zip(view.corpus.ids, view.corpus.texts, strict=True))
    for their, mine in found.contradicting[:LISTED]:
        st.caption(
            f"{theme.plain(theme.cut(texts.get(mine.document, ''), CUT))} – mine: {theme.plain(mine.class_name)}, "
            f"theirs: {theme.plain(their.class_name)}"
        )
    chosen = st.segmented_control(
        "Where they contradict", (MINE, THEIRS), default=MINE, key=f"bring-whose-{view.lens.id}"
    )
    return chosen == THEIRS


def _bring(view: LensView, found: LabelImport, theirs: bool) -> None:
    assert view.lens is not None
    changed = state.workspace().bring_labels(
        view.lens.id,
        found.to_write(theirs=theirs),
        found.to_remove(view.labels, theirs=theirs),
        session=state.session(),
    )
    state.forget("label-table", "label-rows", "label-column", "label-import")
    state.next_label_file()
    state.notify(f"{counted(changed, 'label')} taken over. The key u takes them back.")
