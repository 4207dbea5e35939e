"""The columns that are left out, as numbers: what no linear function of the embeddings is to say."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from gst_core.errors import TransformError
from gst_core.transform.validation import class_name

FEW_NUMBERS = 30  # different ones are kinds too (stars, years); of more each tenth of the texts is one
TENTHS = np.linspace(0.1, 0.9, 9)
RARE = 2  # texts; what fewer have is no kind of text
MOST_VALUES = 1_000  # of a column; the rarer ones are taken together


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Columns that are left out.

    Attributes
    ----------
    numbers : csr_matrix of shape (n, m), float64
        What no linear function is to say.
    kinds : ndarray of shape (n, columns), int64
        Which value, or tenth of the numbers, each text has.
    """

    numbers: sparse.csr_matrix
    kinds: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64]) -> "LeftOut":
        """Return what is known of some texts."""
        return LeftOut(self.numbers[rows], self.kinds[rows])


def read_left_out(leave_out: ArrayLike | pd.Series | pd.DataFrame, n: int) -> LeftOut:
    """Return columns as numbers which have no covariance with embeddings that say nothing of them.

    A column of categories becomes one column of 0 and 1 for each value that two texts have, and one for all others; so
    does a missing value (None, NaN, a blank), because that a text has none says something of it. Numbers stand as they
    are, and beside them their values, or tenths, as categories, so that texts in the middle cannot be told either.

    Parameters
    ----------
    leave_out : array-like of shape (n,) or (n, k), Series or DataFrame
        Categories, numbers or dates. Whole numbers that are codes may be given as strings.
    n : int
        Texts.

    Returns
    -------
    LeftOut

    Raises
    ------
    TransformError
        It has another length, holds what is no value or no finite number, or tells nearly every text from all others,
        as an id does.
    """
    parts, kinds = [], []
    for name, values in _columns(leave_out, n):
        numbers = _as_numbers(values, name)
        if numbers is None:
            codes = _categories(values, name)
        else:
            codes, scaled = _of_numbers(numbers, name)
            parts.append(sparse.csr_matrix(scaled[:, None]))
        kinds.append(_common_kinds(codes))
        parts.append(sparse.csr_matrix((np.ones(n), (np.arange(n), kinds[-1]))))
    return LeftOut(sparse.csr_matrix(sparse.hstack(parts, format="csr", dtype=np.float64)), np.stack(kinds, axis=1))


def _columns(leave_out: object, n: int) -> list[tuple[str, pd.Series]]:
    """Return each column and what a sentence calls it."""
    if isinstance(leave_out, pd.DataFrame):
        frame = leave_out
        names = [f"the column “{name!s:.80}” of leave_out" for name in frame.columns]
    elif isinstance(leave_out, pd.Series):
        frame, names = leave_out.to_frame(), ["leave_out"]
    else:
        array = _array(leave_out)
        frame = pd.DataFrame(array, dtype=object if array.dtype.kind in "OUS" else None)  # half an emoji is no “string”
        names = ["leave_out"] if frame.shape[1] == 1 else [f"column {i} of leave_out" for i in range(frame.shape[1])]
    if len(frame) != n or not frame.shape[1]:
        raise TransformError(
            f"leave_out has the shape {frame.shape}; X has {n} rows. Give one or several values for each row."
        )
    return [(name, frame.iloc[:, i].reset_index(drop=True)) for i, name in enumerate(names)]


def _array(leave_out: object) -> NDArray[Any]:
    try:
        array = leave_out if isinstance(leave_out, np.ndarray) else np.asarray(leave_out, dtype=object)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TransformError(f"leave_out cannot be read as columns ({str(error).strip()[:120]}).") from error
    if array.ndim not in (1, 2) or array.dtype.kind == "V":
        raise TransformError(
            f"leave_out has the shape {array.shape}; give one value for each text, or a row of values."
        )
    return array


def _as_numbers(values: pd.Series, name: str) -> NDArray[np.float64] | None:
    """Return a column of numbers or dates, NaN where they are missing; None for other columns."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days = (values - values.min()).dt.total_seconds()
        return np.asarray(days, dtype=np.float64)
    given = [v for v in values if not _is_missing(v)]
    if not given or not all(isinstance(v, Real) and not isinstance(v, bool | np.bool_) for v in given):
        return None
    try:
        numbers = np.array([np.nan if _is_missing(v) else float(v) for v in values])
    except OverflowError as error:
        raise TransformError(f"{name} has a number that is too large.") from error
    if np.isinf(numbers).any():
        raise TransformError(f"Row {int(np.isinf(numbers).argmax())} of {name} is infinite.")
    return numbers


def _of_numbers(numbers: NDArray[np.float64], name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return numbers as categories, their values or tenths, -1 where missing; and centred and scaled."""
    known = np.isfinite(numbers)
    values, kinds = np.unique(numbers[known], return_inverse=True)
    _check_no_row_numbers(values, len(numbers), name)
    if len(values) > FEW_NUMBERS:
        kinds = np.searchsorted(np.quantile(numbers[known], TENTHS), numbers[known], side="right")
    codes = np.full(len(numbers), -1, dtype=np.int64)
    codes[known] = kinds
    scaled = numbers / max(np.abs(values).max(), np.finfo(float).tiny)  # whose squares are finite
    scaled = np.where(known, scaled - scaled[known].mean(), 0.0)
    spread = scaled.std()
    return codes, scaled / spread if spread > 0 else scaled


def _check_no_row_numbers(values: NDArray[np.float64], n: int, name: str) -> None:
    """Refuse sorted whole numbers of which each text has its own, close together."""
    if n > FEW_NUMBERS and len(values) == n and (values == np.round(values)).all() and values[-1] < values[0] + 2 * n:
        raise TransformError(
            f"{name} numbers the texts, as an id does: it says nothing of kinds of texts that could be erased."
        )


def _categories(values: pd.Series, name: str) -> NDArray[np.int64]:
    """Return the number of each text's value, -1 where it has none; refuse what tells texts apart one by one."""
    number: dict[str, int] = {}
    codes = np.full(len(values), -1, dtype=np.int64)
    for row, value in enumerate(values):
        if not _is_missing(value):
            codes[row] = number.setdefault(class_name(value, f"Row {row} of {name}"), len(number))
    counts = np.bincount(codes[codes >= 0], minlength=1)
    alone = int((counts == 1).sum())
    if alone > len(codes) / 2:
        raise TransformError(
            f"{name} tells {alone:,} of {len(codes):,} texts from all others, as ids or notes do: it says nothing of "
            "kinds of texts that could be erased. Leave out another column."
        )
    return codes


def _common_kinds(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each text's kind: 0 for all rare ones together, the last for missing ones."""
    missing = codes < 0
    counts = np.bincount(codes[~missing], minlength=1)
    place = np.zeros(len(counts) + 1, dtype=np.int64)
    common = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    common = common[counts[common] >= RARE]
    place[common] = np.arange(1, len(common) + 1)
    place[-1] = len(common) + 1  # which -1 takes
    return place[codes]


def _is_missing(value: Any) -> bool:  # noqa: ANN401 - cells hold anything
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Real) and bool(value != value))
