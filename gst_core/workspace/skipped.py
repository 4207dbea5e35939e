"""Texts that a person does not want to be asked about: no label, and a step of the history as a label is.

In the history a skipped text stands like a label that `SKIPPED` gives, with a value that no class is called, so that
undo and redo find it as they find labels.
"""

import sqlite3

SKIPPED = "skip"  # in the place of who gives a label
VALUE = "\nskipped"  # in the place of a class: names of classes are one line


def read_skipped(db: sqlite3.Connection, lens_id: str) -> frozenset[str]:
    """Return the documents that are not to be suggested for labelling."""
    rows = db.execute("SELECT document FROM skipped_documents WHERE lens = ?", (lens_id,))
    return frozenset(document for (document,) in rows)


def is_skipped(db: sqlite3.Connection, lens_id: str, document: str) -> bool:
    """Say whether a document is not to be suggested."""
    row = db.execute("SELECT 1 FROM skipped_documents WHERE lens = ? AND document = ?", (lens_id, document))
    return row.fetchone() is not None


def write_skipped(db: sqlite3.Connection, lens_id: str, document: str, *, skipped: bool) -> None:
    """Skip a document, or have it suggested again."""
    if skipped:
        db.execute("INSERT OR IGNORE INTO skipped_documents VALUES (?, ?)", (lens_id, document))
    else:
        db.execute("DELETE FROM skipped_documents WHERE lens = ? AND document = ?", (lens_id, document))
