"""The menu of a group: what can be done with it. What it holds is only made while it is open."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import parts_of_group
from gst_core.corpus import table_as_csv
from gst_core.counting import counted
from gst_core.export import lens_table
from gst_core.map import ClusterName
from gst_core.ui import export_panel, group_acts, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.ui.lens_view import LensView
from gst_core.workspace import deciding_labels

MANY = 50  # labels at once, from which on the page says how many they are


def draw(view: LensView, name: ClusterName) -> None:
    """Draw the menu's button, and what is in it while it is open."""
    menu = st.popover(
        f"What to do with {theme.plain(name.title)}",
        icon=":material/more_vert:",
        type="tertiary",
        key=_menu(name.cluster),
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu, st.container(key="group-menu"):
        if view.state.running:
            st.caption("The map is re-forming; its groups can be changed when it has settled.")
            return
        _draw_name(view, name)
        teach = view.lens is not None and st.checkbox(
            "Teach the lens", key="teach-by-groups", help="Texts that are merged, split or moved become labels, too."
        )
        _draw_merge(view, name, teach=teach)
        _draw_move(view, name, teach=teach)
        _draw_split(view, name, teach=teach)
        if view.lens is not None:
            _draw_class(view, name)
        st.button(
            "Look into it", key="look-into", icon=":material/zoom_in:", help="Its texts alone, laid out by themselves.",
            on_click=attempt, args=(group_acts.look_into, view, name.cluster),
        )  # fmt: skip
        st.button(
            "It is no group", key="group-noise", icon=":material/blur_on:", help="Its texts are in no group then.",
            on_click=attempt, args=(group_acts.mark_as_noise, view, name.cluster),
        )  # fmt: skip
        stem = export_panel.file_stem(view.entry.name, name.title)
        st.download_button(
            "Its texts as CSV", lambda: _as_csv(view, name), f"{stem}.csv", "text/csv", key="group-csv",
            icon=":material/table:", on_click="ignore",
        )  # fmt: skip


def _draw_name(view: LensView, name: ClusterName) -> None:
    key = f"name-group-{name.cluster}-{name.given}"
    st.text_input(
        "Name", name.given, key=key, placeholder=name.title, max_chars=80,
        on_change=when_changed(key, name.given, partial(_rename, view, name.cluster)),
    )  # fmt: skip


def _rename(view: LensView, cluster: int, typed: str) -> None:
    group_acts.name_group(view, cluster, typed)
    st.session_state[_menu(cluster)] = True  # the menu is called otherwise now, and Streamlit takes it for another one


def _menu(cluster: int) -> str:
    return f"icon-group-{cluster}"


def _draw_merge(view: LensView, name: ClusterName, *, teach: bool) -> None:
    others = {x.cluster: x.title for x in view.names if x.cluster != name.cluster}
    if not others:
        return
    key = f"merge-group-{name.cluster}-{hash(tuple(others.items()))}"
    st.selectbox(
        "Merge with", list(others), index=None, key=key, placeholder="another group",
        format_func=others.__getitem__,
        on_change=when_changed(key, None, lambda other: _merge(view, name.cluster, other, teach=teach)),
    )  # fmt: skip


def _merge(view: LensView, cluster: int, other: int | None, *, teach: bool) -> None:
    if other is not None:
        group_acts.merge(view, cluster, other, teach=teach)


def _draw_move(view: LensView, name: ClusterName, *, teach: bool) -> None:
    selected = state.selection()
    assert view.clusters is not None
    outside = [row for row in selected if view.clusters[row] != name.cluster]
    if outside:
        st.button(
            f"Move the {counted(len(outside), 'selected text')} here", key="move-here", icon=":material/move_down:",
            on_click=attempt, args=(group_acts.move, view, outside, name.cluster), kwargs={"teach": teach},
        )  # fmt: skip
    inside = [row for row in selected if view.clusters[row] == name.cluster]
    if inside and len(inside) < name.size:
        st.button(
            f"Make a group of the {counted(len(inside), 'selected text')}", key="move-new",
            icon=":material/call_split:", on_click=attempt, args=(group_acts.move, view, inside, None),
        )  # fmt: skip
        st.button(
            f"Take the {counted(len(inside), 'selected text')} out", key="take-out", icon=":material/move_up:",
            on_click=attempt, args=(group_acts.take_out, view, inside),
        )  # fmt: skip


def _draw_split(view: LensView, name: ClusterName, *, teach: bool) -> None:
    """Show the groups within a group, and offer to split it so."""
    parts = _parts(view, name.cluster)
    if not parts:
        st.caption("Nothing in it stands apart.")
        return
    lines = [f"{title} · {len(rows):,}" for title, rows in zip(group_acts.part_titles(view, parts), parts, strict=True)]
    st.caption("Within it: " + theme.plain("; ".join(lines)))
    st.button(
        f"Split into these {len(parts)}", key="split-group", icon=":material/call_split:",
        on_click=attempt, args=(group_acts.split, view, name.cluster, parts), kwargs={"teach": teach},
    )  # fmt: skip


def _parts(view: LensView, cluster: int) -> list[NDArray[np.int64]]:
    frame, clusters = view.state.frame, view.clusters
    assert frame is not None
    return state.memoize(
        "parts",
        (clusters, view.state.tree, frame.positions, cluster),
        lambda: parts_of_group(group_acts.members(view, cluster), frame.positions, view.state.tree),
    )


def _draw_class(view: LensView, name: ClusterName) -> None:
    """Offer to make a class of the group, by its typical texts or by all of them."""
    few = min(group_acts.TYPICAL, name.size)
    st.button(
        f"Make it the class “{theme.plain(group_acts.class_of(name))}” by {counted(few, 'typical text')}",
        key="class-of-typical", icon=":material/label:",
        on_click=attempt, args=(group_acts.make_class, view, name.cluster), kwargs={"everything": False},
    )  # fmt: skip
    if name.size > few:
        warning = "So many labels outweigh those that you gave one by one." if name.size > MANY else None
        st.button(
            f"… by all {counted(name.size, 'text')}", key="class-of-all", icon=":material/label:", help=warning,
            on_click=attempt, args=(group_acts.make_class, view, name.cluster), kwargs={"everything": True},
        )  # fmt: skip


def _as_csv(view: LensView, name: ClusterName) -> bytes:
    """Return the rows of the file whose texts are in a group, as the export has them."""
    assert view.state.frame is not None
    labels = deciding_labels(view.labels) if view.lens else None
    frame = replace(view.state.frame, clusters=view.clusters)
    table = lens_table(view.corpus, frame, labels, {x.cluster: x.title for x in view.names})
    rows = np.isin(view.corpus.document_of_row, group_acts.members(view, name.cluster))
    return table_as_csv(table[rows])
