"""The Corpus page's way from a file to a corpus: where it is, how it is read, what its columns are, what was found."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING

import streamlit as st

from gst_core.corpus import FORMATS, Corpus, Table, corpus_from_table, file_at, guess_text_column, holds_vectors
from gst_core.encoding import CHUNKS, CUT, DEFAULT_ENCODER, encoder_identity
from gst_core.errors import Cancelled, EncoderError, GstError
from gst_core.installation import PATHS_SETTING
from gst_core.ui import adding_panel, column_kinds_panel, empty_states, state, theme
from gst_core.ui.actions import catch_up, show_error, when_changed
from gst_core.ui.file_reading import OpenFile, forget_upload, open_file
from gst_core.ui.table_preview import preview
from gst_core.workspace import CorpusChanges

if TYPE_CHECKING:
    pass

PATIENCE = 0.4  # seconds in which a file of a few megabytes is read, and no bar flashes up
POLL_SECONDS = 0.5
PREVIEW_ROWS = 8
ENCODINGS = ("utf-8", "cp1252", "latin-1", "cp1250", "cp1251", "shift_jis", "gb18030", "utf-16")
NO_COLUMN = "none"
LONG_TEXTS = {
    "": "in pieces where more than a tenth of the texts is long, else their beginning only",
    CHUNKS: "in pieces, whose mean stands for the text",
    CUT: "their beginning only",
}
READY = "Open this corpus"
LONGEST_NAME = 200  # characters of a column's name that are shown; a list of them goes to the browser
THIS_COMPUTER = ("localhost", "127.", "[::1]", "::1")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")
FIELDS = {
    "sheet": "The table is in", "records": "The texts are in the list", "encoding": "Character encoding",
    "delimiter": "Between columns stands", "header": "The columns' names are in",
}  # fmt: skip
DELIMITERS = {
    ",": "a comma",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a bar",
    " ": "a space",
    "": "nothing: one column",
}
NO_LOSS = frozenset(("separator", "header"))  # rows that are no rows of the table, and nobody misses
MENDED = frozenset(("byte", "nul", "surrogate", "quote", "short"))  # rows with something in the place of what was bad
NAMED_PROBLEMS = 12  # that are listed


def draw() -> None:
    """Draw the steps, each as soon as the one before it is done."""
    target = adding_panel.target()
    if target is None:
        st.subheader("Open a file", anchor=False)
    else:
        adding_panel.draw_heading(target)
    file = open_file()
    uploaded = st.file_uploader(
        "Upload", type=list(FORMATS), key=f"upload-{file.uploads}",
        help="It stays on the computer that runs GST Studio.",
    )  # fmt: skip
    path = ""
    if paths_allowed():
        path = st.text_input("or the path of a file on this computer", placeholder="~/data/reviews.csv").strip()
    if uploaded is None and not path:
        file.drop()
        return
    try:
        source = uploaded if uploaded is not None else file_at(path)
        file.take(_mark(source), source)
        _read(file)
    except GstError as error:
        show_error(error)


def paths_allowed() -> bool:
    """Say whether the page may open files by their paths.

    `PATHS_SETTING` decides. Without it the page may where only this computer is served: the server listens nowhere
    else, and the browser has not come through a proxy or by another name.
    """
    chosen = os.environ.get(PATHS_SETTING, "").strip().lower()
    if chosen in ("on", "off"):
        return chosen == "on"
    address = str(st.get_option("server.address") or "")
    headers = st.context.headers
    host = headers.get("Host") or "localhost"  # a test has none
    return _is_here(address) and _is_here(host) and not any(name in headers for name in FORWARDED)


def _is_here(address: str) -> bool:
    return address.lower().startswith(THIS_COMPUTER)


def _mark(source: IO[bytes] | Path) -> str:
    if isinstance(source, Path):
        return f"{source}-{source.stat().st_mtime_ns}-{source.stat().st_size}"
    return str(getattr(source, "file_id", "")) or hashlib.sha256(source.getvalue()).hexdigest()  # type: ignore[attr-defined]


# --- how it is read ---------------------------------------------------------------------------------------------


def _read(file: OpenFile) -> None:
    """Draw how far reading is; when it is done the choices and what follows."""
    if not file.job.is_done(PATIENCE):
        st.fragment(_waiting, run_every=POLL_SECONDS)(file)
        return
    try:
        file.table = file.job.table()
    except GstError as error:
        _unread(file, error)
        return
    _choices(file, file.table)
    _choose(file, file.table)


def _waiting(file: OpenFile) -> None:
    catch_up()
    if file.job.is_done():
        st.rerun()
    words, stop = st.columns([3, 1], vertical_alignment="center")
    words.progress(0.0, text=f"Reading the file · {file.job.seconds:.0f} s")
    stop.button("Cancel", icon=":material/stop_circle:", width="stretch", key="stop-reading", on_click=file.job.cancel)


def _unread(file: OpenFile, error: GstError) -> None:
    """Say why there is no table, and leave the way that led here open to change."""
    if isinstance(error, Cancelled):
        st.info("Reading was stopped.", icon=":material/stop_circle:")
        st.button("Read it", icon=":material/refresh:", on_click=file.read_again)
        return
    show_error(error)
    if file.table is not None:
        _choices(file, file.table)
    elif file.reading.encoding or "encoding" in str(error):
        _choice(file, "encoding", ("", *ENCODINGS), file.reading.encoding or "", _named_encoding)


def _choices(file: OpenFile, table: Table) -> None:
    """Draw a field for each choice that the file leaves, with what was chosen for it."""
    offered: dict[str, tuple[str | int, ...]] = {
        name: tuple(values) for name in FIELDS if (values := table.alternatives.get(name))
    }
    if table.encoding is not None:
        offered.setdefault("encoding", ENCODINGS)
    if not offered:
        return
    shown = [name for name in FIELDS if name in offered]
    for column, name in zip(st.columns(len(shown)), shown, strict=True):
        now = getattr(file.reading, name)
        now = getattr(table.reading, name) if now is None else now
        with column:
            _choice(file, name, offered[name], now, _NAMED.get(name, str))


def _choice(
    file: OpenFile,
    field: str,
    values: tuple[str | int, ...],
    now: object,
    named: Callable[[object], str],
) -> None:
    options: list[object] = list(dict.fromkeys((now, *values) if now not in values and now is not None else values))
    key = f"reading-{file.mark}-{field}-{now!r}"
    st.selectbox(
        FIELDS[field], options, index=options.index(now) if now in options else 0, format_func=named, key=key,
        help="Choose another one if the preview looks wrong." if field in ("encoding", "delimiter") else None,
        on_change=when_changed(key, now, partial(file.choose, field)),
    )  # fmt: skip


def _named_encoding(value: object) -> str:
    return str(value) or "guess"


def _named_delimiter(value: object) -> str:
    return DELIMITERS.get(str(value), f"“{value}”")


def _named_header(value: object) -> str:
    return f"row {value}" if value else "no row: the first is a text"


_NAMED: Mapping[str, Callable[[object], str]] = {
    "encoding": _named_encoding, "delimiter": _named_delimiter, "header": _named_header,
}  # fmt: skip


# --- what its columns are -----------------------------------------------------------------------------------------


def _choose(file: OpenFile, table: Table) -> None:
    target = adding_panel.target()
    columns = [str(c) for c in table.frame.columns]
    guessed, guessed_ids = guess_text_column(table), NO_COLUMN
    if target is not None:
        guessed = adding_panel.text_column(target, columns, guessed)
        guessed_ids = adding_panel.id_column(target, columns) or NO_COLUMN
    of = f"{file.mark}-{target.id if target else ''}"  # what is guessed for one corpus is not for another
    text, ids = st.columns(2)
    text_column = text.selectbox(
        "The text is in the column", columns, index=columns.index(guessed), key=f"text-{of}", format_func=_short
    )
    id_column = ids.selectbox(
        "Ids are in the column", [NO_COLUMN, *columns], index=[NO_COLUMN, *columns].index(guessed_ids),
        help="None: ids are made from the texts.", key=f"ids-{of}", format_func=_short,
    )  # fmt: skip
    others = [c for c in table.frame.columns if str(c) != text_column]
    st.dataframe(preview(table.frame[[text_column, *others]], PREVIEW_ROWS), hide_index=True, height=220)
    if target is not None:
        own = _own_vectors(table, columns, wanted=True) if target.own_embeddings else None
        corpus = _corpus(file, table, text_column, id_column, own)
        _found(corpus, table)
        adding_panel.draw(target, corpus, partial(_leave, file))
        return
    name = st.text_input("Call it", value=Path(table.name).stem, key=f"name-{file.mark}")
    embeddings, encoder, long = _vectors(table, columns)
    corpus = _corpus(file, table, text_column, id_column, embeddings)
    column_kinds_panel.draw_of_file(file.mark, corpus.rows, file.kinds, file.say_kinds)
    _found(corpus, table)
    _open_button(file, table, replace(corpus, name=name.strip() or corpus.name), encoder, long)


def _short(name: str) -> str:
    return theme.cut(name, LONGEST_NAME)


def _vectors(table: Table, columns: list[str]) -> tuple[IO[bytes] | str | None, str, str | None]:
    """Draw what texts are encoded by; return the embeddings that came along, the encoder, how it reads long texts."""
    with st.expander("Encoder, or embeddings that you have"):
        encoder = st.text_input(
            "Encoder", value=DEFAULT_ENCODER, help="Any sentence-transformers name, or a folder on this computer."
        )
        long = st.selectbox(
            "Long texts are read",
            list(LONG_TEXTS),
            format_func=LONG_TEXTS.__getitem__,
            help="Long are those that have more words than the encoder reads at once, about 200 for the usual one.",
        )
        own = _own_vectors(table, columns)
    return own, encoder.strip() or DEFAULT_ENCODER, long or None


def _own_vectors(table: Table, columns: list[str], *, wanted: bool = False) -> IO[bytes] | str | None:
    """Draw where embeddings come from that the analyst has; return their file or column, where `wanted` the first."""
    file = st.file_uploader("Embeddings (.npy or .npz, a row for each row of the file)", type=["npy", "npz"])
    lists = [c for c in columns if holds_vectors(table.frame[c])]
    column = NO_COLUMN
    if lists:
        column = st.selectbox("or the column that holds them", [NO_COLUMN, *lists], index=int(wanted))
    if file is not None:
        return file
    return None if column == NO_COLUMN else column


def _corpus(file: OpenFile, table: Table, text: str, ids: str, embeddings: IO[bytes] | str | None) -> Corpus:
    """Make a corpus of what was chosen, once."""
    mark = embeddings if embeddings is None or isinstance(embeddings, str) else _mark(embeddings)
    choice = (text, ids, type(embeddings).__name__, mark)
    if file.corpus is None or file.choice != choice:
        if embeddings is not None and not isinstance(embeddings, str):
            embeddings.seek(0)
        file.corpus = corpus_from_table(table, text, id=None if ids == NO_COLUMN else ids, embeddings=embeddings)
        file.choice = choice
    return file.corpus


# --- what was found, and opening it -------------------------------------------------------------------------------


def _found(corpus: Corpus, table: Table) -> None:
    sentence = theme.plain(corpus.report.sentence())
    if open_words(table) == READY:
        st.info(sentence, icon=":material/fact_check:")
    else:
        st.warning(sentence, icon=":material/report:")
    if sum(table.problem_counts.values()) <= len(table.problem_counts):
        return  # the report names them all
    more = sum(table.problem_counts.values()) - len(table.problems[:NAMED_PROBLEMS])
    lines = [f"{one.sentence()}." for one in table.problems[:NAMED_PROBLEMS]]
    lines += [f"and {more:,} more."] if more > 0 else []
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    with st.expander("What could not be read as it stands", expanded=True, icon=":material/report:"):
        st.html(f'<ul class="gst-problems" data-testid="problems">{items}</ul>')


def open_words(table: Table) -> str:
    """Return what the button that opens a corpus asks: to go on without rows, or with what could not be read."""
    left_out = {one.kind for one in table.problems if one.left_out} - NO_LOSS
    gone = sum(table.problem_counts.get(kind, 1) for kind in left_out)
    if gone:
        return f"Go on without {'this row' if gone == 1 else f'these {gone:,} rows'}"
    bad = sum(number for kind, number in table.problem_counts.items() if kind in MENDED)
    if bad:
        return f"Go on with {'this place' if bad == 1 else f'these {bad:,} places'} as said"
    return READY


def _open_button(file: OpenFile, table: Table, corpus: Corpus, encoder: str, long: str | None) -> None:
    asked = file.asked_about(corpus.name, encoder)
    if asked is not None:
        _ask(file, asked, corpus, encoder, long)
        return
    if st.button(open_words(table), type="primary", icon=":material/check:"):
        _open(file, corpus, encoder, long)


def _open(file: OpenFile, corpus: Corpus, encoder: str, long: str | None) -> None:
    if not paths_allowed() and encoder.startswith(("/", "~", ".", "\\")):
        raise EncoderError("Give the name of an encoder. Folders of this computer cannot be named here.")
    if corpus.embeddings is None:
        with st.spinner("Looking for the encoder"):
            encoder_identity(encoder)  # a name that cannot be had is refused here, before anything is stored
    changes = state.workspace().same_texts(corpus, encoder)
    if changes is not None:
        file.ask(changes, corpus.name, encoder)
        st.rerun()
    known = {entry.id: entry.long for entry in state.workspace().corpora()}
    entry = state.workspace().add_corpus(corpus, encoder, long=long)
    if known.get(entry.id, entry.long) != entry.long:
        state.jobs().forget_corpus(entry.id)  # it was encoded in the other way
    _leave(file, entry.id)


def _ask(file: OpenFile, changes: CorpusChanges, corpus: Corpus, encoder: str, long: str | None) -> None:
    """Have the analyst say what becomes of a corpus that was made of this file when it was another."""
    st.warning(theme.plain(changes.sentence()), icon=":material/difference:")
    replace_it, keep, cancel = st.columns(3)
    words = "Its lenses stay, and labels follow their texts."
    if replace_it.button("Replace it", type="primary", icon=":material/sync:", width="stretch", help=words):
        _leave(file, state.jobs().replace_corpus(changes.entry.id, corpus, long).entry.id)
    if keep.button("Keep both", icon=":material/library_add:", width="stretch", help="This one gets a number."):
        _leave(file, state.workspace().add_corpus(corpus, encoder, keep_both=True, long=long).id)
    cancel.button("Cancel", width="stretch", key="cancel-opening", on_click=file.ask)


def _leave(file: OpenFile, corpus_id: str) -> None:
    """Go to a corpus' map, with what was said of its columns; what its file took is given back."""
    state.workspace().choose_column_kinds(corpus_id, file.kinds)
    uploaded = st.session_state.get(f"upload-{file.uploads}")
    forget_upload(str(getattr(uploaded, "file_id", "")))
    file.uploads += 1
    file.close()
    state.choose_corpus(corpus_id)
    st.switch_page(empty_states.EXPLORE_PAGE)
