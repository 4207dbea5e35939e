"""What a person does to labels: saving them, taking a step back, and what is said afterwards."""

from collections.abc import Sequence

import streamlit as st

from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.errors import WorkspaceError
from gst_core.ui import state, theme
from gst_core.ui.actions import attempt
from gst_core.workspace import HUMAN, Lens

CUT = 150  # characters of a text that a message quotes
MANY = 50  # texts; a label for more of them at once is warned of, as a wrong key would cost much


def label(
    corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str | None, *, quietly: bool = False
) -> None:
    """Save a label for documents (None takes it away), and say so where they were not the selected ones."""
    _save(corpus, lens, documents, class_name)
    if class_name is not None and len(documents) > MANY:
        steps = state.workspace().history(lens.id, session=state.session()).undo
        state.warn_of_many((lens.id, steps, f"{len(documents):,} texts at once are labelled {class_name}."))
    if quietly:
        return
    if class_name is not None and (len(documents) > 1 or tuple(documents) != state.selection()):
        what = f"{len(documents):,} texts" if len(documents) > 1 else f"“{theme.cut(corpus.texts[documents[0]], CUT)}”"
        state.notify(f"{what} labelled {class_name}. The key u takes it back.")
    state.select(())


def draw_warning(lens: Lens) -> None:
    """Say that very many texts were labelled at once, as long as that is the last step, and offer one click back."""
    lens_id, steps, words = state.many_labelled()
    if lens_id != lens.id or state.workspace().history(lens.id, session=state.session()).undo != steps:
        return
    with st.container(key="many-labelled"):
        st.warning(theme.plain(words), icon=":material/warning:")
        st.button("Take it back", key="undo-many", icon=":material/undo:", on_click=attempt, args=(undo, lens))


def skip(corpus: Corpus, lens: Lens, row: int) -> None:
    """Have a text not suggested any more."""
    _check_current(corpus, lens)
    state.workspace().skip(lens.id, [corpus.ids[row]], session=state.session())


def undo(lens: Lens) -> None:
    """Take this session's last step on labels back, and say what that was; runs of a model come last."""
    before = state.workspace().history(lens.id, HUMAN, session=state.session()).undo
    skipped = state.workspace().skipped(lens.id)
    changed = state.workspace().undo(lens.id, session=state.session())
    state.took_back(state.OF_LABELS)
    if not changed:
        return
    if state.workspace().skipped(lens.id) != skipped:
        state.notify("Taken back: a text that was skipped is suggested again.")
    else:
        by = "" if before else " by the model"
        state.notify(
            f"Taken back: {counted(changed, 'label')}{by}. Redo brings {'it' if changed == 1 else 'them'} again."
        )


def redo(lens: Lens) -> None:
    """Do again what this session has taken back last."""
    state.workspace().redo(lens.id, session=state.session())
    state.did_again(state.OF_LABELS)


def _save(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str | None) -> None:
    _check_current(corpus, lens)
    chosen = [corpus.ids[i] for i in documents if 0 <= i < len(corpus)]
    if class_name is None:
        state.workspace().remove_labels(lens.id, chosen, session=state.session())
        return
    name = state.workspace().add_class(lens.id, class_name)
    state.workspace().set_labels(lens.id, dict.fromkeys(chosen, name), session=state.session())


def _check_current(corpus: Corpus, lens: Lens) -> None:
    """Refuse to label what a page shows of a corpus that was replaced since.

    Raises
    ------
    WorkspaceError
        It was.
    """
    now = state.jobs().corpus(lens.corpus)
    if now is not corpus and now.ids != corpus.ids:  # and its documents have other numbers
        raise WorkspaceError("This corpus was replaced meanwhile, so nothing was labelled. Choose a text anew.")
