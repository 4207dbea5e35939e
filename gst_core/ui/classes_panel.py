"""The classes of a lens with their keys, colours and labels, and under them what is saved, undo and redo."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from gst_core.corpus.corpus import Corpus
from gst_core.ui import agreement_panel, labelling, palette, state, theme
from gst_core.workspace.records import HUMAN, LLM, Label, Lens, deciding_labels, models_of


def classes_panel(lens: Lens, labels: Sequence[Label]) -> None:
    """Draw the classes with their keys, colours and counts, and what is needed to change them.

    Parameters
    ----------
    lens : Lens
    labels : sequence of Label
        Of the lens.
    """
    theme.heading("Classes")
    given = deciding_labels(labels).values()
    model = models_of(labels)
    with st.container(key="classes"):
        for number, name in enumerate(lens.classes):
            said = [x.who for x in given if x.class_name == name]
            _class_row(lens, number, name, said.count(HUMAN), said.count(LLM), model)
    key = f"add-class-{lens.id}"
    st.text_input(
        "New class",
        placeholder="Add a class, press Enter",
        label_visibility="collapsed",
        key=key,
        on_change=_add_classes,
        args=(lens, key),
    )


def _class_row(lens: Lens, number: int, name: str, own: int, machine: int, model: str) -> None:
    count = own + machine
    line, more = st.columns([5, 1], vertical_alignment="center")
    key = f"<kbd>{number + 1}</kbd>" if number < 9 else ""
    colour = palette.category(number)
    line.html(
        f'<div class="gst-kind" data-testid="class-row">{key}<span class="gst-dot" style="background:{colour}"></span>'
        f'<span class="gst-name" title="{escape(name)}">{escape(name)}</span>{_counts(own, machine, model)}</div>'
    )
    with more.popover("", icon=":material/more_vert:", type="tertiary", key=f"more-{lens.id}-{number}"):
        renamed = st.text_input("Name", value=name, key=f"rename-{lens.id}-{name}")
        clash = " ".join(renamed.split()) in lens.classes
        merge = f"Merge its {count} labels into {theme.plain(renamed)}"
        meant = not clash or st.button(merge, key=f"merge-{lens.id}-{name}") if renamed != name else False
        if renamed.strip() and meant:
            labelling.attempt_and_rerun(lambda: state.workspace().rename_class(lens.id, name, renamed))
        if st.button(f"Delete class and its {count} labels", key=f"drop-{lens.id}-{name}", icon=":material/delete:"):
            labelling.attempt_and_rerun(lambda: state.workspace().delete_class(lens.id, name))


def _counts(own: int, machine: int, model: str) -> str:
    """Return the labels of a class as HTML: yours, and after a plus the model's."""
    if not machine:
        return f"<b>{own:,}</b>"
    title = f"{own:,} by you, {machine:,} by {model}"
    return f'<b title="{escape(title)}">{own:,} + {machine:,}</b>'


def _add_classes(lens: Lens, key: str) -> None:
    typed, st.session_state[key] = st.session_state[key], ""
    for name in typed.split(","):
        if name.strip():
            labelling.attempt(partial(state.workspace().add_class, lens.id, name))


def history_panel(corpus: Corpus, lens: Lens, labels: Sequence[Label], *, running: bool) -> None:
    """Draw how many labels are saved and by whom, what person and model think of each other's, undo and redo.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens
    labels : sequence of Label
        Of the lens.
    running : bool
        Whether a model labels now.
    """
    said = [x.who for x in deciding_labels(labels).values()]
    words = f"{said.count(HUMAN):,} labels, saved"
    if any(x.who == LLM for x in labels):
        words = f"{said.count(HUMAN):,} labels by you, {said.count(LLM):,} by the model, saved"
    theme.aside(words, "label-count")
    steps = state.workspace().history(lens.id)
    with st.container(horizontal=True, gap="small", key="history"):
        if st.button("Undo", disabled=not steps.undo, help="u or Ctrl+Z"):
            labelling.attempt_and_rerun(lambda: labelling.undo(lens))
        if st.button("Redo", disabled=not steps.redo, help="Ctrl+Shift+Z"):
            labelling.attempt_and_rerun(lambda: state.workspace().redo(lens.id))
        if any(x.who == LLM for x in labels):
            agreement_panel.draw(corpus, lens, labels, running=running)
