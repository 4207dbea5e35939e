"""Lenses in the database: which corpus they are on and what their instruction is."""

import json
import sqlite3
from collections.abc import Sequence

from gst_core.errors import WorkspaceError
from gst_core.workspace.class_lines import NUMBER, key_of, stored_names
from gst_core.workspace.corpora import read_corpus_entry
from gst_core.workspace.records import Lens, NoLongerThere, new_id, now

LENS = "SELECT id, corpus, name, instruction, created, by_words, meant, left_out, left_out_words FROM lenses"


def clean_instruction(instruction: str) -> str:
    """Return an instruction on one line, without spaces at its ends.

    Raises
    ------
    WorkspaceError
        It is empty.
    """
    instruction = " ".join(instruction.split())
    if not instruction:
        raise WorkspaceError("Say in a few words what the map should group by.")
    return instruction


def insert_lens(db: sqlite3.Connection, corpus_id: str, instruction: str, name: str) -> str:
    """Add a lens without classes to a corpus and return its id.

    Raises
    ------
    WorkspaceError
        The corpus is gone.
    """
    read_corpus_entry(db, corpus_id)
    lens_id = new_id()
    db.execute(
        "INSERT INTO lenses (id, corpus, name, instruction, created) VALUES (?, ?, ?, ?, ?)",
        (lens_id, corpus_id, name, instruction, now()),
    )
    return lens_id


def read_lenses(db: sqlite3.Connection, corpus_id: str) -> list[Lens]:
    """Return the lenses of a corpus in the order in which they were made."""
    rows = db.execute(f"{LENS} WHERE corpus = ? ORDER BY created, rowid", (corpus_id,)).fetchall()
    return [_lens(db, row) for row in rows]


def read_all_lenses(db: sqlite3.Connection) -> list[Lens]:
    """Return the lenses of all corpora."""
    return [_lens(db, row) for row in db.execute(LENS).fetchall()]


def read_lens(db: sqlite3.Connection, lens_id: str) -> Lens:
    """Return one lens.

    Raises
    ------
    WorkspaceError
        There is none.
    """
    row = db.execute(f"{LENS} WHERE id = ?", (lens_id,)).fetchone()
    if row is None:
        raise NoLongerThere("This lens is no longer in the workspace. Choose another one.")
    return _lens(db, row)


def change_instruction(db: sqlite3.Connection, lens_id: str, instruction: str) -> None:
    """Give a lens another instruction, which is its name too and which its map follows."""
    db.execute(
        "UPDATE lenses SET name = ?, instruction = ?, meant = '' WHERE id = ?", (instruction, instruction, lens_id)
    )


def reword(db: sqlite3.Connection, lens_id: str, instruction: str) -> None:
    """Give a lens another instruction to read, which is its name too; its map follows the one before."""
    db.execute(
        "UPDATE lenses SET meant = CASE meant WHEN '' THEN instruction ELSE meant END, name = ?, instruction = ? "
        "WHERE id = ?",
        (instruction, instruction, lens_id),
    )


def follow_words(db: sqlite3.Connection, lens_id: str) -> None:
    """Have a lens' map follow its instruction and its classes as they are called now."""
    db.execute("UPDATE lenses SET meant = '' WHERE id = ?", (lens_id,))
    db.execute("UPDATE classes SET meant = '' WHERE lens = ?", (lens_id,))


def set_left_out(db: sqlite3.Connection, lens_id: str, columns: Sequence[str]) -> None:
    """Choose the columns that have no part in a lens' map."""
    db.execute("UPDATE lenses SET left_out = ? WHERE id = ?", (json.dumps(list(dict.fromkeys(columns))), lens_id))


def set_left_out_words(db: sqlite3.Connection, lens_id: str, words: Sequence[str]) -> None:
    """Choose the words that have no part in names of a lens' groups and in its lexical view."""
    kept = list(dict.fromkeys(word for given in words if (word := " ".join(given.split()).lower())))
    db.execute("UPDATE lenses SET left_out_words = ? WHERE id = ?", (json.dumps(kept), lens_id))


def set_by_words(db: sqlite3.Connection, lens_id: str, *, by_words: bool) -> None:
    """Choose whether class names alone form a lens' map while nothing is labelled."""
    db.execute("UPDATE lenses SET by_words = ? WHERE id = ?", (int(by_words), lens_id))


def remove_lens(db: sqlite3.Connection, lens_id: str) -> None:
    """Remove a lens, and with it its classes, labels and their history, its proposal and its run."""
    db.execute("DELETE FROM lenses WHERE id = ?", (lens_id,))


def _lens(db: sqlite3.Connection, row: tuple[str, str, str, str, str, int, str, str, str]) -> Lens:
    classes = db.execute(
        f"SELECT name, {NUMBER}, key, meant FROM classes WHERE lens = ? ORDER BY position", (row[0],)
    ).fetchall()
    return Lens(
        *row[:5],
        by_words=bool(row[5]),
        classes=tuple(name for name, *_ in classes),
        numbers=tuple(number for _, number, *_ in classes),
        keys=tuple(key_of(number, key) for _, number, key, _ in classes),
        meanings=tuple(meant or name for name, *_, meant in classes),
        meant=row[6],
        left_out=stored_names(row[7]),
        left_out_words=stored_names(row[8]),
    )
