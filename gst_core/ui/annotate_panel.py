"""What a language model can do for a lens, under its classes: propose them, label with them, and how far it is."""

import math
from collections.abc import Callable
from functools import partial

import streamlit as st

from gst_core.annotate import DEFAULT_LABELS, MOST_LABELS, SAMPLE, Estimate, Provider
from gst_core.corpus import Corpus
from gst_core.counting import counted
from gst_core.errors import AnnotationError, GstError, WorkspaceError
from gst_core.ui import connect_model, language_model, proposal_dialog, state, theme
from gst_core.ui.actions import attempt, attempt_for_page, catch_up, show_error
from gst_core.ui.language_model import Connection
from gst_core.work import ALLOWANCE, PROPOSAL_BUDGET, AnnotationJob, AnnotationState, what_is_asked
from gst_core.workspace import AnnotationRun, CorpusEntry, LabelSet, Lens

POLL_SECONDS = 1.0
FEWEST_LABELS = 20
MOST_REQUESTS = 20_000
STOPPED = "Stopped."  # how a job begins its sentence when a person stopped it
CHANGED = "The instruction or the classes have changed: labelling starts over."
COUNTING = "Counting requests and tokens …"
PROPOSING = "_proposing"  # the lens whose proposal opens when it is there
EARLIER = "_proposal_earlier"  # the classes that waited before others were proposed

Suggest = Callable[[], LabelSet | None]


def draw(entry: CorpusEntry, lens: Lens, groups: Suggest) -> None:
    """Draw what a language model can do for a lens, and what it does now.

    Parameters
    ----------
    entry : CorpusEntry
    lens : Lens
    groups : callable
        Returns a label set of the groups on the map, or None while there are no two.
    """
    job = state.jobs().annotation(lens.id)
    connected = language_model.connection()
    if st.session_state.pop(PROPOSING, "") == lens.id and job.state.status == "proposed":
        proposal_dialog.show(lens.id, st.session_state.pop(EARLIER, None))
    if job.state.status == "proposing":
        st.session_state[PROPOSING] = lens.id
        st.session_state.setdefault(EARLIER, state.workspace().proposal(lens.id))
    polled = (job.state.running or connected.asking) and not proposal_dialog.is_open(lens)
    with st.container(key="annotate"):
        st.fragment(_draw, run_every=POLL_SECONDS if polled else None)(entry, lens, groups, job.state.status)


def _draw(entry: CorpusEntry, lens: Lens, groups: Suggest, status: str) -> None:
    catch_up()
    try:
        job = state.jobs().annotation(lens.id)
    except WorkspaceError:  # deleted in another session: the page chooses another lens
        st.rerun()
    connected, now = language_model.connection(), job.state
    if now.status != status:
        st.rerun()
    if now.running:
        _running(job, now)
        return
    _how_it_ended(entry, lens, job, connected)
    _waiting_proposal(lens)
    if connected.provider is None:
        _not_connected(lens, connected, groups)
    elif len(lens.classes) < 2:
        again = state.workspace().proposal(lens.id) is not None
        _propose(entry, lens, job, connected.provider, "Propose others" if again else "Propose classes")
    else:
        _label(entry, lens, job, connected.provider)
    connect_model.draw_forget(connected.provider.model if connected.provider else "this model")


def progress_words(now: AnnotationState) -> str:
    """Say how far a running job is, in one line."""
    if now.work == "proposing" or not now.total:
        part = f" · {now.done:,} of {now.total:,}" if now.total else ""
        return f"{now.stage or 'starting'}{part}"
    parts = [
        "stopping" if now.stage == "stopping" else "labelling",
        f"{now.done:,} of {now.total:,}",
        *_unusable(now),
    ]
    return " · ".join(parts)


def ending_words(run: AnnotationRun) -> str:
    """Say how the last run of labelling ended; one that is "running" on disk while nothing runs was cut off."""
    if run.status == "done":
        none = f", {run.none_of_these:,} none of these" if run.none_of_these else ""
        return " · ".join([f"{run.done:,} read{none}", *_unusable(run)])
    why = "budget spent" if run.status == "budget spent" else "stopped"
    return " · ".join([f"{why} at {run.done:,} of {run.requested:,}", *_unusable(run)])


def requests_left(run: AnnotationRun) -> int:
    """Return how many requests of a run's budget are left for going on with it."""
    return max(run.budget - run.requests, 0)


def asks_otherwise(run: AnnotationRun, instruction: str, label_set: LabelSet) -> bool:
    """Say whether a run asked another question than the lens would now, so that it would start over and cost anew."""
    return run.asked not in ("", what_is_asked(instruction, label_set))


def _unusable(counts: AnnotationState | AnnotationRun) -> list[str]:
    found = (("out of set", counts.out_of_set), ("unreadable", counts.malformed), ("failed", counts.failed))
    return [f"{number:,} {words}" for words, number in found if number]


def _running(job: AnnotationJob, now: AnnotationState) -> None:
    theme.aside(progress_words(now), "annotation")
    st.progress(min(1.0, now.done / max(now.total, 1)))
    spent, stop = st.columns([2, 1.1], vertical_alignment="center")
    with spent:
        theme.aside(language_model.what_it_took(now.spent, language_model.prices(language_model.settings())))
    words = "Cancel" if now.work == "proposing" else "Stop"
    stop.button(
        words, key="stop-annotation", width="stretch", disabled=now.stage == "stopping", on_click=attempt,
        args=(job.cancel,),
    )  # fmt: skip


def _how_it_ended(entry: CorpusEntry, lens: Lens, job: AnnotationJob, connected: Connection) -> None:
    """Say how the last work ended, and offer to go on where it did not come to its end."""
    now, run = job.state, state.workspace().annotation_run(lens.id)
    if now.error and now.status in ("failed", "budget spent"):
        st.error(theme.plain(now.error), icon=":material/error:")
    told = now.status == "cancelled" and not now.error.startswith(STOPPED)
    if told:
        theme.aside(now.error)  # the job stopped by itself: the classes were changed meanwhile
    if run is None:
        return
    _without_class(entry, lens, run)
    provider, unfinished = connected.provider, run.status != "done" and len(lens.classes) >= 2
    changed = unfinished and asks_otherwise(run, lens.instruction, state.workspace().label_set(lens.id))
    if provider is None or not unfinished or changed or requests_left(run) == 0:
        theme.aside(ending_words(run), "annotation")
        if changed and not told:
            theme.aside(CHANGED)
        return
    said, go_on = st.columns([2, 1.1], vertical_alignment="center")
    with said:
        theme.aside(ending_words(run), "annotation")
    work = partial(job.label, provider, count=run.requested, budget=requests_left(run))
    go_on.button("Go on", key="go-on", width="stretch", on_click=_start, args=(work,))


def _without_class(entry: CorpusEntry, lens: Lens, run: AnnotationRun) -> None:
    """Offer the texts that fit no class, which is how a missing class is found."""
    if not run.without_class:
        return
    wanted = set(run.without_class) - {label.document for label in state.workspace().labels(lens.id)}
    rows = tuple(i for i, document in enumerate(state.jobs().corpus(entry.id).ids) if document in wanted)
    if rows:
        st.button(
            f"Select {counted(len(rows), 'text that fits no class', 'texts that fit no class')}", type="tertiary",
            icon=":material/select_all:", key="without-class", help="The model said so. A class may be missing.",
            on_click=attempt_for_page, args=(state.select, rows),
        )  # fmt: skip


def _waiting_proposal(lens: Lens) -> None:
    proposal = state.workspace().proposal(lens.id)
    if proposal is None:
        return
    words = f"Look at {counted(len(proposal.classes), 'proposed class', 'proposed classes')}"
    st.button(
        words, type="primary", icon=":material/rule:", width="stretch", key="see-proposal",
        on_click=attempt_for_page, args=(proposal_dialog.show, lens.id),
    )  # fmt: skip


def _not_connected(lens: Lens, connected: Connection, groups: Suggest) -> None:
    """Say how to connect a model, and offer what works without."""
    if connected.asking:
        theme.aside("Asking the language model's server which model it has …")
        return
    if len(lens.classes) < 2:
        _from_the_map(lens, groups)
    if connected.error:
        theme.aside(connected.error)
        if connected.may_answer:
            st.button(
                "Try again", icon=":material/refresh:", width="stretch", key="connect-again",
                on_click=attempt_for_page, args=(language_model.connect_again,),
            )  # fmt: skip
    elif len(lens.classes) < 2:
        theme.aside("A language model can propose classes and label: Ollama, an API, or “make llm”. None is connected.")
    connect_model.draw()


def _from_the_map(lens: Lens, groups: Suggest) -> None:
    words = "Suggest from the map"
    about = "A class for each group on the map, named by its words. You can change them before they are used."
    st.button(
        words, icon=":material/bubble_chart:", width="stretch", key="from-the-map", help=about,
        on_click=attempt_for_page, args=(_take_groups, lens, groups),
    )  # fmt: skip


def _take_groups(lens: Lens, groups: Suggest) -> None:
    """Have the groups on the map looked at as classes."""
    found = groups()
    if found is None:
        raise AnnotationError("The map has no two groups yet. Try again when it has settled.")
    earlier = state.workspace().proposal(lens.id)
    state.workspace().save_proposal(lens.id, found)
    proposal_dialog.show(lens.id, earlier)


def _propose(entry: CorpusEntry, lens: Lens, job: AnnotationJob, provider: Provider, words: str) -> None:
    key = f"propose-{lens.id}"
    with st.popover(words, icon=":material/category:", key=key, on_change="rerun", width="stretch") as opened:
        corpus = state.jobs().corpus(entry.id)
        estimate = _proposal_estimate(lens, job, corpus) if opened.open else None
        budget = _what_it_takes(estimate, min(len(corpus), SAMPLE), provider, PROPOSAL_BUDGET)
        st.button(
            "Start", type="primary", icon=":material/play_arrow:", width="stretch", key="start-proposal",
            on_click=_start, args=(partial(job.propose, provider, budget=budget), key),
        )  # fmt: skip


def _label(entry: CorpusEntry, lens: Lens, job: AnnotationJob, provider: Provider) -> None:
    key = f"label-{lens.id}"
    words = f"Label with {theme.plain(provider.model)}"
    with st.popover(words, icon=":material/label:", key=key, on_change="rerun", width="stretch", wrap=False) as opened:
        corpus = state.jobs().corpus(entry.id)
        most = min(MOST_LABELS, len(corpus))
        count = st.number_input(
            "Texts to label in all", min(FEWEST_LABELS, most), most, min(DEFAULT_LABELS, most), step=20,
            key=f"count-{lens.id}",
        )  # fmt: skip
        try:
            estimate = _labelling_estimate(lens, job, corpus, int(count), provider) if opened.open else None
        except GstError as error:
            show_error(error)
            return
        texts = estimate.requests if estimate else int(count)
        budget = _what_it_takes(estimate, texts, provider, math.ceil(ALLOWANCE * texts))
        st.button(
            "Start", type="primary", icon=":material/play_arrow:", width="stretch", key="start-labelling",
            on_click=_start, args=(partial(job.label, provider, count=int(count), budget=budget), key),
        )  # fmt: skip
        _other_classes(lens, job, provider, key, min(len(corpus), SAMPLE))


def _other_classes(lens: Lens, job: AnnotationJob, provider: Provider, key: str, sample: int) -> None:
    describe, other = st.columns(2)
    describe.button(
        "Describe classes", type="tertiary", help="A line on each class helps the model.",
        on_click=attempt_for_page, args=(_describe, lens),
    )  # fmt: skip
    other.button(
        "Propose others", type="tertiary", key="propose-others",
        help=f"Reads {counted(sample, 'text')}, in at most {PROPOSAL_BUDGET} requests. "
        "Nothing is used before you say so.",
        on_click=_start, args=(partial(job.propose, provider), key),
    )  # fmt: skip


def _proposal_estimate(lens: Lens, job: AnnotationJob, corpus: Corpus) -> Estimate:
    return state.memoize("estimate-proposal", (corpus, lens.instruction), lambda: job.estimate_proposal())


def _labelling_estimate(lens: Lens, job: AnnotationJob, corpus: Corpus, count: int, provider: Provider) -> Estimate:
    label_set = state.workspace().label_set(lens.id)
    answers = len(state.workspace().answers)  # stored ones are not asked again
    return state.memoize(
        "estimate-labelling",
        (corpus, lens.instruction, repr(label_set), answers, count, provider.model),
        lambda: job.estimate_labelling(count, provider.model),
    )


def _what_it_takes(estimate: Estimate | None, texts: int, provider: Provider, budget: int) -> int:
    """Say where texts go and what that takes; return the limit that the analyst sets.

    Without an estimate, while the popover is closed, the lines are there all the same: where a popover opens is decided
    by how high it is.
    """
    prices = language_model.prices(language_model.settings())
    st.write(theme.plain(language_model.where_texts_go(texts, provider)))
    st.caption(theme.plain(language_model.what_it_takes(estimate, prices) if estimate else COUNTING))
    if language_model.is_weak(provider.model):
        st.caption(language_model.WEAK_WORDS)
    limit = st.number_input(
        "At most so many requests", 1, MOST_REQUESTS, max(1, min(budget, MOST_REQUESTS)), step=10,
        key=f"budget-{texts}-{budget}", help="Requests that fail and are sent again count as well.",
    )  # fmt: skip
    return int(limit)


def _describe(lens: Lens) -> None:
    """Open the classes that the lens has as if they had been proposed, unless others wait to be looked at."""
    if state.workspace().proposal(lens.id) is None:
        state.workspace().save_proposal(lens.id, state.workspace().label_set(lens.id))
    proposal_dialog.show(lens.id)


def _start(work: Callable[[], None], popover: str = "") -> None:
    """Start work in a callback, and close the popover that it was started from."""
    attempt_for_page(work)
    if popover:
        st.session_state[popover] = False
