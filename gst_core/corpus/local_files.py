"""Files that a path names: ordinary ones only, so that no path hangs, never ends, or tells what may not be read."""

import io
import os
import stat
from pathlib import Path
from typing import IO

from gst_core.corpus.size_limits import refuse_large
from gst_core.errors import CorpusError

LONGEST_PATH = 300  # letters, in a message
# Without waiting: what turns into a pipe between two looks does not hang either.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def file_at(path: str | os.PathLike[str]) -> Path:
    """Return the path of an ordinary file that can be read.

    Raises
    ------
    CorpusError
        There is none, or it may not be read, which is said in the same words; it is a folder, a device, a pipe or a
        socket; or the path makes no sense.
    """
    try:
        file = Path(path).expanduser()
        mode = file.stat().st_mode
        allowed = os.access(file, os.R_OK)
    except FileNotFoundError:
        raise _unreadable(file) from None
    except PermissionError:
        raise _unreadable(file) from None
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        what = str(getattr(error, "strerror", None) or error)[:120]
        raise CorpusError(f"“{str(path)[:80]}” is not the path of a file that can be read: {what}.") from None
    if not allowed:
        raise _unreadable(file)
    if stat.S_ISDIR(mode):
        raise CorpusError(f"{_shown(file)} is a folder. Give the path of one file.")
    if not stat.S_ISREG(mode):
        raise CorpusError(
            f"{_shown(file)} is no ordinary file but a device, a pipe or a socket. Give the path of one file."
        )
    return file


def read_bytes(path: str | os.PathLike[str]) -> tuple[str, bytes]:
    """Return the name and the bytes of an ordinary file.

    Raises
    ------
    CorpusError
        As for `file_at`, or it is too large.
    """
    file = file_at(path)
    try:
        with os.fdopen(os.open(file, FLAGS), "rb") as opened:
            found = os.fstat(opened.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _unreadable(file)
            refuse_large(file.name, found.st_size)
            data = opened.read(found.st_size)  # and no more of one that grows meanwhile
    except (FileNotFoundError, PermissionError):
        raise _unreadable(file) from None
    except OSError as error:
        raise CorpusError(f"{_shown(file)} cannot be read: {error.strerror}.") from None
    return file.name, data or b""


def bytes_of(source: str | os.PathLike[str] | IO[bytes]) -> tuple[str, bytes]:
    """Return the name and the bytes of a path's file, or of one that is open.

    Raises
    ------
    CorpusError
        As for `read_bytes`, or it is neither a path nor a file that gives bytes.
    """
    if isinstance(source, str | os.PathLike):
        return read_bytes(source)
    name = name_of(source)
    try:
        size = source.seek(0, io.SEEK_END)
        refuse_large(name, size)
        source.seek(0)
        data = source.read(size)  # some never end
    except (AttributeError, TypeError, OSError, ValueError) as error:
        raise CorpusError(
            f"{name} cannot be read from its beginning ({str(error)[:120]}). Give a path, or a file opened in binary "
            "mode (“rb”)."
        ) from None
    if not isinstance(data, bytes):
        raise CorpusError(f"{name} was opened as text; open it in binary mode (“rb”).")
    return name, data


def name_of(source: object) -> str:
    """Return what an open file is called, for messages."""
    name = getattr(source, "name", None)
    if isinstance(name, str | os.PathLike):
        return Path(name).name
    return "upload" if hasattr(source, "read") else f"What was given, of the type {type(source).__name__},"


def _unreadable(file: Path) -> CorpusError:
    return CorpusError(
        f"There is no file {_shown(file)} that can be read. Check the path, as the computer that runs the app sees it, "
        "and that the app may read it."
    )


def _shown(file: Path) -> str:
    """Return a path for a message: of a very long one its end."""
    path = str(file)
    return path if len(path) <= LONGEST_PATH else f"…{path[-LONGEST_PATH:]}"
