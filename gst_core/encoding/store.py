"""Embeddings on disk, keyed by the hash of each text and by the encoder's identity.

One folder for each encoder. While a corpus is encoded its vectors arrive in small *part* files; when all are there they
become one *matrix* in the corpus' order, which is read with `mmap_mode="r"` and shared by all sessions. Files are
written under a temporary name and renamed, so that a half-written one is never read. A text found in any part or
matrix of its encoder is not encoded again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gst_core.atomic_files import save_array

KEY_BYTES = 16
KEY = np.dtype((np.void, KEY_BYTES))


def text_keys(texts: Sequence[str]) -> NDArray[np.void]:
    """Return the hash of each text, shape (n,), 16 bytes each."""
    digests = [
        hashlib.blake2b(t.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES, usedforsecurity=False).digest()
        for t in texts
    ]
    return np.frombuffer(b"".join(digests), dtype=KEY)


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
        """Return the complete (n, d) float32 matrix of these texts in this order, memory-mapped, or None."""
        file = self._matrix_file(identity, keys)
        return np.load(file, mmap_mode="r") if file.exists() else None

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
        """Keep a chunk: `keys` (m,) and `vectors` (m, d) in one file, written at once."""
        part = np.empty(len(keys), dtype=[("key", KEY), ("vector", np.float32, (vectors.shape[1],))])
        part["key"], part["vector"] = keys, vectors
        save_array(self._folder(identity) / f"part-{_digest(keys)}.npy", part)

    def assemble(self, identity: str, keys: NDArray[np.void]) -> NDArray[np.float32]:
        """Gather the matrix of these texts from what is there, keep it, and drop the parts that it now contains.

        Raises
        ------
        KeyError
            A text's embedding is missing.
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
        assert complete is not None
        return complete

    def keep_matrix(self, identity: str, keys: NDArray[np.void], matrix: NDArray[np.float32]) -> None:
        """Keep a complete (n, d) matrix, one that came with the corpus say."""
        file = self._matrix_file(identity, keys)
        save_array(file.with_suffix(".keys.npy"), np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), -1))
        save_array(file, np.ascontiguousarray(matrix, dtype=np.float32))

    def _folder(self, identity: str) -> Path:
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in identity)
        return self.folder / safe

    def _matrix_file(self, identity: str, keys: NDArray[np.void]) -> Path:
        return self._folder(identity) / f"matrix-{_digest(keys)}.npy"

    def _parts(self, identity: str) -> Iterator[tuple[NDArray[np.void], NDArray[np.float32]]]:
        """Yield keys and vectors of every part and matrix that is there."""
        folder = self._folder(identity)
        for file in sorted(folder.glob("part-*.npy")):
            part = _part(file)
            if part is not None:
                yield np.ascontiguousarray(part["key"]), part["vector"]
        for file in sorted(folder.glob("matrix-*.keys.npy")):
            matrix_file = file.with_name(file.name.removesuffix(".keys.npy") + ".npy")
            if matrix_file.exists():
                yield np.load(file).view(KEY).reshape(-1), np.load(matrix_file, mmap_mode="r")

    def _drop_parts_inside(self, identity: str, keys: set[bytes]) -> None:
        for file in self._folder(identity).glob("part-*.npy"):
            part = _part(file)
            if part is not None and keys.issuperset(np.ascontiguousarray(part["key"]).tolist()):
                file.unlink(missing_ok=True)


def _part(file: Path) -> NDArray[np.void] | None:
    """Open a part, or return None where another encoding has dropped it: a matrix has its vectors by then."""
    try:
        part: NDArray[np.void] = np.load(file, mmap_mode="r")
    except FileNotFoundError:
        return None
    return part


def _digest(keys: NDArray[np.void]) -> str:
    return hashlib.sha256(np.ascontiguousarray(keys).tobytes()).hexdigest()[:32]
