"""Person and model on the same texts: how far they agree, where they do not, and taking the model's labels back."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from gst_core.annotate import Disagreement, disagreements, independent_labels, machine_trust
from gst_core.annotate.agreement import agreement
from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.ui import state, theme
from gst_core.ui.actions import attempt
from gst_core.workspace import HUMAN, LLM, Label, Lens, models_of

LISTED = 5  # disagreements at once
UNSURE = 3  # labels that the model was least sure of
CUT = 110  # characters of a listed text
WIDTH = 320  # pixels, so that the map is seen beside it
KAPPA = "Cohen's kappa: 1 is perfect, 0 is guessing. Only texts that you labelled first count: they are a fair sample."


def draw(corpus: Corpus, lens: Lens, labels: Sequence[Label], *, running: bool) -> None:
    """Draw the popover.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens
    labels : sequence of Label
        Of the lens.
    running : bool
        Whether a model labels now.
    """
    with st.popover("Check", key=f"agreement-{lens.id}"), st.container(width=WIDTH):
        st.html(f'<div data-testid="agreement">{escape(agreement_words(labels, lens.classes))}</div>')
        if agreement(independent_labels(labels)).kappa is not None:
            st.caption(KAPPA)
        rows = {document: i for i, document in enumerate(corpus.ids)}
        kept = state.workspace().kept_labels(lens.id)
        found = [d for d in undecided(labels) if d.document in rows and kept.get(d.document) != d.machine]
        if found:
            theme.heading(f"You say otherwise ({len(found):,})")
        for one in found[:LISTED]:
            _disagreement(corpus, lens, rows[one.document], one)
        _unsure(corpus, labels, rows)
        _take_back(lens, labels, running)


def agreement_words(labels: Sequence[Label], classes: Sequence[str]) -> str:
    """Say how far person and model agree, and what a label of the model weighs for it."""
    found = agreement(independent_labels(labels))
    weight = f"Its labels weigh {machine_trust(labels, classes):.0%} of yours."
    if not found.both:
        return f"Label a few texts yourself to see how far you agree, then let it label: it reads them too. {weight}"
    texts = counted(found.both, "text")
    if found.kappa is None:
        return f"The same on {found.same:,} of {texts}. {weight}"
    return f"Agreement {found.kappa:.2f} on {texts}, the same on {found.same:,}. {weight}"


def undecided(labels: Sequence[Label]) -> list[Disagreement]:
    """Return where person and model differ and the person has not looked since; a correction is decided already."""
    return [one for one in disagreements(labels) if not one.overruled]


def least_sure(labels: Sequence[Label], count: int = UNSURE) -> list[Label]:
    """Return the model's labels of texts that no person labelled, those it was least sure of first."""
    spoken = {label.document for label in labels if label.who == HUMAN}
    alone = [label for label in labels if label.who == LLM and label.document not in spoken]
    return sorted(alone, key=lambda label: 1.0 if label.confidence is None else label.confidence)[:count]


def _disagreement(corpus: Corpus, lens: Lens, row: int, one: Disagreement) -> None:
    with st.container(key=f"card-other-{row}"):
        _text(corpus, row, f"other-{row}")
        sure = "" if one.confidence is None else f" {one.confidence:.0%}"
        theme.aside(f"you: {one.person} · {one.model or 'the model'}: {one.machine}{sure}")
        mine, its = st.columns(2)
        mine.button(
            "Keep mine", key=f"mine-{row}", width="stretch",
            on_click=attempt, args=(state.workspace().keep_label, lens.id, one.document, one.machine),
        )  # fmt: skip
        its.button(
            "Take its", key=f"its-{row}", width="stretch",
            on_click=attempt, args=(state.workspace().set_labels, lens.id, {one.document: one.machine}),
            kwargs={"session": state.session()},
        )  # fmt: skip


def _unsure(corpus: Corpus, labels: Sequence[Label], rows: Mapping[str, int]) -> None:
    found = [label for label in least_sure(labels) if label.document in rows]
    if not found:
        return
    theme.heading("Least sure")
    for label in found:
        with st.container(key=f"card-unsure-{rows[label.document]}"):
            _text(corpus, rows[label.document], f"unsure-{rows[label.document]}")
            sure = "" if label.confidence is None else f" {label.confidence:.0%}"
            theme.aside(f"{label.class_name}{sure}")


def _text(corpus: Corpus, row: int, key: str) -> None:
    shown = theme.plain(theme.cut(corpus.texts[row], CUT))
    st.button(
        shown, key=f"show-{key}", type="tertiary", help="Show it on the map", on_click=state.select, args=((row,),)
    )


def _take_back(lens: Lens, labels: Sequence[Label], running: bool) -> None:
    count = sum(label.who == LLM for label in labels)
    if not count or not state.workspace().history(lens.id, LLM).undo:
        return
    st.button(
        "Take its last run back", icon=":material/undo:", key="undo-run", width="stretch", disabled=running,
        help="Stop it first." if running else "Your own labels stay. Redo brings the run again.",
        on_click=attempt, args=(_undo_run, lens, models_of(labels)),
    )  # fmt: skip


def _undo_run(lens: Lens, model: str) -> None:
    changed = state.workspace().undo(lens.id, LLM)
    state.notify(f"{counted(changed, 'label')} by {model} taken back. Redo brings them again.")
