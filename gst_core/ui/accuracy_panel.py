"""How right the classes on the map are: the estimate with its interval, class by class, and a check of drawn texts."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from gst_core.annotate import DRAWN_AT_ONCE, CheckCount, draw_at_random
from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.transform import accuracy_sentence, checked_report, share_of
from gst_core.ui import doubts, state, theme
from gst_core.ui.actions import attempt, when_changed
from gst_core.workspace import Label, Lens

if TYPE_CHECKING:
    from gst_core.transform import AccuracyReport, Share
    from gst_core.ui.lens_view import LensView

WIDTH = 420  # pixels: a table of precision and recall, and the map is still seen beside it
CONFUSIONS = 4  # that are named
FEWEST_DRAWN = 5  # labels of drawn texts from which on they are counted into the figure


def draw(view: "LensView") -> None:
    """Draw the button that says how right the map is, and what opens from it; nothing before there are two classes.

    Parameters
    ----------
    view : LensView
    """
    lens = view.lens
    if lens is None or not view.tells_classes:
        return
    report, count = view.report, view.check_count
    key = (
        f"accuracy-{lens.id}-{count.drawn}"  # with other drawn texts it is another one, and closed: they wait beside it
    )
    with st.popover(theme.plain(headline(report, count)), key=key), st.container(width=WIDTH, key="accuracy-body"):
        st.html(f'<div data-testid="accuracy">{escape(sentence(report, count, words_alone=view.by_words_alone))}</div>')
        if report is not None:
            st.html(class_table(report, lens.classes))
            _list("Mistaken for each other", confusions(report))
        draw_check(view.corpus, lens, view.labels, count)
        doubts.draw(view, lens)


def headline(report: "AccuracyReport | None", count: CheckCount) -> str:
    """Say in a few words how right the map is, or ask it where nobody knows."""
    known = rightness(report, count)
    return "How right is it?" if known is None else f"About {known.value:.0%} right ({between(known)})"


def rightness(report: "AccuracyReport | None", count: CheckCount) -> "Share | None":
    """Return the share of texts whose class is right, with the drawn texts counted in; None where nobody knows."""
    if report is None and _says(count):
        return share_of(count.right, count.labelled)
    return None if report is None else _as_share(_checked(report, count))


def sentence(report: "AccuracyReport | None", count: CheckCount, *, words_alone: bool) -> str:
    """Say how right the map is, from what that is known, and what more labels would add."""
    if report is not None:
        checked = _checked(report, count)
        return f"{checked.sentence()} From {counted(report.labels, 'label')}."
    known = rightness(report, count)
    if known is None:
        return accuracy_sentence(None, words_alone)
    drawn = f"of {count.labelled} texts drawn at random {count.right} are right"
    return f"About {known.value:.0%} of the texts are in the right class ({between(known)}): {drawn}."


def between(share: "Share") -> str:
    """Return an interval in per cent."""
    return f"{100 * share.low:.0f}–{100 * share.high:.0f}"


def class_table(report: "AccuracyReport", order: Sequence[str]) -> str:
    """Return a table with a row for each class, in the order in which the page has them, as HTML."""
    place = {name: number for number, name in enumerate(order)}
    rows = "".join(
        f'<tr><td title="{escape(one.name)}">{escape(one.name)}</td><td>{one.share:.0%}</td>'
        f"<td>{_part(one.precision)}</td><td>{_part(one.recall)}</td><td>{one.labels:,}</td></tr>"
        for one in sorted(report.classes, key=lambda one: place.get(one.name, len(place)))
    )
    return (
        '<table class="gst-table" data-testid="accuracy-table"><thead><tr><th>Class</th>'
        '<th title="Of all texts, those that are taken for it">Texts</th>'
        '<th title="Of the texts that are taken for it, those that are of it (precision)">Right</th>'
        '<th title="Of the texts that are of it, those that are found (recall)">Found</th>'
        f"<th>Labels</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def confusions(report: "AccuracyReport") -> list[str]:
    """Say which classes are taken for which, the most frequent first."""
    names = [one.name for one in report.classes]
    found = [
        (times, names[given], names[taken])
        for given, row in enumerate(report.confusions)
        for taken, times in enumerate(row)
        if given != taken and times > 0
    ]
    found.sort(key=lambda one: -one[0])
    return [f"{given} taken for {taken}: {counted(times, 'label')}" for times, given, taken in found[:CONFUSIONS]]


def _checked(report: "AccuracyReport", count: CheckCount) -> "AccuracyReport":
    return checked_report(report, count.right, count.labelled) if _says(count) else report


def _says(count: CheckCount) -> bool:
    """Whether drawn texts say how right the map is: enough of them, and none that it has learned from."""
    return count.apart and count.labelled >= FEWEST_DRAWN


def _as_share(report: "AccuracyReport") -> "Share":
    from gst_core.transform import Share

    return Share(report.accuracy, *report.interval)


def _part(share: "Share | None") -> str:
    if share is None:
        return "–"
    return f'<span title="between {share.low:.0%} and {share.high:.0%}">{share.value:.0%}</span>'


def _list(title: str, lines: Sequence[str]) -> None:
    if lines:
        theme.heading(title)
        theme.aside(" · ".join(lines), "confusions")


def draw_check(corpus: Corpus, lens: Lens, labels: Sequence[Label], count: CheckCount) -> None:
    """Draw what begins and ends a check of drawn texts, and how far it is.

    Parameters
    ----------
    corpus : Corpus
    lens : Lens
    labels : sequence of Label
        Of the lens.
    count : CheckCount
    """
    theme.heading("Check at random")
    theme.aside(check_words(count), "check")
    if count.following is not None:
        st.button("Stop the check", key="stop-check", on_click=attempt, args=(state.workspace().stop_check, lens.id))
    else:
        more = " more" if count.drawn else ""
        st.button(
            f"Label {DRAWN_AT_ONCE}{more} drawn at random", key="draw-check", icon=":material/casino:",
            on_click=attempt, args=(_draw_more, corpus, lens, labels),
        )  # fmt: skip
    key = f"check-apart-{lens.id}-{count.apart}"
    st.checkbox(
        "Keep their labels out of the map",
        count.apart,
        key=key,
        help="As long as the map has not learned from them, they say how right it is. Later they can teach it.",
        on_change=when_changed(key, count.apart, partial(_keep_apart, lens)),
    )


def check_words(count: CheckCount) -> str:
    """Say what a random check is for, how far it is, or what it has found."""
    if not count.drawn:
        return "Labels that were chosen say less than labels of texts that were drawn. This takes a few minutes."
    if count.following is not None:
        return f"{count.labelled} of {count.drawn} are labelled; the next one waits at the right of the map."
    if not count.apart:
        return f"{counted(count.labelled, 'drawn text')} teach the map now, so they say no more how right it is."
    return f"{count.right} of {counted(count.labelled, 'drawn text')} are right."


def _draw_more(corpus: Corpus, lens: Lens, labels: Sequence[Label]) -> None:
    taken = {label.document for label in labels} | set(state.workspace().random_check(lens.id).documents)
    state.workspace().extend_check(lens.id, draw_at_random(corpus.ids, taken))


def _keep_apart(lens: Lens, apart: bool) -> None:
    state.workspace().keep_check_apart(lens.id, apart=apart)
