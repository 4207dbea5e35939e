"""Files of precomputed embeddings: .npy, and .npz that holds one array."""

import io
import math
import os
import zipfile
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from gst_core.corpus.local_files import bytes_of, file_at
from gst_core.errors import CorpusError

PACKED_ANYWAY, TIMES_PACKED = 64 << 20, 20  # bytes that an array may have in a packed file, and times that file's size


def load_vectors(source: str | os.PathLike[str] | IO[bytes]) -> tuple[str, NDArray[Any]]:
    """Read the one array of a file.

    What the file says of the array's size is compared with the file's before memory is taken for it.

    Parameters
    ----------
    source : path or binary file object

    Returns
    -------
    name : str
        Of the file.
    array : ndarray
        Of any shape and dtype but of objects.

    Raises
    ------
    CorpusError
        There is no such file, it is another one, holds several arrays or objects, or is cut.
    """
    if not isinstance(source, str | os.PathLike):
        name, data = bytes_of(source)
        return name, _read(name, io.BytesIO(data))
    file = file_at(source)
    try:
        with file.open("rb") as opened:
            return file.name, _read(file.name, opened)
    except OSError as error:
        raise CorpusError(f"{file} cannot be read: {error.strerror}.") from None


def _read(name: str, opened: IO[bytes]) -> NDArray[Any]:
    size = opened.seek(0, io.SEEK_END)
    opened.seek(0)
    try:
        if zipfile.is_zipfile(opened):
            return _from_npz(name, opened, size)
        opened.seek(0)
        return _array(name, opened, size)
    except CorpusError:
        raise
    except MemoryError:
        raise CorpusError(f"{name} does not fit into the memory of this computer.") from None
    except Exception as error:  # NumPy and zipfile let many kinds of error through for a damaged file
        raise CorpusError(f"{name} is not a NumPy .npy file of numbers: {str(error)[:200]}") from None


def _from_npz(name: str, opened: IO[bytes], size: int) -> NDArray[Any]:
    with zipfile.ZipFile(opened) as archive:
        arrays = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        if len(arrays) != 1:
            held = ", ".join(info.filename.removesuffix(".npy")[:40] for info in arrays[:5]) or "none"
            raise CorpusError(f"{name} holds {len(arrays)} arrays ({held}). Save the embeddings alone, as .npy.")
        unpacked = arrays[0].file_size
        if unpacked > PACKED_ANYWAY + TIMES_PACKED * size:
            raise CorpusError(f"{name} is packed much tighter than embeddings are. Save them as .npy.")
        with archive.open(arrays[0]) as member:
            return _array(name, member, unpacked)


def _array(name: str, opened: IO[bytes], size: int) -> NDArray[Any]:
    shape, _, dtype = _header(opened)
    if dtype.hasobject:
        raise CorpusError(f"{name} holds Python objects; embeddings are real numbers. Save them as a float32 array.")
    said, there = math.prod(shape) * dtype.itemsize, size - opened.tell()
    if said > there:
        raise CorpusError(
            f"{name} says that it holds {' × '.join(f'{n:,}' for n in shape)} numbers, which take {said:,} bytes, and "
            f"has {max(there, 0):,}. It is cut or damaged; save it again."
        )
    opened.seek(0)
    return np.asarray(npy.read_array(opened, allow_pickle=False))


def _header(opened: IO[bytes]) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    version = npy.read_magic(opened)
    readers: dict[tuple[int, int], Callable[..., Any]] = {
        (1, 0): npy.read_array_header_1_0,
        (2, 0): npy.read_array_header_2_0,
    }
    shape, fortran, dtype = readers.get(version, npy.read_array_header_2_0)(opened)
    return shape, fortran, dtype
