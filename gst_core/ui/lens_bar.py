"""The corpus and the lens at the top of a page, and the instruction with what can be done to its lens."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gst_core.counting import counted
from gst_core.ui import search, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import CorpusEntry, Lens


def pickers(entry: CorpusEntry) -> tuple[Lens | None, DeltaGenerator]:
    """Draw the row with the corpus, the lens and the search; return the chosen lens, and the place beside it."""
    left, middle, beside, right = st.columns([1.1, 1.35, 0.85, 1.7], vertical_alignment="center")
    with left:
        corpus_picker(entry)
    with middle:
        lens = _lens_picker(entry)
    with right:
        search.draw()
    return lens, beside


def corpus_picker(entry: CorpusEntry) -> None:
    """Draw the picker of the corpus."""
    names = {e.id: f"{e.name} · {counted(e.documents, 'text')}" for e in state.workspace().corpora()}
    _picker("Corpus", names, entry.id, state.choose_corpus)


def _lens_picker(entry: CorpusEntry) -> Lens | None:
    lens = state.current_lens(entry.id)
    names = {x.id: f"Lens · {x.name}" for x in state.workspace().lenses(entry.id)}
    names = {"": "No instruction: all that the texts say", **names}
    _picker("Lens", names, lens.id if lens else "", partial(state.choose_lens, entry.id))
    return lens


def _picker(label: str, names: Mapping[str, str], current: str, choose: Callable[[str], None]) -> None:
    shown = told_apart(names)
    key = f"picker-{label}-{current}-{shown[current]}"
    st.selectbox(
        label,
        list(shown),
        index=list(shown).index(current),
        format_func=lambda i: shown.get(i, ""),
        label_visibility="collapsed",
        key=key,
        on_change=when_changed(key, current, choose),
    )


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return names that differ, each repeated one with its number: a browser tells options apart by their words."""
    shown: dict[str, str] = {}
    for key, name in names.items():
        one, number = name, 2
        while one in shown.values():
            one, number = f"{name} ({number})", number + 1
        shown[key] = one
    return shown


def instruction_box(entry: CorpusEntry, lens: Lens | None) -> None:
    """Draw the instruction; typing one without a lens makes a lens, typing another renames the one that is there."""
    theme.heading("Instruction")
    known = lens.instruction if lens else ""
    key = f"instruction-{lens.id if lens else 'new-' + entry.id}-{known}"
    st.text_area(
        "Instruction",
        known,
        placeholder="group by what the customer feels",
        key=key,
        label_visibility="collapsed",
        height=72,
        help="Say what the map should group by, then Ctrl+Enter. Beside a lens with labels it makes a new one.",
        on_change=when_changed(key, known, partial(_instruct, entry, lens, key)),
    )
    if lens is not None:
        _lens_actions(entry, lens)


def _instruct(entry: CorpusEntry, lens: Lens | None, key: str, typed: str) -> None:
    known = lens.instruction if lens else ""
    if not typed.strip() or " ".join(typed.split()) == known:
        st.session_state[key] = known
    else:
        _take_instruction(entry, lens, typed)


def _take_instruction(entry: CorpusEntry, lens: Lens | None, typed: str) -> None:
    """Give an unlabelled lens another instruction; without one, or beside labels, which answer theirs, make a lens."""
    if lens is not None and not state.workspace().labels(lens.id):
        state.workspace().rename_lens(lens.id, typed)
        return
    state.choose_lens(entry.id, state.workspace().add_lens(entry.id, typed).id)
    if lens is not None:
        state.select(())
        state.notify(f"A new lens. “{lens.name}” keeps its labels; the picker at the top goes back to it.")


def _lens_actions(entry: CorpusEntry, lens: Lens) -> None:
    new, delete = st.columns(2)
    new.button("New lens", width="stretch", key="new-lens", on_click=_leave_lens, args=(entry,))
    with delete.popover("More", width="stretch"):
        key = f"reword-{lens.id}-{lens.instruction}"
        st.text_input(
            "Reword the instruction, keep the labels",
            lens.instruction,
            key=key,
            on_change=when_changed(key, lens.instruction, partial(_reword, lens, key)),
        )
        if lens.meant != lens.instruction:
            st.caption(f"The map follows “{theme.plain(lens.meant)}” and has not moved.")
            st.button(
                "Let the map follow the new words", key=f"follow-words-{lens.id}", icon=":material/sync:",
                on_click=attempt, args=(state.workspace().follow_words, lens.id),
            )  # fmt: skip
        count = counted(len(state.workspace().labels(lens.id)), "label")
        st.write(
            f"This removes the lens “{theme.plain(lens.name)}” with its {count}. The corpus and other lenses stay."
        )
        st.button(
            "Delete this lens", type="primary", key=f"delete-{lens.id}", on_click=attempt, args=(_delete, entry, lens)
        )


def _leave_lens(entry: CorpusEntry) -> None:
    state.choose_lens(entry.id, "")
    state.select(())


def _reword(lens: Lens, key: str, typed: str) -> None:
    if not typed.strip() or " ".join(typed.split()) == lens.instruction:
        st.session_state[key] = lens.instruction
    else:
        state.workspace().reword_lens(lens.id, typed)


def _delete(entry: CorpusEntry, lens: Lens) -> None:
    state.jobs().delete_lens(lens.id)
    state.choose_lens(entry.id, "")
