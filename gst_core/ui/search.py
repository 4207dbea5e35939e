"""The search: what is looked for, kept in the session and in the address, and the field at the top of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from gst_core.corpus import Corpus
from gst_core.ui import state
from gst_core.ui.actions import when_changed

WORDS, MEANING = "words", "meaning"
PLACEHOLDERS = {WORDS: "Find words in the texts", MEANING: "Find texts by what a sentence means"}
HELP = {
    WORDS: 'All words, in any order and any case · "a phrase" · -without · /a pattern/. A word is found wherever a '
    'word begins so; "bag" in quotation marks finds no bags.',
    MEANING: "Write what the texts should say, in a sentence. The nearest are lit; how near is chosen under the map.",
}
FIND, BY, LIKE, SPACE, NEAR = state.SEARCH_ADDRESS
EVERYTHING = "everything"  # in the address: the generic space
LIKE_IN_ADDRESS = 30  # texts that others are to be like; more make an address that browsers and chats cut off


@dataclass(frozen=True)
class Search:
    """What is looked for.

    Attributes
    ----------
    typed : str
    by : {"words", "meaning"}
    like : tuple of str
        Documents that the texts are to be like; then nothing is typed.
    in_lens : bool
        Whether nearness is that of the lens, where there is one that follows labels or words; else the generic one.
    threshold : float or None
        The least nearness of what is found; None until somebody chooses one.
    """

    typed: str = ""
    by: str = WORDS
    like: tuple[str, ...] = ()
    in_lens: bool = True
    threshold: float | None = None

    @property
    def active(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.typed or self.like)

    @property
    def by_meaning(self) -> bool:
        """Whether texts are found by nearness."""
        return self.by == MEANING


def draw() -> None:
    """Draw the field, and beside it whether its words or their meaning are looked for."""
    what = current()
    _tell_address(what)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="search"):
        key = f"search-{what.by}-{what.typed}-{len(what.like)}"
        st.text_input(
            "Search",
            what.typed,
            placeholder=PLACEHOLDERS[what.by],
            key=key,
            icon=":material/search:",
            help=HELP[what.by],
            label_visibility="collapsed",
            on_change=when_changed(key, what.typed, _type),
        )
        key = f"search-by-{what.by}"
        st.segmented_control(
            "Search by",
            [WORDS, MEANING],
            default=what.by,
            required=True,
            key=key,
            label_visibility="collapsed",
            on_change=when_changed(key, what.by, _search_by),
        )


def current() -> Search:
    """Return what is looked for in this session: at its beginning, what the address says."""
    known = st.session_state.get(state.SEARCH)
    if not isinstance(known, Search):
        known = st.session_state[state.SEARCH] = _of_address()
    return known


def change(**changes: object) -> None:
    """Look for something else; what is not named stays."""
    changed = st.session_state[state.SEARCH] = replace(current(), **changes)  # type: ignore[arg-type]
    _tell_address(changed)


def find_like(corpus: Corpus, documents: Sequence[int]) -> None:
    """Look for texts that are like one of the corpus, or like what several have in common."""
    change(typed="", by=MEANING, like=tuple(corpus.ids[i] for i in documents), threshold=None)


def clear() -> None:
    """Look for nothing."""
    change(typed="", like=(), threshold=None)


def _type(typed: str) -> None:
    change(typed=typed.strip(), like=(), threshold=None)


def _search_by(by: str | None) -> None:
    if by is not None:
        change(by=by, like=(), threshold=None)


def _of_address() -> Search:
    said = st.query_params
    like = tuple(said.get_all(LIKE))[:LIKE_IN_ADDRESS]
    by = MEANING if like or said.get(BY) == MEANING else WORDS
    return Search("" if like else said.get(FIND, ""), by, like, said.get(SPACE) != EVERYTHING, _number(said.get(NEAR)))


def _number(written: str | None) -> float | None:
    try:
        number = float(written or "")
    except ValueError:
        return None
    return number if -1.0 <= number <= 1.0 else None


def _tell_address(what: Search) -> None:
    """Write what is looked for into the address, so that a reload and a bookmark find the same."""
    wanted: dict[str, str | list[str]] = {}
    if what.typed:
        wanted[FIND] = what.typed
    if 0 < len(what.like) <= LIKE_IN_ADDRESS:
        wanted[LIKE] = list(what.like)
    if what.by_meaning:
        wanted[BY] = MEANING
    if what.by_meaning and not what.in_lens:
        wanted[SPACE] = EVERYTHING
    if what.threshold is not None:
        wanted[NEAR] = f"{what.threshold:.2f}"
    for name in state.SEARCH_ADDRESS:
        if name not in wanted:
            st.query_params.pop(name, None)
        elif st.query_params.get_all(name) != ([wanted[name]] if isinstance(wanted[name], str) else wanted[name]):
            st.query_params[name] = wanted[name]


def space_chosen(in_lens: bool) -> None:
    """Choose whether nearness is the lens's or the generic one."""
    change(in_lens=in_lens, threshold=None)


def threshold_moved(threshold: float) -> None:
    """Choose the least nearness of what is found."""
    change(threshold=round(threshold, 2))
