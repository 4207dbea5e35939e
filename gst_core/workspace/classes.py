"""A lens' classes in the database, one by one and as a label set, and what their changes do to the labels."""

import json
import logging
import sqlite3
from collections.abc import Collection, Mapping

from gst_core.errors import WorkspaceError
from gst_core.workspace.class_lines import class_names, delete_class_line, insert_class, put_in_order
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from gst_core.workspace.labels import NO_LABEL, change_labels, move_labels, read_labels, rename_everywhere
from gst_core.workspace.records import HUMAN, LLM, NONE_OF_THESE, new_id

log = logging.getLogger(__name__)


def rename_class(db: sqlite3.Connection, lens_id: str, old: str, new: str, session: str = "") -> None:
    """Rename a class; renaming it to one that exists merges the two, as a step that can be undone."""
    names = class_names(db, lens_id)
    check_class(db, lens_id, old)
    if new not in names:
        _keep_meaning(db, lens_id, old)
        rename_everywhere(db, lens_id, old, new)
        return
    move_labels(db, lens_id, old, new, session=session)
    delete_class_line(db, lens_id, old)


def delete_class(db: sqlite3.Connection, lens_id: str, name: str, session: str = "") -> None:
    """Remove a class and, as a step that can be undone, everybody's labels of it."""
    check_class(db, lens_id, name)
    move_labels(db, lens_id, name, None, session=session)
    delete_class_line(db, lens_id, name)


def read_label_set(db: sqlite3.Connection, lens_id: str) -> LabelSet:
    """Return a lens' classes with their definitions and examples, each knowing what it is called in the lens.

    "none of these" is no class of the set, which allows it or not.
    """
    query = "SELECT name, definition, examples FROM classes WHERE lens = ? AND name != ? ORDER BY position"
    rows = db.execute(query, (lens_id, NONE_OF_THESE))
    classes = tuple(
        ClassDefinition(name, definition, _examples(name, examples), (name,)) for name, definition, examples in rows
    )
    (none_of_these,) = db.execute("SELECT none_of_these FROM lenses WHERE id = ?", (lens_id,)).fetchone()
    return LabelSet(classes, bool(none_of_these))


def move_examples(db: sqlite3.Connection, lens_id: str, new_ids: Mapping[str, str], gone: Collection[str]) -> None:
    """Give the examples of a lens' classes that are documents the ids that these have now; those that are gone go."""
    for name, stored in db.execute("SELECT name, examples FROM classes WHERE lens = ?", (lens_id,)).fetchall():
        moved = ClassDefinition(name, "", _examples(name, stored)).with_documents(new_ids, gone)
        db.execute(
            "UPDATE classes SET examples = ? WHERE lens = ? AND name = ?", (json.dumps(moved.examples), lens_id, name)
        )


def _examples(name: str, stored: str) -> tuple[str, ...]:
    """Return the examples of a class; none where they are damaged, as they can be written again."""
    try:
        return tuple(map(str, json.loads(stored)))
    except (TypeError, ValueError) as error:
        log.warning("the examples of the class %s are damaged: %s", name, error)
        return ()


def write_label_set(db: sqlite3.Connection, lens_id: str, label_set: LabelSet) -> None:
    """Give a lens the classes of a label set, see `Workspace.define_classes`; in a transaction."""
    before = class_names(db, lens_id)
    heirs, step = _heirs(before, label_set), new_id()
    kept = _drop_others(db, lens_id, [name for name in before if name not in heirs], step)
    _hand_over(db, lens_id, heirs, step)
    for name in label_set.names:
        insert_class(db, lens_id, name)
    put_in_order(db, lens_id, (*label_set.names, *kept))
    for one in label_set.classes:
        db.execute(
            "UPDATE classes SET definition = ?, examples = ? WHERE lens = ? AND name = ?",
            (one.definition, json.dumps(one.examples), lens_id, one.name),
        )
    db.execute("UPDATE lenses SET none_of_these = ? WHERE id = ?", (label_set.none_of_these, lens_id))


def _heirs(before: list[str], label_set: LabelSet) -> dict[str, str]:
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
                delete_class_line(db, lens_id, old)
    for new, name in between.items():
        rename_everywhere(db, lens_id, name, new)


def _drop_others(db: sqlite3.Connection, lens_id: str, others: list[str], step: str) -> list[str]:
    """Remove classes with the LLM's labels of them, in a step of undo; return those that a person used, which stay."""
    labels = read_labels(db, lens_id)
    used = {label.class_name for label in labels if label.who != LLM}
    dropped = [name for name in others if name not in used]
    gone = {(label.document, LLM): NO_LABEL for label in labels if label.class_name in dropped}
    change_labels(db, lens_id, gone, HUMAN, step)
    for name in dropped:
        delete_class_line(db, lens_id, name)
    return [name for name in others if name in used]


def check_class(db: sqlite3.Connection, lens_id: str, name: str) -> None:
    """Refuse to change a class that the lens does not have.

    Raises
    ------
    WorkspaceError
        It has none of that name.
    """
    if name not in class_names(db, lens_id):
        raise WorkspaceError(f"This lens has no class “{name[:80]}”. Somebody may have renamed or deleted it.")


def _keep_meaning(db: sqlite3.Connection, lens_id: str, name: str) -> None:
    """Have the map go on knowing a class by the words that it is known by, if labels say more than words do."""
    if db.execute("SELECT 1 FROM labels WHERE lens = ? LIMIT 1", (lens_id,)).fetchone():
        db.execute("UPDATE classes SET meant = ? WHERE lens = ? AND name = ? AND meant = ''", (name, lens_id, name))
