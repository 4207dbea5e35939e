"""The classes of a lens with their keys, colours and labels, and under them what is saved, undo and redo."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.ui import agreement_panel, labelling, palette, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import FEWEST_WORDS, HUMAN, LLM, Label, Lens, deciding_labels, models_of


def draw_classes(lens: Lens, labels: Sequence[Label], *, own_embeddings: bool = False) -> None:
    """Draw the classes with their keys, colours and counts, and what is needed to change them.

    Parameters
    ----------
    lens : Lens
    labels : sequence of Label
        Of the lens.
    own_embeddings : bool
        Whether embeddings came with the corpus; names have no part in its maps then.
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
        on_change=when_changed(key, "", partial(_add_classes, lens, key)),
    )
    if not labels and not own_embeddings and len(lens.classes) >= FEWEST_WORDS:
        _names_switch(lens)


def _names_switch(lens: Lens) -> None:
    """Draw what keeps the generic map until something is labelled; it is kept with the lens, as its map is."""
    key = f"by-words-{lens.id}-{lens.by_words}"
    st.toggle(
        "Names move the map",
        lens.by_words,
        key=key,
        help="Until you label something, the names of the classes form the map. Switched off, it waits for labels.",
        on_change=when_changed(key, lens.by_words, partial(_let_words_form, lens)),
    )


def _let_words_form(lens: Lens, by_words: bool) -> None:
    state.workspace().let_words_form(lens.id, by_words=by_words)


def _add_classes(lens: Lens, key: str, typed: str) -> None:
    for name in typed.split(","):
        if name.strip():
            state.workspace().add_class(lens.id, name)
    st.session_state[key] = ""


def _class_row(lens: Lens, number: int, name: str, own: int, machine: int, model: str) -> None:
    line, more = st.columns([5, 1], vertical_alignment="center")
    key = f"<kbd>{number + 1}</kbd>" if number < 9 else ""
    colour = palette.category(number)
    line.html(
        f'<div class="gst-kind" data-testid="class-row">{key}<span class="gst-dot" style="background:{colour}"></span>'
        f'<span class="gst-name" title="{escape(name)}">{escape(name)}</span>{_counts(own, machine, model)}</div>'
    )
    title = f"Change {theme.plain(name)}"  # heard, not seen
    with more.popover(title, icon=":material/more_vert:", type="tertiary", key=f"more-{lens.id}-{number}"):
        _change_class(lens, name, counted(own + machine, "label"))


def _counts(own: int, machine: int, model: str) -> str:
    """Return the labels of a class as HTML: yours, and after a plus the model's."""
    if not machine:
        return f"<b>{own:,}</b>"
    title = f"{own:,} by you, {machine:,} by {model}"
    return f'<b title="{escape(title)}">{own:,} + {machine:,}</b>'


def _change_class(lens: Lens, name: str, count: str) -> None:
    """Draw what renames a class, merges it into another one, or deletes it."""
    key = f"rename-{lens.id}-{name}"
    renamed = st.text_input(
        "Name", name, key=key, on_change=when_changed(key, name, partial(_rename_class, lens, name, key))
    )
    typed = " ".join(renamed.split())
    if typed != name and typed in lens.classes:
        st.button(
            f"Merge its {count} into {theme.plain(typed)}",
            key=f"merge-{lens.id}-{name}",
            on_click=attempt,
            args=(state.workspace().rename_class, lens.id, name, typed),
            kwargs={"session": state.session()},
        )
    st.button(
        f"Delete class and its {count}",
        key=f"drop-{lens.id}-{name}",
        icon=":material/delete:",
        on_click=attempt,
        args=(state.workspace().delete_class, lens.id, name),
        kwargs={"session": state.session()},
    )


def _rename_class(lens: Lens, name: str, key: str, typed: str) -> None:
    """Rename a class, unless another one has that name: then a button offers to merge the two."""
    wanted = " ".join(typed.split())
    if not wanted or wanted == name:
        st.session_state[key] = name
    elif wanted not in lens.classes:
        state.workspace().rename_class(lens.id, name, wanted, session=state.session())


def draw_history(corpus: Corpus, lens: Lens, labels: Sequence[Label], *, running: bool) -> None:
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
    theme.aside(labels_saved(labels), "label-count")
    steps = state.workspace().history(lens.id, session=state.session())
    with st.container(horizontal=True, gap="small", key="history"):
        st.button("Undo", disabled=not steps.undo, help="u or Ctrl+Z", on_click=attempt, args=(labelling.undo, lens))
        st.button("Redo", disabled=not steps.redo, help="Ctrl+Shift+Z", on_click=attempt, args=(labelling.redo, lens))
        if any(x.who == LLM for x in labels):
            agreement_panel.draw(corpus, lens, labels, running=running)


def labels_saved(labels: Sequence[Label]) -> str:
    """Say how many labels of a lens count, and whose they are."""
    said = [x.who for x in deciding_labels(labels).values()]
    own = counted(said.count(HUMAN), "label")
    if any(x.who == LLM for x in labels):
        return f"{own} by you, {said.count(LLM):,} by the model, saved"
    return f"{own}, saved"
