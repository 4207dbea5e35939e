"""The open group beside the map: its size, words, typical texts and border, and what its columns hold."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gst_core.analysis import GroupDetails, Mix, OverTime, group_details
from gst_core.counting import counted
from gst_core.ui import group_name, palette, state, theme

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

CUT = 110  # characters of a text that is shown


def offered(view: "LensView") -> bool:
    """Say whether a group is open that the map still has."""
    return state.open_group() in {x.cluster for x in view.names}


def draw(view: "LensView") -> None:
    """Draw the open group in detail; nothing where none is open."""
    if not offered(view) or view.clusters is None or view.state.frame is None:
        return
    detail = details(view)
    titles = {x.cluster: x.title for x in view.names}
    with st.container(key="group-detail"):
        _head(view, detail, titles[detail.cluster])
        if not len(detail.rows):
            theme.aside("The filters leave none of its texts.")
            return
        if view.looked is None:
            group_name.draw(view, detail)
        st.html(words_html(detail, palette.category(view.numbers[detail.cluster])))
        _texts(view, "Typical", [(row, "") for row in detail.typical])
        _texts(view, "At its border", [(row, f"beside {titles.get(other, '')}") for row, other in detail.border])
        for mix in detail.mixes:
            st.html(mix_html(mix))
        for time in detail.times:
            st.html(time_html(time))


def details(view: "LensView") -> GroupDetails:
    """Return the open group in detail, found once for a map, its groups and the filters."""
    cluster, frame, clusters = state.open_group(), view.state.frame, view.clusters
    assert cluster is not None
    assert frame is not None
    assert clusters is not None
    shown, columns, without = view.shown, view.columns(), view.left_out_words
    return state.memoize(
        "group-details",
        (cluster, clusters, frame.embedding, columns, shown, "\n".join(sorted(without))),
        lambda: group_details(cluster, clusters, frame.embedding, state.keywords(view.entry), columns, shown, without),
    )


def size_words(detail: GroupDetails) -> str:
    """Say how many texts a group has, and how many of them the filters leave."""
    if len(detail.rows) == detail.size:
        return counted(detail.size, "text")
    return f"{len(detail.rows):,} of {counted(detail.size, 'text')}"


def words_html(detail: GroupDetails, colour: str) -> str:
    """Return the words of a group as bars, as HTML."""
    if not detail.words:
        return ""
    largest = detail.words[0].weight
    against = "the groups nearest to it" if detail.neighbours else "no other group"
    rows = "".join(
        f'<div class="gst-chance" title="{escape(_about(one.word, one.share, one.share_of_neighbours))}">'
        f'<span class="gst-name">{escape(one.word)}</span>'
        f'<i><u style="width:{one.weight / largest:.0%};background:{colour}"></u></i><b>{one.share:.0%}</b></div>'
        for one in detail.words
    )
    return (
        f'<h4 class="gst-heading">Words</h4><div data-testid="group-words" aria-label="against {against}">{rows}</div>'
    )


def _about(word: str, share: float, of_neighbours: float) -> str:
    return f"{word}: in {share:.0%} of its texts, in {of_neighbours:.0%} of those of the groups nearest to it"


def mix_html(mix: Mix) -> str:
    """Return the kinds in a column as bars, with a mark where the share in the rest is, as HTML."""
    rows = "".join(
        f'<div class="gst-chance" title="{escape(part.name)}: {counted(part.count, "text")}, {part.share:.0%} of the '
        f'group, {part.share_of_rest:.0%} of the rest"><span class="gst-name">{escape(part.name)}</span>'
        f'<i><u style="width:{part.share:.1%}"></u><s style="left:{part.share_of_rest:.1%}"></s></i>'
        f"<b>{part.share:.0%}</b></div>"
        for part in mix.parts
    )
    return f'<h4 class="gst-heading">{escape(mix.title)}</h4><div data-testid="group-mix">{rows}</div>'


def time_html(time: OverTime) -> str:
    """Return the texts of a group over time as bars, each beside how many there are in all, as HTML."""
    share = time.counts / np.maximum(time.totals, 1)
    largest = max(int(time.counts.max()), 1)
    bars = "".join(
        f'<i style="height:{count / largest:.0%}" '
        f'title="{escape(start)}: {count:,} of {total:,} texts, {part:.0%}"></i>'
        for start, count, total, part in zip(time.starts, time.counts, time.totals, share, strict=True)
    )
    ends = f"{escape(time.starts[0])} to {escape(time.starts[-1])}"
    return (
        f'<h4 class="gst-heading">{escape(time.title)}</h4><div class="gst-times" data-testid="group-times" '
        f'role="img" aria-label="Texts of the group from {ends}">{bars}</div><div class="gst-aside">{ends}</div>'
    )


def _head(view: "LensView", detail: GroupDetails, title: str) -> None:
    colour = palette.category(view.numbers[detail.cluster])
    st.html(
        f'<div class="gst-document" data-testid="group-title"><span class="gst-dot" style="background:{colour}"></span>'
        f"{escape(title)} · {size_words(detail)}</div>"
    )
    select, close = st.columns([2, 1])
    select.button(
        "Select its texts",
        type="tertiary",
        key="select-group",
        on_click=state.select,
        args=(tuple(detail.rows.tolist()),),
    )
    close.button(
        "Close", type="tertiary", key="close-group", icon=":material/close:", on_click=state.show_group, args=(None,)
    )


def _texts(view: "LensView", title: str, found: Sequence[tuple[int, str]]) -> None:
    """Draw texts that a click shows on the map, each with a remark."""
    if not found:
        return
    theme.heading(title)
    for row, remark in found:
        st.button(
            theme.plain(theme.cut(view.corpus.texts[row], CUT)), key=f"show-of-group-{title}-{row}", type="tertiary",
            help="Show it on the map", on_click=state.select, args=((row,),),
        )  # fmt: skip
        if remark:
            theme.aside(remark)
