"""What the search has found, in the line under the map: how many texts, how near they must be, and all of them."""

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.analysis import NearnessHistogram
from gst_core.counting import counted
from gst_core.ui import finding, search, state, theme
from gst_core.ui.actions import ask_for_page, attempt_for_page, when_changed
from gst_core.ui.finding import Found

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

CUT = 30  # characters of what is looked for


def draw(view: "LensView") -> None:
    """Draw what was found, where anything is looked for."""
    what = search.current()
    if not what.active:
        return
    found = finding.found(view)
    if found.nearness is None:
        with st.container(horizontal=True, vertical_alignment="center", key="found"):
            _say(view, found)
            _clear()
        return
    dragged, said = st.columns([1, 2], vertical_alignment="bottom")
    with dragged, st.container(key="near"):
        _threshold(found, (state.version(view.entry), what.typed, len(what.like), found.in_lens))
    with said, st.container(horizontal=True, vertical_alignment="center", gap="small", key="found"):
        _say(view, found)
        if view.lens is not None and view.tells_classes:
            _space(found)
        _clear()


def looked_for(view: "LensView") -> str:
    """Return what is looked for in a few words: what was typed, or the texts that others should be like."""
    what = search.current()
    if not what.like:
        return f"“{theme.cut(what.typed, CUT)}”"
    if len(what.like) > 1:
        return f"like {len(what.like):,} texts"
    text = next((t for i, t in zip(view.corpus.ids, view.corpus.texts, strict=True) if i == what.like[0]), "")
    return f"like “{theme.cut(text, CUT)}”"


def _say(view: "LensView", found: Found) -> None:
    what = search.current()
    words = looked_for(view)
    if found.refused:
        st.caption(theme.plain(found.refused))
    elif len(found.rows):
        count = counted(len(found.rows), "text")
        # What a sentence asks for stands in the field above; beside a threshold there is no room to repeat it.
        with_what = "" if found.nearness is not None and not what.like else words if what.like else f"with {words}"
        st.button(
            f"Select the {count} {theme.plain(with_what)}", type="tertiary", key="select-hits",
            on_click=attempt_for_page, args=(state.select, tuple(found.rows.tolist())),
        )  # fmt: skip
    elif found.looking:
        st.caption("Looking through the texts …")
    elif what.by_meaning:
        st.caption("No text is that near.")  # a line, as there is no room for two
    else:
        of_group = "" if view.looked is None else " of the group"
        among = "" if view.shown is None else " among those that pass the filters"
        st.caption(theme.plain(f"No text{of_group} has {words}{among}."))


def _clear() -> None:
    st.button(
        "Clear", help="Look for nothing", type="tertiary", key="clear-search", icon=":material/close:",
        on_click=attempt_for_page, args=(search.clear,),
    )  # fmt: skip


def _threshold(found: Found, question: tuple[object, ...]) -> None:
    assert found.nearness is not None
    near = found.nearness
    bars = state.memoize("near-bars", (near,), lambda: NearnessHistogram.of(near))
    st.html(bars_html(bars, found.threshold))
    key = f"near-{hash((question, bars.low, bars.high))}"
    given = min(max(found.threshold, bars.low), bars.high)
    # The field keeps the value that it was drawn with first: one that follows what is dragged would end the drag.
    first = state.memoize("near-first", (key,), lambda: given)
    st.slider(
        "How near a text must be", bars.low, bars.high, first, 0.01, key=key, label_visibility="collapsed",
        on_change=when_changed(key, given, _moved),
    )  # fmt: skip


def _moved(threshold: float) -> None:
    search.threshold_moved(threshold)
    ask_for_page()


def _space(found: Found) -> None:
    st.button(
        "Near in this lens" if found.in_lens else "Near in general", type="tertiary", key="near-space",
        icon=":material/swap_horiz:", help="What counts for nearness: what the lens follows, or all that texts say.",
        on_click=attempt_for_page, args=(search.space_chosen, not found.in_lens),
    )  # fmt: skip


def bars_html(bars: NearnessHistogram, threshold: float) -> str:
    """Return the histogram as HTML: how many texts are how near, those that pass the threshold in colour."""
    most = max(int(bars.counts.max()), 1)
    step = (bars.high - bars.low) / len(bars.counts)
    # By the root, as a few near texts are what matters beside thousands of far ones.
    parts = (
        f'<i style="height:{100 * (count / most) ** 0.5:.0f}%"'
        f"{' class=in' if bars.low + (number + 1) * step > threshold else ''}></i>"
        for number, count in enumerate(bars.counts.tolist())
    )
    title = escape(f"How near the texts are; those from {threshold:.2f} on are found")
    return (
        f'<div class="gst-near" role="img" aria-label="{title}" title="{title}">{"".join(parts)}'
        f"<b>{threshold:.2f}</b></div>"
    )
