"""What a person does to labels: saving them, taking a step back, and what is said afterwards."""

from collections.abc import Callable, Sequence

import streamlit as st

from gst_core.corpus.corpus import Corpus
from gst_core.errors import GstError
from gst_core.ui import state, theme
from gst_core.workspace.records import HUMAN, Lens

CUT = 150  # characters of a text that a message quotes


def label(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str | None) -> None:
    """Save a label for documents (None takes it away), then run the page again so that the map follows."""
    _tell(corpus, documents, class_name)
    attempt_and_rerun(lambda: _save(corpus, lens, documents, class_name))


def label_by_key(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str) -> None:
    """Save a label where nothing can be drawn yet, in a callback."""
    _tell(corpus, documents, class_name)
    attempt(lambda: _save(corpus, lens, documents, class_name))


def label_as_new(corpus: Corpus, lens: Lens, documents: Sequence[int], key: str) -> None:
    """Label documents, in a callback, with the class whose name was typed into a field."""
    typed, st.session_state[key] = st.session_state[key], ""
    if typed.strip() and attempt(lambda: _save(corpus, lens, documents, typed)):
        state.select(())


def undo(lens: Lens) -> None:
    """Take the last step back, and say so when that was a run of a model, with hundreds of labels."""
    own = state.workspace().history(lens.id, HUMAN).undo
    changed = state.workspace().undo(lens.id)
    if changed and not own:
        state.notify(f"{changed:,} labels by the model taken back. Redo brings them again.")


def _tell(corpus: Corpus, documents: Sequence[int], class_name: str | None) -> None:
    if class_name is not None and (len(documents) > 1 or tuple(documents) != state.selection()):
        what = f"{len(documents):,} texts" if len(documents) > 1 else f"“{theme.cut(corpus.texts[documents[0]], CUT)}”"
        state.notify(theme.plain(f"{what} labelled {class_name}. The key u takes it back."))
    state.select(())


def _save(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str | None) -> None:
    chosen = [corpus.ids[i] for i in documents if 0 <= i < len(corpus)]
    if class_name is not None:
        name = state.workspace().add_class(lens.id, class_name)
        state.workspace().set_labels(lens.id, dict.fromkeys(chosen, name))
        return
    state.workspace().take_labels(lens.id, chosen)


def attempt_and_rerun(action: Callable[[], object]) -> None:
    """Do something and run the page again, or say in place why it cannot be done."""
    try:
        action()
    except GstError as error:
        state.refuse(error)
        return
    st.rerun()


def attempt(action: Callable[[], object]) -> bool:
    """Do something in a callback, where nothing can be drawn yet: what goes wrong is said after the run."""
    try:
        action()
    except GstError as error:
        state.notify(str(error))
        return False
    return True
