"""What a column means beside what it says: numbers and dates as people write them, for scales and filters.

`Corpus.rows` keeps every value's characters. “1.234,50 €”, “24-02-2015 11.35” and “2/24/2015” are strings there; here
they are read, for as long as something is drawn or filtered by them, and never written back.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus.written_dates import DAY, as_seconds, seconds_of_numbers
from gst_core.corpus.written_numbers import as_numbers

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Kind = Literal["number", "date", "duration", "category", "text", "id", "list"]

MOSTLY = 0.8  # of the values that are there: from here on a column holds numbers or dates, and a few remarks
MANY_KINDS = 60  # different strings: with more, they are no kinds of things
LONG_NUMBER = 10**14  # whole numbers from here on, all different, are ids and no amounts
ID_NAME = re.compile(r"(^|[_\s.-])(id|uuid|guid|key)$|[a-z]I[Dd]$", re.IGNORECASE)
DURATION = re.compile(r"(?:(\d+) days?,? ?)?(?:(\d+):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?)?")
LONGEST_DURATION = timedelta.max.total_seconds() - 1
LOOKED_AT = 20  # strings that say whether the others are worth a look


@dataclass(frozen=True, eq=False)
class ColumnReading:
    """What a column means.

    Attributes
    ----------
    kind : {"number", "date", "duration", "category", "text", "id", "list"}
    numbers : ndarray of shape (n,), float64, or None
        Of a number its value, of a date the seconds since 1970 in UTC, of a duration its seconds; NaN where a row has
        none. None for the other kinds, unless ids are numbers.
    """

    kind: Kind
    numbers: NDArray[np.float64] | None = None

    def shown(self, number: float) -> str:
        """Return one of the numbers as people write it."""
        if not np.isfinite(number):
            return ""
        if self.kind == "date":
            return str(np.datetime64(int(np.floor(number / DAY)), "D"))
        timed = self.kind == "duration" and abs(number) < LONGEST_DURATION
        return str(timedelta(seconds=round(number))) if timed else f"{number:g}"


def read_column(values: "pd.Series", kind: Kind | None = None) -> ColumnReading:
    """Say what a column of metadata means.

    Parameters
    ----------
    values : Series of shape (n,)
        Of `Corpus.rows` or `Corpus.metadata`, or a part of it.
    kind : str, optional
        What a person says that it holds; guessed when left out. A value that cannot be read so counts as missing.

    Returns
    -------
    ColumnReading
    """
    guessed = _guessed(values)
    found = guessed if kind in (None, guessed.kind) else _as_said(values, guessed, kind)
    if found.numbers is None or not np.isinf(found.numbers).any():
        return found
    return ColumnReading(found.kind, np.where(np.isinf(found.numbers), np.nan, found.numbers))  # no value of a scale


def _as_said(values: "pd.Series", guessed: ColumnReading, kind: Kind) -> ColumnReading:
    """Read a column as what a person says that it holds, though it looks like something else."""
    if kind not in ("number", "date", "duration"):
        return ColumnReading(kind)
    if guessed.numbers is not None:
        counted = kind == "date" and guessed.kind in ("number", "id")
        return ColumnReading(kind, seconds_of_numbers(guessed.numbers) if counted else guessed.numbers)
    readers = {"number": as_numbers, "date": as_seconds, "duration": _durations}
    codes, texts, _ = _different(values)
    numbers = readers[kind](texts)
    if numbers is None and kind == "number":  # no one way for all, such as 1,5 beside 2.5
        alone = [as_numbers([t]) for t in texts]
        numbers = np.array([np.nan if one is None else one[0] for one in alone], dtype=np.float64)
    return ColumnReading(kind, np.append(np.full(len(texts), np.nan) if numbers is None else numbers, np.nan)[codes])


def _guessed(values: "pd.Series") -> ColumnReading:
    import pandas as pd

    is_ = pd.api.types
    if isinstance(values.dtype, pd.CategoricalDtype) or is_.is_bool_dtype(values.dtype):
        return ColumnReading("category")
    if isinstance(values.dtype, pd.ArrowDtype):
        return _arrow(values, values.dtype.pyarrow_dtype)
    if is_.is_datetime64_any_dtype(values.dtype):
        return ColumnReading("date", _seconds(values))
    if is_.is_timedelta64_dtype(values.dtype):
        return ColumnReading("duration", values.dt.total_seconds().to_numpy(np.float64, na_value=np.nan))
    if is_.is_numeric_dtype(values.dtype):
        numbers = np.asarray(values.to_numpy(np.float64, na_value=np.nan), dtype=np.float64)
        return ColumnReading("id" if _is_id(values, numbers) else "number", numbers)
    return _strings(values)


def _seconds(values: "pd.Series") -> NDArray[np.float64]:
    moments = values.dt.tz_convert("UTC").dt.tz_localize(None) if values.dt.tz is not None else values
    array = moments.to_numpy("datetime64[us]")
    seconds = array.astype(np.int64) / 1e6
    return np.asarray(np.where(np.isnat(array), np.nan, seconds), dtype=np.float64)


def _arrow(values: "pd.Series", kind: "pa.DataType") -> ColumnReading:
    """Read a column that has no type of pandas' own."""
    import pyarrow.types as is_

    if is_.is_decimal(kind) or is_.is_floating(kind) or is_.is_integer(kind):
        numbers = values.astype("float64[pyarrow]").to_numpy(np.float64, na_value=np.nan)
        return ColumnReading("number", np.asarray(numbers, dtype=np.float64))
    if is_.is_date(kind) or is_.is_timestamp(kind):
        return ColumnReading("date", _seconds(values.astype("datetime64[us]")))
    if is_.is_time(kind):
        seconds = [np.nan if v is None else _of_day(v) for v in values.array.__arrow_array__().to_pylist()]
        return ColumnReading("duration", np.array(seconds, dtype=np.float64))
    return ColumnReading("list")


def _of_day(moment: object) -> float:
    hour, minute, second, micro = (getattr(moment, part) for part in ("hour", "minute", "second", "microsecond"))
    return float(hour * 3600 + minute * 60 + second + micro / 1e6)


def _is_id(values: "pd.Series", numbers: NDArray[np.float64]) -> bool:
    """Say whether numbers are names of things: all different, and long or called so."""
    known = numbers[np.isfinite(numbers)]
    if len(known) < 2 or (known != np.floor(known)).any():
        return False
    long = bool(np.abs(known).min() >= LONG_NUMBER)
    return bool((long or ID_NAME.search(str(values.name))) and values.nunique() == values.count())


def _strings(values: "pd.Series") -> ColumnReading:
    """Read each different string once."""
    codes, texts, plain = _different(values)
    if values.dtype == object and plain.notna().sum() < values.notna().sum():
        return ColumnReading("list")
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    kinds: tuple[tuple[Kind, NDArray[np.float64] | None], ...] = (
        ("date", as_seconds(texts)), ("number", as_numbers(texts)), ("duration", _durations(texts)),
    )  # fmt: skip
    for kind, numbers in kinds:
        if numbers is not None and len(texts) and counts[np.isfinite(numbers)].sum() >= MOSTLY * counts.sum():
            named = kind == "number" and _is_id(plain.where(plain != ""), numbers)
            return ColumnReading("id" if named else kind, np.append(numbers, np.nan)[codes])
    if len(texts) <= MANY_KINDS:
        return ColumnReading("category")
    apart = len(texts) == counts.sum()
    return ColumnReading("id" if apart and not any(" " in t for t in texts[:MANY_KINDS]) else "text")


def _different(values: "pd.Series") -> tuple[NDArray[np.intp], list[str], "pd.Series"]:
    """Return the different strings of a column, the number of each row's, -1 for none, and the strings themselves."""
    import pandas as pd

    plain = values.map(lambda v: v.strip() if isinstance(v, str) else None)
    codes, different = pd.factorize(plain.where(plain != ""))
    return codes, [str(t) for t in different], plain


def _durations(texts: list[str]) -> NDArray[np.float64] | None:
    """Read “0 days 00:01:00”, “1:30:00” and “10:05” as seconds; None where none of the first is one."""
    if not any(_duration(t) is not None for t in texts[:LOOKED_AT]):
        return None
    return np.array([found if (found := _duration(t)) is not None else np.nan for t in texts], dtype=np.float64)


def _duration(text: str) -> float | None:
    found = DURATION.fullmatch(text)
    if found is None or not text:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * DAY + hours * 3600 + minutes * 60 + seconds
