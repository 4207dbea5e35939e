"""A table's columns as Arrow holds them, and back with the values and of the types that they had.

So they lie in a workspace, and come from the process that read a file.
"""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus.values import arrow_column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def array_of(values: "pd.Series") -> tuple["pa.Array", bool]:
    """Return a column as an Arrow array, and whether as JSON, where something of it would be lost otherwise."""
    import pyarrow as pa

    array = _array(values)
    if array is None:
        return pa.array([_json(value) for value in values], pa.string()), True
    return array, False


def series_of(column: "pa.ChunkedArray", kind: str, *, as_json: bool) -> "pd.Series":
    """Return a column that `array_of` made an array of.

    Parameters
    ----------
    column : ChunkedArray
    kind : str
        The name of its pandas type.
    as_json : bool
        What `array_of` said.
    """
    import pandas as pd

    if as_json:
        values = [None if value is None else json.loads(value) for value in column.to_pylist()]
        return pd.Series(values, dtype=object)
    if kind == "object":
        return pd.Series(column.to_pylist(), dtype=object)
    if kind[:1] in "IU" or kind in ("boolean", "Float32", "Float64"):  # pandas' own, which know a missing value
        return pd.Series(pd.array(column.to_pylist(), dtype=kind))
    if kind.endswith("[pyarrow]"):
        return arrow_column(column)
    series = column.to_pandas()
    with_type: pd.Series = series if str(series.dtype) == kind or kind.startswith("category") else _cast(series, kind)
    return with_type


def is_writable(kind: "pa.DataType") -> bool:
    """Say whether Parquet has a type: it has no structure without fields, at any depth."""
    import pyarrow as pa

    inner = [kind.field(i).type for i in range(kind.num_fields)]
    return not (pa.types.is_struct(kind) and not inner) and all(map(is_writable, inner))


def _array(values: "pd.Series") -> "pa.Array | None":
    """Return a column as Parquet can hold it, or None where something of it would be lost."""
    import pyarrow as pa

    try:
        array = pa.Array.from_pandas(values)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if values.dtype == object and (pa.types.is_nested(array.type) or pa.types.is_null(array.type)):
        return None if _loses(values, array) else array
    return array


def _loses(values: "pd.Series", array: "pa.Array") -> bool:
    """Say whether objects come back from an array otherwise than they went in, such as with keys that they lacked."""
    import pyarrow as pa

    if not is_writable(array.type) or pa.types.is_null(array.type):
        return True
    before = [value.tolist() if isinstance(value, np.ndarray) else value for value in values]
    return bool(before != array.to_pylist())


def _cast(series: "pd.Series", kind: str) -> "pd.Series":
    try:
        return series.astype(kind)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return series


def _json(value: Any) -> str | None:  # noqa: ANN401 - cells hold anything
    """Return what a cell holds as JSON; None for nothing."""
    if value is None:
        return None
    return json.dumps(value, default=lambda x: x.tolist() if hasattr(x, "tolist") else str(x))
