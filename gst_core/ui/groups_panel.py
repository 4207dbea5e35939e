"""The groups beside the map, and what one does with them."""

import streamlit as st

from gst_core.ui import palette, state, theme
from gst_core.ui.lens_view import LensView

GROUPS = 16  # that are listed


def headline(view: LensView) -> str:
    """Say how many groups there are, and how many texts are in none."""
    n = len(view.corpus)
    noise = n - sum(x.size for x in view.names)
    return f"Groups ({len(view.names)}, {noise / max(n, 1):.0%} in none)"


def draw(view: LensView) -> None:
    """Draw the groups; a click opens a group and selects its texts."""
    members = view.members()
    with st.container(key="clusters"):
        for name in view.names[:GROUPS]:
            dot, title = st.columns([1, 12], vertical_alignment="center")
            colour = palette.category(view.numbers[name.cluster])
            dot.html(f'<span class="gst-dot" style="background:{colour}"></span>')
            title.button(
                f"{theme.plain(name.title)} · {name.size:,}",
                type="tertiary",
                key=f"cluster-{name.cluster}",
                on_click=_open,
                args=(name.cluster, members[name.cluster]),
            )


def _open(cluster: int, documents: tuple[int, ...]) -> None:
    state.show_group(cluster)
    state.select(documents)
