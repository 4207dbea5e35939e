"""Values keep what they are: a column is numbers only where each reads back as it was written.

Strings of a text format become ``int64``, ``Int64`` (with blanks) or ``float64`` if every one of them is what Python
prints for that number; otherwise they stay strings, character by character. Values of JSON and of workbooks keep their
type in the same way; lists and objects stay so where Arrow gives them back unchanged, and are valid JSON otherwise.
"""

import datetime
import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Series: TypeAlias = pd.Series[Any]

INTEGER = re.compile(r"-?[1-9][0-9]{0,18}|0")
LARGEST, SMALLEST = (1 << 63) - 1, -(1 << 63)
LARGEST_UNSIGNED = (1 << 64) - 1
MIDNIGHT = datetime.time()


class Written(str):
    """A number of a JSON file that Python would print otherwise: its characters."""

    __slots__ = ()


def column_of_strings(strings: Sequence[str]) -> "Series":
    """Return a text format's column: as numbers if every value that is there reads back as it was written."""
    import pandas as pd

    filled = [s for s in strings if s]
    if not filled or not _is_number_as_written(filled[0]) or not all(map(_is_number_as_written, filled)):
        return pd.Series(strings, dtype="str")
    whole = [INTEGER.fullmatch(s) is not None for s in filled]
    if all(whole):
        numbers = [int(s) if s else None for s in strings]
        return _integers(numbers) if _fits(n for n in numbers if n is not None) else pd.Series(strings, dtype="str")
    if any(whole):
        return pd.Series(strings, dtype="str")
    return pd.Series([float(s) if s else None for s in strings], dtype="float64")


def _is_number_as_written(text: str) -> bool:
    if INTEGER.fullmatch(text):
        return True
    if len(text) > 32 or text[-1] not in "0123456789":
        return False
    try:
        return repr(float(text)) == text
    except ValueError:
        return False


def _fits(numbers: Any) -> bool:  # noqa: ANN401 - an iterable of integers
    return all(SMALLEST <= n <= LARGEST for n in numbers)


def _integers(numbers: Sequence[int | None]) -> "Series":
    import pandas as pd

    return pd.Series(numbers, dtype="Int64" if None in numbers else "int64")


def column_of_objects(values: Sequence[Any], as_text: Callable[[Any], str] | None = None) -> "Series":
    """Return a column of JSON's or a workbook's values, None where there is nothing.

    Parameters
    ----------
    values : sequence
    as_text : callable, optional
        How a value stands in a column that mixes kinds; as JSON when left out.
    """
    import pandas as pd

    kinds = {type(v) for v in values} - {type(None)}
    if kinds <= {str}:
        return pd.Series(values, dtype="str")
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean" if None in values else "bool")
    if kinds == {int}:
        column = _column_of_integers(values)
        if column is not None:
            return column
    if kinds == {float}:
        return pd.Series(values, dtype="float64")
    if kinds in ({list}, {dict}):
        return _column_of_lists(values)
    moments = _column_of_moments(values, kinds)
    if moments is not None:
        return moments
    write = as_text or to_json
    return pd.Series([None if v is None else v if type(v) is str else write(v) for v in values], dtype="str")


def _column_of_integers(values: Sequence[Any]) -> "Series | None":
    import pandas as pd

    there = [v for v in values if v is not None]
    if _fits(there):
        return _integers(values)
    if all(0 <= v <= LARGEST_UNSIGNED for v in there):
        return pd.Series(values, dtype="UInt64" if len(there) < len(values) else "uint64")
    return None


def _column_of_moments(values: Sequence[Any], kinds: set[type]) -> "Series | None":
    """Return a workbook's dates, times and durations as such; None if that is not what they are."""
    import pandas as pd
    import pyarrow as pa

    if kinds == {datetime.datetime} and all(v is None or v.time() == MIDNIGHT for v in values):
        return arrow_column(pa.array([None if v is None else v.date() for v in values], pa.date32()))
    if kinds == {datetime.datetime}:
        return pd.Series(values, dtype="datetime64[us]")
    if kinds == {datetime.date}:
        return arrow_column(pa.array(values, pa.date32()))
    if kinds == {datetime.time}:
        return arrow_column(pa.array(values, pa.time64("us")))
    if kinds == {datetime.timedelta}:
        return pd.Series(values, dtype="timedelta64[us]")
    return None


def arrow_column(array: "pa.Array | pa.ChunkedArray") -> "Series":
    """Return an Arrow array as a column that keeps its type."""
    import pandas as pd

    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def _column_of_lists(values: Sequence[Any]) -> "Series":
    """Return lists or objects as such where Arrow gives them back unchanged, and as JSON otherwise."""
    import pandas as pd
    import pyarrow as pa

    if not _has_empty_object(values):
        try:
            array = pa.array(values, from_pandas=False)
            if _plain_lists(values) or _same(array.to_pylist(), list(values)):
                return arrow_column(array)
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            pass
    return pd.Series([None if v is None else to_json(v) for v in values], dtype="str")


def _plain_lists(values: Sequence[Any]) -> bool:
    """Say whether all are flat lists of one type, as vectors are: they need no comparison."""
    kinds: set[type] = set()
    for value in values:
        if value is not None and type(value) is not list:
            return False
        kinds.update(map(type, value or ()))
        if len(kinds) > 1:
            return False
    return kinds <= {str} or kinds in ({float}, {bool}, {int})


def _has_empty_object(values: Any) -> bool:  # noqa: ANN401 - what JSON holds
    """Say whether an object without fields is in there: Parquet has no such thing."""
    if isinstance(values, dict):
        return not values or any(map(_has_empty_object, values.values()))
    return isinstance(values, list | tuple) and any(_has_empty_object(v) for v in values if isinstance(v, list | dict))


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - what JSON holds
    """Compare type by type: 1 is not 1.0, nor true, and a field that is missing is not one that is null."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[k], other[k]) for k in one)
    return bool(one == other) or one != one


def to_json(value: Any) -> str:  # noqa: ANN401 - what JSON holds
    """Return a value as JSON, a number with the characters that it had."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {to_json(v)}" for k, v in value.items())
        return "{" + inside + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
