"""A language model labels a lens: its labels are written as they come, and how far it is is kept beside them."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import (
    Counts,
    Labeller,
    MachineLabel,
    SamplePlan,
    Spent,
    candidates,
    in_batches,
    label_in_rounds,
    plan_sample,
    stored_rows,
)
from gst_core.annotate import label as label_question
from gst_core.counting import counted
from gst_core.errors import Cancelled, GstError
from gst_core.workspace import HUMAN, LLM, AnnotationRun, Label

if TYPE_CHECKING:
    from gst_core.corpus import Corpus
    from gst_core.work.annotation_state import AnnotationStatus
    from gst_core.work.running_annotation import RunningAnnotation
    from gst_core.workspace import LabelSet, Workspace

log = logging.getLogger(__name__)

BATCH, BATCH_SECONDS = 10, 1.0  # labels, and seconds, that may pass before labels are on disk


def what_is_asked(instruction: str, label_set: "LabelSet") -> str:
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

    corpus: "Callable[[], Corpus]"
    generic: Callable[[], NDArray[np.float32] | None]
    probabilities: Callable[[], NDArray[np.float32] | None]
    reform: Callable[[], object]

    def try_reform(self) -> None:
        """Ask for the map of the labels as they are now, unless the corpus or the lens is gone."""
        try:
            self.reform()
        except GstError as error:
            log.info("no map was asked for: %s", error)


class ShowProgress(Protocol):
    """Takes what of an `AnnotationState` has changed, by name."""

    def __call__(self, **changes: object) -> None:
        """Show it."""


class Labelling:
    """Labels a sample of a lens' texts with the lens' own classes.

    Parameters
    ----------
    workspace : Workspace
    lens_id : str
    sources : LensSources
    running : RunningAnnotation
        Its record is how far this has come.
    show : callable
    random_state : int
        Of the choice of texts.
    """

    def __init__(
        self,
        workspace: "Workspace",
        lens_id: str,
        sources: LensSources,
        running: "RunningAnnotation",
        show: ShowProgress,
        random_state: int,
    ) -> None:
        self._workspace, self._lens_id, self._sources = workspace, lens_id, sources
        self._running, self._show, self._random_state = running, show, random_state

    def label(self, X: NDArray[np.float32], count: int, budget: int) -> "AnnotationStatus":
        """Label at most `count` texts, with those that were asked about before, and return how that ended.

        Parameters
        ----------
        X : ndarray of shape (n, d), float32
            Generic embeddings.
        count, budget : int
            As for `AnnotationJob.label`.

        Raises
        ------
        Cancelled
            Someone asked to stop, or the question is no longer the lens'.
        WorkspaceError
            The lens is gone.
        """
        lens, corpus, model = self._workspace.lens(self._lens_id), self._sources.corpus(), self._running.provider.model
        label_set = self._workspace.label_set(self._lens_id)
        answers = self._workspace.answers.of(self._lens_id)
        person = LabelledByPerson.of(self._workspace.labels(self._lens_id), corpus.ids)
        rows = candidates(len(corpus), person.labelled, self._random_state)
        stored = stored_rows(rows, corpus.texts, lens.instruction, label_set, model, answers)
        plan = plan_sample(rows, count, stored, person.labelled, person.independent)
        asked = what_is_asked(lens.instruction, label_set)
        self._begin(plan, budget, asked, going_on=bool(stored))
        chat = self._running.chat(budget, self._note_requests)
        labeller = Labeller(corpus.texts, lens.instruction, label_set, chat, answers)
        labels = label_in_rounds(labeller, X, plan, self._probabilities, self._random_state)
        self._write_all(labels, labeller, asked, corpus.ids)
        self._running.stopped = labeller.stopped
        if labeller.budget_spent:
            return "budget spent"
        return "cancelled" if labeller.stopped else "done"

    def _begin(self, plan: SamplePlan, budget: int, asked: str, *, going_on: bool) -> None:
        """Go on with the run that ended before its end, if its answers are there, or begin a new one."""
        before, model = self._workspace.annotation_run(self._lens_id), self._running.provider.model
        same = before is not None and before.model == model and before.asked in ("", asked)
        if before is None or not same or before.status == "done" or (before.done and not going_on):
            before = AnnotationRun(model, 0, 0)
        self._running.spent_before = Spent(before.requests, before.prompt_tokens, before.completion_tokens)
        self._running.record = replace(
            before, requested=plan.total, budget=before.requests + budget, status="running", message="", asked=asked
        )
        self._workspace.save_annotation_run(self._lens_id, self._running.record)
        self._show(stage=f"labelling {counted(plan.total, 'text')}", done=0, total=plan.total)

    def _write_all(self, labels: Iterator[MachineLabel], labeller: Labeller, asked: str, ids: Sequence[str]) -> None:
        """Put labels into the lens as they come, and show and keep how far the run is."""
        without_class: list[str] = []
        batches = in_batches(labels, BATCH, BATCH_SECONDS)
        try:
            for batch in batches:
                self._check_lens(asked)
                without_class += [ids[label.document] for label in batch if label.class_name is None]
                self._write(batch, ids)
                self._keep(labeller.counts, without_class)
        except Exception:
            self._running.ended.set()
            with suppress(Exception):
                deque(batches, maxlen=0)  # until what is under way is stored
            raise

    def _probabilities(self) -> NDArray[np.float32] | None:
        """Return those of the newest map, and ask for the next one."""
        self._sources.try_reform()
        return self._sources.probabilities()

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

    def _write(self, batch: Sequence[MachineLabel], ids: Sequence[str]) -> None:
        assert self._running.record is not None
        if batch:
            self._workspace.set_labels(
                self._lens_id,
                {ids[label.document]: label.class_name for label in batch},
                LLM,
                confidences={ids[label.document]: label.confidence for label in batch if label.class_name},
                model=self._running.provider.model,
                step=self._running.record.id,
            )

    def _keep(self, counts: Counts, without_class: Sequence[str]) -> None:
        """Show how far the labelling is, and keep it."""
        changes, running = _counted(counts, len(without_class)), self._running
        with running.lock:
            assert running.record is not None
            requests = max(running.record.requests, running.spent.requests)  # some are noted already and not sent yet
            fields = changes | spent_fields(running.spent) | {"requests": requests}
            running.record = replace(running.record, **fields, without_class=tuple(without_class))  # type: ignore[arg-type]
            self._workspace.save_annotation_run(self._lens_id, running.record)
        self._show(**changes)

    def _note_requests(self, requests: int) -> None:
        """Keep that so many requests of the work are sent, before they are."""
        running = self._running
        with running.lock:
            assert running.record is not None
            running.record = replace(running.record, requests=running.spent_before.requests + requests)
            self._workspace.save_annotation_run(self._lens_id, running.record)


@dataclass(frozen=True)
class LabelledByPerson:
    """Rows that a person labelled, and those of them of which the person spoke before any model."""

    labelled: frozenset[int]
    independent: frozenset[int]

    @classmethod
    def of(cls, labels: Iterable[Label], ids: Sequence[str]) -> "LabelledByPerson":
        """Look through the labels of a lens whose documents have these ids."""
        row = {document: i for i, document in enumerate(ids)}
        person: Mapping[int, str] = {row[x.document]: x.created for x in labels if x.who == HUMAN and x.document in row}
        model: Mapping[int, str] = {row[x.document]: x.created for x in labels if x.who == LLM and x.document in row}
        first = (r for r, created in person.items() if r not in model or created <= model[r])
        return cls(frozenset(person), frozenset(first))


def spent_fields(spent: Spent) -> dict[str, int]:
    """Return what records say of what was sent, by name."""
    return {
        "requests": spent.requests,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
    }


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
