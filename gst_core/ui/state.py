"""What a browser session remembers, each key named once, and what all sessions of the server share."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from gst_core.installation import CORPUS_SETTING, page_folder
from gst_core.map.cluster_names import Keywords
from gst_core.ui.map_component.component import serve_plotly
from gst_core.work.jobs import Jobs
from gst_core.workspace.records import CorpusEntry, Lens
from gst_core.workspace.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

CORPUS, LENS, NO_LENS = "corpus", "lens", "none"  # in the address, so that a reload and a bookmark find the same map
Value = TypeVar("Value")
SELECTION, BASIS, MOMENT = "_selection", "_selection_basis", "_last_moment"
SUGGESTIONS, COLOUR_BY, SEARCH, NOTICE = "_suggestions", "_colour_by", "_search", "_notice"


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the server's jobs, started with a warm-up when the first session arrives."""
    serve_plotly(page_folder() / "static")
    shared = Jobs(Workspace())
    shared.warm_up()
    return shared


def workspace() -> Workspace:
    """Return the server's workspace."""
    return jobs().workspace


@st.cache_resource(show_spinner=False, max_entries=4)
def keywords(corpus_id: str) -> Keywords:
    """Return a corpus' words, counted once."""
    return Keywords(jobs().corpus(corpus_id).texts)


@st.cache_resource(show_spinner=False, max_entries=4)
def metadata(corpus_id: str) -> "pd.DataFrame":
    """Return the metadata of a corpus' documents, gathered once."""
    return jobs().corpus(corpus_id).metadata


def memoize(name: str, inputs: tuple[object, ...], make: Callable[[], Value]) -> Value:
    """Return what `make` gave when the inputs were last these very ones, else make it anew."""
    known = st.session_state.get(f"_memo_{name}")
    if known is None or len(known[0]) != len(inputs) or not all(map(_same, known[0], inputs)):
        known = st.session_state[f"_memo_{name}"] = (inputs, make())
    value: Value = known[1]
    return value


def forget(*names: str) -> None:
    """Drop what `memoize` keeps under some names."""
    for name in names:
        st.session_state.pop(f"_memo_{name}", None)


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, str | int | bool) and a == b)


def fill(key: str, value: str) -> None:
    """Give a field a value where that is not what it was given last, so that a draft in it outlives a run of the page.

    Parameters
    ----------
    key : str
        Of the field, which is drawn after this.
    value : str
    """
    given = f"_given_{key}"
    if key not in st.session_state or st.session_state.get(given) != value:
        st.session_state[key] = st.session_state[given] = value


def current_corpus() -> CorpusEntry | None:
    """Return the corpus in the address, or the one that the server was started with, or the newest one."""
    entries = workspace().corpora()
    wanted = st.query_params.get(CORPUS) or st.session_state.get(CORPUS) or os.environ.get(CORPUS_SETTING)
    found = next((e for e in entries if e.id == wanted), entries[0] if entries else None)
    if found is not None:
        st.query_params[CORPUS] = found.id
        st.session_state[CORPUS] = found.id
    return found


def current_lens(corpus_id: str) -> Lens | None:
    """Return the lens in the address or of this session, else the newest; None for the map without an instruction."""
    lenses = workspace().lenses(corpus_id)
    wanted = st.query_params.get(LENS) or st.session_state.get(f"{LENS}-{corpus_id}")
    newest = lenses[-1] if lenses and wanted != NO_LENS else None
    lens = next((x for x in lenses if x.id == wanted), newest)
    st.query_params[LENS] = lens.id if lens else NO_LENS
    return lens


def choose_corpus(corpus_id: str) -> None:
    """Make a corpus the current one."""
    st.session_state[CORPUS] = corpus_id
    st.query_params[CORPUS] = corpus_id
    st.query_params.pop(LENS, None)
    st.session_state.pop(SEARCH, None)
    select(())


def choose_lens(corpus_id: str, lens_id: str | None) -> None:
    """Make a lens, or with None the map without an instruction, the current one."""
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
    st.session_state[SELECTION] = documents
    st.session_state[BASIS] = selection_basis() + 1


def take_selection(documents: tuple[int, ...], basis: int) -> bool:
    """Take the browser's selection if it is based on the server's last one; say whether it changed."""
    if basis != selection_basis() or documents == selection():
        return False
    st.session_state[SELECTION] = documents
    return True


def is_new(moment: float) -> bool:
    """Say whether an event of this moment was not handled yet, and remember it."""
    if moment == st.session_state.get(MOMENT):
        return False
    st.session_state[MOMENT] = moment
    return True


def notify(text: str) -> None:
    """Show a short message after the next run."""
    st.session_state[NOTICE] = text


def show_notice() -> None:
    """Show what `notify` left."""
    if text := st.session_state.pop(NOTICE, None):
        st.toast(text)
