"""What a browser session remembers, each key named once, and what all sessions of the server share.

The first page is painted with what is imported here at the top; numeric libraries come with the functions that need
them.
"""

import os
import re
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from gst_core.errors import WorkspaceError
from gst_core.installation import CORPUS_SETTING, page_folder
from gst_core.ui import theme
from gst_core.workspace import CorpusEntry, Lens, Workspace

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.analysis import TextColumns
    from gst_core.corpus import Kind
    from gst_core.map import Keywords
    from gst_core.work import Jobs

CORPUS, LENS, NO_LENS = "corpus", "lens", "none"  # in the address, so that a reload and a bookmark find the same map
Value = TypeVar("Value")
MANY_LABELLED, LABEL_FILES = "_many_labelled", "_label_files"
SELECTION, BASIS, MOMENT = "_selection", "_selection_basis", "_last_moment"
READ = "_how_found_is_read"
FILTER = "filter"  # in the address
FILTERS, GROUP_NAMES = "_filters", "_group_names"
TAB_NAME = re.compile("[0-9a-f]{32}")
SUGGESTIONS, COLOUR_BY, SEARCH, NOTICE, SESSION = "_suggestions", "_colour_by", "_search", "_notice", "_session"
EXPLAINED_WORDS = "_explained_words"  # of which text, on which map
NEARNESS = "_nearness"  # of the last search by meaning
SEARCH_ADDRESS = ("find", "by", "like", "space", "near")  # what is looked for, in the address
OPEN_GROUP, SHOWN_GROUPS, LOOKED_INTO = "_open_group", "_shown_groups", "_looked_into"
ADD_TO = "_add_to"
LISTED, CHOSEN_IN_TABLE = "_listed_selection", "_chosen_in_table"
MEMOIZED = 2  # of each name: what is compared side by side is not made anew for one after the other
TABLE_TEXTS, TABLE_SORTING, TABLE_COLUMNS, TABLE_MAP = "_table_texts", "_table_sorting", "_table_columns", "_table_map"
TABLE_ROWS, TABLE_COPIED, TABLE_BESIDE = "_table_rows", "_table_copied", "_table_beside"
LENS_IS_GONE = "_lens_is_gone"
TAKEN_BACK, OF_LABELS, OF_GROUPS = "_taken_back", "labels", "groups"  # of what the last steps were that were undone
TABLE_MEASURE = "_table_measure"  # whether the table of a comparison shows texts or shares
TYPED_MODEL = "_typed_model"  # a language model's address, key and name, in memory alone
FOLDS = "_folds"  # which parts of the page a person has folded or opened


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """Return the server's workspace."""
    return Workspace()


@st.cache_resource(show_spinner=False)
def jobs() -> "Jobs":
    """Return the server's jobs; they begin with a warm-up, which maps wait for."""
    from gst_core.ui.map_component.assets import serve_assets
    from gst_core.work import Jobs

    static = page_folder() / "static"
    try:
        serve_assets(static)
    except OSError as error:
        raise WorkspaceError(
            f"The map's scripts cannot be written to {static}: {error.strerror}. Make that folder writable."
        ) from None
    shared = Jobs(workspace())
    shared.warm_up()
    return shared


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Have the numeric libraries at hand before they are needed; called, once per server, when a page is painted."""
    threading.Thread(target=jobs, name="load", daemon=True).start()


def version(entry: CorpusEntry) -> str:
    """Return what tells a corpus from others, and from itself before it was replaced."""
    return f"{entry.id}-{entry.files}"


def keywords(entry: CorpusEntry) -> "Keywords":
    """Return a corpus' words, counted once."""
    return _keywords(version(entry), entry.id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _keywords(version: str, corpus_id: str) -> "Keywords":
    from gst_core.map import Keywords

    return Keywords(jobs().corpus(corpus_id).texts)


def metadata(entry: CorpusEntry) -> "pd.DataFrame":
    """Return the metadata of a corpus' documents, gathered once."""
    return _metadata(version(entry), entry.id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _metadata(version: str, corpus_id: str) -> "pd.DataFrame":
    return jobs().corpus(corpus_id).metadata


def text_columns(entry: CorpusEntry) -> "TextColumns":
    """Return the columns of a corpus' file, each read once, as what the analyst says that they hold."""
    kinds = workspace().column_kinds(entry.id)
    return _text_columns(version(entry), tuple(sorted(kinds.items())), entry)


@st.cache_resource(show_spinner=False, max_entries=4)
def _text_columns(version: str, kinds: "tuple[tuple[str, Kind], ...]", _entry: CorpusEntry) -> "TextColumns":
    from gst_core.analysis import file_columns

    return file_columns(metadata(_entry), dict(kinds))


def memoize(name: str, inputs: tuple[object, ...], make: Callable[[], Value]) -> Value:
    """Return what `make` gave for these very inputs, else make it anew; of each name two are kept, for two lenses."""
    kept: list[tuple[tuple[object, ...], Value]] = st.session_state.get(f"_memo_{name}", [])
    known = next((one for one in kept if len(one[0]) == len(inputs) and all(map(_same, one[0], inputs))), None)
    if known is None:
        known = (inputs, make())
    st.session_state[f"_memo_{name}"] = [known, *(one for one in kept if one is not known)][:MEMOIZED]
    return known[1]


def forget(*names: str) -> None:
    """Drop what `memoize` keeps under some names."""
    for name in names:
        st.session_state.pop(f"_memo_{name}", None)


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, str | int | bool | frozenset) and a == b)


def current_corpus() -> CorpusEntry | None:
    """Return the corpus in the address, or the one that the server was started with, or the newest one.

    None where there is no corpus, or not the one that the address names: then the page says so.
    """
    entries = workspace().corpora()
    named = st.query_params.get(CORPUS)
    wanted = named or st.session_state.get(CORPUS) or os.environ.get(CORPUS_SETTING)
    otherwise = entries[0] if entries and not named else None
    found = next((e for e in entries if e.id == wanted), otherwise)
    if found is not None:
        st.query_params[CORPUS] = found.id
        st.session_state[CORPUS] = found.id
    return found


def current_lens(corpus_id: str) -> Lens | None:
    """Return the lens in the address or of this session, else the newest; None for the map without an instruction."""
    lenses = workspace().lenses(corpus_id)
    named = st.query_params.get(LENS)
    if named is not None and named != NO_LENS and all(x.id != named for x in lenses):
        st.session_state[LENS_IS_GONE] = True
    wanted = st.query_params.get(LENS) or st.session_state.get(f"{LENS}-{corpus_id}")
    newest = lenses[-1] if lenses and wanted != NO_LENS else None
    lens = next((x for x in lenses if x.id == wanted), newest)
    st.query_params[LENS] = current = lens.id if lens else NO_LENS
    if current == wanted:  # a link to another page of ours leaves the address behind
        st.session_state[f"{LENS}-{corpus_id}"] = current
    return lens


def lens_is_gone() -> bool:
    """Say whether the address named a lens that is not there, and none was chosen since."""
    return bool(st.session_state.get(LENS_IS_GONE))


def forget_corpus(corpus_id: str) -> None:
    """Take a corpus that was deleted here out of the address."""
    if st.query_params.get(CORPUS) == corpus_id:
        st.query_params.pop(CORPUS)


def choose_corpus(corpus_id: str) -> None:
    """Make a corpus the current one."""
    st.session_state.pop(LENS_IS_GONE, None)
    st.session_state[CORPUS] = corpus_id
    st.query_params[CORPUS] = corpus_id
    st.query_params.pop(LENS, None)
    st.query_params.pop(FILTER, None)
    for key in (SEARCH, FILTERS, CHOSEN_IN_TABLE, TABLE_TEXTS, TABLE_SORTING):
        st.session_state.pop(key, None)
    for name in SEARCH_ADDRESS:
        st.query_params.pop(name, None)
    select(())


def choose_lens(corpus_id: str, lens_id: str) -> None:
    """Make a lens, or with "" the map without an instruction, the current one."""
    st.session_state.pop(LENS_IS_GONE, None)
    st.session_state[f"{LENS}-{corpus_id}"] = lens_id or NO_LENS
    st.query_params[LENS] = lens_id or NO_LENS


def selection() -> tuple[int, ...]:
    """Return the selected documents."""
    return tuple(st.session_state.get(SELECTION, ()))


def selection_basis() -> int:
    """Return how often the server has set the selection; the browser says on which one its own is based."""
    return int(st.session_state.get(BASIS, 0))


def select(documents: tuple[int, ...]) -> None:
    """Set the selection from the server's side."""
    if documents or not st.session_state.get(CHOSEN_IN_TABLE):
        _list_in_table(documents)
    st.session_state[CHOSEN_IN_TABLE] = False
    st.session_state[SELECTION] = documents
    st.session_state[BASIS] = selection_basis() + 1


def _list_in_table(documents: tuple[int, ...]) -> None:
    """Have the table list a new selection instead of what somebody chose before."""
    st.session_state[LISTED] = documents
    if documents:
        st.session_state.pop(TABLE_TEXTS, None)


def listed_selection() -> tuple[int, ...]:
    """Return the selection that the table of texts lists: the last one that was not made in the table itself."""
    return tuple(st.session_state.get(LISTED, ()))


def keep_selection_within(count: int) -> None:
    """Forget what is selected of documents that are not there: the corpus may have been replaced by a shorter one."""
    if any(not 0 <= i < count for i in (*selection(), *listed_selection())):
        st.session_state.pop(CHOSEN_IN_TABLE, None)
        select(tuple(i for i in selection() if 0 <= i < count))


def take_selection(documents: tuple[int, ...], basis: int, *, in_table: bool = False) -> bool:
    """Take the browser's selection if it is based on the server's last one; say whether it changed."""
    if basis != selection_basis() or documents == selection():
        return False
    st.session_state[SELECTION] = documents
    st.session_state[CHOSEN_IN_TABLE] = in_table
    if not in_table:
        _list_in_table(documents)
    return True


def open_group() -> int | None:
    """Return the cluster whose panel is open; None where none is."""
    cluster: int | None = st.session_state.get(OPEN_GROUP)
    return cluster


def show_group(cluster: int | None) -> None:
    """Open the panel of a cluster, or with None close it."""
    st.session_state[OPEN_GROUP] = cluster


def adding_to() -> str | None:
    """Return the corpus that the next file's texts are added to; None where it becomes a corpus of its own."""
    corpus_id: str | None = st.session_state.get(ADD_TO)
    return corpus_id


def add_to(corpus_id: str | None = None) -> None:
    """Have the next file's texts added to a corpus, or to none."""
    st.session_state[ADD_TO] = corpus_id


def is_open(part: str, *, otherwise: bool = True) -> bool:
    """Say whether a part of the page is unfolded; `otherwise` where nobody has folded or opened it."""
    folds: dict[str, bool] = st.session_state.get(FOLDS, {})
    return folds.get(part, otherwise)


def unfold(part: str, opened: bool = True) -> None:
    """Open a part of the page, or fold it away; that stays so for the session."""
    st.session_state[FOLDS] = {**st.session_state.get(FOLDS, {}), part: opened}
    if f"section-{part}" in st.session_state:
        st.session_state[f"section-{part}"] = opened


def took_back(of_what: str) -> None:
    """Note of what the step was that was just taken back: of labels, or of groups."""
    st.session_state[TAKEN_BACK] = (*st.session_state.get(TAKEN_BACK, ()), of_what)


def did_again(of_what: str) -> None:
    """Note that the last step of labels, or of groups, that was taken back is done again."""
    noted = list(st.session_state.get(TAKEN_BACK, ()))
    if of_what in noted:
        del noted[len(noted) - 1 - noted[::-1].index(of_what)]
    st.session_state[TAKEN_BACK] = tuple(noted)


def taken_back_last() -> str:
    """Return of what the step was that was taken back last and not done again; empty for none."""
    noted: tuple[str, ...] = st.session_state.get(TAKEN_BACK, ())
    return noted[-1] if noted else ""


def is_new(moment: float) -> bool:
    """Say whether an event of this moment was not handled yet, and remember it."""
    if moment == st.session_state.get(MOMENT):
        return False
    st.session_state[MOMENT] = moment
    return True


def session() -> str:
    """Return this session's own name, by which the workspace knows whose step it is that Undo takes back."""
    name: str = st.session_state.setdefault(SESSION, uuid.uuid4().hex)
    return name


def continue_session(tab: object) -> None:
    """Go on as the session of a browser's tab, which a reload does not end."""
    if isinstance(tab, str) and TAB_NAME.fullmatch(tab):
        st.session_state[SESSION] = tab


def warn_of_many(what: tuple[str, int, str]) -> None:
    """Note that very many texts were labelled at once: the lens, how many steps can be undone since, and the words."""
    st.session_state[MANY_LABELLED] = what


def many_labelled() -> tuple[str, int, str]:
    """Return what `warn_of_many` noted last; an empty lens for nothing."""
    found: tuple[str, int, str] = st.session_state.get(MANY_LABELLED, ("", 0, ""))
    return found


def label_files() -> int:
    """Return how many files with labels were taken over: each has an uploader of its own."""
    return int(st.session_state.get(LABEL_FILES, 0))


def next_label_file() -> None:
    """Give back the file whose labels were taken over."""
    st.session_state[LABEL_FILES] = label_files() + 1


def notify(text: str) -> None:
    """Show a short message, as it is, after the next run."""
    st.session_state[NOTICE] = text


def show_how_found() -> None:
    """Say what was damaged when the workspace was opened, until the person has read it."""
    found = workspace().notices
    if not found or st.session_state.get(READ):
        return
    for sentence in found:
        st.warning(theme.plain(sentence), icon=":material/healing:")
    st.button("I have read it", key="read-how-found", on_click=st.session_state.update, args=({READ: True},))


def show_notice() -> None:
    """Show what `notify` left."""
    if text := st.session_state.pop(NOTICE, None):
        st.toast(theme.plain(text))
