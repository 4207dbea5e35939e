"""The SQLite file for what people typed: its tables, how older files get the newer columns, and transactions.

What is deleted is overwritten in the file (``secure_delete``), and `Database.scrub` takes it from SQLite's free pages
and from its write-ahead log.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from gst_core.atomic_files import StagedFile, locked
from gst_core.counting import counted
from gst_core.errors import WorkspaceError
from gst_core.workspace.sqlite_files import Condition, connected, in_sentences, inspect, salvage, set_aside

APPLICATION = int.from_bytes(b"GSTS", "big")  # tells our files from other programs'

# All declarations of tables are on the first page of a file, so that what is before a cut can be read; on smaller pages
# SQLite moves them behind the tables.
PAGE_BYTES = 8192

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
CREATE TABLE IF NOT EXISTS retired_classes (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,
    definition TEXT NOT NULL, examples TEXT NOT NULL, number INTEGER, key TEXT NOT NULL, meant TEXT NOT NULL,
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
CREATE TABLE IF NOT EXISTS drawn_documents (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (lens, document));
CREATE TABLE IF NOT EXISTS group_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT, corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE,
    lens TEXT REFERENCES lenses(id) ON DELETE CASCADE, kind TEXT NOT NULL, parts TEXT NOT NULL, name TEXT NOT NULL,
    number INTEGER NOT NULL, session TEXT NOT NULL, created TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS group_steps_of_map ON group_steps (corpus, lens);
CREATE TABLE IF NOT EXISTS column_kinds (
    corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE, column_name TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (corpus, column_name));
CREATE TABLE IF NOT EXISTS skipped_documents (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, PRIMARY KEY (lens, document));
CREATE TABLE IF NOT EXISTS deletions (corpus TEXT NOT NULL, lens TEXT NOT NULL, files TEXT NOT NULL);
"""

# What files of all versions have, by which one is known for ours.
FIRST_TABLES = {
    "corpora": frozenset({"id", "name", "documents", "encoder", "content"}),
    "lenses": frozenset({"id", "corpus", "name", "instruction"}),
    "classes": frozenset({"lens", "name", "position"}),
    "labels": frozenset({"lens", "document", "who", "class"}),
}

LATER_COLUMNS = (
    ("corpora", "files", "TEXT NOT NULL DEFAULT ''"),
    ("corpora", "long_texts", "TEXT NOT NULL DEFAULT 'cut'"),  # as all were before there was a choice
    ("corpora", "grown_from", "TEXT NOT NULL DEFAULT ''"),
    ("lenses", "none_of_these", "INTEGER NOT NULL DEFAULT 1"),
    ("lenses", "by_words", "INTEGER NOT NULL DEFAULT 1"),
    ("lenses", "check_apart", "INTEGER NOT NULL DEFAULT 1"),
    ("lenses", "meant", "TEXT NOT NULL DEFAULT ''"),
    ("lenses", "left_out", "TEXT NOT NULL DEFAULT '[]'"),
    ("lenses", "left_out_words", "TEXT NOT NULL DEFAULT '[]'"),
    ("classes", "definition", "TEXT NOT NULL DEFAULT ''"),
    ("classes", "examples", "TEXT NOT NULL DEFAULT '[]'"),
    ("classes", "number", "INTEGER"),
    ("classes", "key", "TEXT NOT NULL DEFAULT ''"),
    ("classes", "meant", "TEXT NOT NULL DEFAULT ''"),
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
    ("history", "left_alone", "INTEGER NOT NULL DEFAULT 0"),  # by the last undo or redo of its step
)


class Database:
    """One SQLite file in WAL mode, opened anew for each piece of work, so that threads share no connection.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self, find: Callable[[sqlite3.Connection], object] = lambda _: None) -> str:
        """Make the file ready: set a damaged one aside, create the tables that are not there, add later columns.

        Parameters
        ----------
        find : callable
            Adds to a new file, in its first transaction, the corpora whose files are there.

        Returns
        -------
        str
            What was damaged or gone, where it is now and what was saved, as a sentence; empty where all was well.

        Raises
        ------
        WorkspaceError
            The file is another program's, or cannot be read or written.
        """
        with in_sentences(self.path), locked(self.path.parent):
            condition = inspect(self.path, FIRST_TABLES)
            if condition is Condition.OURS:
                with closing(connected(self.path, "rw")) as db:
                    _make_tables(db)
                return ""
            if condition is Condition.FOREIGN:
                raise WorkspaceError(
                    f"{self.path} is another program's, so nothing was written to it. Move it away, or choose another "
                    "folder by GST_WORKSPACE."
                )
            return self._begin_anew(find, damaged=condition is Condition.DAMAGED)

    def _begin_anew(self, find: Callable[[sqlite3.Connection], object], *, damaged: bool) -> str:
        """Put a new file in the place of a damaged one, or of none, with all that could be saved: whole, or not at all.

        What was there is renamed first, so that a new file never stands where something could still be read.
        """
        was_there = self.path.exists()
        aside = set_aside(self.path) if damaged else None
        staged = StagedFile(self.path.parent, self.path.name)
        try:
            with closing(connected(staged.path, "rw")) as db:
                _make_tables(db)
                counts = _fill(db, aside, find)
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if was_there and not damaged and any(counts.values()):
                aside = set_aside(self.path)
            staged.commit(self.path)
        finally:
            staged.close()
        return _saved(self.path, aside, counts) if damaged or any(counts.values()) else ""

    @contextmanager
    def connect(self, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """Open the file for reading; see `connected` for `patience`.

        Raises
        ------
        WorkspaceError
            It is gone, damaged, held by another program, or cannot be read or written for another reason.
        """
        with in_sentences(self.path):
            db = connected(self.path, "rw", patience)
            try:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute("PRAGMA synchronous = FULL")  # a label that was shown as saved survives a power cut
                db.execute("PRAGMA secure_delete = ON")
                yield db
            finally:
                db.close()

    def scrub(self) -> None:
        """Take what was deleted out of the file's free pages and out of the log beside it.

        Raises
        ------
        WorkspaceError
            Somebody reads or writes the file for long, or it cannot be written: it is to be done again.
        """
        with self.connect() as db:
            scrub(db)

    @contextmanager
    def transaction(self, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """Open the file for writing; all that is done is on disk at the end, or none of it.

        Raises
        ------
        WorkspaceError
            Something that the records belong to is gone, a record is there already, or the file cannot be written.
        """
        with self.connect(patience) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                db.rollback()
                raise WorkspaceError(_refused(error)) from error
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


def scrub(db: sqlite3.Connection) -> None:
    """Take what was deleted out of a file's free pages and out of the log beside it.

    Raises
    ------
    sqlite3.Error
        Somebody reads or writes the file for long, or it cannot be written.
    """
    db.execute("PRAGMA temp_store = MEMORY")  # no copy in the system's folder for temporary files
    db.execute("VACUUM")
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("somebody reads the file")


def _make_tables(db: sqlite3.Connection) -> None:
    """Create the tables that are not there, and give those of an older file the columns that came later."""
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; another keeps its own
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(SCHEMA)
    if not _missing_columns(db):
        return
    db.execute("BEGIN IMMEDIATE")  # another process may be doing the same: look again under the lock
    try:
        for table, column, declaration in _missing_columns(db):
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {declaration}")
        _number_classes(db)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _fill(db: sqlite3.Connection, aside: Path | None, find: Callable[[sqlite3.Connection], object]) -> dict[str, int]:
    """Fill a new file with what can be read of a damaged one, and with the corpora whose files are there."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = {
        name: tuple(row[1] for row in db.execute(f"PRAGMA table_info({name})"))
        for name in names
        if not name.startswith("sqlite_")
    }
    db.execute("BEGIN IMMEDIATE")
    if aside is not None:
        salvage(aside, db, tables)
    find(db)
    _drop_loose_records(db)
    _number_classes(db)
    db.execute("COMMIT")
    return {
        name: int(db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]) for name in ("corpora", "lenses", "labels")
    }


def _saved(path: Path, aside: Path | None, counts: Mapping[str, int]) -> str:
    """Say what became of a damaged file and what was kept."""
    kept = (
        f"{counted(counts['corpora'], 'corpus', 'corpora')}, {counted(counts['lenses'], 'lens')} and "
        f"{counted(counts['labels'], 'label')} were found and kept"
    )
    if aside is None:
        return f"{path.name}, with all lenses and labels, was gone; {kept}. Put it back if you have a copy."
    return (
        f"{path.name} was damaged and is now called {aside.name}, in {path.parent}; {kept}. "
        "Remove that file when you need no more of it."
    )


def _drop_loose_records(db: sqlite3.Connection) -> None:
    """Remove records whose corpus or lens is not there, as a damaged file may leave them."""
    while loose := db.execute("PRAGMA foreign_key_check").fetchall():
        for table, row, _, _ in loose:
            db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))


def _number_classes(db: sqlite3.Connection) -> None:
    """Give the classes of an older file the numbers that their colours and keys had by their places."""
    db.execute(
        "UPDATE classes SET number = (SELECT COUNT(*) FROM classes AS other WHERE other.lens = classes.lens "
        "AND (other.position, other.rowid) < (classes.position, classes.rowid)) WHERE number IS NULL"
    )


def _missing_columns(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    there = {
        (table, row[1])
        for table in {table for table, _, _ in LATER_COLUMNS}
        for row in db.execute(f"PRAGMA table_info({table})")
    }
    return [later for later in LATER_COLUMNS if later[:2] not in there]
