"""The wait for embeddings: a bar, texts per second, time left, cancel, trying again, and the map of what is there."""

from functools import partial

import numpy as np
import streamlit as st

from gst_core.counting import counted
from gst_core.errors import GstError
from gst_core.map import ClusterName, Frame, name_clusters
from gst_core.ui import colouring, palette, state, theme
from gst_core.ui.actions import attempt_for_page, catch_up, show_error
from gst_core.ui.map_component import MapName, MapStatus, map_documents, scatter_map
from gst_core.work import EncodingState, MapState
from gst_core.workspace import CorpusEntry

POLL_SECONDS = 1.0
CANCEL_SECONDS = 5.0  # in which a chunk that is being encoded comes to its end


def ready(entry: CorpusEntry, *, with_map: bool = False) -> bool:
    """Say whether a corpus is encoded; if not, start or join its encoding and draw how far it is.

    With a map, what is encoded so far is drawn as well.
    """
    try:
        if state.jobs().embeddings(entry.id) is not None:
            return True
    except GstError as error:
        show_error(error)
        return False
    job = state.jobs().encoding(entry.id)
    job.wait(0.2)  # a corpus whose embeddings are cached is there at once, and no bar flashes up
    if job.embeddings is not None:
        return True
    running = job.state.status == "running"
    if running and with_map:
        map_documents(state.version(entry), state.jobs().corpus(entry.id).texts, state.metadata(entry))
    st.fragment(_draw, run_every=POLL_SECONDS if running else None)(entry, with_map)
    return False


def _draw(entry: CorpusEntry, with_map: bool) -> None:
    catch_up()
    try:
        job = state.jobs().encoding(entry.id)
    except GstError as error:  # another session has deleted the corpus
        show_error(error)
        return
    now = job.state
    if now.status == "done":
        st.rerun()
    if now.status != "running":
        _stopped(entry, now)
        return
    if not with_map:
        _progress(entry, now)
        return
    left, centre = st.columns([1.05, 4.95])
    with left, st.container(key="side-left"):
        _progress(entry, now)
    with centre:
        _growing(entry)


def _progress(entry: CorpusEntry, now: EncodingState) -> None:
    progress = now.progress
    done, total = (progress.done, progress.total) if progress else (0, entry.documents)
    st.progress(done / max(total, 1), text=_words(now, total))
    st.caption("Each text is encoded once and kept. Every instruction after this works on what is there.")
    st.button("Cancel", icon=":material/stop_circle:", on_click=attempt_for_page, args=(_cancel, entry))


def _cancel(entry: CorpusEntry) -> None:
    job = state.jobs().encoding(entry.id)
    job.cancel()
    job.wait(CANCEL_SECONDS)


def _growing(entry: CorpusEntry) -> None:
    """Draw the map of the texts that are encoded; it can be looked at, and labelled when all are there."""
    now = state.jobs().growing(entry.id)
    if now.frame is None:
        st.info("The first map comes when a few hundred texts are encoded.", icon=":material/scatter_plot:")
        return
    frame = now.frame
    names = state.memoize("growing", (entry.id, frame), lambda: _named(entry, frame))
    shown = MapState(now.revision, frame, clusters=frame.clusters)
    numbers = colouring.cluster_numbers(frame.clusters, None, ())
    codes = np.full(entry.documents, -1, dtype=np.int64)
    scatter_map(
        f"map-{entry.id}",
        state.version(entry),
        frame.positions,
        now.revision,
        colouring.colour(colouring.CLUSTER, shown, frame.clusters, names, (), codes, numbers),
        standing=now.drawn if np.isfinite(frame.positions[: now.drawn]).all() else None,
        names=[MapName(x.x, x.y, x.title, palette.category(numbers[x.cluster]), x.size) for x in names],
        status=MapStatus(
            f"a first map of {now.drawn:,} of {counted(entry.documents, 'text')}",
            True,
            now.drawn / max(entry.documents, 1),
        ),
    )


def _words(now: EncodingState, total: int) -> str:
    progress = now.progress
    if progress is None or not progress.encoded:
        return f"Encoding {counted(total, 'text')} · loading the encoder"
    left = f" · {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
    return f"Encoding · {progress.done:,} of {counted(total, 'text')} · {progress.rate:,.0f} per second{left}"


def _stopped(entry: CorpusEntry, now: EncodingState) -> None:
    if now.status == "failed":
        st.error(theme.plain(now.error), icon=":material/error:")
        st.caption("The corpus is kept. You can open it again with another encoder on the Corpus page.")
    else:
        done = now.progress.done if now.progress else 0
        st.info(f"Encoding was cancelled; {done:,} of {counted(entry.documents, 'text')} encoded and kept.")
    st.button(
        "Try again" if now.status == "failed" else "Go on", icon=":material/refresh:",
        on_click=attempt_for_page, args=(partial(state.jobs().encoding, entry.id, again=True),),
    )  # fmt: skip


def _named(entry: CorpusEntry, frame: Frame) -> list[ClusterName]:
    if frame.clusters is None:
        return []
    return name_clusters(state.keywords(entry).best(frame.clusters), frame.positions, frame.clusters, moving=True)
