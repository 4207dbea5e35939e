"""The documents beside the map: the selected ones, those to label next, and the groups that they are in."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from gst_core.corpus.corpus import Corpus
from gst_core.map.cluster_names import ClusterName
from gst_core.suggest import Suggestion
from gst_core.ui import labelling, palette, state, theme
from gst_core.workspace.records import Lens, deciding_labels

SHOWN = 6  # selected documents that are listed; the rest are a number
CUT = 150  # characters of a listed text


def selected_panel(corpus: Corpus, lens: Lens | None, facts: dict[int, str]) -> None:
    """Draw the selected documents and the buttons that label them all.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens or None
    facts : dict of int to str
        A line about some of the documents: label, likeliest class.
    """
    selected = state.selection()
    title, clear = st.columns([3, 1], vertical_alignment="center")
    with title:
        theme.heading(f"Selected ({len(selected):,})")
    if selected and clear.button("clear", type="tertiary", help="Esc"):
        state.select(())
        st.rerun()
    if not selected:
        st.caption("Click a text on the map, or draw around many.")
        return
    if lens is not None:
        _label_buttons(corpus, lens, selected)
    with st.container(key="documents"):
        for i in selected[:SHOWN]:
            text = corpus.texts[i] if len(selected) == 1 else theme.cut(corpus.texts[i], CUT)
            st.html(
                f'<div class="gst-document">{escape(text)}</div>'
                f'<div class="gst-aside" data-testid="document-fact">{escape(facts.get(i, ""))}</div>'
            )
        if len(selected) > SHOWN:
            st.caption(f"and {len(selected) - SHOWN:,} more")


def _label_buttons(corpus: Corpus, lens: Lens, selected: Sequence[int]) -> None:
    if lens.classes:
        options = [f"{n + 1} {c}" if n < 9 else c for n, c in enumerate(lens.classes)]
        picked = st.pills(
            "Label",
            options,
            format_func=theme.plain,
            key=f"label-{state.selection_basis()}-{hash(tuple(selected))}",
            label_visibility="collapsed",
        )
        if picked is not None:
            labelling.label(corpus, lens, selected, lens.classes[options.index(picked)])
    key = f"new-class-{lens.id}"
    st.text_input(
        "Another class",
        placeholder="… or a new class, press Enter",
        label_visibility="collapsed",
        key=key,
        on_change=labelling.label_as_new,
        args=(corpus, lens, selected, key),
    )
    given = deciding_labels(state.workspace().labels(lens.id))
    if any(corpus.ids[i] in given for i in selected) and st.button("Remove label", icon=":material/label_off:"):
        labelling.label(corpus, lens, selected, None)


def next_panel(corpus: Corpus, lens: Lens, suggestions: Sequence[Suggestion]) -> None:
    """Draw what to label next: a click on a text shows it on the map, a click on a class labels it."""
    theme.heading("Label next")
    if not suggestions:
        st.caption("New ones come when the map has settled.")
    for suggestion in suggestions:
        i = suggestion.index
        with st.container(key=f"next-card-{i}"):
            _next_card(corpus, lens, suggestion)


def _next_card(corpus: Corpus, lens: Lens, suggestion: Suggestion) -> None:
    i = suggestion.index
    if st.button(
        theme.plain(theme.cut(corpus.texts[i], CUT)), key=f"show-{i}", type="tertiary", help="Show it on the map"
    ):
        state.select((i,))
        st.rerun()
    st.html(f'<div class="gst-aside">{escape(suggestion.reason)}</div>')
    if lens.classes:
        options = list(lens.classes)
        picked = st.pills(
            "Class", options, format_func=theme.plain, key=f"next-{lens.id}-{i}", label_visibility="collapsed"
        )
        if picked is not None:
            labelling.label(corpus, lens, (i,), picked)


def clusters_panel(
    names: Sequence[ClusterName], numbers: Mapping[int, int], members: dict[int, tuple[int, ...]], n: int
) -> None:
    """Draw the groups; a click selects a group's texts."""
    noise = n - sum(x.size for x in names)
    theme.heading(f"Groups ({len(names)}, {noise / max(n, 1):.0%} in none)")
    with st.container(key="clusters"):
        for name in names[:16]:
            dot, title = st.columns([1, 12], vertical_alignment="center")
            dot.html(f'<span class="gst-dot" style="background:{palette.category(numbers[name.cluster])}"></span>')
            if title.button(
                f"{theme.plain(name.title)} · {name.size:,}", type="tertiary", key=f"cluster-{name.cluster}"
            ):
                state.select(members[name.cluster])
                st.rerun()
