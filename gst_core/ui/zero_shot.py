"""Guesses from the class names alone, for the page: computed beside it, shown as suggestions."""

from gst_core.annotate import Guesses, guess
from gst_core.errors import GstError
from gst_core.ui import state
from gst_core.ui.background import background
from gst_core.workspace import CorpusEntry, Lens, without_none_of_these

PATIENCE = 0.2  # seconds: with the encoder at hand the guesses of a few thousand texts are there at once


def guesses(entry: CorpusEntry, lens: Lens | None) -> Guesses | None:
    """Return what each text of a corpus may be, or None while that is not known or when it cannot be.

    Parameters
    ----------
    entry : CorpusEntry
        Embeddings that came with a corpus were made by nobody knows what, so nothing is guessed from them.
    lens : Lens or None
    """
    classes = without_none_of_these(lens.classes) if lens else ()
    if lens is None or len(classes) < 2 or entry.own_embeddings:
        return None
    jobs, workspace = state.jobs(), state.workspace()

    def make() -> Guesses | None:
        X = jobs.generic(entry.id)
        try:
            return X if X is None else guess(X, lens.instruction, classes, entry.encoder, workspace.class_names)
        except GstError:
            return None  # a help, not a need

    asked = background().ask(("guesses", state.version(entry), lens.instruction, classes), make, PATIENCE)
    return asked.result() if asked.done() and asked.exception() is None else None
