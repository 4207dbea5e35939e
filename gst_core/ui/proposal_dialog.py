"""The label set that waits to be accepted, as a table that a person edits; every edit is kept at once."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.annotate import usable_name
from gst_core.corpus import Corpus
from gst_core.errors import AnnotationError
from gst_core.map import ClusterName
from gst_core.ui import state, theme
from gst_core.ui.actions import ask_for_page, attempt_for_page, catch_up, show_refusal, succeeds
from gst_core.workspace import NONE_OF_THESE, ClassDefinition, LabelSet, Lens

SHOWN_FOR, BEFORE = "_proposal_of", "_proposals_before"
CUT = 90  # characters of an example
MOST_GROUPS = 12  # of the map that become classes; as many as a construction looks for at most
EXAMPLES = 3
NAME_WORDS = 2  # of a group that make its class' name
STEPS = 30  # edits that can be taken back
Change = Callable[[LabelSet], LabelSet]


def show(lens_id: str, earlier: LabelSet | None = None) -> None:
    """Have the dialog drawn from the next run of the page on; `earlier` is what Undo goes back to."""
    st.session_state[SHOWN_FOR] = lens_id
    st.session_state[BEFORE] = [] if earlier is None else [earlier]


def close() -> None:
    """Have the dialog drawn no more; the label set stays as it was edited."""
    st.session_state.pop(SHOWN_FOR, None)


def is_open(lens: Lens) -> bool:
    """Say whether a run of the page draws the dialog: it was asked for, and there is a label set to show."""
    return st.session_state.get(SHOWN_FOR) == lens.id and state.workspace().proposal(lens.id) is not None


def draw(corpus: Corpus, lens: Lens) -> None:
    """Draw the dialog if it is open; called at the end of every run of the page."""
    if not is_open(lens):
        if st.session_state.get(SHOWN_FOR) == lens.id:
            close()  # the label set is gone; the next one is not shown unasked
        return
    st.dialog("Classes to label with", width="large", on_dismiss=close)(_body)(corpus, lens)


def from_groups(
    names: Sequence[ClusterName], positions: NDArray[np.float32], clusters: NDArray[np.int32], ids: Sequence[str]
) -> LabelSet:
    """Make a label set of the groups on a map, the largest first.

    Parameters
    ----------
    names : sequence of ClusterName
    positions : ndarray of shape (n, 2), float32
    clusters : ndarray of shape (n,), int32
    ids : sequence of str, length n
        Of the documents; those nearest a group's densest spot are its examples.

    Returns
    -------
    LabelSet
        Named by the groups' first words; groups of the same words, or of none, are numbered.
    """
    classes: list[ClassDefinition] = []
    taken = {NONE_OF_THESE}
    for group in names[:MOST_GROUPS]:
        name = _free_name(usable_name(" ".join(group.keywords[:NAME_WORDS])) or f"group {group.cluster + 1}", taken)
        taken.add(name.casefold())
        rows = np.flatnonzero(clusters == group.cluster)
        way = ((positions[rows] - np.array([group.x, group.y], dtype=np.float32)) ** 2).sum(axis=1)
        nearest = rows[np.argsort(way, kind="stable")[:EXAMPLES]]
        about = f"Texts about {', '.join(group.keywords)}." if group.keywords else ""
        classes.append(ClassDefinition(name, about, tuple(ids[i] for i in nearest)))
    return LabelSet(tuple(classes))


def example_lines(examples: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    """Return examples as a page shows them: the texts of documents, else the statements themselves, each cut."""
    return [theme.cut(" ".join(texts.get(one, one).split()), CUT) for one in examples]


def parts_of(typed: str) -> list[str]:
    """Return the names in a line of names with commas between them."""
    return [name.strip() for name in typed.split(",") if name.strip()]


def _free_name(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free.casefold() in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _body(corpus: Corpus, lens: Lens) -> None:
    catch_up()
    label_set = state.workspace().proposal(lens.id)
    if label_set is None:
        st.rerun()
    st.caption("Change what is not right. What you change is kept; nothing is used before you say so.")
    show_refusal()
    texts = state.memoize("texts", (corpus,), lambda: dict(zip(corpus.ids, corpus.texts, strict=True)))
    with st.container(key="proposed-classes"):
        ticked = [one.name for i, one in enumerate(label_set.classes) if _row(lens, i, one, texts)]
    _tools(lens, ticked)
    _end(lens, label_set)


def _row(lens: Lens, position: int, one: ClassDefinition, texts: Mapping[str, str]) -> bool:
    """Draw one class; return whether it is ticked."""
    tick, name, definition, drop = st.columns([0.35, 2.2, 5.6, 0.5], vertical_alignment="center", gap="small")
    mark = f"{lens.id}-{position}-{one.name}"
    ticked = tick.checkbox(f"Choose class {position + 1}", key=f"tick-{mark}", label_visibility="collapsed")
    name.text_input(
        f"Name of class {position + 1}", one.name, key=f"name-{mark}", label_visibility="collapsed",
        on_change=_renamed, args=(lens.id, one.name, f"name-{mark}"),
    )  # fmt: skip
    definition.text_input(
        f"What belongs to class {position + 1}", one.definition, key=f"line-{mark}-{one.definition}",
        placeholder="What belongs to it, in one line", label_visibility="collapsed",
        on_change=_redefined, args=(lens.id, one.name, f"line-{mark}-{one.definition}"),
    )  # fmt: skip
    drop.button(
        f"Delete class {position + 1}", icon=":material/delete:", type="tertiary", key=f"drop-proposed-{mark}",
        help="Delete this class",
        on_click=_change, args=(lens.id, lambda s: s.delete(one.name)),
    )  # fmt: skip
    if one.examples:
        shown = " · ".join(f"“{escape(line)}”" for line in example_lines(one.examples, texts))
        st.html(f'<div class="gst-aside gst-examples">{shown}</div>')
    return ticked


def _tools(lens: Lens, ticked: Sequence[str]) -> None:
    """Draw what can be done with the classes that are ticked: add when none is, split one, merge several."""
    key = f"tool-{lens.id}-{'|'.join(ticked)}"
    change: Callable[[Sequence[str], str, LabelSet], LabelSet]
    if not ticked:
        words, change = "Add a class, press Enter. Tick one class to split it, two to merge them.", _added
    elif len(ticked) == 1:
        words, change = f"Split “{ticked[0]}” into: names with commas between them, then Enter", _split
    else:
        words, change = f"Merge {len(ticked)} classes under a name, then Enter", _merged
    st.text_input(
        "Add, split or merge", ticked[0] if len(ticked) > 1 else "", placeholder=words, key=key,
        label_visibility="collapsed",
        on_change=partial(_tool, lens.id, key, partial(change, tuple(ticked))),
    )  # fmt: skip
    if len(ticked) > 1:
        st.button(
            f"Merge {len(ticked)}", icon=":material/merge:",
            on_click=_tool, args=(lens.id, key, partial(_merged, tuple(ticked))),
        )  # fmt: skip


def _end(lens: Lens, label_set: LabelSet) -> None:
    none, undo, discard, use = st.columns([3, 1.2, 1.2, 2], vertical_alignment="center")
    none.toggle(
        "A text may be none of these", label_set.none_of_these, key=f"none-{lens.id}-{label_set.none_of_these}",
        on_change=_change, args=(lens.id, _switched),
    )  # fmt: skip
    undo.button(
        "Undo", icon=":material/undo:", width="stretch", key="undo-proposal",
        disabled=not st.session_state.get(BEFORE), on_click=_take_back, args=(lens.id,),
    )  # fmt: skip
    discard.button(
        "Discard", width="stretch", help="Forget these classes", on_click=attempt_for_page, args=(_drop, lens)
    )
    use.button("Use these classes", type="primary", width="stretch", on_click=_accept, args=(lens, label_set))


def _accept(lens: Lens, label_set: LabelSet) -> None:
    """Have the dialog's end wait for the page, but let nothing run under it when it stays to say what is wrong."""
    if succeeds(_use, lens, label_set):
        ask_for_page()


def _use(lens: Lens, label_set: LabelSet) -> None:
    if len(label_set.classes) < 2:
        raise AnnotationError("It takes two classes to tell texts apart. Add another one.")
    state.workspace().define_classes(lens.id, label_set)
    _drop(lens)


def _drop(lens: Lens) -> None:
    state.workspace().drop_proposal(lens.id)
    close()


def _edit(lens_id: str, change: Change) -> bool:
    """Change the label set in a callback, and keep it; say whether that was possible."""
    before = state.workspace().proposal(lens_id)
    if before is None:
        return False
    if not succeeds(lambda: state.workspace().save_proposal(lens_id, change(before))):
        return False
    st.session_state[BEFORE] = [*st.session_state.get(BEFORE, []), before][-STEPS:]
    return True


def _change(lens_id: str, change: Change) -> None:
    _edit(lens_id, change)


def _take_back(lens_id: str) -> None:
    earlier = st.session_state.get(BEFORE, [])
    if earlier and succeeds(state.workspace().save_proposal, lens_id, earlier[-1]):
        st.session_state[BEFORE] = earlier[:-1]


def _renamed(lens_id: str, name: str, key: str) -> None:
    if not _edit(lens_id, lambda s: s.rename(name, st.session_state[key])):
        st.session_state[key] = name


def _redefined(lens_id: str, name: str, key: str) -> None:
    _edit(lens_id, lambda s: s.redefine(name, st.session_state[key]))


def _tool(lens_id: str, key: str, change: Callable[[str, LabelSet], LabelSet]) -> None:
    typed = st.session_state[key]
    if typed.strip() and _edit(lens_id, partial(change, typed)):
        st.session_state[key] = ""


def _added(_: Sequence[str], typed: str, label_set: LabelSet) -> LabelSet:
    for name in parts_of(typed):
        label_set = label_set.add(name)
    return label_set


def _split(ticked: Sequence[str], typed: str, label_set: LabelSet) -> LabelSet:
    return label_set.split(ticked[0], parts_of(typed))


def _merged(ticked: Sequence[str], typed: str, label_set: LabelSet) -> LabelSet:
    return label_set.merge(ticked, typed)


def _switched(label_set: LabelSet) -> LabelSet:
    return LabelSet(label_set.classes, not label_set.none_of_these)
