"""Answers that were paid for, on disk before anyone sees them, so that none is asked for twice.

One SQLite file. A line holds the hash of a question and the answer to it: neither the document nor the key of the
provider is in it. An answer that could not be used is kept as such, without its words.
"""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gst_core.errors import AnnotationError

BUSY_SECONDS = 30.0  # how long a write waits for another process' write
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, content TEXT NOT NULL, confidence REAL, created TEXT NOT NULL)
"""

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


class AnswerStore:
    """A file of answers; safe to use from many threads and, for what is committed, from many processes.

    Parameters
    ----------
    path : path
        The file; nothing is opened or created before the first use.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def get(self, key: str) -> Answer | None:
        """Return the answer to a question, or None when it was never answered.

        Raises
        ------
        AnswersUnusable
            The file cannot be read.
        """
        row = self._run(
            lambda db: db.execute("SELECT status, content, confidence FROM answers WHERE key = ?", (key,)).fetchone()
        )
        return None if row is None else Answer(AnswerStatus(row[0]), row[1], row[2])

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; it is on disk when this returns.

        Raises
        ------
        AnswersUnusable
            The file cannot be written.
        """
        line = (key, answer.status.value, answer.content, answer.confidence, datetime.now(UTC).isoformat())
        self._run(lambda db: db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", line))

    def __len__(self) -> int:
        return int(self._run(lambda db: db.execute("SELECT COUNT(*) FROM answers").fetchone())[0])

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._lock:
            try:
                if self._db is None:
                    self._db = self._open()
                return work(self._db)
            except (sqlite3.Error, OSError, ValueError) as error:
                raise AnswersUnusable(
                    f"The stored answers in {self.path.name} cannot be used ({error}). "
                    "Free some disk space, or move that file out of the workspace and start again."
                ) from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # an answer that was paid for survives a power cut
        db.execute(SCHEMA)
        return db
