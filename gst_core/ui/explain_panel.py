"""Why a selected text is where it is: its classes, the labels it is near to, the words that matter, and who objects."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gst_core.analysis import (
    Explanation,
    LabelledNear,
    WordEffect,
    contradicting,
    explain,
    in_lens_space,
    words_that_matter,
)
from gst_core.encoding import CUT as CUT_LONG
from gst_core.encoding import chosen_way
from gst_core.errors import GstError, unexpected
from gst_core.suggest import DoubtfulLabel
from gst_core.ui import colouring, doubts, long_texts, state, theme
from gst_core.ui.background import background
from gst_core.workspace import HUMAN, LLM, Label, deciding_labels, models_of, source_words

if TYPE_CHECKING:
    from gst_core.ui.lens_view import LensView

CUT = 80  # characters of a text that is shown beside the one that is explained
OBJECTING = 4  # neighbours that are shown
LEAST_BAR = 0.005  # a class below half a per cent has no bar
PATIENCE = 0.3  # seconds: with the encoder at hand a short text's words are known by then
POLL = 0.5  # seconds between two looks at whether they are
STRONG = 2.0  # log-odds from which on a word is marked in full colour: seven times the odds
LITTLE = 0.1  # log-odds up to which a word is not marked: a tenth of the odds, which any change of a text makes
NAMED = 3  # words that are named on either side
CUT_WORDS = 40


def draw(view: "LensView") -> None:
    """Explain the one text that is selected; nothing while several are, or the map tells no classes apart."""
    selected = state.selection()
    if len(selected) != 1 or view.lens is None or not view.tells_classes:
        return
    row = selected[0]
    found = _explained(view, row)
    theme.aside(why(view, row), "explain-why")
    _draw_doubt(view, row)
    st.html(bars_html(view, found))
    _draw_words(view, row, found.classes[0])
    for number, near in zip(found.classes, found.near, strict=False):
        _draw_near(view, number, near)


def offered(view: "LensView") -> bool:
    """Whether there is one text to explain, and a map that tells classes apart."""
    return len(state.selection()) == 1 and view.lens is not None and view.tells_classes


def why(view: "LensView", row: int) -> str:
    """Say why a text was suggested, or what it was labelled, in a sentence."""
    label = deciding_labels(view.labels).get(view.corpus.ids[row])
    if label is not None:
        return f"Labelled {label.class_name} by {said_by(label)}."
    suggestion = next((s for s in view.suggestions() if s.index == row), None)
    if suggestion is not None:
        return f"Suggested for labelling: {suggestion.reason}"
    if view.corpus.ids[row] in view.skipped:
        return "Skipped, so it is not suggested for labelling."
    return "Not labelled; its class follows from the labels around it."


def said_by(label: Label) -> str:
    """Return who gave a label, in words."""
    if label.who == HUMAN:
        return "you"
    return models_of([label]) if label.who == LLM else source_words(label.who)


def _explained(view: "LensView", row: int) -> Explanation:
    frame = view.state.frame
    assert frame is not None
    assert frame.probabilities is not None
    embedding, probabilities, codes = frame.embedding, frame.probabilities, _columns(view)[view.teaching_codes]
    return state.memoize(
        "explained",
        (row, embedding, hashlib.sha256(codes.tobytes()).hexdigest()),
        lambda: explain(row, embedding, probabilities, codes),
    )


def _columns(view: "LensView") -> NDArray[np.int64]:
    """Return the column of the probabilities that each class of the lens has, -1 for none; the last is for no class."""
    assert view.state.frame is not None
    column = {name: i for i, name in enumerate(view.state.frame.classes)}
    return np.array([column.get(name, -1) for name in (*view.classes, "")], dtype=np.int64)


def _draw_doubt(view: "LensView", row: int) -> None:
    """Say that the texts around a label contradict it, and which they are."""
    doubt = next((one for one in doubts.doubted(view) if one.index == row), None)
    label = deciding_labels(view.labels).get(view.corpus.ids[row])
    if doubt is None or label is None:
        return
    theme.aside(doubt_words(view, doubt, label), "explain-doubt")
    for other in _objecting(view, row)[:OBJECTING]:
        _text_button(view, other, "object")
        theme.aside(_says(view, other))


def doubt_words(view: "LensView", doubt: DoubtfulLabel, label: Label) -> str:
    """Say why a label is in doubt."""
    others = view.classes[doubt.others] if 0 <= doubt.others < len(view.classes) else "another class"
    return (
        f"In doubt: the texts around it are {others} at {doubt.share:.0%} on average, not {label.class_name}. "
        "These contradict it:"
    )


def _objecting(view: "LensView", row: int) -> list[int]:
    X, guess = state.jobs().generic(view.entry.id), colouring.guesses(view.state, view.classes)[0]
    if X is None or guess is None:
        return []
    said = np.where(view.codes >= 0, view.codes, guess)
    return contradicting(row, int(view.codes[row]), X, said)


def _says(view: "LensView", row: int) -> str:
    """Return what is said of a text, and by whom: a label, or the map."""
    label = deciding_labels(view.labels).get(view.corpus.ids[row])
    if label is not None:
        return f"labelled {label.class_name} by {said_by(label)}"
    guess, sure = colouring.guesses(view.state, view.classes)
    assert guess is not None
    return f"{view.classes[guess[row]]} {sure[row]:.0%}, says the map"


def bars_html(view: "LensView", found: Explanation) -> str:
    """Return a bar for the probability of each class, the likeliest first, as HTML."""
    assert view.state.frame is not None
    names, colours = view.state.frame.classes, colouring.class_colours(view.classes, view.class_numbers)
    lines = [
        f'<div class="gst-chance"><span class="gst-name" title="{escape(names[number])}">{escape(names[number])}</span>'
        f'<i><u style="width:{100 * chance if chance >= LEAST_BAR else 0:.1f}%;'
        f'background:{colours.get(names[number], "currentcolor")}"></u></i><b>{chance:.0%}</b></div>'
        for number, chance in zip(found.classes, found.probabilities, strict=True)
    ]
    return f'<div data-testid="explain-chances">{"".join(lines)}</div>'


def _draw_near(view: "LensView", number: int, near: Sequence[LabelledNear]) -> None:
    assert view.state.frame is not None
    name = view.state.frame.classes[number]
    theme.aside(f"Nearest labels of {name}" if near else f"No other text is labelled {name}.", "explain-near")
    labels = deciding_labels(view.labels)
    for one in near:
        _text_button(view, one.row, f"near-{number}")
        label = labels.get(view.corpus.ids[one.row])
        by = "" if label is None else f" · labelled by {said_by(label)}"
        theme.aside(f"{one.similarity:.2f} near{by}")


def _text_button(view: "LensView", row: int, kind: str) -> None:
    st.button(
        theme.plain(theme.cut(view.corpus.texts[row], CUT)), key=f"show-{kind}-{row}", type="tertiary",
        help="Show it on the map", on_click=state.select, args=((row,),),
    )  # fmt: skip


def _draw_words(view: "LensView", row: int, column: int) -> None:
    """Draw which words matter, once somebody has asked for it."""
    if view.entry.own_embeddings:
        st.caption("Which words matter cannot be said: the vectors of these texts came with the file.")
        return
    question = (state.version(view.entry), view.job.key, row, column)
    if st.session_state.get(state.EXPLAINED_WORDS) != question:
        st.button(
            "Which words matter?", key=f"words-{row}", icon=":material/match_word:", disabled=view.state.running,
            help="Leaves out each word in turn, and looks what becomes of the class",
            on_click=st.session_state.update, args=({state.EXPLAINED_WORDS: question},),
        )  # fmt: skip
        return
    asked = background().ask(("words that matter", *question), _find_words(view, row, column), PATIENCE)
    if not asked.done():
        st.fragment(_wait_for, run_every=POLL)(asked)
    elif (error := asked.exception()) is not None:
        said = str(error) if isinstance(error, GstError) else unexpected("The explanation", error)  # type: ignore[arg-type]
        st.caption(theme.plain(said))
    else:
        assert view.state.frame is not None
        st.html(words_html(view.corpus.texts[row], asked.result(), view.state.frame.classes[column]))


def _wait_for(asked: "Future[list[WordEffect]]") -> None:
    if asked.done():
        st.rerun()
    st.caption("Reading the text without each of its words …")


def _find_words(view: "LensView", row: int, column: int) -> Callable[[], list[WordEffect]]:
    """Return the work that finds which words matter."""
    frame, entry, text = view.state.frame, view.entry, view.corpus.texts[row]
    assert frame is not None
    assert frame.transform is not None
    transform, cut = frame.transform, long_texts.cut(entry)
    long = CUT_LONG if cut is None else chosen_way(cut, entry.long or None)

    def probabilities_of(texts: Sequence[str]) -> NDArray[np.float32]:
        return in_lens_space(texts, entry.encoder, transform, long)[1]

    return lambda: words_that_matter(text, column, probabilities_of)


def words_html(text: str, effects: Sequence[WordEffect], name: str) -> str:
    """Return a text with its words marked by what they do to a class, and a line that says which matter most."""
    if not effects:
        return (
            '<div class="gst-aside" data-testid="explain-words">A text of one word has none that can be left out.</div>'
        )
    parts, end = [], 0
    for one in effects:
        parts.append(escape(text[end : one.start]))
        parts.append(_marked(text[one.start : one.end], one.effect))
        end = one.end
    parts.append(escape(text[end:]))
    return (
        f'<div class="gst-words" data-testid="explain-words">{"".join(parts)}</div>'
        f'<div class="gst-aside">{escape(words_sentence(text, effects, name))}</div>'
    )


def words_sentence(text: str, effects: Sequence[WordEffect], name: str) -> str:
    """Say which words speak most for a class and which against it."""
    by_effect = sorted(effects, key=lambda one: -one.effect)
    speaking = [one for one in by_effect[:NAMED] if one.effect > LITTLE]
    objecting = [one for one in by_effect[: -NAMED - 1 : -1] if one.effect < -LITTLE]
    if not speaking and not objecting:
        return f"No word by itself says much for {name}; together they do."
    said = [
        f"{verb} {', '.join(f'“{theme.cut(text[one.start : one.end], CUT_WORDS)}”' for one in some)}"
        for verb, some in (("for it speak", speaking), ("against it", objecting))
        if some
    ]
    return f"{name}: {'; '.join(said)}. Darker: without it the class would be less likely; underlined: more likely."


def _marked(words: str, effect: float) -> str:
    strength = min(abs(effect) / STRONG, 1.0)
    if abs(effect) <= LITTLE:
        return escape(words)
    kind = "for" if effect > 0 else "against"
    return (
        f'<mark class="{kind}" style="--strength:{strength:.2f}" title="{effect:+.1f} log-odds">{escape(words)}</mark>'
    )
