"""Embeddings that come along with a corpus: a file, an array, or a column of lists, as such or written as text."""

import json
import os
import re
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus.columns import is_missing
from gst_core.corpus.tables import Table
from gst_core.corpus.vector_files import load_vectors
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    import pandas as pd

WRITTEN = re.compile(r"[\[(]?\s*([-+]?[\d.][-+\d.,;eE\s]*)[\])]?")  # “[0.1 0.2]” of NumPy, “0.1, 0.2”
BETWEEN = re.compile(r"[\s,;]+")
LOOKED_AT = 20  # cells that say whether a column holds vectors


def precomputed_embeddings(
    table: Table, source: str | os.PathLike[str] | IO[bytes] | NDArray[Any] | None, rows: Sequence[int]
) -> NDArray[np.float32] | None:
    """Return the embeddings of some rows of a table, L2-normalised.

    Parameters
    ----------
    table : Table
    source : path, file, array, column name or None
    rows : sequence of int
        Those of documents; what stands in the others does not matter.

    Raises
    ------
    CorpusError
        They do not fit; see `check_precomputed`.
    """
    if source is None:
        return None
    if isinstance(source, str) and source in table.frame.columns:
        name = f"{table.name}, column “{source}”"
        return check_precomputed(_from_column(table, source, rows), len(rows), name, table.row_numbers[list(rows)])
    if isinstance(source, np.ndarray) or not (isinstance(source, str | os.PathLike) or hasattr(source, "read")):
        name, array = "The embeddings array", _as_array(source)
    else:
        name, array = load_vectors(source)
    check_shape(array, len(table.frame), name)
    needed = np.asarray(rows, dtype=np.int64)
    return check_precomputed(array[needed], len(needed), name, needed + 1)


def check_precomputed(
    values: Any,  # noqa: ANN401 - anything a user gives
    rows: int,
    name: str,
    numbers: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """Check precomputed embeddings and L2-normalise them.

    Parameters
    ----------
    values : array-like
    rows : int
        How many rows the source has.
    name : str
        Where they come from, for messages.
    numbers : ndarray of shape (rows,), optional
        What the rows are called in messages; 1, 2, 3 … when left out.

    Returns
    -------
    ndarray of shape (rows, d), float32

    Raises
    ------
    CorpusError
        Not two-dimensional, another number of rows, not real numbers, or NaN, Inf or only zeros in a row.
    """
    array = _as_array(values)
    check_shape(array, rows, name)
    called = np.arange(1, rows + 1) if numbers is None else numbers
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and refused below
        vectors = array.astype(np.float32)
    bad = ~np.isfinite(vectors).all(axis=1)
    if bad.any():
        raise CorpusError(
            f"{name}, row {int(called[bad.argmax()]):,} holds NaN or infinity ({int(bad.sum()):,} such rows)."
        )
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if (norms == 0).any():
        raise CorpusError(f"{name}, row {int(called[(norms == 0).argmax()]):,} holds only zeros: it points nowhere.")
    return np.asarray(vectors / norms, dtype=np.float32)


def _as_array(values: Any) -> NDArray[Any]:  # noqa: ANN401 - anything a user gives
    """Return values as an array; those that are masked are NaN there."""
    try:
        array: NDArray[Any] = np.asarray(values)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
        if np.ma.isMaskedArray(values):
            array = np.where(np.ma.getmaskarray(values), np.nan, array)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise CorpusError(f"The embeddings are no array of numbers ({str(error).strip()[:120]}).") from None
    return array


def check_shape(array: NDArray[Any], rows: int, name: str) -> None:
    """Refuse an array that is not one vector of real numbers for each row.

    Raises
    ------
    CorpusError
        It is not.
    """
    if array.ndim != 2 or array.shape[1] < 2:
        raise CorpusError(f"{name} has the shape {array.shape}; embeddings have two axes, (rows, dimensions).")
    if array.dtype.kind not in "fiu":
        raise CorpusError(f"{name} holds {array.dtype} values; embeddings are real numbers (float32, say).")
    if len(array) != rows:
        raise CorpusError(
            f"{name} has {len(array):,} rows and the corpus file has {rows:,}. They must match row by row."
        )


def holds_vectors(values: "pd.Series") -> bool:
    """Say whether a column holds lists of numbers, as such or written as text."""
    known = [v for v in values.head(LOOKED_AT) if not is_missing(v)]
    return bool(known) and all(_vector(v) is not None for v in known)


def _from_column(table: Table, column: str, rows: Sequence[int]) -> NDArray[Any]:
    values = table.frame[column].iloc[list(rows)]
    flat = _flat(values)
    if flat is not None:
        return flat
    vectors: list[NDArray[Any]] = []
    for row, value in zip(table.row_numbers[list(rows)], values, strict=True):
        vector = _vector(value)
        if vector is None or (vectors and vector.shape != vectors[0].shape):
            expected = f"{len(vectors[0])} numbers like the rows before" if vectors else "a list of numbers"
            raise CorpusError(f"{table.name}, row {row:,}, column “{column}” does not hold {expected}.")
        vectors.append(vector)
    return np.stack(vectors)


def _flat(values: "pd.Series") -> NDArray[Any] | None:
    """Return a column of Arrow's lists of one length as an array at once; None where it is none."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(values.dtype, pd.ArrowDtype) or values.isna().any():
        return None
    array = pa.chunked_array(values.array.__arrow_array__()).combine_chunks()
    kind = array.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        return None
    inner = kind.value_type
    if not (pa.types.is_floating(inner) or pa.types.is_integer(inner)):
        return None
    lengths = pc.list_value_length(array)
    width = lengths[0].as_py() if len(lengths) else 0
    flat = pc.list_flatten(array)
    if not width or not pc.all(pc.equal(lengths, width)).as_py() or flat.null_count:
        return None
    return np.asarray(flat.to_numpy(zero_copy_only=False)).reshape(len(array), width)


def _vector(value: Any) -> NDArray[Any] | None:  # noqa: ANN401 - cells hold anything
    """Return a cell as numbers; None where it is no list of them."""
    try:
        numbers = np.asarray(_written(value) if isinstance(value, str) else value, dtype=np.float32)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return numbers if numbers.ndim == 1 and numbers.size else None


def _written(text: str) -> Any:  # noqa: ANN401
    """Return the numbers that are written in a text, as JSON or in another way."""
    try:
        numbers = json.loads(text)
    except ValueError:
        found = WRITTEN.fullmatch(text.strip())
        numbers = BETWEEN.split(found[1].strip(" ,;\n")) if found else None
    return numbers if isinstance(numbers, list) else None
