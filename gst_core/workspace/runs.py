"""What the workspace keeps of an annotation beside the labels: a proposed label set, and how far a run has come."""

import json
import sqlite3
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Literal

from gst_core.workspace.labels import NOTHING, change_labels, move_labels, read_labels, rename_everywhere
from gst_core.workspace.records import HUMAN, LLM, new_id, now

if TYPE_CHECKING:
    from gst_core.workspace.label_set import LabelSet

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
    token_budget : int or None
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
        What was asked, see `gst_core.work.annotation_job.what_is_asked`: answers of another question are of no use to
        it. Empty where nobody noted it.
    id : str
        Names the run's step of undo, see `Workspace.set_labels`.
    started : str
        ISO 8601, UTC.
    """

    model: str
    requested: int
    budget: int
    token_budget: int | None = None
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


def read_label_set(db: sqlite3.Connection, lens_id: str) -> "LabelSet":
    """Return a lens' classes with their definitions and examples, each knowing what it is called in the lens."""
    rows = db.execute("SELECT name, definition, examples FROM classes WHERE lens = ? ORDER BY position", (lens_id,))
    classes = [(name, definition, json.loads(examples), [name]) for name, definition, examples in rows]
    (none_of_these,) = db.execute("SELECT none_of_these FROM lenses WHERE id = ?", (lens_id,)).fetchone()
    return _label_set(classes, bool(none_of_these))


def write_label_set(db: sqlite3.Connection, lens_id: str, label_set: "LabelSet") -> None:
    """Give a lens the classes of a label set, see `Workspace.define_classes`; in a transaction."""
    before = [name for (name,) in db.execute("SELECT name FROM classes WHERE lens = ? ORDER BY position", (lens_id,))]
    heirs, step = _heirs(before, label_set), new_id()
    kept = _drop_others(db, lens_id, [name for name in before if name not in heirs], step)
    _hand_over(db, lens_id, heirs, step)
    for position, name in enumerate((*label_set.names, *kept), 1):
        db.execute(
            "INSERT INTO classes (lens, name, position) VALUES (?, ?, ?) "
            "ON CONFLICT (lens, name) DO UPDATE SET position = excluded.position",
            (lens_id, name, position),
        )
    for one in label_set.classes:
        db.execute(
            "UPDATE classes SET definition = ?, examples = ? WHERE lens = ? AND name = ?",
            (one.definition, json.dumps(one.examples), lens_id, one.name),
        )
    db.execute("UPDATE lenses SET none_of_these = ? WHERE id = ?", (label_set.none_of_these, lens_id))


def _heirs(before: list[str], label_set: "LabelSet") -> dict[str, str]:
    """Find the class that takes a lens' class over: the one that was it, else one of its name in any capitals."""
    origin = {was: one.name for one in label_set.classes for was in one.was}
    named = {name.casefold(): name for name in label_set.names}
    found = {old: origin.get(old, named.get(old.casefold(), "")) for old in before}
    return {old: new for old, new in found.items() if new}


def _hand_over(db: sqlite3.Connection, lens_id: str, heirs: dict[str, str], step: str) -> None:
    """Rename classes to their heirs; where one heir takes several over, move the labels of all but one, as a step."""
    parts: dict[str, list[str]] = {}
    for old, new in heirs.items():
        parts.setdefault(new, []).append(old)
    parts = {new: olds for new, olds in parts.items() if olds != [new]}
    between = {new: f"\n{new}" for new in parts}  # no class is called so: names can be swapped by way of these
    renamed = {new: new if new in olds else olds[0] for new, olds in parts.items()}
    for new, old in renamed.items():
        rename_everywhere(db, lens_id, old, between[new])
    for new, olds in parts.items():
        for old in olds:
            if old != renamed[new]:
                move_labels(db, lens_id, old, between[new], step)
                db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, old))
    for new, name in between.items():
        rename_everywhere(db, lens_id, name, new)


def _drop_others(db: sqlite3.Connection, lens_id: str, others: list[str], step: str) -> list[str]:
    """Remove classes with the LLM's labels of them, in a step of undo; return those that a person used, which stay."""
    labels = read_labels(db, lens_id)
    used = {label.class_name for label in labels if label.who == HUMAN}
    dropped = [name for name in others if name not in used]
    gone = {(label.document, LLM): NOTHING for label in labels if label.class_name in dropped}
    change_labels(db, lens_id, gone, HUMAN, step)
    for name in dropped:
        db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, name))
    return [name for name in others if name in used]


def read_proposal(db: sqlite3.Connection, lens_id: str) -> "LabelSet | None":
    """Return the label set that was proposed for a lens and not accepted yet."""
    row = db.execute("SELECT label_set FROM proposals WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    stored = json.loads(row[0])
    classes = [(one["name"], one["definition"], one["examples"], one.get("was", [])) for one in stored["classes"]]
    return _label_set(classes, stored["none_of_these"])


def write_proposal(db: sqlite3.Connection, lens_id: str, label_set: "LabelSet") -> None:
    """Keep a proposed label set in the place of the one before."""
    db.execute("INSERT OR REPLACE INTO proposals VALUES (?, ?)", (lens_id, json.dumps(asdict(label_set))))


def read_run(db: sqlite3.Connection, lens_id: str) -> AnnotationRun | None:
    """Return the last run on a lens."""
    row = db.execute("SELECT run FROM annotation_runs WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    known = {f.name for f in fields(AnnotationRun)}  # a newer version may have written more
    stored = {name: value for name, value in json.loads(row[0]).items() if name in known}
    return AnnotationRun(**stored | {"without_class": tuple(stored.get("without_class", ()))})


def write_run(db: sqlite3.Connection, lens_id: str, run: AnnotationRun) -> None:
    """Keep how far a run has come, in the place of the run before."""
    db.execute("INSERT OR REPLACE INTO annotation_runs VALUES (?, ?)", (lens_id, json.dumps(asdict(run))))


def _label_set(classes: list[tuple[str, str, list[str], list[str]]], none_of_these: bool) -> "LabelSet":
    from gst_core.workspace.label_set import ClassDefinition, LabelSet  # annotate stands on the workspace

    described = (ClassDefinition(name, text, tuple(examples), tuple(was)) for name, text, examples, was in classes)
    return LabelSet(tuple(described), none_of_these)
