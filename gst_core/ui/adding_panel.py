"""More texts for a corpus that is there: what of a file is new, how its columns go on, and adding it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.corpus import Addition, Corpus, guess_id_column, match_columns, with_additions
from gst_core.counting import counted
from gst_core.errors import GstError
from gst_core.ui import state, theme
from gst_core.ui.actions import show_error
from gst_core.workspace import CorpusEntry

if TYPE_CHECKING:
    from gst_core.corpus import SameId

NOTHING = "nothing"
SAME_ID: "dict[SameId, str]" = {"leave": "Leave these texts out", "add": "Add them under ids of their own"}
MOST_ASKED = 8  # columns whose match is asked about; the others are matched by their names alone
STAYS = (
    "Lenses, labels, groups and maps stay; only new texts are encoded, and they are placed on the maps as these are. "
    "To take texts out again, open the earlier file under the same name and replace the corpus: labels follow their "
    "texts."
)


def target() -> CorpusEntry | None:
    """Return the corpus that texts are to be added to; None where a file becomes one of its own."""
    wanted = state.adding_to()
    return next((entry for entry in state.workspace().corpora() if entry.id == wanted), None)


def draw_heading(entry: CorpusEntry) -> None:
    """Say to which corpus texts are added, and offer not to."""
    st.subheader(f"Add texts to “{theme.plain(entry.name)}”", anchor=False)
    st.button("Open a file as a corpus of its own instead", type="tertiary", key="add-to-none", on_click=state.add_to)


def text_column(entry: CorpusEntry, columns: list[str], guessed: str) -> str:
    """Return the column of a file that most likely goes on with the texts of a corpus."""
    before = state.jobs().corpus(entry.id).text_column
    return next(iter(match_columns([before], columns)), guessed)


def id_column(entry: CorpusEntry, columns: list[str]) -> str | None:
    """Return the column of a file that most likely goes on with the ids of a corpus."""
    before = guess_id_column(state.jobs().corpus(entry.id))
    return None if before is None else next(iter(match_columns([before], columns)), None)


def draw(entry: CorpusEntry, new: Corpus, leave: Callable[[str], None]) -> None:
    """Draw what would be added, and add it.

    Parameters
    ----------
    entry : CorpusEntry
    new : Corpus
        What the file says.
    leave : callable
        Called with the corpus' id when texts were added.
    """
    old = state.jobs().corpus(entry.id)
    columns = _columns(old, new)
    try:
        first = _addition(old, new, "leave", columns)
        st.info(theme.plain(first.sentence()), icon=":material/playlist_add:")
        same_id = _same_id(first, new)
        added = first if same_id == "leave" else _addition(old, new, same_id, columns)
    except GstError as error:
        show_error(error)
        return
    count = added.new - added.left
    if st.button(f"Add {counted(count, 'text')}", type="primary", icon=":material/check:", disabled=not count):
        done = state.jobs().add_documents(entry.id, new, same_id=same_id, goes_on=columns)
        state.notify(done.sentence())
        state.add_to()
        leave(entry.id)
    st.caption(STAYS)


def _columns(old: Corpus, new: Corpus) -> dict[str, str]:
    """Return which column goes on with which: the guess, and what the analyst says of columns without one."""
    names = match_columns(list(old.rows.columns), list(new.rows.columns))
    missing = [str(c) for c in old.rows.columns if str(c) not in names.values()][:MOST_ASKED]
    free = [str(c) for c in new.rows.columns if str(c) not in names]
    if not missing or not free:
        return names
    with st.expander(f"{counted(len(missing), 'column')} of the corpus without a match in the file"):
        for name in missing:
            chosen = st.selectbox(
                theme.plain(f"“{name}” goes on with"), [NOTHING, *(c for c in free if c not in names)],
                key=f"goes-on-{hash((new.ids[:1], name))}",
            )  # fmt: skip
            if chosen != NOTHING:
                names[chosen] = name
    return names


def _same_id(addition: Addition, new: Corpus) -> "SameId":
    """Ask what becomes of texts with the id of another one, where there are any."""
    if not addition.same_id:
        return "leave"
    st.warning(theme.plain(addition.question()), icon=":material/difference:")
    chosen: SameId = st.radio(
        "These texts", list(SAME_ID), format_func=SAME_ID.__getitem__, horizontal=True,
        key=f"same-id-{hash(new.ids)}", label_visibility="collapsed",
    )  # fmt: skip
    return chosen


def _addition(old: Corpus, new: Corpus, same_id: "SameId", columns: Mapping[str, str]) -> Addition:
    named = "\n".join(f"{name}\t{goes_on}" for name, goes_on in columns.items())
    return state.memoize(
        f"addition-{same_id}", (old, new, named), lambda: with_additions(old, new, same_id=same_id, goes_on=columns)
    )
