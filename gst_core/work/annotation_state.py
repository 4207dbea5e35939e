"""What a language model does for a lens, as a page sees it."""

from dataclasses import dataclass, field
from typing import Literal

from gst_core.annotate import Spent
from gst_core.workspace import AnnotationRun

AnnotationStatus = Literal[
    "idle", "proposing", "proposed", "labelling", "done", "cancelled", "budget spent", "failed", "stopped"
]
Task = Literal["", "proposing", "labelling"]


@dataclass(frozen=True)
class AnnotationState:
    """What a model does for a lens, as a page sees it.

    Attributes
    ----------
    status : str
        "idle"; "proposing" classes, which are then "proposed"; "labelling" texts, and then "done", "cancelled",
        "budget spent" or "failed". "stopped" is a labelling that was found on disk as running with nothing behind it,
        because the server was killed. All but "done" go on when they are asked for again.
    stage : str
        What is being done, in a few words.
    done, total : int
        Of the questions of a proposal's stage, or of the texts to label.
    spent : Spent
        What was sent so far; of a labelling that went on, with what was sent before.
    labelled, none_of_these, from_cache, out_of_set, malformed, failed : int
        What became of the texts.
    seconds_outside : float
        Seconds of the work in which no question was under way.
    error : str
        A sentence: why it failed, or ended before its end.
    model : str
        Which model it was.
    work : str
        "proposing" or "labelling", also after it has ended; empty before.
    """

    status: AnnotationStatus = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    spent: Spent = field(default_factory=Spent)
    labelled: int = 0
    none_of_these: int = 0
    from_cache: int = 0
    out_of_set: int = 0
    malformed: int = 0
    failed: int = 0
    seconds_outside: float = 0.0
    error: str = ""
    model: str = ""
    work: Task = ""

    @property
    def running(self) -> bool:
        """Whether a thread works."""
        return self.status in ("proposing", "labelling")

    @classmethod
    def on_disk(cls, run: AnnotationRun | None, *, proposed: bool) -> "AnnotationState":
        """Return the state of a lens on which nothing runs: of its last labelling, and whether classes wait."""
        if run is None or (proposed and run.status != "running"):
            return cls("proposed" if proposed else "idle")
        return cls(
            "stopped" if run.status == "running" else run.status,
            done=run.done,
            total=run.requested,
            spent=Spent(run.requests, run.prompt_tokens, run.completion_tokens),
            labelled=run.labelled,
            none_of_these=run.none_of_these,
            from_cache=run.from_cache,
            out_of_set=run.out_of_set,
            malformed=run.malformed,
            failed=run.failed,
            error=run.message,
            model=run.model,
            work="labelling",
        )
