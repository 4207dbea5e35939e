"""The classes of a lens with their keys, colours and labels, and under them what is saved, undo and redo."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.ui import agreement_panel, labelling, palette, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import (
    FEWEST_WORDS,
    HUMAN,
    LLM,
    Label,
    Lens,
    deciding_labels,
    is_brought,
    models_of,
    sources_of,
)


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
    said: dict[str, list[Label]] = {name: [] for name in lens.classes}
    for label in deciding_labels(labels).values():
        said.setdefault(label.class_name, []).append(label)
    definitions = state.workspace().class_definitions(lens.id)
    with st.container(key="classes"):
        for place, name in enumerate(lens.classes):
            _class_row(lens, place, said[name], definitions.get(name, ""))
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


def _class_row(lens: Lens, place: int, labels: Sequence[Label], definition: str) -> None:
    line, more = st.columns([5, 1], vertical_alignment="center")
    name, colour = lens.classes[place], palette.category(lens.numbers[place])
    title = f"{name}: {definition}" if definition else name
    line.html(
        f'<div class="gst-kind" data-testid="class-row"><kbd>{escape(lens.keys[place])}</kbd>'
        f'<span class="gst-dot" style="background:{colour}"></span>'
        f'<span class="gst-name" title="{escape(title)}">{escape(name)}</span>{_counts(labels)}</div>'
    )
    heard = f"Change {theme.plain(name)}"  # and not seen
    with more.popover(heard, icon=":material/more_vert:", type="tertiary", key=f"more-{lens.id}-{lens.numbers[place]}"):
        _change_class(lens, place, counted(len(labels), "label"), definition)


def _counts(labels: Sequence[Label]) -> str:
    """Return the labels of a class as HTML: yours and those of columns and files, and after a plus the model's."""
    machine = [label for label in labels if label.who == LLM]
    brought = [label for label in labels if is_brought(label.who)]
    own = len(labels) - len(machine)
    parts = [f"{own - len(brought):,} by you"]
    parts += [f"{len(brought):,} by the {sources_of(brought)}"] if brought else []
    parts += [f"{len(machine):,} by {models_of(machine)}"] if machine else []
    if len(parts) == 1:
        return f"<b>{own:,}</b>"
    shown = f"{own:,} + {len(machine):,}" if machine else f"{own:,}"
    return f'<b title="{escape(", ".join(parts))}">{shown}</b>'


def _change_class(lens: Lens, place: int, count: str, definition: str) -> None:
    """Draw what renames, defines and moves a class, gives it a key, merges it into another one, or deletes it."""
    name = lens.classes[place]
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
    if lens.meanings[place] != name:
        _offer_new_words(lens, lens.meanings[place])
    key = f"define-{lens.id}-{name}-{definition}"
    st.text_input(
        "What belongs to it", definition, key=key, placeholder="in one line",
        help="Seen when the mouse rests on the class; a model is told it, and the map hears it, too.",
        on_change=when_changed(key, definition, partial(state.workspace().define_class, lens.id, name)),
    )  # fmt: skip
    _key_and_place(lens, place)
    st.button(
        f"Delete class and its {count}",
        key=f"drop-{lens.id}-{name}",
        icon=":material/delete:",
        on_click=attempt,
        args=(state.workspace().delete_class, lens.id, name),
        kwargs={"session": state.session()},
    )


def _key_and_place(lens: Lens, place: int) -> None:
    """Draw what gives a class another key, and moves it among the others."""
    name, now = lens.classes[place], lens.keys[place]
    pressed, up, down = st.columns([2, 1, 1], vertical_alignment="bottom")
    key = f"key-{lens.id}-{name}-{now}"
    pressed.text_input(
        "Key", now, key=key, max_chars=2, help="A letter, or a number to 99; type two digits quickly. Empty: as usual.",
        on_change=when_changed(key, now, partial(_take_key, lens, name)),
    )  # fmt: skip
    for column, icon, to, words in ((up, "arrow_upward", place - 1, "up"), (down, "arrow_downward", place + 1, "down")):
        column.button(
            "", icon=f":material/{icon}:", key=f"{words}-{lens.id}-{name}", help=f"Move it {words} in the list",
            disabled=not 0 <= to < len(lens.classes), on_click=attempt, args=(_move, lens, place, to),
        )  # fmt: skip


def _take_key(lens: Lens, name: str, typed: str) -> None:
    usual = str(lens.numbers[lens.classes.index(name)] + 1)
    state.workspace().set_class_key(lens.id, name, "" if typed.strip() == usual else typed)


def _move(lens: Lens, place: int, to: int) -> None:
    order = list(lens.classes)
    order.insert(to, order.pop(place))
    state.workspace().order_classes(lens.id, order)


def _offer_new_words(lens: Lens, known: str) -> None:
    """Say by which words the map knows what was renamed, and offer that it follows the new ones."""
    st.caption(f"The map knows it as “{theme.plain(known)}” and has not moved.")
    st.button(
        "Let the map follow the new words", key=f"follow-words-{lens.id}-{known}", icon=":material/sync:",
        on_click=attempt, args=(state.workspace().follow_words, lens.id),
    )  # fmt: skip


def _rename_class(lens: Lens, name: str, key: str, typed: str) -> None:
    """Rename a class, unless another one has that name: then a button offers to merge the two."""
    wanted = " ".join(typed.split())
    if not wanted or wanted == name:
        st.session_state[key] = name
    elif wanted not in lens.classes:
        state.jobs().rename_class(lens.id, name, wanted, session=state.session())


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
    brought = sum(map(is_brought, said))
    parts = [counted(said.count(HUMAN), "label")]
    if brought:
        parts.append(f"{brought:,} by the {sources_of(labels)}")
    if any(x.who == LLM for x in labels):
        parts.append(f"{said.count(LLM):,} by the model")
    return f"{parts[0]}{' by you' if len(parts) > 1 else ''}{''.join(f', {part}' for part in parts[1:])}, saved"
