"""The groups beside the map: how many there are, which, and for each a menu of what can be done with it."""

import numpy as np
import streamlit as st

from gst_core.analysis import nearest_groups
from gst_core.counting import counted
from gst_core.ui import group_acts, group_menu, palette, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.ui.lens_view import LensView

GROUPS = 16  # that are listed
FEWEST = 2  # groups that one can ask for
LINE = 27  # characters of a name and a number that a line has room for


def headline(view: LensView) -> str:
    """Say how many groups there are, and how many texts are in none."""
    n = len(view.corpus) if view.looked is None else len(view.looked.map.rows)
    noise = n - sum(x.size for x in view.names)
    return f"Groups ({len(view.names)}, {noise / max(n, 1):.0%} in none)"


def draw(view: LensView) -> None:
    """Draw the slider, the groups with their menus, and what was done to them; a click opens a group."""
    _draw_number(view)
    shown, members = view.shown, view.members()
    with st.container(key="clusters"):
        for name in view.names[:GROUPS]:
            dot, title, menu = st.columns([1, 11, 2], vertical_alignment="center")
            colour = palette.category(view.numbers[name.cluster])
            dot.html(f'<span class="gst-dot" style="background:{colour}"></span>')
            rows = members[name.cluster]
            left = "" if shown is None else f"{int(shown[list(rows)].sum()):,} of "
            count = f"{left}{name.size:,}"
            shown_title = theme.cut(name.title, LINE - len(count))
            title.button(
                f"{theme.plain(shown_title)} · {count}",
                type="tertiary",
                help=None if shown_title == name.title else theme.plain(name.title),
                key=f"cluster-{name.cluster}",
                on_click=_open,
                args=(name.cluster, rows),
            )
            if view.looked is None:
                with menu:
                    group_menu.draw(view, name)
    if len(view.names) > GROUPS:
        st.caption(f"and {len(view.names) - GROUPS:,} smaller ones")
    if view.looked is not None:
        _draw_looked(view)
        return
    _draw_none(view)
    _draw_history(view)


def _draw_number(view: LensView) -> None:
    """Draw the slider over the map's tree, where it can be cut otherwise."""
    tree = view.state.tree
    if tree is None or tree.leaves <= FEWEST:
        return
    asked = view.grouped.number if view.grouped else 0
    number = min(max(asked or len(tree.chosen), FEWEST), tree.leaves)
    key = f"groups-{view.entry.id}-{tree.leaves}-{number}"
    st.slider(
        "Fewer and more groups", FEWEST, tree.leaves, number, key=key, disabled=view.state.running,
        help="Without a new search: groups are joined, or fall into the groups within them.",
        on_change=when_changed(key, number, lambda wanted: group_acts.set_number(view, wanted)),
    )  # fmt: skip


def _draw_looked(view: LensView) -> None:
    """Offer to split the group that is looked into as its own map shows it."""
    if len(view.names) > 1 and not view.state.running:
        st.button(
            f"Split it into these {len(view.names)} and go back", key="split-as-seen", icon=":material/call_split:",
            on_click=attempt, args=(group_acts.split_as_seen, view),
        )  # fmt: skip


def _draw_none(view: LensView) -> None:
    """Offer to give the texts that are in no group, or those of them that are selected, to their nearest ones."""
    if view.clusters is None or view.state.running or not view.names:
        return
    none = int(np.sum(view.clusters < 0))
    chosen = [row for row in state.selection() if view.clusters[row] < 0]
    if chosen:
        assert view.state.frame is not None, "there are groups"
        where, sure = nearest_groups(view.state.frame.positions, view.clusters, np.array(chosen))
        titles = {x.cluster: x.title for x in view.names}
        one = f" “{theme.plain(titles[int(where[0])])}” ({sure[0]:.0%})" if len(chosen) == 1 else " groups"
        st.button(
            f"Give the {counted(len(chosen), 'selected text')} in none to the nearest{one}", type="tertiary",
            key="give-selected", on_click=attempt, args=(group_acts.give_to_nearest, view, chosen),
        )  # fmt: skip
    elif none:
        st.button(
            f"Give the {counted(none, 'text')} in none to the nearest group", type="tertiary", key="give-to-nearest",
            on_click=attempt, args=(group_acts.give_to_nearest, view),
        )  # fmt: skip


def _draw_history(view: LensView) -> None:
    """Draw undo and redo of what was done to the groups, and which of it rests."""
    steps = state.workspace().group_history(view.entry.id, group_acts.lens_id(view), session=state.session())
    if steps.undo or steps.redo:
        with st.container(horizontal=True, gap="small", key="group-history"):
            st.button(
                "Undo", key="undo-group", disabled=not steps.undo, help="The last change of groups",
                on_click=attempt, args=(group_acts.undo, view),
            )  # fmt: skip
            st.button("Redo", key="redo-group", disabled=not steps.redo, on_click=attempt, args=(group_acts.redo, view))
    if view.grouped is not None and (resting := view.grouped.resting):
        what = ", ".join(group_acts.said(step) for step in resting)
        st.caption(
            theme.plain(f"{counted(len(resting), 'change rests', 'changes rest')}, as no group is the same now: {what}")
        )


def _open(cluster: int, documents: tuple[int, ...]) -> None:
    state.show_group(cluster)
    state.select(documents)
