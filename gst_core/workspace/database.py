"""The SQLite file for what people typed: its tables, how older files get the newer columns, and transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gst_core.errors import WorkspaceError

BUSY_SECONDS = 30.0  # how long a write waits for another session's write

# The tables as they were at first; what came later is added to old and new files alike, see `LATER_COLUMNS`.
SCHEMA = """
CREATE TABLE IF NOT EXISTS corpora (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, documents INTEGER NOT NULL,
    encoder TEXT NOT NULL, own_embeddings INTEGER NOT NULL DEFAULT 0, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lenses (
    id TEXT PRIMARY KEY, corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE,
    name TEXT NOT NULL, instruction TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS classes (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (lens, name));
CREATE TABLE IF NOT EXISTS labels (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, who TEXT NOT NULL,
    class TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (lens, document, who));
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, document TEXT NOT NULL, who TEXT NOT NULL, before TEXT, after TEXT,
    undone INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_of_lens ON history (lens, step);
CREATE INDEX IF NOT EXISTS undone_of_lens ON history (lens, undone);
CREATE TABLE IF NOT EXISTS proposals (
    lens TEXT PRIMARY KEY REFERENCES lenses(id) ON DELETE CASCADE, label_set TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kept_labels (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, machine TEXT NOT NULL,
    PRIMARY KEY (lens, document));
CREATE TABLE IF NOT EXISTS annotation_runs (
    lens TEXT PRIMARY KEY REFERENCES lenses(id) ON DELETE CASCADE, run TEXT NOT NULL);
"""

LATER_COLUMNS = (
    ("lenses", "none_of_these", "INTEGER NOT NULL DEFAULT 1"),
    ("classes", "definition", "TEXT NOT NULL DEFAULT ''"),
    ("classes", "examples", "TEXT NOT NULL DEFAULT '[]'"),
    ("labels", "confidence", "REAL"),
    ("labels", "model", "TEXT NOT NULL DEFAULT ''"),
    ("history", "before_confidence", "REAL"),
    ("history", "after_confidence", "REAL"),
    ("history", "before_created", "TEXT"),
    ("history", "after_created", "TEXT"),
    ("history", "before_model", "TEXT NOT NULL DEFAULT ''"),
    ("history", "after_model", "TEXT NOT NULL DEFAULT ''"),
    ("history", "actor", "TEXT NOT NULL DEFAULT 'human'"),
    ("history", "run", "TEXT NOT NULL DEFAULT ''"),
    ("history", "session", "TEXT NOT NULL DEFAULT ''"),
)


class Database:
    """One SQLite file in WAL mode, opened anew for each piece of work, so that threads share no connection.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Create the tables that are not there, and give those of an older file the columns that came later.

        Raises
        ------
        sqlite3.Error
            The file cannot be written, or is no database.
        """
        with self.connect() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)
            if not _missing_columns(db):
                return
            db.execute("BEGIN IMMEDIATE")  # another process may be doing the same: look again under the lock
            try:
                for table, column, declaration in _missing_columns(db):
                    db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {declaration}")
                db.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading."""
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")  # a label that was shown as saved survives a power cut
            yield db
        finally:
            db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open the file for writing; all that is done is on disk at the end, or none of it.

        Raises
        ------
        WorkspaceError
            Something that the records belong to is gone, a record is there already, or the file cannot be written.
        """
        with self.connect() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                db.rollback()
                raise WorkspaceError(_refused(error)) from error
            except sqlite3.OperationalError as error:
                db.rollback()
                raise WorkspaceError(f"The workspace could not be written: {error}. Nothing was changed.") from error
            except BaseException:
                db.rollback()
                raise


def _refused(error: sqlite3.IntegrityError) -> str:
    """Say why a record does not go with what is in the file."""
    if error.sqlite_errorname == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return "The corpus or lens that this belongs to is no longer in the workspace. Nothing was changed."
    if error.sqlite_errorname in ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"):
        return f"The workspace has this already ({error}). Nothing was changed."
    return f"This cannot be in the workspace ({error}). Nothing was changed."


def _missing_columns(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    there = {
        (table, row[1])
        for table in {table for table, _, _ in LATER_COLUMNS}
        for row in db.execute(f"PRAGMA table_info({table})")
    }
    return [later for later in LATER_COLUMNS if later[:2] not in there]
