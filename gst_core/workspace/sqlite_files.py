"""SQLite files of ours: what state one is in, setting a damaged one aside, and saving what can be read of it.

Nothing is written to a file before it is known to be ours and whole.
"""

import logging
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from gst_core.atomic_files import StagedFile
from gst_core.errors import WorkspaceError

log = logging.getLogger(__name__)

BUSY_SECONDS = 30.0  # how long a write waits for another session's write
HEADER_BYTES = 100
# What is the same in the header of every file of ours: where, and which values may be there, the likeliest first.
# https://sqlite.org/fileformat2.html#the_database_header
FIXED = {
    (0, 16): (b"SQLite format 3\x00",),
    (18, 19): (b"\x02", b"\x01"),
    (19, 20): (b"\x02", b"\x01"),
    (21, 24): (b"\x40\x20\x20",),
    (44, 48): (b"\x00\x00\x00\x04", *(bytes((0, 0, 0, n)) for n in range(4))),
    (56, 60): (b"\x00\x00\x00\x01", *(bytes((0, 0, 0, n)) for n in (0, 2, 3))),
}
COMPANIONS = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside a file has its name and one of these

Tables = Mapping[str, frozenset[str]]  # names of tables, and of columns that each has had from the beginning


class WorkspaceDamaged(WorkspaceError):  # noqa: N818 - it says what is
    """A file with what people typed is damaged."""


class Condition(Enum):
    """What a file is found to be."""

    NEW = "there is none, or one without any table"
    OURS = "ours, and whole"
    FOREIGN = "another program's"
    DAMAGED = "damaged"


def inspect(path: Path, tables: Tables) -> Condition:
    """Look at a file without writing to it.

    Parameters
    ----------
    path : Path
    tables : mapping
        Those that a file of ours has.

    Raises
    ------
    WorkspaceError
        It cannot be looked at, as somebody holds it or it may not be read.
    """
    if path.is_dir():
        return Condition.DAMAGED
    if not path.exists():
        return Condition.DAMAGED if path.with_name(f"{path.name}-wal").exists() else Condition.NEW
    try:
        header = path.open("rb").read(100)
        if not header:
            return Condition.NEW
        if _mended(header) != header:
            return Condition.DAMAGED
        with closing(connected(path, "ro")) as db:
            return _condition(db, tables)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return Condition.DAMAGED
        raise refusal(path, error) from error
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read ({error.strerror}). See that you may read it.") from error


def _condition(db: sqlite3.Connection, tables: Tables) -> Condition:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not there:
        (made_by,) = db.execute("PRAGMA application_id").fetchone()
        return Condition.FOREIGN if made_by else Condition.NEW
    if not there.issuperset(tables):
        return Condition.FOREIGN
    for table, columns in tables.items():
        if not columns.issubset(row[1] for row in db.execute(f"PRAGMA table_info({table})")):
            return Condition.FOREIGN
    return Condition.OURS if db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",) else Condition.DAMAGED


def connected(path: Path, mode: str, patience: float | None = None) -> sqlite3.Connection:
    """Open a file: "ro" to read, "rw" to write one that is there, "rwc" to create it if need be.

    Another session's write is waited for `patience` seconds, `BUSY_SECONDS` when it is left out.

    A byte that is no UTF-8 any more costs a character, not the record that it is in.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    seconds = BUSY_SECONDS if patience is None else patience
    db = sqlite3.connect(uri, timeout=seconds, isolation_level=None, check_same_thread=False, uri=True)
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return db


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether an error is of a damaged file."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def refusal(path: Path, error: sqlite3.Error) -> WorkspaceError:
    """Say in a sentence why a file could not be read or written; what was begun on it is undone."""
    code = _code(error)
    if is_damage(error):
        return WorkspaceDamaged(
            f"{path} is damaged. Start GST Studio again: it sets the file aside and keeps all that can be read of it."
        )
    if code == sqlite3.SQLITE_CANTOPEN and not path.exists():
        return WorkspaceError(f"{path} is gone. Put it back, or start GST Studio again, which makes a new one.")
    if code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table"):
        return WorkspaceDamaged(
            f"{path} has lost its tables. Put it back if you have a copy, or start GST Studio again: it keeps all that "
            "can be found."
        )
    reasons = {
        sqlite3.SQLITE_BUSY: f"another program has held it for more than {BUSY_SECONDS:.0f} seconds. Try again when "
        "that one is done",
        sqlite3.SQLITE_FULL: "the disk is full. Free some space and try again",
        sqlite3.SQLITE_READONLY: "it or its folder is read-only. Change that, or choose another folder by "
        "GST_WORKSPACE",
        sqlite3.SQLITE_CANTOPEN: "it may not be opened. See that its folder can be written, or choose another one by "
        "GST_WORKSPACE",
        sqlite3.SQLITE_PERM: "it may not be opened. Change that, or choose another folder by GST_WORKSPACE",
        sqlite3.SQLITE_IOERR: "the disk gave an error, as a full one does. Free some space and try again",
    }
    why = reasons.get(code, str(error))
    return WorkspaceError(f"The workspace could not be written or read: {path}: {why}. Nothing was changed.")


@contextmanager
def in_sentences(path: Path) -> Iterator[None]:
    """Say what goes wrong with a file as `refusal` does.

    Raises
    ------
    WorkspaceError
        Instead of a `sqlite3.Error`.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise refusal(path, error) from error


def set_aside(path: Path) -> Path:
    """Rename a damaged file, with what SQLite keeps beside it, and return where it is now."""
    time = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    place, number = path.with_name(f"{path.stem}.damaged-{time}{path.suffix}"), 1
    while place.exists():
        number += 1
        place = path.with_name(f"{path.stem}.damaged-{time}-{number}{path.suffix}")
    for companion in COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(place.with_name(place.name + companion))
    return place


def salvage(damaged: Path, db: sqlite3.Connection, tables: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Copy the rows that can be read from a damaged file.

    Parameters
    ----------
    damaged : Path
        Nothing is written to it.
    db : sqlite3.Connection
        Of a new file, in a transaction.
    tables : mapping
        Those to copy, and the columns that the new file has of each.

    Returns
    -------
    dict of str to int
        How many rows were copied, by table.
    """
    counts = dict.fromkeys(tables, 0)
    if not damaged.is_file():
        return counts
    with _copy(damaged) as copy:
        for table, columns in tables.items():
            for row in _readable_rows(copy, table, columns):
                places = ", ".join("?" * len(row))
                with suppress(sqlite3.IntegrityError):  # a row that is no longer what it was
                    done = db.execute(
                        f"INSERT OR IGNORE INTO {table} ({', '.join(row)}) VALUES ({places})", [*row.values()]
                    )
                    counts[table] += done.rowcount
    return counts


@contextmanager
def _copy(damaged: Path) -> Iterator[Path]:
    """Give a copy of a damaged file, with the first bytes that make it one, which goes again."""
    staged = StagedFile(damaged.parent, "salvage")
    try:
        with damaged.open("rb") as source:
            shutil.copyfileobj(source, staged.file)
        staged.file.seek(0)
        header = staged.file.read(HEADER_BYTES)
        staged.file.seek(0)
        staged.file.write(_mended(header))
        staged.file.flush()
        path = staged.path
        wal = damaged.with_name(f"{damaged.name}-wal")
        beside = [path.with_name(path.name + companion) for companion in COMPANIONS[1:]]
        if wal.is_file():
            shutil.copyfile(wal, beside[0])
        try:
            yield path
        finally:
            for file in beside:
                file.unlink(missing_ok=True)
    finally:
        staged.close()


def _readable_rows(path: Path, table: str, columns: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """Yield the rows of a table from its beginning up to where it is damaged, and from its end back to there."""
    for order in ("ASC", "DESC"):
        try:
            with closing(connected(path, "rw")) as db:
                db.execute("PRAGMA writable_schema = ON")  # reads a file that is shorter than its header says, too
                there = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
                known = [column for column in columns if column in there]
                if not known:
                    return
                for row in db.execute(f"SELECT {', '.join(known)} FROM {table} NOT INDEXED ORDER BY rowid {order}"):
                    yield dict(zip(known, row, strict=True))
                return  # all of them
        except sqlite3.DatabaseError as error:
            log.warning("a part of the table %s cannot be read: %s", table, error)


def _mended(header: bytes) -> bytes:
    """Return the first bytes of a file with what has to stand there."""
    mended = bytearray(header)
    for (start, end), values in FIXED.items():
        if len(header) >= end and header[start:end] not in values:
            mended[start:end] = values[0]
    return bytes(mended)


def _code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the rest tells kinds of one kind apart
