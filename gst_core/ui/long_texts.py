"""Texts that are longer than the encoder reads: counted and said once when a corpus is opened, and on each of them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.encoding import CUT, chosen_way, cut_texts, long_texts_sentence
from gst_core.ui import state
from gst_core.ui.background import background
from gst_core.workspace import CorpusEntry

PATIENCE = 0.1  # seconds: of a few thousand texts it is known by then
SAID = "_long_texts_said"  # of which corpora in this session


def cut(entry: CorpusEntry) -> NDArray[np.bool_] | None:
    """Return which texts of a corpus are longer than its encoder reads; None while that is not known, or of no use."""
    if entry.own_embeddings:
        return None
    jobs, store = state.jobs(), state.workspace().embeddings

    def find() -> NDArray[np.bool_]:
        return cut_texts(jobs.corpus(entry.id).texts, entry.encoder, store=store)

    asked = background().ask(("cut", state.version(entry)), find, PATIENCE)
    return asked.result() if asked.done() and asked.exception() is None else None


def remark(entry: CorpusEntry, found: NDArray[np.bool_] | None, document: int) -> str:
    """Return what is said on a text that is longer than the encoder reads; empty on others."""
    if found is None or not found[document]:
        return ""
    if chosen_way(found, entry.long or None) == CUT:
        return "only its beginning is read: it is longer than the encoder reads"
    return "read in pieces: it is longer than the encoder reads"


def say_once(entry: CorpusEntry) -> None:
    """Say how many texts are long, when a corpus is first seen in a session."""
    said: set[str] = st.session_state.setdefault(SAID, set())
    found = cut(entry) if state.version(entry) not in said else None
    if found is not None:
        said.add(state.version(entry))
        if sentence := long_texts_sentence(found, entry.long or None, entry.encoder):
            state.notify(sentence)
