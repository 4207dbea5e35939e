"""The filters of a session: in the page's address, held against what a lens has, and what they leave."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import (
    CLASS,
    GROUP,
    LABEL,
    PROBABILITY,
    WHO,
    Condition,
    Facet,
    Filters,
    TextColumn,
    TextColumns,
    category_column,
    count_facets,
    number_column,
)
from gst_core.ui import colouring, state
from gst_core.workspace import HUMAN, LLM, Label, deciding_labels, is_brought, models_of, source_words

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

FORMED = (CLASS, PROBABILITY, GROUP)  # columns that come with a map, and are not there while it, or a part, is made
YOU = "you"


def current(entry_id: str) -> Filters:
    """Return the filters on a corpus: this session's, or those in the address that it began with."""
    known: tuple[str, Filters] | None = st.session_state.get(state.FILTERS)
    if known is None or known[0] != entry_id:
        filters, sentences = Filters.from_address(st.query_params.get(state.FILTER, "") if known is None else "")
        _say(sentences)
        known = st.session_state[state.FILTERS] = (entry_id, filters)
    if st.query_params.get(state.FILTER, "") != known[1].to_address():
        _into_address(known[1])  # another page of ours was open meanwhile
    return known[1]


def change(entry_id: str, filters: Filters) -> None:
    """Put filters in the place of those on a corpus."""
    st.session_state[state.FILTERS] = (entry_id, filters)
    _into_address(filters)


def filter_by(entry_id: str, key: str, condition: Condition) -> None:
    """Put a condition on a column, in place of any other on it; an empty one takes it away."""
    change(entry_id, current(entry_id).having(key, condition))


def _into_address(filters: Filters) -> None:
    if filters:
        st.query_params[state.FILTER] = filters.to_address()
    else:
        st.query_params.pop(state.FILTER, None)


def _say(sentences: list[str]) -> None:
    if sentences:
        state.notify(" ".join(sentences))


def filters_of(view: "LensView") -> Filters:
    """Return the filters on a view, without what it does not have; a sentence says what went."""
    before = current(view.entry.id)
    filters = _with_new_names(view, before)
    if not filters:
        return filters
    waiting = FORMED if view.state.running or view.state.frame is None or view.looked is not None else ()
    filters, sentences = filters.checked(view.columns(), waiting)
    _say(sentences)
    if filters != before:
        change(view.entry.id, filters)
    return filters


def _with_new_names(view: "LensView", filters: Filters) -> Filters:
    """Have a filter on groups follow them when a map that re-forms calls them otherwise."""
    if not view.names or view.looked is not None:
        return filters
    place, names = (view.entry.id, view.lens.id if view.lens else ""), dict(zip(*_groups(view), strict=True))
    known: tuple[tuple[str, str], dict[int, str]] = st.session_state.get(state.GROUP_NAMES, (place, {}))
    st.session_state[state.GROUP_NAMES] = (place, names)
    changed = {old: names[i] for i, old in known[1].items() if i in names and names[i] != old}
    return filters.renamed(GROUP, changed) if known[0] == place and changed and filters.of(GROUP) else filters


def _groups(view: "LensView") -> tuple[list[int], list[str]]:
    """Return the groups and their names, each once."""
    titles: dict[str, int] = {}
    for x in view.names:
        titles[x.title if x.title not in titles else f"{x.title} ({x.cluster + 1})"] = x.cluster
    return list(titles.values()), list(titles)


def shown(view: "LensView") -> NDArray[np.bool_] | None:
    """Return which texts the filters leave, shape (n,); None where they leave all."""
    filters = filters_of(view)
    if not filters:
        return None
    columns = view.columns()
    return state.memoize("shown", (filters.to_address(), columns), lambda: filters.mask(columns))


def facets(view: "LensView") -> list[Facet]:
    """Return what each column holds under the filters."""
    filters, columns = filters_of(view), view.columns()
    return state.memoize("facets", (filters.to_address(), columns), lambda: count_facets(filters, columns))


def columns(view: "LensView") -> TextColumns:
    """Return the file's columns, and behind them those that the map and its labels add."""
    file, now = view.file_columns, view.state
    titles = "\n".join(x.title for x in view.names)
    said = hash((tuple(view.labels), view.classes))
    inputs = (file, view.lens.id if view.lens else "", now.frame, view.clusters, titles, said, view.looked is None)
    return state.memoize("columns", inputs, lambda: file.followed_by(*_ours(view)))


def _ours(view: "LensView") -> list[TextColumn]:
    ours = []
    guess, sure = colouring.guesses(view.state, view.classes)
    if guess is not None:
        ours.append(category_column(CLASS, guess, view.classes))
    if view.lens is not None:
        ours.append(category_column(LABEL, view.codes, view.classes))
        ours.append(category_column(WHO, *_who_said(view.labels, view.corpus.ids)))
    if guess is not None:
        ours.append(number_column(PROBABILITY, sure))
    if view.clusters is not None and view.names and view.looked is None:  # else these are parts of one group
        groups, names = _groups(view)
        place = np.full(int(view.clusters.max()) + 2, -1, dtype=np.int32)  # the last for texts in no group
        place[groups] = np.arange(len(groups))
        ours.append(category_column(GROUP, place[view.clusters], names))
    return ours


def _who_said(labels: list[Label], ids: tuple[str, ...]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return who gave each text the label that counts, as numbers into names, -1 for nobody; and the names."""
    said = {i: _name(label) for i, label in deciding_labels(labels).items()}
    names = (YOU, *sorted(set(said.values()) - {YOU}))
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[said[i]] if i in said else -1 for i in ids], dtype=np.int32), names


def _name(label: Label) -> str:
    if is_brought(label.who):
        return source_words(label.who)
    return {HUMAN: YOU, LLM: models_of([label])}.get(label.who, label.who)
