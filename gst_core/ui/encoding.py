"""The wait for embeddings: a bar, texts per second, time left, cancel, and trying again."""

import streamlit as st

from gst_core.encoding_job import EncodingState
from gst_core.errors import GstError
from gst_core.ui import state
from gst_core.workspace import CorpusEntry

POLL_SECONDS = 0.5


def ready(entry: CorpusEntry) -> bool:
    """Say whether a corpus is encoded; if not, start or join its encoding and draw how far it is."""
    try:
        if state.jobs().embeddings(entry.id) is not None:
            return True
    except GstError as error:
        state.refuse(error)
        return False
    job = state.jobs().encoding(entry.id)
    job.wait(0.2)  # a corpus whose embeddings are cached is there at once, and no bar flashes up
    if job.embeddings is not None:
        return True
    running = job.state.status == "running"
    st.fragment(_draw, run_every=POLL_SECONDS if running else None)(entry)
    return False


def _draw(entry: CorpusEntry) -> None:
    job = state.jobs().encoding(entry.id)
    now = job.state
    if now.status == "done":
        st.rerun()
    if now.status != "running":
        _stopped(entry, now)
        return
    progress = now.progress
    done, total = (progress.done, progress.total) if progress else (0, entry.documents)
    st.progress(done / max(total, 1), text=_words(now, total))
    st.caption("Each text is encoded once and kept. Every instruction after this works on what is there.")
    if st.button("Cancel", icon=":material/stop_circle:"):
        job.cancel()
        job.wait(5)
        st.rerun()


def _words(now: EncodingState, total: int) -> str:
    progress = now.progress
    if progress is None or not progress.encoded:
        return f"Encoding {total:,} texts · loading the encoder"
    left = f" · {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
    return f"Encoding · {progress.done:,} of {total:,} texts · {progress.rate:,.0f} a second{left}"


def _stopped(entry: CorpusEntry, now: EncodingState) -> None:
    if now.status == "failed":
        st.error(now.error, icon=":material/error:")
        st.caption("The corpus is kept. You can open it again with another encoder on the Corpus page.")
    else:
        done = now.progress.done if now.progress else 0
        st.info(f"Encoding was cancelled; {done:,} of {entry.documents:,} texts are encoded and kept.")
    if st.button("Try again" if now.status == "failed" else "Go on", icon=":material/refresh:"):
        state.jobs().encoding(entry.id, again=True)
        st.rerun()
