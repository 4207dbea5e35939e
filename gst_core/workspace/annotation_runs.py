"""How far the labelling of a lens by an LLM has come, in the database."""

import json
import sqlite3
from dataclasses import asdict, dataclass, field, fields
from typing import Literal

from gst_core.workspace.records import new_id, now

RunStatus = Literal["running", "done", "cancelled", "budget spent", "failed"]


@dataclass(frozen=True)
class AnnotationRun:
    """How far the labelling of a lens by an LLM has come.

    Attributes
    ----------
    model : str
    requested : int
        Documents that were to be labelled.
    budget : int
        Requests that may be sent, repeated ones included.
    done : int
        Documents that have an answer, a usable one or not.
    status : {"running", "done", "cancelled", "budget spent", "failed"}
        A run that is "running" on disk while no job works on it was cut off, by a crash say, and can go on.
    requests, prompt_tokens, completion_tokens : int
        What was sent and spent.
    labelled, none_of_these, from_cache, out_of_set, malformed, failed : int
        What became of the documents.
    message : str
        A sentence when it failed.
    without_class : tuple of str
        The documents of which the model said that they are none of the classes.
    asked : str
        What was asked, see `gst_core.work.lens_labelling.what_is_asked`: answers of another question are of no use to
        it. Empty where nobody noted it.
    id : str
        Names the run's step of undo, see `Workspace.set_labels`.
    started : str
        ISO 8601, UTC.
    """

    model: str
    requested: int
    budget: int
    done: int = 0
    status: RunStatus = "running"
    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    labelled: int = 0
    none_of_these: int = 0
    from_cache: int = 0
    out_of_set: int = 0
    malformed: int = 0
    failed: int = 0
    message: str = ""
    without_class: tuple[str, ...] = ()
    asked: str = ""
    id: str = field(default_factory=new_id)
    started: str = field(default_factory=now)


def read_run(db: sqlite3.Connection, lens_id: str) -> AnnotationRun | None:
    """Return the last run on a lens."""
    row = db.execute("SELECT run FROM annotation_runs WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    known = {f.name for f in fields(AnnotationRun)}  # other versions wrote more
    stored = {name: value for name, value in json.loads(row[0]).items() if name in known}
    return AnnotationRun(**stored | {"without_class": tuple(stored.get("without_class", ()))})


def write_run(db: sqlite3.Connection, lens_id: str, run: AnnotationRun) -> None:
    """Keep how far a run has come, in the place of the run before."""
    db.execute("INSERT OR REPLACE INTO annotation_runs VALUES (?, ?)", (lens_id, json.dumps(asdict(run))))
