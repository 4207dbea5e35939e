"""Answers that were paid for, on disk before anyone sees them, so that none is asked for twice.

One SQLite file. A line holds the hash of a question and the answer to it: neither the document nor the key of the
provider is in it. An answer that could not be used is kept as such, without its words. Of one about a single text the
text's hash is kept too, by which it goes when the text does.

Whom an answer was given for, a lens say, is kept beside it, and answers go with the last of those. One that comes for a
lens that was removed meanwhile is not kept.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gst_core.atomic_files import StagedFile, locked
from gst_core.errors import AnnotationError, WorkspaceError
from gst_core.workspace.database import scrub
from gst_core.workspace.sqlite_files import Condition, connected, inspect, salvage, set_aside

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, content TEXT NOT NULL, confidence REAL, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS owners (key TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (key, owner));
CREATE TABLE IF NOT EXISTS removed (owner TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS subjects (key TEXT PRIMARY KEY, text TEXT NOT NULL);
"""
FIRST_TABLES = {"answers": frozenset({"key", "status", "content", "confidence", "created"})}
COLUMNS = {
    "answers": ("key", "status", "content", "confidence", "created"),
    "owners": ("key", "owner"),
    "removed": ("owner",),
    "subjects": ("key", "text"),
}

Result = TypeVar("Result")


class AnswersUnusable(AnnotationError):  # noqa: N818 - it says what is
    """The file of answers cannot be read or written; asking on would pay for answers that are lost."""


class AnswerStatus(StrEnum):
    """What became of an answer."""

    USABLE = "usable"
    OUT_OF_SET = "out of set"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Answer:
    """What a model answered, as far as it is used.

    Attributes
    ----------
    status : AnswerStatus
    content : str
        The class name, the statement, or JSON, by what was asked; empty unless the answer is usable.
    confidence : float or None
        From 0.05 to 0.99, for the class of a text.
    """

    status: AnswerStatus
    content: str = ""
    confidence: float | None = None


class AnswerFile:
    """The file of answers, opened when it is first used; safe to use from many threads and many processes.

    Parameters
    ----------
    path : path
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def check(self) -> str:
        """Set a damaged file aside; return where it is now and what was kept, as a sentence, or nothing.

        Raises
        ------
        WorkspaceError
            It is another program's, or cannot be looked at.
        """
        if not (self.path.exists() or self.path.with_name(f"{self.path.name}-wal").exists()):
            return ""
        with locked(self.path.parent):
            condition = inspect(self.path, FIRST_TABLES)
            if condition is Condition.FOREIGN:
                raise WorkspaceError(f"{self.path} is another program's, so nothing was written to it. Move it away.")
            if condition is Condition.NEW and not self.path.stat().st_size:
                self.path.unlink()
                return f"{self.path.name} was empty: what models have answered is gone, and will be asked again."
            if condition is not Condition.DAMAGED:
                return ""
            aside = set_aside(self.path)
            staged = StagedFile(self.path.parent, self.path.name)
            try:
                with closing(connected(staged.path, "rw")) as db:
                    _prepare(db)
                    db.execute("BEGIN IMMEDIATE")
                    kept = salvage(aside, db, COLUMNS)["answers"]
                    db.execute("COMMIT")
                staged.commit(self.path)
            finally:
                staged.close()
        return f"{self.path.name} was damaged and is now called {aside.name}; {kept:,} answers of models were kept."

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._close()

    def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do something with the file; what it changes is on disk when this returns, or nothing of it.

        Raises
        ------
        AnswersUnusable
            The file cannot be read or written.
        """
        with self._lock:
            try:
                if self._db is not None and not self.path.exists():  # a file that was moved away would be written to
                    self._close()
                if self._db is None:
                    self._db = self._open()
                try:
                    return work(self._db)
                except BaseException:
                    self._db.rollback()
                    raise
            except (sqlite3.Error, OSError, ValueError, WorkspaceError) as error:
                raise AnswersUnusable(
                    f"The stored answers in {self.path.name} cannot be used ({error}). "
                    "Free some disk space, or move that file out of the workspace and start again."
                ) from error

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if inspect(self.path, FIRST_TABLES) is Condition.FOREIGN:
            raise ValueError("it is another program's")
        db = connected(self.path, "rwc")
        try:
            _prepare(db)
        except BaseException:
            db.close()
            raise
        return db


class AnswerStore:
    """Answers, and whom they were given for.

    Parameters
    ----------
    file : AnswerFile or path
        Nothing is opened or created before the first use.
    owner : str
        A lens, or what `Corpus.key` gives of texts that are in no lens; empty where nobody says.
    """

    def __init__(self, file: AnswerFile | Path, owner: str = "") -> None:
        self._file = AnswerFile(file) if isinstance(file, Path) else file
        self._owner = owner

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._file.path

    def of(self, owner: str) -> "AnswerStore":
        """Return the same answers, for somebody whom those are kept for that are asked for from now on."""
        return AnswerStore(self._file, owner)

    def get(self, key: str) -> Answer | None:
        """Return the answer to a question, or None when it was never answered.

        Raises
        ------
        AnswersUnusable
            The file cannot be read.
        """

        def read(db: sqlite3.Connection) -> tuple[str, str, float | None] | None:
            query = "SELECT status, content, confidence FROM answers WHERE key = ?"
            row: tuple[str, str, float | None] | None = db.execute(query, (key,)).fetchone()
            if row is not None and self._owner and not _owns(db, key, self._owner):
                db.execute("PRAGMA synchronous = NORMAL")  # the answer itself is on disk
                db.execute(_OWN, (key, self._owner, self._owner))
                db.execute("PRAGMA synchronous = FULL")
            return row

        row = self._file.run(read)
        return None if row is None else Answer(AnswerStatus(row[0]), row[1], row[2])

    def put(self, key: str, answer: Answer, about: str | None = None) -> None:
        """Keep an answer; it is on disk when this returns, unless whom it was given for was removed.

        Parameters
        ----------
        key : str
        answer : Answer
        about : str, optional
            The text that it is about, if it is about one alone.

        Raises
        ------
        AnswersUnusable
            The file cannot be written.
        """
        line = (key, answer.status.value, answer.content, answer.confidence, datetime.now(UTC).isoformat())

        def write(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("SELECT 1 FROM removed WHERE owner = ?", (self._owner,)).fetchone() is None:
                db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", line)
                if self._owner:
                    db.execute(_OWN, (key, self._owner, self._owner))
                if about is not None:
                    db.execute("INSERT OR REPLACE INTO subjects VALUES (?, ?)", (key, _hash(about)))
            db.execute("COMMIT")

        self._file.run(write)

    def remove(self, owners: Iterable[str], *, returning: Iterable[str] = (), of_nobody: bool = False) -> None:
        """Remove the answers that were given for some and for nobody else, for good.

        Parameters
        ----------
        owners : iterable of str
            Those that are gone; what comes for them late is not kept.
        returning : iterable of str
            Others, who may ask again.
        of_nobody : bool
            Also those of which nobody knows whom they were given for, as earlier versions kept them.

        Raises
        ------
        AnswersUnusable
            The file cannot be written.
        """
        gone = [(owner,) for owner in owners]
        others = [(owner,) for owner in returning]

        def mark(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR IGNORE INTO removed VALUES (?)", gone)
            db.executemany("INSERT OR IGNORE INTO some VALUES (?)", others)
            db.execute("INSERT INTO leaving SELECT key, owner FROM owners WHERE owner IN (SELECT owner FROM removed)")
            db.execute("INSERT INTO leaving SELECT key, owner FROM owners WHERE owner IN (SELECT name FROM some)")

        self._remove(mark, of_nobody=of_nobody)

    def remove_others(self, owners: Iterable[str], texts: Iterable[str]) -> None:
        """Remove what was answered for some, unless it is about one of these texts alone, or also for somebody else.

        Raises
        ------
        AnswersUnusable
            The file cannot be written.
        """
        chosen = [(owner,) for owner in owners]
        staying = [(_hash(text),) for text in texts]

        def mark(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR IGNORE INTO some VALUES (?)", staying)
            query = (
                "INSERT INTO leaving SELECT key, owner FROM owners WHERE owner = ? AND key NOT IN "
                "(SELECT key FROM subjects WHERE text IN (SELECT name FROM some))"
            )
            db.executemany(query, chosen)

        self._remove(mark)

    def _remove(self, mark: Callable[[sqlite3.Connection], None], *, of_nobody: bool = False) -> None:
        """Take from owners the answers that `mark` puts into the table ``leaving``, and remove those without owners."""
        if not self.path.exists():
            return

        def write(db: sqlite3.Connection) -> None:
            db.execute("CREATE TEMP TABLE IF NOT EXISTS leaving (key TEXT, owner TEXT)")
            db.execute("CREATE TEMP TABLE IF NOT EXISTS some (name TEXT PRIMARY KEY)")
            db.execute("BEGIN IMMEDIATE")
            mark(db)
            db.execute("DELETE FROM owners WHERE (key, owner) IN (SELECT key, owner FROM leaving)")
            which = "" if of_nobody else "key IN (SELECT key FROM leaving) AND"
            db.execute(f"DELETE FROM answers WHERE {which} key NOT IN (SELECT key FROM owners)")
            db.execute("DELETE FROM subjects WHERE key NOT IN (SELECT key FROM answers)")
            db.execute("DELETE FROM leaving")
            db.execute("DELETE FROM some")
            db.execute("COMMIT")
            scrub(db)

        self._file.run(write)

    def __len__(self) -> int:
        return int(self._file.run(lambda db: db.execute("SELECT COUNT(*) FROM answers").fetchone())[0])

    def check(self) -> str:
        """Set a damaged file aside, see `AnswerFile.check`."""
        return self._file.check()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()


_OWN = "INSERT OR IGNORE INTO owners SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM removed WHERE owner = ?)"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _owns(db: sqlite3.Connection, key: str, owner: str) -> bool:
    return db.execute("SELECT 1 FROM owners WHERE key = ? AND owner = ?", (key, owner)).fetchone() is not None


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")  # an answer that was paid for survives a power cut
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    db.executescript(SCHEMA)
