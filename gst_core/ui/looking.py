"""Looking into a group: its texts alone on the map, and the way back."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.errors import GstError
from gst_core.ui import state, theme
from gst_core.ui.actions import attempt
from gst_core.work import MapState, PartMap
from gst_core.workspace import CorpusEntry, Lens

FEWEST = 3  # texts of which a map says something


@dataclass(frozen=True, eq=False)
class Looked:
    """A group that is looked into.

    Attributes
    ----------
    place : str
        The corpus and the lens.
    title : str
        What the group is called.
    map : PartMap
    """

    place: str
    title: str
    map: PartMap


def into(entry: CorpusEntry, lens: Lens | None, now: MapState, rows: NDArray[np.int64], title: str) -> None:
    """Lay the texts of a group out by themselves.

    Raises
    ------
    GstError
        They are too few.
    """
    if now.frame is None or len(rows) < FEWEST:
        raise GstError(f"A group of fewer than {FEWEST} texts has no map of its own.")
    back()
    st.session_state[state.LOOKED_INTO] = Looked(_place(entry, lens), title, PartMap(now.frame, rows))
    state.show_group(None)
    state.select(())


def back() -> None:
    """Show all texts again, where they were."""
    looked: Looked | None = st.session_state.pop(state.LOOKED_INTO, None)
    if looked is not None:
        looked.map.stop()
        state.show_group(None)


def current(entry: CorpusEntry, lens: Lens | None) -> Looked | None:
    """Return what is looked into of a lens' map; what was of another one is given up."""
    looked: Looked | None = st.session_state.get(state.LOOKED_INTO)
    if looked is None:
        return None
    if looked.place != _place(entry, lens):
        back()
        return None
    return looked


def draw_way_back(looked: Looked | None) -> None:
    """Say over the map what is looked into, with the way back."""
    if looked is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="looked-into"):
        st.button("All texts", key="look-back", icon=":material/arrow_back:", on_click=attempt, args=(back,))
        st.markdown(
            f"Only **{theme.plain(looked.title)}**, {len(looked.map.rows):,} texts laid out by themselves; "
            "labels move the map of all texts"
        )


def _place(entry: CorpusEntry, lens: Lens | None) -> str:
    return f"{state.version(entry)}-{lens.id if lens else None}"
