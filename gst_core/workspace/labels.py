"""Labels in the database and the steps that changed them, for undo and redo.

A step is what one actor did at once: all that a person did by one click, or all that one run of an LLM has said so far,
however many batches it came in. A person's merge of two classes moves the LLM's labels too and is the person's step.

Undo takes the person's own steps back first, latest first, and the LLM's runs when no step of the person is left: who
corrects a label while a run is going on gets this label back, not three hundred others. Redo brings back what was
undone last. A label that another step has changed since is left alone.

A step knows in which session of the page it was made. Who undoes in a session takes back the steps of this session, and
those of which nobody noted one: runs of an LLM, and what was labelled from a program or before sessions were noted.

A label that is moved to another class, taken back or brought again keeps the time at which it was said: who spoke first
decides what person and LLM can be compared on.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gst_core.errors import WorkspaceError
from gst_core.workspace.class_lines import insert_class
from gst_core.workspace.records import (
    HUMAN,
    LLM,
    HistoryState,
    Label,
    clean_class_name,
    deciding_labels,
    is_brought,
    now,
)
from gst_core.workspace.skipped import SKIPPED, VALUE, is_skipped, write_skipped

ACTORS = (HUMAN, LLM)  # in the order in which their steps are undone


@dataclass(frozen=True)
class LabelValue:
    """What somebody says of a document: a class, or None to take the label away; with an LLM's confidence and its name.

    `created` is when it was said, None for what is said now; two are equal whenever they were said.
    """

    class_name: str | None = None
    confidence: float | None = None
    created: str | None = field(default=None, compare=False)
    model: str = ""


NO_LABEL = LabelValue()


def label_values(
    labels: Mapping[str, str | None], who: str, confidences: Mapping[str, float], model: str
) -> dict[tuple[str, str], LabelValue]:
    """Return what somebody says of documents, by (document, who); parameters as for `Workspace.set_labels`.

    Raises
    ------
    WorkspaceError
        Nobody is called so, or the name of a class is blank or too long.
    """
    if who not in ACTORS and not is_brought(who):
        raise WorkspaceError(
            f"“{who[:80]}” gives no labels here; who is {', '.join(f'“{actor}”' for actor in ACTORS)}, “column:NAME” "
            "or “file:NAME”."
        )
    stated = {document: float(confidence) for document, confidence in confidences.items()}
    return {
        (document, who): LabelValue(clean_class_name(name), stated.get(document), model=model) if name else NO_LABEL
        for document, name in labels.items()
    }


def actor_of(who: str) -> str:
    """Return whose step it is when labels are written: a person takes over those of columns and files."""
    return LLM if who == LLM else HUMAN


def brought_values(labels: Iterable[Label], gone: Iterable[tuple[str, str]]) -> dict[tuple[str, str], LabelValue]:
    """Return what labels that were taken over say, by (document, who), and None for those that they take the place of.

    Raises
    ------
    WorkspaceError
        Somebody cannot give labels, or the name of a class is blank or too long.
    """
    values = dict.fromkeys(gone, NO_LABEL)
    for one in labels:
        sure = {} if one.confidence is None else {one.document: one.confidence}
        values |= label_values({one.document: one.class_name}, one.who, sure, one.model)
    return values


def read_labels(db: sqlite3.Connection, lens_id: str) -> list[Label]:
    """Return a lens' labels, oldest first; where person and LLM both spoke, both are given."""
    rows = db.execute(
        "SELECT document, class, who, created, confidence, model FROM labels WHERE lens = ? ORDER BY created, rowid",
        (lens_id,),
    )
    return [Label(*row) for row in rows]


def change_labels(
    db: sqlite3.Connection,
    lens_id: str,
    wanted: Mapping[tuple[str, str], LabelValue],
    actor: str,
    run: str = "",
    session: str = "",
) -> int:
    """Write labels, and into the history as a step.

    Parameters
    ----------
    db : sqlite3.Connection
        In a transaction.
    lens_id : str
    wanted : mapping of (document, who) to LabelValue
    actor : {"human", "llm"}
        Whose step it is.
    run : str
        Calls with the same name, unless empty, add to the same step while that is not undone.
    session : str
        In which session of the page; empty where nobody says it.

    Returns
    -------
    int
        How many labels changed; those that are as wanted already make no step.
    """
    before = _present(db, lens_id, wanted)
    changed = {key: value for key, value in wanted.items() if before.get(key, NO_LABEL) != value}
    if not changed:
        return 0
    db.execute(
        f"DELETE FROM history WHERE lens = ? AND undone > 0 AND actor = ? AND {_OF_SESSION}",
        (lens_id, actor, *_session(session or None)),
    )
    step, created = _step(db, lens_id, run), now()
    for key, value in changed.items():
        new = replace(value, created=value.created or created)
        _note(db, lens_id, key, before.get(key, NO_LABEL), new, (step, created, actor, run, session))
        _write(db, lens_id, key, new)
    return len(changed)


def skip_documents(db: sqlite3.Connection, lens_id: str, documents: Iterable[str], session: str = "") -> int:
    """Have documents not suggested any more, as one step of the person; return how many were suggested till then."""
    return change_labels(db, lens_id, {(d, SKIPPED): LabelValue(VALUE) for d in documents}, HUMAN, session=session)


def keep_label(db: sqlite3.Connection, lens_id: str, document: str, machine: str) -> None:
    """Note that a person stays with their own label of a document, of which the LLM says `machine`."""
    db.execute("INSERT OR REPLACE INTO kept_labels VALUES (?, ?, ?)", (lens_id, document, machine))


def read_kept_labels(db: sqlite3.Connection, lens_id: str) -> dict[str, str]:
    """Return the documents of which a person stayed with their own label, and what the LLM had said of each."""
    return dict(db.execute("SELECT document, machine FROM kept_labels WHERE lens = ?", (lens_id,)).fetchall())


# The steps that a session may take back or bring again, see `_session`.
_OF_SESSION = "(? IS NULL OR session IN (?, ''))"


def _session(session: str | None) -> tuple[str | None, str | None]:
    """Return what `_OF_SESSION` takes: None stands for all sessions."""
    return session, session


def undo_step(db: sqlite3.Connection, lens_id: str, who: str | None = None, session: str | None = None) -> int:
    """Take back the last step, of one actor or of one session where they are given; return how many labels changed."""
    for actor in (who,) if who else ACTORS:
        row = db.execute(
            f"SELECT MAX(step) FROM history WHERE lens = ? AND undone = 0 AND actor = ? AND {_OF_SESSION}",
            (lens_id, actor, *_session(session)),
        ).fetchone()
        if row[0] is None:
            continue
        last = db.execute("SELECT MAX(undone) FROM history WHERE lens = ?", (lens_id,)).fetchone()[0]
        db.execute("UPDATE history SET undone = ? WHERE lens = ? AND step = ?", (last + 1, lens_id, row[0]))
        return _travel(db, lens_id, row[0], back=True)
    return 0


def redo_step(db: sqlite3.Connection, lens_id: str, who: str | None = None, session: str | None = None) -> int:
    """Do again what was undone last, by one actor or in one session where they are given; return how many changed."""
    row = db.execute(
        f"SELECT step FROM history WHERE lens = ? AND undone > 0 AND actor IN (?, ?) AND {_OF_SESSION} "
        "ORDER BY undone DESC, step LIMIT 1",
        (lens_id, *((who, who) if who else ACTORS), *_session(session)),
    ).fetchone()
    if row is None:
        return 0
    db.execute("UPDATE history SET undone = 0 WHERE lens = ? AND step = ?", (lens_id, row[0]))
    return _travel(db, lens_id, row[0], back=False)


def last_step_made(db: sqlite3.Connection, lens_id: str, who: str, session: str | None = None) -> str:
    """Return when the step of one actor was made that would be undone next, as `now` has it; empty for none."""
    row = db.execute(
        f"SELECT created FROM history WHERE lens = ? AND undone = 0 AND actor = ? AND {_OF_SESSION} "
        "ORDER BY step DESC LIMIT 1",
        (lens_id, who, *_session(session)),
    ).fetchone()
    return "" if row is None else str(row[0])


def history_state(
    db: sqlite3.Connection, lens_id: str, who: str | None = None, session: str | None = None
) -> HistoryState:
    """Return how many steps can be undone and redone, of one actor or one session where they are given."""
    rows = db.execute(
        "SELECT undone > 0, COUNT(DISTINCT step) FROM history "
        f"WHERE lens = ? AND actor IN (?, ?) AND {_OF_SESSION} GROUP BY undone > 0",
        (lens_id, *((who, who) if who else ACTORS), *_session(session)),
    )
    count = dict(rows.fetchall())
    return HistoryState(count.get(0, 0), count.get(1, 0))


def rename_everywhere(db: sqlite3.Connection, lens_id: str, old: str, new: str) -> None:
    """Rename a class in the lens, in its labels and in their history, to a name that no other class has."""
    db.execute("DELETE FROM retired_classes WHERE lens = ? AND name = ?", (lens_id, new))
    db.execute("UPDATE classes SET name = ? WHERE lens = ? AND name = ?", (new, lens_id, old))
    db.execute("UPDATE labels SET class = ? WHERE lens = ? AND class = ?", (new, lens_id, old))
    db.execute("UPDATE kept_labels SET machine = ? WHERE lens = ? AND machine = ?", (new, lens_id, old))
    for column in ("before", "after"):
        db.execute(f"UPDATE history SET {column} = ? WHERE lens = ? AND {column} = ?", (new, lens_id, old))


def move_labels(
    db: sqlite3.Connection, lens_id: str, class_name: str, to: str | None, run: str = "", session: str = ""
) -> int:
    """Give everybody's labels of one class another, or take them away with None, as one step of the person.

    Calls with the same `run` are one step, see `change_labels`.
    """
    moved = {
        (label.document, label.who): LabelValue(to, label.confidence, label.created, label.model) if to else NO_LABEL
        for label in read_labels(db, lens_id)
        if label.class_name == class_name
    }
    return change_labels(db, lens_id, moved, HUMAN, run, session)


def remove_effective_labels(db: sqlite3.Connection, lens_id: str, documents: Iterable[str], session: str = "") -> int:
    """Take the label that counts from each document, whoever said it, as one step of the person."""
    counting = deciding_labels(read_labels(db, lens_id))
    gone = {(d, counting[d].who): NO_LABEL for d in documents if d in counting}
    return change_labels(db, lens_id, gone, HUMAN, session=session)


def _note(
    db: sqlite3.Connection,
    lens_id: str,
    key: tuple[str, str],
    old: LabelValue,
    new: LabelValue,
    step: tuple[int, str, str, str, str],
) -> None:
    """Write into the history what a step (its number, time, actor, run, session) does to a (document, who)'s label."""
    before = (old.class_name, old.confidence, old.created, old.model)
    after = (new.class_name, new.confidence, new.created, new.model)
    db.execute(
        "INSERT INTO history (lens, document, who, step, created, actor, run, session, before, before_confidence, "
        "before_created, before_model, after, after_confidence, after_created, after_model) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (lens_id, *key, *step, *before, *after),
    )


def _step(db: sqlite3.Connection, lens_id: str, run: str) -> int:
    if run:
        same = db.execute(
            "SELECT step FROM history WHERE lens = ? AND run = ? AND undone = 0 ORDER BY step DESC LIMIT 1",
            (lens_id, run),
        ).fetchone()
        if same is not None:
            return int(same[0])
    return 1 + (db.execute("SELECT MAX(step) FROM history WHERE lens = ?", (lens_id,)).fetchone()[0] or 0)


def _travel(db: sqlite3.Connection, lens_id: str, step: int, *, back: bool) -> int:
    """Give the labels of a step what was before it, or after it, where they are as it left or found them.

    What one way leaves alone, as another step has changed it since, the way back leaves alone too.
    """
    rows = db.execute(
        "SELECT id, left_alone, document, who, before, before_confidence, COALESCE(before_created, created), "
        "before_model, after, after_confidence, COALESCE(after_created, created), after_model "
        f"FROM history WHERE lens = ? AND step = ? ORDER BY id {'DESC' if back else 'ASC'}",
        (lens_id, step),
    ).fetchall()
    there = _present(db, lens_id, [(document, who) for _, _, document, who, *_ in rows])
    changed = set()
    for row, was_left_alone, document, who, *values in rows:
        before, after = LabelValue(*values[:4]), LabelValue(*values[4:])
        expected, wanted = (after, before) if back else (before, after)
        as_expected = there.get((document, who), NO_LABEL) == expected
        db.execute("UPDATE history SET left_alone = ? WHERE id = ?", (not (as_expected or was_left_alone), row))
        if as_expected and not was_left_alone:
            there[document, who] = wanted
            changed.add((document, who))
            _write(db, lens_id, (document, who), wanted)
    return len(changed)


def _write(db: sqlite3.Connection, lens_id: str, key: tuple[str, str], value: LabelValue) -> None:
    """Give a (document, who) a label, or take it away; see `gst_core.workspace.skipped` for what is no label."""
    if key[1] == SKIPPED:
        write_skipped(db, lens_id, key[0], skipped=value.class_name is not None)
        return
    if value.class_name is None:
        db.execute("DELETE FROM labels WHERE lens = ? AND document = ? AND who = ?", (lens_id, *key))
        return
    insert_class(db, lens_id, value.class_name)
    db.execute(
        "INSERT INTO labels (lens, document, who, class, created, confidence, model) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (lens, document, who) DO UPDATE SET class = excluded.class, created = excluded.created, "
        "confidence = excluded.confidence, model = excluded.model",
        (lens_id, *key, value.class_name, value.created or now(), value.confidence, value.model),
    )


def _present(
    db: sqlite3.Connection, lens_id: str, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], LabelValue]:
    """Return the labels of these (document, who) that have one; one of 3,000 costs no more than one of 30."""
    query = "SELECT class, confidence, created, model FROM labels WHERE lens = ? AND document = ? AND who = ?"
    found = {
        key: ((VALUE,) if is_skipped(db, lens_id, key[0]) else None)
        if key[1] == SKIPPED
        else db.execute(query, (lens_id, *key)).fetchone()
        for key in keys
    }
    return {key: LabelValue(*row) for key, row in found.items() if row is not None}
