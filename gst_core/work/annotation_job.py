"""The background work of a language model on one lens: proposing its classes, and labelling texts with them.

What a model answered is on disk before it becomes a label, labels are on disk a second later at most, and how far a run
has come is kept with them. So a run that was stopped, or cut off by a crash, goes on when it is asked for again, and
asks nothing twice.
"""

import logging
import math
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate.batches import in_batches
from gst_core.annotate.budget import BudgetSpent, Estimate, Spent
from gst_core.annotate.construction import (
    MERGING,
    NAMING,
    STATING,
    ConstructionProgress,
    construct_label_set,
    estimate_construction,
)
from gst_core.annotate.labelling import DEFAULT_LABELS, Counts, Labeller, MachineLabel
from gst_core.annotate.prompts import label as label_question
from gst_core.annotate.provider import Provider
from gst_core.annotate.rounds import SamplePlan, candidates, estimate_sample, label_in_rounds, plan_sample, stored_rows
from gst_core.corpus.corpus import Corpus
from gst_core.encoding.embeddings import encode
from gst_core.errors import AnnotationError, Cancelled, GstError, WorkspaceError, unexpected
from gst_core.work.annotation_run import AnnotationWork
from gst_core.work.annotation_state import AnnotationState, Status
from gst_core.workspace.annotation_runs import AnnotationRun
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.records import HUMAN, LLM, Label
from gst_core.workspace.workspace import Workspace

log = logging.getLogger(__name__)

PROPOSAL_BUDGET = 400  # requests: a proposal takes about 213, and may repeat as many as fail
ALLOWANCE = 1.2  # requests that may be sent for a label, on average, where no budget is given
BATCH, BATCH_SECONDS = 10, 1.0  # labels, and seconds, that may pass before labels are on disk


def what_is_asked(instruction: str, label_set: LabelSet) -> str:
    """Return a hash of all that a question about a text's class holds beside the text.

    Where it is another one, stored answers are of no use and a run cannot go on.
    """
    return label_question("", instruction, label_set).key("")


@dataclass(frozen=True)
class LensSources:
    """What a job takes from its surroundings, asked for when it is needed, so that the job itself holds nothing heavy.

    Attributes
    ----------
    corpus : callable
        Returns the lens' corpus.
    generic : callable
        Returns its generic embeddings (n, d), or None while they are not there.
    probabilities : callable
        Returns those of the lens' newest map (n, n_classes), or None.
    reform : callable
        Asks for the map of the labels as they are now.
    """

    corpus: Callable[[], Corpus]
    generic: Callable[[], NDArray[np.float32] | None]
    probabilities: Callable[[], NDArray[np.float32] | None]
    reform: Callable[[], object]


class AnnotationJob:
    """Lets a model propose a lens' classes and label its texts, each in a thread; one of them at a time.

    Parameters
    ----------
    workspace : Workspace
    lens_id : str
    sources : LensSources
    random_state : int
        Of the choice of texts.

    Attributes
    ----------
    corpus_id : str
    state : AnnotationState
        Replaced whole, never changed.

    Raises
    ------
    WorkspaceError
        There is no such lens.
    """

    def __init__(self, workspace: Workspace, lens_id: str, sources: LensSources, random_state: int = 0) -> None:
        self._workspace, self._lens_id, self._sources = workspace, lens_id, sources
        self.corpus_id = workspace.lens(lens_id).corpus
        self._random_state = random_state
        self._change = threading.Condition()
        self._cancelled = threading.Event()
        run, proposed = workspace.annotation_run(lens_id), workspace.proposal(lens_id) is not None
        self.state = AnnotationState.on_disk(run, proposed=proposed)

    def propose(self, provider: Provider, *, budget: int = PROPOSAL_BUDGET) -> None:
        """Have classes proposed; the label set is then `Workspace.proposal`. Joins what runs already.

        Parameters
        ----------
        provider : Provider
        budget : int
            The most requests that are sent, repeated ones included.

        Raises
        ------
        AnnotationError
            The corpus is not encoded yet.
        WorkspaceError
            The lens is gone.
        """
        self._embeddings()
        self._start("proposing", provider, lambda work: self._propose(work, budget))

    def label(self, provider: Provider, *, count: int = DEFAULT_LABELS, budget: int | None = None) -> None:
        """Have texts labelled with the lens' own classes, or go on with that. Joins what runs already.

        Parameters
        ----------
        provider : Provider
        count : int
            Texts in all. Those that this model was asked about before, with these classes and this instruction, are
            among them and cost nothing, so that a run goes on when it is asked for again, and a greater number adds to
            it.
        budget : int, optional
            The most requests that are sent from now on, repeated ones included; `ALLOWANCE` times `count` when left
            out.

        Raises
        ------
        AnnotationError
            The corpus is not encoded yet, or the lens has fewer than two classes.
        WorkspaceError
            The lens is gone.
        """
        self._embeddings()
        if len(self._workspace.label_set(self._lens_id).choices) < 2:
            raise AnnotationError(
                "Texts can be labelled once the lens has two classes. Add some, or have them proposed."
            )
        most = math.ceil(ALLOWANCE * count) if budget is None else budget
        self._start("labelling", provider, lambda work: self._label(work, count, most))

    def estimate_proposal(self) -> Estimate:
        """Return what proposing the lens' classes takes when nothing of it is stored yet."""
        return estimate_construction(self._sources.corpus().texts, self._workspace.lens(self._lens_id).instruction)

    def estimate_labelling(self, count: int, model: str = "") -> Estimate:
        """Return what labelling takes; see `label` for `count`, and `estimate_sample` for `model`.

        Raises
        ------
        AnnotationError
            The lens' classes make no label set, or stored answers cannot be read.
        """
        return estimate_sample(
            self._sources.corpus().texts,
            count,
            self._workspace.lens(self._lens_id).instruction,
            self._workspace.label_set(self._lens_id),
            self._workspace.answers,
            model,
            self._random_state,
        )

    def cancel(self) -> None:
        """Ask what runs to stop; it does within an answer, and keeps what was answered."""
        with self._change:
            if self.state.running:
                self._cancelled.set()
                self._show(stage="stopping")

    def wait(self, seconds: float) -> AnnotationState:
        """Wait until nothing runs, at most so many seconds, and return the state."""
        with self._change:
            self._change.wait_for(lambda: not self.state.running, seconds)
            return self.state

    def _embeddings(self) -> NDArray[np.float32]:
        X = self._sources.generic()
        if X is None:
            raise AnnotationError("The texts are still being encoded. Wait until the map is there, then start again.")
        return X

    def _start(
        self, kind: Literal["proposing", "labelling"], provider: Provider, do: Callable[[AnnotationWork], Status]
    ) -> None:
        with self._change:
            if self.state.running:
                return
            work = AnnotationWork(provider)
            self._cancelled = work.cancelled
            self.state = AnnotationState(kind, "choosing texts", model=provider.model, work=kind)
            self._change.notify_all()
            threading.Thread(target=self._run, args=(work, do), name="annotation", daemon=True).start()

    def _run(self, work: AnnotationWork, do: Callable[[AnnotationWork], Status]) -> None:
        status, error = self._outcome(work, do)
        work.close()
        if work.record is not None:
            work.record = replace(work.record, status=status, message=error, **_fields(work.spent))  # type: ignore[arg-type]
            with suppress(GstError):  # the lens is gone, or the disk is full, which the state says
                self._workspace.save_annotation_run(self._lens_id, work.record)
        self._show(status=status, stage="", error=error, spent=work.spent, seconds_outside=work.seconds_outside)
        if work.record is not None:
            self._reform()

    def _outcome(self, work: AnnotationWork, do: Callable[[AnnotationWork], Status]) -> tuple[Status, str]:
        """Do the work and return how it ended, with a sentence when that was before its end."""
        try:
            work.find_model()
            self._show(model=work.provider.model)
            return do(work), work.stopped
        except Cancelled as error:
            return "cancelled", str(error)
        except GstError as error:
            if work.cancelled.is_set() or self._lens_is_gone():
                return "cancelled", "Stopped. What was answered is kept."
            return ("budget spent" if isinstance(error, BudgetSpent) else "failed"), str(error)
        except Exception as error:
            log.error("%s", work.without_key(traceback.format_exc()))
            return "failed", work.without_key(unexpected("Asking the model", error))

    def _lens_is_gone(self) -> bool:
        try:
            self._workspace.lens(self._lens_id)
        except WorkspaceError:
            return True
        return False

    def _propose(self, work: AnnotationWork, budget: int) -> Status:
        lens, corpus = self._workspace.lens(self._lens_id), self._sources.corpus()
        encoder = self._workspace.corpus_entry(lens.corpus).encoder
        chat = work.chat(budget)

        def show(now: ConstructionProgress) -> None:
            self._show_running(work, stage=_stage_of_proposal(now), done=now.done, total=now.total)

        label_set = construct_label_set(
            corpus.texts,
            self._embeddings(),
            lens.instruction,
            chat,
            self._workspace.answers,
            lambda texts: encode(texts, encoder),
            ids=corpus.ids,
            progress=show,
            cancelled=work.cancelled.is_set,
            random_state=self._random_state,
        )
        self._workspace.save_proposal(self._lens_id, label_set)
        return "proposed"

    def _label(self, work: AnnotationWork, count: int, budget: int) -> Status:
        lens, corpus, X = self._workspace.lens(self._lens_id), self._sources.corpus(), self._embeddings()
        label_set, answers = self._workspace.label_set(self._lens_id), self._workspace.answers
        said = _Said.of(self._workspace.labels(self._lens_id), corpus.ids)
        rows = candidates(len(corpus), said.labelled, self._random_state)
        stored = stored_rows(rows, corpus.texts, lens.instruction, label_set, work.provider.model, answers)
        plan = plan_sample(rows, count, stored, said.labelled, said.independent)
        asked = what_is_asked(lens.instruction, label_set)
        self._begin_run(work, plan, budget, asked, going_on=bool(stored))
        chat = work.chat(budget, partial(self._note_requests, work))
        labeller = Labeller(corpus.texts, lens.instruction, label_set, chat, answers)
        labels = label_in_rounds(labeller, X, plan, self._probabilities, self._random_state)
        batches = in_batches(labels, BATCH, BATCH_SECONDS)
        try:
            self._take(work, batches, labeller, asked, corpus.ids)
        except Exception:
            work.ended.set()
            with suppress(Exception):
                deque(batches, maxlen=0)  # until what is under way is stored
            raise
        work.stopped = labeller.stopped
        if labeller.budget_spent:
            return "budget spent"
        return "cancelled" if labeller.stopped else "done"

    def _take(
        self,
        work: AnnotationWork,
        batches: Iterable[list[MachineLabel]],
        labeller: Labeller,
        asked: str,
        ids: Sequence[str],
    ) -> None:
        """Put labels into the lens as they come, and show and keep how far the run is."""
        without_class: list[str] = []
        for batch in batches:
            self._check_lens(asked)
            without_class += [ids[label.document] for label in batch if label.class_name is None]
            self._write(work, batch, ids)
            self._keep(work, labeller.counts, without_class)

    def _begin_run(self, work: AnnotationWork, plan: SamplePlan, budget: int, asked: str, *, going_on: bool) -> None:
        """Go on with the run that ended before its end, if its answers are there, or begin a new one."""
        before, model = self._workspace.annotation_run(self._lens_id), work.provider.model
        same = before is not None and before.model == model and before.asked in ("", asked)
        if before is None or not same or before.status == "done" or (before.done and not going_on):
            before = AnnotationRun(model, 0, 0)
        work.spent_before = Spent(before.requests, before.prompt_tokens, before.completion_tokens)
        work.record = replace(
            before, requested=plan.total, budget=before.requests + budget, status="running", message="", asked=asked
        )
        self._workspace.save_annotation_run(self._lens_id, work.record)
        self._show_running(work, stage=f"labelling {plan.total:,} texts", done=0, total=plan.total)

    def _probabilities(self) -> NDArray[np.float32] | None:
        """Return those of the newest map, and ask for the next one."""
        self._reform()
        return self._sources.probabilities()

    def _reform(self) -> None:
        try:
            self._sources.reform()
        except GstError as error:  # the corpus was deleted, say
            log.info("no map was asked for: %s", error)

    def _check_lens(self, asked: str) -> None:
        """Stop when the question is no longer the lens': what the model says is of no use to it, or of less.

        Raises
        ------
        Cancelled
            The instruction, the classes or their definitions were changed.
        WorkspaceError
            The lens is gone.
        """
        instruction = self._workspace.lens(self._lens_id).instruction
        if what_is_asked(instruction, self._workspace.label_set(self._lens_id)) != asked:
            raise Cancelled(
                "The instruction or the classes were changed, so labelling stopped. Start it again with them."
            )

    def _write(self, work: AnnotationWork, batch: Sequence[MachineLabel], ids: Sequence[str]) -> None:
        assert work.record is not None
        if batch:
            self._workspace.set_labels(
                self._lens_id,
                {ids[label.document]: label.class_name for label in batch},
                LLM,
                confidences={ids[label.document]: label.confidence for label in batch if label.class_name},
                model=work.provider.model,
                step=work.record.id,
            )

    def _keep(self, work: AnnotationWork, counts: Counts, without_class: Sequence[str]) -> None:
        """Show how far a labelling is, and keep it."""
        changes = _counted(counts, len(without_class))
        with work.lock:
            assert work.record is not None
            requests = max(work.record.requests, work.spent.requests)  # some are noted already and not sent yet
            fields = changes | _fields(work.spent) | {"requests": requests}
            work.record = replace(work.record, **fields, without_class=tuple(without_class))  # type: ignore[arg-type]
            self._workspace.save_annotation_run(self._lens_id, work.record)
        self._show_running(work, **changes)

    def _note_requests(self, work: AnnotationWork, requests: int) -> None:
        """Keep that so many requests of the work are sent, before they are."""
        with work.lock:
            assert work.record is not None
            work.record = replace(work.record, requests=work.spent_before.requests + requests)
            self._workspace.save_annotation_run(self._lens_id, work.record)

    def _show_running(self, work: AnnotationWork, **changes: object) -> None:
        if work.cancelled.is_set():
            changes.pop("stage", None)  # it says "stopping"
        self._show(spent=work.spent, seconds_outside=work.seconds_outside, **changes)

    def _show(self, **changes: object) -> None:
        with self._change:
            self.state = replace(self.state, **changes)  # type: ignore[arg-type]
            self._change.notify_all()


@dataclass(frozen=True)
class _Said:
    """Rows that a person labelled, and those of them of which the person spoke before any model."""

    labelled: frozenset[int]
    independent: frozenset[int]

    @classmethod
    def of(cls, labels: Iterable[Label], ids: Sequence[str]) -> "_Said":
        row = {document: i for i, document in enumerate(ids)}
        person: Mapping[int, str] = {row[x.document]: x.created for x in labels if x.who == HUMAN and x.document in row}
        model: Mapping[int, str] = {row[x.document]: x.created for x in labels if x.who == LLM and x.document in row}
        first = (r for r, created in person.items() if r not in model or created <= model[r])
        return cls(frozenset(person), frozenset(first))


def _counted(counts: Counts, none_of_these: int) -> dict[str, int]:
    """Return what states and records say of the counts, by name."""
    return {
        "done": counts.answered + counts.out_of_set + counts.malformed + counts.failed,
        "labelled": counts.answered - none_of_these,
        "none_of_these": none_of_these,
        "from_cache": counts.from_cache,
        "out_of_set": counts.out_of_set,
        "malformed": counts.malformed,
        "failed": counts.failed,
    }


def _fields(spent: Spent) -> dict[str, int]:
    return {
        "requests": spent.requests,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
    }


def _stage_of_proposal(now: ConstructionProgress) -> str:
    words = {STATING: f"asking what {now.total:,} texts say", NAMING: "naming groups", MERGING: "merging synonyms"}
    return words[now.stage]
