"""The Corpus page's parts: demos, what is stored, and a file in three steps."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import streamlit as st

from gst_core.corpus import FORMATS, Corpus, Table, corpus_from_table, file_at, guess_text_column, read_table
from gst_core.counting import counted
from gst_core.encoding import DEFAULT_ENCODER, encoder_identity
from gst_core.errors import CorpusError, GstError
from gst_core.ui import empty_states, state, theme
from gst_core.ui.actions import attempt, show_error
from gst_core.workspace import DEMOS, CorpusEntry

if TYPE_CHECKING:
    import pandas as pd

PREVIEW = 8
ENCODINGS = ("guess", "utf-8", "cp1252", "latin-1", "cp1250", "cp1251", "shift_jis", "gb18030")
NO_COLUMN = "none"
MEGABYTE = 1_000_000


def demos() -> None:
    """Draw a button for each demo."""
    st.subheader("Demos", anchor=False)
    for demo in DEMOS:
        empty_states.demo_button(demo)


def stored() -> None:
    """Draw the corpora in the workspace, each with a way to open and to delete it."""
    st.subheader("In your workspace", anchor=False)
    entries = state.workspace().corpora()
    if not entries:
        st.caption("Nothing yet.")
    for entry in entries:
        with st.container(border=True):
            _stored_line(entry)


def _stored_line(entry: CorpusEntry) -> None:
    size = state.workspace().bytes_used(entry.id) / MEGABYTE
    words, go, drop = st.columns([3.2, 1.2, 1.2], vertical_alignment="center")
    words.markdown(f"**{theme.plain(entry.name)}**")
    source = "own embeddings" if entry.own_embeddings else entry.encoder
    texts, lenses = counted(entry.documents, "text"), counted(len(state.workspace().lenses(entry.id)), "lens")
    words.caption(f"{texts} · {theme.plain(source)} · {lenses} · {size:.1f} MB")
    if go.button("Open", key=f"open-{entry.id}", width="stretch"):
        state.choose_corpus(entry.id)
        st.switch_page(empty_states.EXPLORE_PAGE)
    with drop.popover("Delete", width="stretch"):
        st.write(f"This removes {texts}, {lenses} and all their labels from this computer.")
        st.button(
            "Delete it all", type="primary", key=f"delete-{entry.id}",
            on_click=attempt, args=(_delete, entry),
        )  # fmt: skip


def _delete(entry: CorpusEntry) -> None:
    state.jobs().delete_corpus(entry.id)


def open_file() -> None:
    """Draw the three steps: where the file is, which column is the text, what was found."""
    st.subheader("Open a file", anchor=False)
    uploaded = st.file_uploader("Upload", type=list(FORMATS), help="It stays on this computer.")
    path = st.text_input("or the path of a file on this computer", placeholder="~/data/reviews.csv")
    if uploaded is None and not path.strip():
        return
    encoding = st.selectbox("Character encoding", ENCODINGS, help="Choose one if accents look wrong in the preview.")
    try:
        table = _table(uploaded, path, None if encoding == ENCODINGS[0] else encoding)
        _choose(table)
    except GstError as error:
        show_error(error)


def _table(uploaded: IO[bytes] | None, path: str, encoding: str | None) -> Table:
    """Read a file once and keep it for the session, so that choosing a column does not read it again."""
    if uploaded is not None:
        source: IO[bytes] | Path = uploaded
        mark = _mark(uploaded)
    else:
        source = file_at(path.strip())
        mark = f"{source}-{source.stat().st_mtime_ns}"

    def read() -> Table:
        with st.spinner("Reading the file"):
            return read_table(source, encoding=encoding)

    return state.memoize("table", (mark, encoding or ""), read)


def _mark(uploaded: IO[bytes]) -> str:
    return str(getattr(uploaded, "file_id", "")) or hashlib.sha256(uploaded.getvalue()).hexdigest()  # type: ignore[attr-defined]


def _choose(table: Table) -> None:
    columns = [str(c) for c in table.frame.columns]
    guess = guess_text_column(table)
    text, ids = st.columns(2)
    text_column = text.selectbox("The text is in the column", columns, index=columns.index(guess))
    id_column = ids.selectbox("Ids are in the column", [NO_COLUMN, *columns], help="None: ids are made from the texts.")
    st.dataframe(_preview(table.frame, text_column), hide_index=True, height=220)
    name = st.text_input("Call it", value=Path(table.name).stem)
    embeddings, encoder = _vectors(table, columns)
    corpus = _corpus(table, text_column, id_column, embeddings)
    st.info(theme.plain(corpus.report.sentence()), icon=":material/fact_check:")
    if st.button("Open this corpus", type="primary", icon=":material/check:"):
        _open(replace(corpus, name=name.strip() or corpus.name), encoder)


def _corpus(table: Table, text: str, ids: str, embeddings: IO[bytes] | str | None) -> Corpus:
    """Make a corpus of what was chosen, once."""

    def make() -> Corpus:
        if embeddings is not None and not isinstance(embeddings, str):
            embeddings.seek(0)
        return corpus_from_table(table, text, id=None if ids == NO_COLUMN else ids, embeddings=embeddings)

    mark = embeddings or "" if embeddings is None or isinstance(embeddings, str) else _mark(embeddings)
    return state.memoize("corpus", (table, text, ids, type(embeddings).__name__, mark), make)


def _vectors(table: Table, columns: list[str]) -> tuple[IO[bytes] | str | None, str]:
    with st.expander("Encoder, or embeddings that you have"):
        encoder = st.text_input(
            "Encoder", value=DEFAULT_ENCODER, help="Any sentence-transformers name, or a folder on this computer."
        )
        file = st.file_uploader("Embeddings (.npy, a row for each row of the file)", type=["npy"])
        lists = [c for c in columns if _holds_lists(table.frame[c])]
        column = st.selectbox("or the column that holds them", [NO_COLUMN, *lists]) if lists else NO_COLUMN
    if file is not None:
        return file, encoder
    return (None if column == NO_COLUMN else column), encoder.strip() or DEFAULT_ENCODER


def _open(corpus: Corpus, encoder: str) -> None:
    if corpus.embeddings is None:
        with st.spinner("Looking for the encoder"):
            encoder_identity(encoder)  # a name that cannot be had is refused here, before anything is stored
    entry = state.workspace().add_corpus(corpus, encoder)
    state.forget("table", "corpus")
    state.choose_corpus(entry.id)
    st.switch_page(empty_states.EXPLORE_PAGE)


def _holds_lists(values: "pd.Series") -> bool:
    first = next((v for v in values if v is not None), None)
    return hasattr(first, "__len__") and not isinstance(first, str)


def _preview(frame: "pd.DataFrame", text_column: str) -> "pd.DataFrame":
    if text_column not in frame.columns:
        raise CorpusError(f"There is no column “{text_column}”.")
    others = [c for c in frame.columns if str(c) != text_column]
    return frame[[text_column, *others]].head(PREVIEW).astype(str)
