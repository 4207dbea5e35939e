"""Files that are either whole or not there: written under a temporary name, flushed to disk, renamed into place."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEMPORARY = "."  # what the names of unfinished files and folders begin with


def is_temporary(path: Path) -> bool:
    """Say whether a file or folder is not finished: it is being written, or was when its process ended."""
    return path.name.startswith(TEMPORARY)


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing bytes that appears under `path` only when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{TEMPORARY}{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{path.name}.", dir=path.parent))
    try:
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def save_array(path: Path, array: "NDArray[Any]") -> None:
    """Write one array as ``.npy``, whole or not at all."""
    import numpy as np  # not with this module, which is used before the threads of numeric libraries are bounded

    with atomic_file(path) as file:
        np.save(file, array, allow_pickle=False)


def save_arrays(path: Path, **arrays: "NDArray[Any]") -> None:
    """Write several arrays as ``.npz``, whole or not at all."""
    import numpy as np

    with atomic_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)
