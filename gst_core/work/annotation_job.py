"""The background work of a language model on one lens: proposing its classes, and labelling texts with them.

What a model answered is on disk before it becomes a label, labels are on disk a second later at most, and how far a run
has come is kept with them. So a run that was stopped, or cut off by a crash, goes on when it is asked for again, and
asks nothing twice.
"""

import logging
import math
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import (
    DEFAULT_LABELS,
    MERGING,
    NAMING,
    STATING,
    BudgetSpent,
    ConstructionProgress,
    Estimate,
    construct_label_set,
    estimate_construction,
    estimate_sample,
)
from gst_core.counting import counted
from gst_core.encoding import encode
from gst_core.errors import AnnotationError, Cancelled, GstError, WorkspaceError, unexpected
from gst_core.work.annotation_state import AnnotationState, AnnotationStatus
from gst_core.work.lens_labelling import Labelling, LensSources, spent_fields
from gst_core.work.running_annotation import RunningAnnotation
from gst_core.workspace import NoLongerThere

if TYPE_CHECKING:
    from gst_core.annotate import Provider
    from gst_core.workspace import Workspace

log = logging.getLogger(__name__)

PROPOSAL_BUDGET = 400  # requests: a proposal takes about 213, and may repeat as many as fail
LONGEST_ANSWER = 5.0  # seconds that a deletion waits for answers; later ones find that their lens is gone
ALLOWANCE = 1.2  # requests that may be sent for a label, on average, where no budget is given


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

    def __init__(self, workspace: "Workspace", lens_id: str, sources: LensSources, random_state: int = 0) -> None:
        self._workspace, self._lens_id, self._sources = workspace, lens_id, sources
        self.corpus_id = workspace.lens(lens_id).corpus
        self._random_state = random_state
        self._change = threading.Condition()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        run, proposed = workspace.annotation_run(lens_id), workspace.proposal(lens_id) is not None
        self.state = AnnotationState.on_disk(run, proposed=proposed)

    def propose(self, provider: "Provider", *, budget: int = PROPOSAL_BUDGET) -> None:
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
        self._start("proposing", provider, lambda running: self._propose(running, budget))

    def label(self, provider: "Provider", *, count: int = DEFAULT_LABELS, budget: int | None = None) -> None:
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
        self._start("labelling", provider, lambda running: self._label(running, count, most))

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

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so many seconds: what is under way is answered first."""
        if self._thread is not None:
            self._thread.join(min(seconds, LONGEST_ANSWER))

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
        self,
        kind: Literal["proposing", "labelling"],
        provider: "Provider",
        do: Callable[[RunningAnnotation], AnnotationStatus],
    ) -> None:
        with self._change:
            if self.state.running:
                return
            running = RunningAnnotation(provider)
            self._cancelled = running.cancelled
            self.state = AnnotationState(kind, "choosing texts", model=provider.model, work=kind)
            self._change.notify_all()
            self._thread = threading.Thread(target=self._run, args=(running, do), name="annotation", daemon=True)
            self._thread.start()

    def _run(self, running: RunningAnnotation, do: Callable[[RunningAnnotation], AnnotationStatus]) -> None:
        status, error = self._outcome(running, do)
        running.close()
        if running.record is not None:
            running.record = replace(running.record, status=status, message=error, **spent_fields(running.spent))  # type: ignore[arg-type]
            try:
                self._workspace.save_annotation_run(self._lens_id, running.record)
            except GstError as refused:  # the lens is gone, or the disk is full
                error = error or str(refused)
        self._show(status=status, stage="", error=error, spent=running.spent, seconds_outside=running.seconds_outside)
        if running.record is not None:
            self._sources.try_reform()

    def _outcome(
        self, running: RunningAnnotation, do: Callable[[RunningAnnotation], AnnotationStatus]
    ) -> tuple[AnnotationStatus, str]:
        """Do the work and return how it ended, with a sentence when that was before its end."""
        try:
            running.find_model()
            self._show(model=running.provider.model)
            return do(running), running.stopped
        except Cancelled as error:
            return "cancelled", str(error)
        except GstError as error:
            if running.cancelled.is_set() or self._lens_is_gone():
                return "cancelled", "Stopped. What was answered is kept."
            return ("budget spent" if isinstance(error, BudgetSpent) else "failed"), str(error)
        except Exception as error:
            log.error("%s", running.without_key(traceback.format_exc()))
            return "failed", running.without_key(unexpected("Asking the model", error))

    def _lens_is_gone(self) -> bool:
        try:
            self._workspace.lens(self._lens_id)
        except NoLongerThere:
            return True
        except WorkspaceError:  # nobody can say now
            return False
        return False

    def _propose(self, running: RunningAnnotation, budget: int) -> AnnotationStatus:
        lens, corpus = self._workspace.lens(self._lens_id), self._sources.corpus()
        encoder = self._workspace.corpus_entry(lens.corpus).encoder
        chat = running.chat(budget)

        def show(now: ConstructionProgress) -> None:
            self._show_running(running, stage=_stage_of_proposal(now), done=now.done, total=now.total)

        label_set = construct_label_set(
            corpus.texts,
            self._embeddings(),
            lens.instruction,
            chat,
            self._workspace.answers.of(self._lens_id),
            lambda texts: encode(texts, encoder),
            ids=corpus.ids,
            progress=show,
            cancelled=running.cancelled.is_set,
            random_state=self._random_state,
        )
        self._workspace.save_proposal(self._lens_id, label_set)
        return "proposed"

    def _label(self, running: RunningAnnotation, count: int, budget: int) -> AnnotationStatus:
        show = partial(self._show_running, running)
        work = Labelling(self._workspace, self._lens_id, self._sources, running, show, self._random_state)
        return work.label(self._embeddings(), count, budget)

    def _show_running(self, running: RunningAnnotation, **changes: object) -> None:
        if running.cancelled.is_set():
            changes.pop("stage", None)  # it says "stopping"
        self._show(spent=running.spent, seconds_outside=running.seconds_outside, **changes)

    def _show(self, **changes: object) -> None:
        with self._change:
            self.state = replace(self.state, **changes)  # type: ignore[arg-type]
            self._change.notify_all()


def _stage_of_proposal(now: ConstructionProgress) -> str:
    words = {
        STATING: f"asking what {counted(now.total, 'text says', 'texts say')}",
        NAMING: "naming groups",
        MERGING: "merging synonyms",
    }
    return words[now.stage]
