"""How far the labelling of a lens by an LLM has come, in the database."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Literal

from gst_core.workspace.records import new_id, now

log = logging.getLogger(__name__)

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
    """Return the last run on a lens; None where there is none, or what is noted of it is damaged."""
    row = db.execute("SELECT run FROM annotation_runs WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    known = {f.name for f in fields(AnnotationRun)}  # other versions wrote more
    try:
        stored = {name: value for name, value in json.loads(row[0]).items() if name in known}
        return AnnotationRun(**stored | {"without_class": tuple(map(str, stored.get("without_class", ())))})
    except (AttributeError, TypeError, ValueError) as error:
        log.warning("how far the labelling of a lens had come is damaged: %s", error)
        return None


def write_run(db: sqlite3.Connection, lens_id: str, run: AnnotationRun) -> None:
    """Keep how far a run has come, in the place of the run before."""
    db.execute("INSERT OR REPLACE INTO annotation_runs VALUES (?, ?)", (lens_id, json.dumps(asdict(run))))


def move_documents(db: sqlite3.Connection, lens_id: str, new_ids: Mapping[str, str]) -> None:
    """Give the documents in a lens' run the ids that they have now; those that are gone go."""
    run = read_run(db, lens_id)
    if run is not None and run.without_class:
        still = tuple(new_ids[document] for document in run.without_class if document in new_ids)
        write_run(db, lens_id, replace(run, without_class=still))
