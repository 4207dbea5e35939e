"""The panels beside the map: instruction and classes at the left; selected, next and groups at the right."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from gst_core.corpus.corpus import Corpus
from gst_core.errors import GstError
from gst_core.map.cluster_names import ClusterName
from gst_core.suggest import Suggestion
from gst_core.ui import agreement_panel, palette, state, theme
from gst_core.workspace.records import HUMAN, LLM, Label, deciding_labels, models_of
from gst_core.workspace.workspace import CorpusEntry, Lens

SHOWN = 6  # selected documents that are listed; the rest are a number
CUT = 150  # characters of a listed text


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
            _try(lambda: state.workspace().rename_lens(lens.id, reworded))
        count = len(state.workspace().labels(lens.id))
        st.write(f"This removes the lens “{lens.name}” with its {count} labels. The corpus and other lenses stay.")
        if st.button("Delete this lens", type="primary", key=f"delete-{lens.id}"):
            state.jobs().annotation(lens.id).cancel()
            state.workspace().delete_lens(lens.id)
            state.choose_lens(entry.id, None)
            st.rerun()


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


def _counts(own: int, machine: int, model: str) -> str:
    """Return the labels of a class as HTML: yours, and after a plus the model's."""
    if not machine:
        return f"<b>{own:,}</b>"
    title = f"{own:,} by you, {machine:,} by {model}"
    return f'<b title="{escape(title)}">{own:,} + {machine:,}</b>'


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
            _try(lambda: undo(lens))
        if st.button("Redo", disabled=not steps.redo, help="Ctrl+Shift+Z"):
            _try(lambda: state.workspace().redo(lens.id))
        if any(x.who == LLM for x in labels):
            agreement_panel.draw(corpus, lens, labels, running=running)


def undo(lens: Lens) -> None:
    """Take the last step back, and say so when that was a run of a model, with hundreds of labels."""
    own = state.workspace().history(lens.id, HUMAN).undo
    changed = state.workspace().undo(lens.id)
    if changed and not own:
        state.notify(f"{changed:,} labels by the model taken back. Redo brings them again.")


def _add_classes(lens: Lens, key: str) -> None:
    typed, st.session_state[key] = st.session_state[key], ""
    for name in typed.split(","):
        if name.strip():
            _say(partial(state.workspace().add_class, lens.id, name))


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
            _try(lambda: state.workspace().rename_class(lens.id, name, renamed))
        if st.button(f"Delete class and its {count} labels", key=f"drop-{lens.id}-{name}", icon=":material/delete:"):
            _try(lambda: state.workspace().delete_class(lens.id, name))


def selected_panel(corpus: Corpus, lens: Lens | None, facts: dict[int, str]) -> None:
    """Draw the selected documents and the buttons that label them all.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens or None
    facts : dict of int to str
        A line about some of the documents: label, likeliest class.
    """
    selected = state.selection()
    title, clear = st.columns([3, 1], vertical_alignment="center")
    with title:
        theme.heading(f"Selected ({len(selected):,})")
    if selected and clear.button("clear", type="tertiary", help="Esc"):
        state.select(())
        st.rerun()
    if not selected:
        st.caption("Click a text on the map, or draw around many.")
        return
    if lens is not None:
        _label_buttons(corpus, lens, selected)
    with st.container(key="documents"):
        for i in selected[:SHOWN]:
            text = corpus.texts[i] if len(selected) == 1 else theme.cut(corpus.texts[i], CUT)
            st.html(
                f'<div class="gst-document">{escape(text)}</div>'
                f'<div class="gst-aside" data-testid="document-fact">{escape(facts.get(i, ""))}</div>'
            )
        if len(selected) > SHOWN:
            st.caption(f"and {len(selected) - SHOWN:,} more")


def _label_buttons(corpus: Corpus, lens: Lens, selected: Sequence[int]) -> None:
    if lens.classes:
        options = [f"{n + 1} {c}" if n < 9 else c for n, c in enumerate(lens.classes)]
        picked = st.pills(
            "Label",
            options,
            format_func=theme.plain,
            key=f"label-{state.selection_basis()}-{hash(tuple(selected))}",
            label_visibility="collapsed",
        )
        if picked is not None:
            label(corpus, lens, selected, lens.classes[options.index(picked)])
    key = f"new-class-{lens.id}"
    st.text_input(
        "Another class",
        placeholder="… or a new class, press Enter",
        label_visibility="collapsed",
        key=key,
        on_change=_label_as_new,
        args=(corpus, lens, selected, key),
    )
    given = deciding_labels(state.workspace().labels(lens.id))
    if any(corpus.ids[i] in given for i in selected) and st.button("Remove label", icon=":material/label_off:"):
        label(corpus, lens, selected, None)


def next_panel(corpus: Corpus, lens: Lens, suggestions: Sequence[Suggestion]) -> None:
    """Draw what to label next: a click on a text shows it on the map, a click on a class labels it."""
    theme.heading("Label next")
    if not suggestions:
        st.caption("New ones come when the map has settled.")
    for suggestion in suggestions:
        i = suggestion.index
        with st.container(key=f"next-card-{i}"):
            _next_card(corpus, lens, suggestion)


def _next_card(corpus: Corpus, lens: Lens, suggestion: Suggestion) -> None:
    i = suggestion.index
    if st.button(
        theme.plain(theme.cut(corpus.texts[i], CUT)), key=f"show-{i}", type="tertiary", help="Show it on the map"
    ):
        state.select((i,))
        st.rerun()
    st.html(f'<div class="gst-aside">{escape(suggestion.reason)}</div>')
    if lens.classes:
        options = list(lens.classes)
        picked = st.pills(
            "Class", options, format_func=theme.plain, key=f"next-{lens.id}-{i}", label_visibility="collapsed"
        )
        if picked is not None:
            label(corpus, lens, (i,), picked)


def clusters_panel(
    names: Sequence[ClusterName], numbers: Mapping[int, int], members: dict[int, tuple[int, ...]], n: int
) -> None:
    """Draw the groups; a click selects a group's texts."""
    noise = n - sum(x.size for x in names)
    theme.heading(f"Groups ({len(names)}, {noise / max(n, 1):.0%} in none)")
    with st.container(key="clusters"):
        for name in names[:16]:
            dot, title = st.columns([1, 12], vertical_alignment="center")
            dot.html(f'<span class="gst-dot" style="background:{palette.category(numbers[name.cluster])}"></span>')
            if title.button(
                f"{theme.plain(name.title)} · {name.size:,}", type="tertiary", key=f"cluster-{name.cluster}"
            ):
                state.select(members[name.cluster])
                st.rerun()


def _label_as_new(corpus: Corpus, lens: Lens, documents: Sequence[int], key: str) -> None:
    typed, st.session_state[key] = st.session_state[key], ""
    if typed.strip() and _say(lambda: _save(corpus, lens, documents, typed)):
        state.select(())


def label(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str | None) -> None:
    """Save a label for documents (None takes it away), then run the page again so that the map follows."""
    _tell(corpus, documents, class_name)
    _try(lambda: _save(corpus, lens, documents, class_name))


def label_by_key(corpus: Corpus, lens: Lens, documents: Sequence[int], class_name: str) -> None:
    """Save a label where nothing can be drawn yet, in a callback."""
    _tell(corpus, documents, class_name)
    _say(lambda: _save(corpus, lens, documents, class_name))


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


def _try(action: Callable[[], object]) -> None:
    """Do something and run the page again, or say in place why it cannot be done."""
    try:
        action()
    except GstError as error:
        state.refuse(error)
        return
    st.rerun()


def _say(action: Callable[[], object]) -> bool:
    """Do something in a callback, where nothing can be drawn yet: what goes wrong is said after the run."""
    try:
        action()
    except GstError as error:
        state.notify(str(error))
        return False
    return True
