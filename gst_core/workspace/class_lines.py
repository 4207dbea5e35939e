"""A lens' classes in the database, line by line: name, place, number and key, and those that may come back by Undo.

A class keeps its number for life, and with it its colour and its usual key. One that is deleted or merged while labels
of it can come back by Undo keeps its number for then; else the next new class takes it.
"""

import json
import re
import sqlite3
from collections.abc import Sequence

from gst_core.errors import WorkspaceError

NUMBER = "COALESCE(number, position - 1)"  # of one that an earlier version has added
LINE = "name, position, definition, examples, number, key, meant"
KEY = re.compile("[1-9][0-9]?|[a-z]")
TAKEN = {"u": "Undo", "m": "the map"}  # letters that say something else on the map


def class_names(db: sqlite3.Connection, lens_id: str) -> list[str]:
    """Return the names of a lens' classes in their order."""
    return [name for (name,) in db.execute("SELECT name FROM classes WHERE lens = ? ORDER BY position", (lens_id,))]


def insert_class(db: sqlite3.Connection, lens_id: str, name: str) -> None:
    """Add a class after the others, or bring it back as it was; one that is there stays as it is."""
    if db.execute("SELECT 1 FROM classes WHERE lens = ? AND name = ?", (lens_id, name)).fetchone():
        return
    db.execute(
        f"INSERT INTO classes (lens, {LINE}) SELECT lens, {LINE} FROM retired_classes WHERE lens = ? AND name = ?",
        (lens_id, name),
    )
    if db.execute("DELETE FROM retired_classes WHERE lens = ? AND name = ?", (lens_id, name)).rowcount:
        return
    db.execute(
        "INSERT INTO classes (lens, name, position, number) "
        "SELECT ?, ?, COALESCE(MAX(position), 0) + 1, ? FROM classes WHERE lens = ?",
        (lens_id, name, _free_number(db, lens_id), lens_id),
    )


def delete_class_line(db: sqlite3.Connection, lens_id: str, name: str) -> None:
    """Remove a class; where labels of it may come back, they find it as it was."""
    said = "SELECT 1 FROM history WHERE lens = ? AND ? IN (before, after) LIMIT 1"
    if db.execute(said, (lens_id, name)).fetchone():
        db.execute(
            f"INSERT OR REPLACE INTO retired_classes (lens, {LINE}) "
            f"SELECT lens, {LINE} FROM classes WHERE lens = ? AND name = ?",
            (lens_id, name),
        )
    db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, name))


def put_in_order(db: sqlite3.Connection, lens_id: str, names: Sequence[str]) -> None:
    """Put classes in an order; those that are not named stay behind them as they were."""
    known = class_names(db, lens_id)
    wanted = [name for name in dict.fromkeys(names) if name in known]
    for position, name in enumerate((*wanted, *(name for name in known if name not in wanted)), 1):
        db.execute("UPDATE classes SET position = ? WHERE lens = ? AND name = ?", (position, lens_id, name))


def set_key(db: sqlite3.Connection, lens_id: str, name: str, key: str) -> None:
    """Give a class a key of its own, or with an empty one its usual one again.

    Raises
    ------
    WorkspaceError
        It is no key for a class, or another class has it.
    """
    key = key.strip().lower()
    if key and KEY.fullmatch(key) is None:
        raise WorkspaceError("A class' key is a letter, or a number from 1 to 99.")
    if key in TAKEN:
        raise WorkspaceError(f"The key {key} is that of {TAKEN[key]}. Choose another one.")
    rows = db.execute(f"SELECT name, {NUMBER}, key FROM classes WHERE lens = ?", (lens_id,)).fetchall()
    used = {key_of(number, own): other for other, number, own in rows if other != name}
    wanted = next((key_of(number, key) for other, number, _ in rows if other == name), "")
    if wanted in used:
        raise WorkspaceError(f"The key {wanted} is that of “{used[wanted]}”. Give that class another one first.")
    db.execute("UPDATE classes SET key = ? WHERE lens = ? AND name = ?", (key, lens_id, name))


def key_of(number: int, own: str) -> str:
    """Return what is pressed for a class."""
    return own or str(number + 1)


def definitions_of(db: sqlite3.Connection, lens_id: str) -> dict[str, str]:
    """Return what belongs to each class that has a definition."""
    query = "SELECT name, definition FROM classes WHERE lens = ? AND definition != '' ORDER BY position"
    return dict(db.execute(query, (lens_id,)).fetchall())


def set_definition(db: sqlite3.Connection, lens_id: str, name: str, definition: str) -> None:
    """Say in a line what belongs to a class."""
    db.execute("UPDATE classes SET definition = ? WHERE lens = ? AND name = ?", (definition, lens_id, name))


def stored_names(stored: str) -> tuple[str, ...]:
    """Return a list of names that is stored as JSON; none where it is damaged."""
    try:
        return tuple(map(str, json.loads(stored)))
    except (TypeError, ValueError):
        return ()


def _free_number(db: sqlite3.Connection, lens_id: str) -> int:
    """Return the smallest number that no class of a lens has, nor one that may come back."""
    rows = db.execute(
        f"SELECT {NUMBER}, key FROM classes WHERE lens = ? "
        f"UNION ALL SELECT {NUMBER}, key FROM retired_classes WHERE lens = ?",
        (lens_id, lens_id),
    ).fetchall()
    taken = {number for number, _ in rows} | {int(key) - 1 for _, key in rows if key.isdigit()}
    return next(number for number in range(len(taken) + 1) if number not in taken)
