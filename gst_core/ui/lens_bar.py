"""The corpus and the lens at the top of a page, and the instruction with what can be done to its lens."""

import streamlit as st

from gst_core.errors import GstError
from gst_core.ui import labelling, state, theme
from gst_core.workspace.records import CorpusEntry, Lens


def pickers(entry: CorpusEntry) -> Lens | None:
    """Draw the row with the corpus, the lens and the search; return the chosen lens."""
    left, middle, right = st.columns([1.3, 1.7, 1.2], vertical_alignment="center")
    entries = {e.id: e for e in state.workspace().corpora()}
    with left:
        chosen = st.selectbox(
            "Corpus",
            list(entries),
            index=list(entries).index(entry.id),
            format_func=lambda i: f"{entries[i].name} · {entries[i].documents:,} texts",
            label_visibility="collapsed",
            key=f"corpus-picker-{entry.id}-{len(entries)}",
        )
    if chosen != entry.id:
        state.choose_corpus(chosen)
        st.rerun()
    with middle:
        lens = _lens_picker(entry)
    with right:
        st.text_input(
            "Search",
            placeholder="Find words in the texts",
            key=state.SEARCH,
            icon=":material/search:",
            label_visibility="collapsed",
        )
    return lens


def _lens_picker(entry: CorpusEntry) -> Lens | None:
    lenses = {x.id: x for x in state.workspace().lenses(entry.id)}
    lens = state.current_lens(entry.id)
    options = ["", *lenses]
    current = lens.id if lens else ""
    chosen = st.selectbox(
        "Lens",
        options,
        index=options.index(current),
        format_func=lambda i: f"Lens · {lenses[i].name}" if i else "No instruction: all that the texts say",
        label_visibility="collapsed",
        key=f"lens-picker-{entry.id}-{current}-{len(options)}-{lens.name if lens else ''}",
    )
    if chosen != current:
        state.choose_lens(entry.id, chosen or None)
        st.rerun()
    return lens


def instruction_box(entry: CorpusEntry, lens: Lens | None) -> None:
    """Draw the instruction; typing one without a lens makes a lens, typing another renames the one that is there."""
    theme.heading("Instruction")
    typed = st.text_area(
        "Instruction",
        value=lens.instruction if lens else "",
        placeholder="group by what the customer feels",
        key=f"instruction-{lens.id if lens else 'new-' + entry.id}",
        label_visibility="collapsed",
        height=72,
        help="Say what the map should group by, then Ctrl+Enter. Beside a lens with labels it makes a new one.",
    )
    try:
        if lens is None and typed.strip():
            made = state.workspace().add_lens(entry.id, typed)
            state.choose_lens(entry.id, made.id)
            st.session_state.pop(f"instruction-new-{entry.id}", None)
            st.rerun()
        if lens is not None and typed.strip() and " ".join(typed.split()) != lens.instruction:
            _other_instruction(entry, lens, typed)
            st.rerun()
    except GstError as error:
        state.refuse(error)
    if lens is not None:
        _lens_actions(entry, lens)


def _other_instruction(entry: CorpusEntry, lens: Lens, typed: str) -> None:
    """Give an unlabelled lens another instruction; beside one with labels, which answer its own, make a new lens."""
    if not state.workspace().labels(lens.id):
        state.workspace().rename_lens(lens.id, typed)
        return
    made = state.workspace().add_lens(entry.id, typed)
    st.session_state.pop(f"instruction-{lens.id}", None)
    state.choose_lens(entry.id, made.id)
    state.select(())
    state.notify(f"A new lens. “{lens.name}” keeps its labels; the picker at the top goes back to it.")


def _lens_actions(entry: CorpusEntry, lens: Lens) -> None:
    new, delete = st.columns(2)
    if new.button("New lens", width="stretch", key="new-lens"):
        state.choose_lens(entry.id, None)
        state.select(())
        st.rerun()
    with delete.popover("More", width="stretch"):
        reworded = st.text_input("Reword the instruction, keep the labels", lens.instruction, key=f"reword-{lens.id}")
        if reworded.strip() and " ".join(reworded.split()) != lens.instruction:
            st.session_state.pop(f"instruction-{lens.id}", None)
            labelling.attempt_and_rerun(lambda: state.workspace().rename_lens(lens.id, reworded))
        count = len(state.workspace().labels(lens.id))
        st.write(f"This removes the lens “{lens.name}” with its {count} labels. The corpus and other lenses stay.")
        if st.button("Delete this lens", type="primary", key=f"delete-{lens.id}"):
            state.jobs().delete_lens(lens.id)
            state.choose_lens(entry.id, None)
            st.rerun()
