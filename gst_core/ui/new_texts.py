"""What has become of texts that came to a corpus later: how many are on the map, and which fit no group."""

from typing import TYPE_CHECKING

import streamlit as st

from gst_core.counting import counted
from gst_core.map import Later
from gst_core.ui import state, theme

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

HELP = (
    "They lie farther from all texts that were there than 19 in 20 of these do from each other. Of new texts that are "
    "like the others, one in 20 is flagged as well."
)


def draw(view: "LensView") -> None:
    """Say how many texts were placed on the map as it stood; nothing once it was laid out with all of them."""
    frame = view.state.frame
    later = frame.later if frame is not None else None
    if later is None or later.first >= len(view.corpus):
        return
    with st.container(key="new-texts"):
        theme.aside(sentence(later, len(view.corpus)), "new-texts")
        new = tuple(range(later.first, len(view.corpus)))
        st.button(
            f"Select {counted(len(new), 'new text')}",
            type="tertiary",
            key="select-new",
            on_click=state.select,
            args=(new,),
        )
        if len(later.strange):
            st.button(
                f"Select the {len(later.strange):,} that fit no group", type="tertiary", key="select-strange",
                help=HELP, on_click=state.select, args=(tuple(later.strange.tolist()),),
            )  # fmt: skip


def sentence(later: Later, n: int) -> str:
    """Say how many new texts there are, and how many of them fit no group."""
    new, strange = n - later.first, len(later.strange)
    said = f"{counted(new, 'new text is', 'new texts are')} on the map, which has not moved."
    if not strange:
        return f"{said} All fit its groups."
    fit = "fits" if strange == 1 else "fit"
    return f"{said} {strange:,} {fit} no group. With the next label the map takes all of them in."
