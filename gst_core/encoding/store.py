"""Embeddings on disk, keyed by the hash of each text and by the encoder's identity.

One folder for each encoder. While a corpus is encoded its vectors arrive in small *part* files; when all are there they
become one *matrix* in the corpus' order, which is shared by all sessions: memory-mapped when it is large, else in
memory, where nothing that happens to the file can harm it. Files are
written under a temporary name and renamed, so that a half-written one is never read. A text found in any part or
matrix of its encoder is not encoded again.

The name of a file says which texts it is of and has a hash of its content, which is compared once in a process when the
file is first opened. A file that is damaged, or was changed for another, is removed, and its texts are encoded again.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from gst_core.atomic_files import StagedFile, digest_of, is_temporary, remove, save_array, written
from gst_core.encoding.text_keys import KEY, KEY_BYTES

log = logging.getLogger(__name__)

KEYS = ".keys.npy"
UNIT = 1e-3  # how far from 1 the length of a row may be in a file of an earlier version, which has no hash
MAPPED = 64 * 2**20  # bytes of an array that is memory-mapped: 20,000 texts in all views
BLOCK = 10_000  # rows that are looked at at once

_seen_whole: dict[Path, tuple[int, int, int]] = {}  # what a file was when its hash was compared


class EmbeddingStore:
    """Embeddings kept in a folder.

    Parameters
    ----------
    folder : path
        Created when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def matrix(self, identity: str, keys: NDArray[np.void]) -> NDArray[np.float32] | None:
        """Return the complete (n, d) float32 matrix of these texts in this order, read-only, or None."""
        return self._matrix_of(self._folder(identity), _digest(keys), len(keys))

    def missing(self, identity: str, keys: NDArray[np.void]) -> NDArray[np.int64]:
        """Return the positions of texts whose embedding is nowhere; of equal texts only the first."""
        known = {key for part_keys, _ in self._parts(identity) for key in part_keys.tolist()}
        positions = []
        for i, key in enumerate(keys.tolist()):
            if key not in known:
                known.add(key)
                positions.append(i)
        return np.array(positions, dtype=np.int64)

    def found(self, identity: str, keys: NDArray[np.void]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield the positions (m,) of texts whose embeddings are somewhere, and these (m, d); of equal texts one."""
        wanted = {key: i for i, key in enumerate(keys.tolist())}
        for part_keys, vectors in self._parts(identity):
            rows = [(j, wanted.pop(key)) for j, key in enumerate(part_keys.tolist()) if key in wanted]
            if rows:
                here, there = np.array(rows, dtype=np.int64).T
                yield there, np.asarray(vectors[here])

    def add(self, identity: str, keys: NDArray[np.void], vectors: NDArray[np.float32]) -> None:
        """Keep a chunk: `keys` (m,) and `vectors` (m, d) in one file, written at once.

        Raises
        ------
        WorkspaceError
            It cannot be written.
        """
        part = np.empty(len(keys), dtype=[("key", KEY), ("vector", np.float32, (vectors.shape[1],))])
        part["key"], part["vector"] = keys, vectors
        _save(self._folder(identity), f"part-{_digest(keys)}", part)

    def assemble(self, identity: str, keys: NDArray[np.void]) -> NDArray[np.float32]:
        """Gather the matrix of these texts from what is there, keep it, and drop the parts that it now contains.

        Raises
        ------
        KeyError
            A text's embedding is missing: it was nowhere, or its file was damaged or went meanwhile.
        WorkspaceError
            The matrix cannot be written.
        """
        wanted: dict[bytes, list[int]] = {}
        for i, key in enumerate(keys.tolist()):
            wanted.setdefault(key, []).append(i)
        matrix: NDArray[np.float32] | None = None
        for part_keys, vectors in self._parts(identity):
            rows = [(j, wanted.pop(key)) for j, key in enumerate(part_keys.tolist()) if key in wanted]
            if not rows:
                continue
            if matrix is None:
                matrix = np.empty((len(keys), vectors.shape[1]), dtype=np.float32)
            source = np.repeat([j for j, _ in rows], [len(to) for _, to in rows])
            matrix[[i for _, to in rows for i in to]] = vectors[source]
        if wanted or matrix is None:
            raise KeyError(f"{len(wanted)} embeddings are missing")
        self.keep_matrix(identity, keys, matrix)
        self._drop_parts_inside(identity, set(keys.tolist()))
        complete = self.matrix(identity, keys)
        if complete is None:
            raise KeyError("the matrix went while it was read")
        return complete

    def keep_matrix(self, identity: str, keys: NDArray[np.void], matrix: NDArray[np.float32]) -> None:
        """Keep a complete (n, d) matrix, one that came with the corpus say.

        Raises
        ------
        WorkspaceError
            It cannot be written.
        """
        folder, name = self._folder(identity), f"matrix-{_digest(keys)}"
        rows = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), -1)
        save_array(folder / f"{name}{KEYS}", rows)
        _save(folder, name, np.ascontiguousarray(matrix, dtype=np.float32))

    def remove_texts(self, gone: Callable[[bytes], bool]) -> None:
        """Remove the embeddings of some texts, by every encoder; those of others stay.

        Parameters
        ----------
        gone : callable
            Says of a text's key whether it goes.

        Raises
        ------
        WorkspaceError
            A file cannot be removed or written.
        """
        for folder in self.folder.glob("*"):
            if folder.is_dir() and not is_temporary(folder):
                with written(folder):
                    self._remove_texts_in(folder, gone)

    def _remove_texts_in(self, folder: Path, gone: Callable[[bytes], bool]) -> None:
        for file in [*folder.glob("part-*.npy"), *folder.glob("matrix-*.npy")]:
            if file.name.endswith(KEYS):
                continue
            keys = self._keys_of(file)
            stays = np.array([not gone(key) for key in keys.tolist()], dtype=bool)
            if len(keys) and stays.all():
                continue
            vectors = self._vectors_of(file, len(keys))
            if stays.any() and vectors is not None:  # beside, before they go here
                self.add(folder.name, keys[stays], np.asarray(vectors[stays]))
            remove(file)
            if file.name.startswith("matrix-"):
                remove(file.with_name(_keys_name(file)))
        for file in folder.glob(f"matrix-*{KEYS}"):
            if not any(not x.name.endswith(KEYS) for x in folder.glob(f"{file.name.removesuffix(KEYS)}*.npy")):
                remove(file)
        for file in folder.glob("cut-*.npy"):
            remove(file)  # of which texts it is is not in it, and it is soon found out again
        with suppress(OSError):  # there is something in it
            folder.rmdir()

    def holds(self, some: Callable[[bytes], bool]) -> bool:
        """Say whether one of some texts has an embedding here, or may have one in a file that cannot be read.

        Parameters
        ----------
        some : callable
            Says of a text's key whether it is one of them.
        """
        for file in [*self.folder.glob("*/part-*.npy"), *self.folder.glob("*/matrix-*.npy")]:
            if not file.name.endswith(KEYS):
                keys = self._keys_of(file).tolist()
                if not keys or any(map(some, keys)):
                    return True
        return False

    def cut(self, identity: str, keys: NDArray[np.void]) -> NDArray[np.bool_] | None:
        """Return which of these texts are longer than the encoder reads, (n,) bool, or None where it is not known."""
        for file in self._folder(identity).glob(f"cut-{_digest(keys)}-*.npy"):
            found = _whole(file)
            if found is not None and found.shape == (len(keys),) and found.dtype == np.bool_:
                return found
        return None

    def keep_cut(self, identity: str, keys: NDArray[np.void], cut: NDArray[np.bool_]) -> None:
        """Keep which of these texts are longer than the encoder reads.

        Raises
        ------
        WorkspaceError
            It cannot be written.
        """
        _save(self._folder(identity), f"cut-{_digest(keys)}", cut)

    def _folder(self, identity: str) -> Path:
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in identity)
        return self.folder / safe

    def _matrix_of(self, folder: Path, keys: str, n: int) -> NDArray[np.float32] | None:
        """Return the matrix of n texts whose keys have this digest, or None where none is there and whole."""
        for file in sorted(folder.glob(f"matrix-{keys}*.npy")):
            if not file.name.endswith(KEYS):
                matrix = _whole(file)
                if matrix is not None and matrix.dtype == np.float32 and matrix.ndim == 2 and len(matrix) == n:
                    return matrix
                if matrix is not None:
                    _discard(file)
        return None

    def _parts(self, identity: str) -> Iterator[tuple[NDArray[np.void], NDArray[np.float32]]]:
        """Yield keys and vectors of every part and matrix that is there and whole."""
        folder = self._folder(identity)
        for file in sorted(folder.glob("part-*.npy")):
            part = _part(file)
            if part is not None:
                yield np.ascontiguousarray(part["key"]), part["vector"]
        for file in sorted(folder.glob(f"matrix-*{KEYS}")):
            keys = _matrix_keys(file)
            matrix = None if keys is None else self._matrix_of(folder, _digest(keys), len(keys))
            if keys is not None and matrix is not None:
                yield keys, matrix

    def _keys_of(self, file: Path) -> NDArray[np.void]:
        """Return the keys of a part or matrix; none where they cannot be read."""
        if file.name.startswith("part-"):
            part = _part(file)
            return np.zeros(0, KEY) if part is None else np.ascontiguousarray(part["key"])
        keys = _matrix_keys(file.with_name(_keys_name(file)))
        return np.zeros(0, KEY) if keys is None else keys

    def _vectors_of(self, file: Path, n: int) -> NDArray[np.float32] | None:
        if file.name.startswith("part-"):
            part = _part(file)
            return None if part is None else part["vector"]
        matrix = _whole(file)
        return matrix if matrix is not None and matrix.ndim == 2 and len(matrix) == n else None

    def _drop_parts_inside(self, identity: str, keys: set[bytes]) -> None:
        for file in self._folder(identity).glob("part-*.npy"):
            part = _part(file)
            if part is not None and keys.issuperset(np.ascontiguousarray(part["key"]).tolist()):
                file.unlink(missing_ok=True)


def _save(folder: Path, name: str, array: NDArray[np.generic]) -> None:
    """Write an array under a name to which the hash of its content is added."""
    with written(folder / name):
        staged = StagedFile(folder, name)
        try:
            np.save(staged.file, array, allow_pickle=False)
            path = folder / f"{name}-{staged.digest()}.npy"
            staged.commit(path)
            with suppress(FileNotFoundError):  # another process may have put it into a matrix by now
                _note_whole(path)
        finally:
            staged.close()


def _part(file: Path) -> NDArray[np.void] | None:
    """Open a part, or return None where another encoding has dropped it: a matrix has its vectors by then."""
    part = _whole(file)
    if part is None:
        return None
    if part.dtype.names == ("key", "vector") and _digest(np.ascontiguousarray(part["key"])) == _name(file)[0]:
        return part
    _discard(file)
    return None


def _matrix_keys(file: Path) -> NDArray[np.void] | None:
    """Read the keys of a matrix, whose digest is in the file's name, or return None where they are damaged."""
    rows = _loaded(file)
    if rows is None:
        return None
    if rows.dtype == np.uint8 and rows.ndim == 2 and rows.shape[1] == KEY_BYTES:
        keys: NDArray[np.void] = np.ascontiguousarray(rows).view(KEY).reshape(-1)
        if f"matrix-{_digest(keys)}{KEYS}" == file.name:
            return keys
    _discard(file)
    return None


def _whole(file: Path) -> NDArray[Any] | None:
    """Open an array that is what was written, or return None: it went meanwhile, or is damaged and goes now."""
    try:
        if not _is_noted(file):
            content = _name(file)[1]
            if content:
                with file.open("rb") as opened:
                    same = digest_of(opened) == content
            else:
                array = _loaded(file)
                same = array is not None and _is_sane(array)
            if not same:
                if file.exists():
                    _discard(file)
                return None
            _note_whole(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read: %s", file, error)
        if file.is_dir():
            _discard(file)
        return None
    return _loaded(file)


def _loaded(file: Path) -> NDArray[Any] | None:
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)  # which takes no memory for what a header claims
    except FileNotFoundError:
        return None
    except PermissionError as error:
        log.warning("%s cannot be read: %s", file, error)
        return None
    except (OSError, EOFError, OverflowError, SyntaxError, TypeError, ValueError, BadZipFile):
        _discard(file)
        return None
    if not isinstance(array, np.ndarray):
        _discard(file)
        return None
    if array.nbytes < MAPPED:
        array = np.array(array)
        array.setflags(write=False)
    return array


def _is_sane(array: NDArray[Any]) -> bool:
    """Say whether a file of an earlier version, which has no hash, holds vectors of length 1 and nothing else."""
    vectors = array["vector"] if array.dtype.names == ("key", "vector") else array
    if vectors.dtype != np.float32 or vectors.ndim != 2 or not vectors.size:
        return False
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK]
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
        if not (np.abs(lengths - 1) < UNIT).all():  # NaN is not below either
            return False
    return True


def _name(file: Path) -> tuple[str, str]:
    """Return the digest of the keys, and of the content, in a file's name; the latter may be empty."""
    _, keys, *content = file.name.removesuffix(".npy").split("-")
    return keys, content[0] if content else ""


def _keys_name(matrix_file: Path) -> str:
    return f"matrix-{_name(matrix_file)[0]}{KEYS}"


def _discard(file: Path) -> None:
    log.warning("%s was damaged and is removed; what was in it is computed again", file)
    with suppress(OSError):
        remove(file)


def _is_noted(file: Path) -> bool:
    return _seen_whole.get(file) == _state(file)


def _note_whole(file: Path) -> None:
    _seen_whole[file] = _state(file)


def _state(file: Path) -> tuple[int, int, int]:
    about = file.stat()
    return about.st_ino, about.st_size, about.st_mtime_ns


def _digest(keys: NDArray[np.void]) -> str:
    return hashlib.sha256(np.ascontiguousarray(keys).tobytes()).hexdigest()[:32]
