"""Files that are either whole or not there: written under a temporary name, flushed to disk, renamed into place.

Whoever writes holds a lock on the unfinished file or folder, which goes with its process: what nobody holds is left
from a process that was killed, and `remove_unfinished` may take it away while others write.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gst_core.errors import WorkspaceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

try:
    import fcntl
except ImportError:  # Windows: nothing is locked there, and nothing unfinished is taken away
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

TEMPORARY = "."  # what the names of unfinished files and folders begin with
# As `tempfile` names them; SQLite keeps files beside one that it writes.
UNFINISHED = re.compile(rf"\{TEMPORARY}.+\.[a-z0-9_]{{8}}(-wal|-shm|-journal)?")
DIGEST_LENGTH = 32  # of SHA-256, which processors help with: twice as fast as others

_REASONS = {
    errno.ENOSPC: "the disk is full. Free some space and try again",
    errno.EDQUOT: "your share of the disk is full. Free some space and try again",
    errno.EFBIG: "it would be larger than a file may be here. Free some space or raise the limit, and try again",
    errno.EROFS: "the folder is read-only. Choose another one, for the workspace by GST_WORKSPACE",
    errno.EACCES: "you may not write there. Change that, or choose another folder, for the workspace by GST_WORKSPACE",
    errno.EPERM: "you may not write there. Change that, or choose another folder, for the workspace by GST_WORKSPACE",
    errno.ENOENT: "its folder is not there and cannot be made. Choose another one, for the workspace by GST_WORKSPACE",
    errno.EEXIST: "a file lies where a folder should be. Move it away and try again",
    errno.ENOTDIR: "a file lies where a folder should be. Move it away and try again",
}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread is in such a block for the same folder."""
    handle = _folder_handle(folder)
    try:
        _lock(handle)
        yield
    finally:
        _close(handle)


def is_temporary(path: Path) -> bool:
    """Say whether a file or folder is not finished: it is being written, or was when its process ended."""
    return path.name.startswith(TEMPORARY)


def cannot_write(path: Path, error: OSError) -> WorkspaceError:
    """Say in a sentence why a file or folder cannot be written."""
    reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}. Try again, or choose another folder")
    return WorkspaceError(f"{path} cannot be written: {reason}.")


class StagedFile:
    """A file that is written under a temporary name, and takes its place by `commit`.

    Parameters
    ----------
    folder : Path
        Created when it is not there.
    name : str
        What the temporary name begins with.

    Attributes
    ----------
    file : binary file
    path : Path
        Where it is for now.
    """

    def __init__(self, folder: Path, name: str) -> None:
        while True:  # until nobody took it for one that was left, between its making and its locking
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f"{TEMPORARY}{name}.", dir=folder)
            self.file: IO[bytes] = os.fdopen(handle, "w+b")
            self.path = Path(temporary)
            _lock(handle)
            if os.fstat(handle).st_nlink:
                return
            self.file.close()

    def digest(self) -> str:
        """Return a hash of what was written."""
        self.file.flush()
        self.file.seek(0)
        return digest_of(self.file)

    def commit(self, path: Path) -> None:
        """Put the file in its place, on disk when this returns; what lay there goes."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if fcntl is None:
            self.file.close()  # which Windows wants before it renames a file
        if path.is_dir():  # a folder in the place of a file of ours
            remove(path)
        self.path.replace(path)
        flush_folder(path.parent)

    def close(self) -> None:
        """End the work; a file that was not committed goes."""
        self.path.unlink(missing_ok=True)
        with suppress(OSError):  # of a full disk, which was said already
            self.file.close()


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing bytes that appears under `path` only when the block ends without an error.

    Raises
    ------
    WorkspaceError
        It cannot be written.
    """
    with written(path), _staged(path) as staged:
        yield staged.file
        staged.commit(path)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the place of `path` when the block ends without an error.

    Raises
    ------
    WorkspaceError
        It cannot be written.
    """
    with written(path):
        temporary, handle = _locked_folder(path)
        try:
            yield temporary
            for file in temporary.rglob("*"):
                _flush(file)
            _flush(temporary)
            remove(path)
            temporary.replace(path)
            flush_folder(path.parent)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        finally:
            _close(handle)


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Say in a sentence why something cannot be written.

    Raises
    ------
    WorkspaceError
        Instead of an `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error


def remove(path: Path) -> None:
    """Remove a file, or a folder with all in it; nothing happens where there is none.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_unfinished(folder: Path, *, deep: bool = True) -> None:
    """Remove what killed processes left unfinished in a folder, and if `deep` in those below it."""
    if fcntl is None:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if UNFINISHED.fullmatch(name):
                _remove_if_left(Path(parent, name))
        folders[:] = [name for name in folders if deep and not name.startswith(TEMPORARY)]


def flush_folder(folder: Path) -> None:
    """Have a folder's names on disk, so that a file that was renamed into it survives a power cut."""
    with suppress(OSError):  # not every system lets a folder be flushed
        _flush(folder)


def digest_of(file: IO[bytes]) -> str:
    """Return a hash of what is left of a file to read."""
    return hashlib.file_digest(file, "sha256").hexdigest()[:DIGEST_LENGTH]  # type: ignore[arg-type]


def save_array(path: Path, array: "NDArray[Any]") -> None:
    """Write one array as ``.npy``, whole or not at all.

    Raises
    ------
    WorkspaceError
        It cannot be written.
    """
    import numpy as np  # not with this module, which is used before the threads of numeric libraries are bounded

    with atomic_file(path) as file:
        np.save(file, array, allow_pickle=False)


def save_arrays(path: Path, **arrays: "NDArray[Any]") -> None:
    """Write several arrays as ``.npz``, whole or not at all.

    Raises
    ------
    WorkspaceError
        They cannot be written.
    """
    import numpy as np

    with atomic_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


@contextmanager
def _staged(path: Path) -> Iterator[StagedFile]:
    staged = StagedFile(path.parent, path.name)
    try:
        yield staged
    finally:
        staged.close()


def _locked_folder(path: Path) -> tuple[Path, int | None]:
    """Make a temporary folder beside `path`, and return it with the handle that holds its lock."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{path.name}.", dir=path.parent))
        with suppress(FileNotFoundError):  # somebody took it for one that was left
            handle = _folder_handle(temporary)
            _lock(handle)
            if temporary.exists():
                return temporary, handle
            _close(handle)


def _remove_if_left(path: Path) -> None:
    """Remove an unfinished file or folder that no process holds."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove(path)
    except OSError as error:  # somebody writes it, or it may not be removed
        log.info("%s stays: %s", path, error)
    finally:
        os.close(handle)


def _folder_handle(folder: Path) -> int | None:
    return None if fcntl is None else os.open(folder, os.O_RDONLY)


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _lock(handle: int | None) -> None:
    if handle is not None and fcntl is not None:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)


def _flush(path: Path) -> None:
    if fcntl is None:
        return  # Windows flushes what was opened for writing alone
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
