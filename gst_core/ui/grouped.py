"""The groups of a map as the page shows them: after what people did to them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import GroupedTexts, do_group_steps, finer_groups
from gst_core.corpus import Corpus
from gst_core.map import ClusterName, CondensedTree, name_clusters
from gst_core.ui import state
from gst_core.work import MapState
from gst_core.workspace import CorpusEntry, Lens

if TYPE_CHECKING:
    from gst_core.map import Keywords


def grouped(entry: CorpusEntry, lens: Lens | None, corpus: Corpus, now: MapState) -> GroupedTexts | None:
    """Return the groups of a map after the steps that are kept for it; None where it has no groups yet."""
    frame, clusters = now.frame, now.clusters
    if frame is None or clusters is None or len(clusters) != len(corpus):
        return None
    lens_id = lens.id if lens else None
    steps = state.workspace().group_steps(entry.id, lens_id)
    place = f"{state.version(entry)}-{lens_id}"
    seen = "-".join(str(step.id) for step in steps)
    found = state.memoize(
        "grouped",
        (place, clusters, now.tree, seen),
        lambda: do_group_steps(
            steps, clusters, rows(entry, corpus), frame.positions, now.tree, _shown_before(place), frame.embedding
        ),
    )
    st.session_state[state.SHOWN_GROUPS] = (place, found.clusters)
    return found


def finer_names(
    keywords: "Keywords", positions: NDArray[np.float32], tree: CondensedTree, clusters: NDArray[np.int32]
) -> list[ClusterName]:
    """Name the parts of groups, each by the number of its group and with its reach."""
    parts = finer_groups(tree, clusters)
    names = name_clusters(keywords.best(parts), positions, parts)
    group = {x.cluster: int(np.bincount(clusters[parts == x.cluster] + 1).argmax()) - 1 for x in names}
    reach = {x.cluster: float(2 * positions[parts == x.cluster].std(axis=0).mean()) for x in names}
    return [replace(x, cluster=group[x.cluster], reach=reach[x.cluster]) for x in names if x.keywords]


def rows(entry: CorpusEntry, corpus: Corpus) -> Mapping[str, int]:
    """Return the row of each document."""
    return state.memoize("rows", (state.version(entry),), lambda: {i: row for row, i in enumerate(corpus.ids)})


def _shown_before(place: str) -> NDArray[np.int32] | None:
    known: tuple[str, NDArray[np.int32]] = st.session_state.get(state.SHOWN_GROUPS, ("", None))
    return known[1] if known[0] == place else None
