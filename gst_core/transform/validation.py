"""What the estimator accepts, and one clear sentence for what it does not."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number, Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from gst_core.errors import TransformError

UNLABELLED = -1  # class number of a row without a label
LARGE_PART = 1e6  # of an embedding of a name, whose squares single precision holds; its reciprocal is small
MOST_CLASSES = 500  # a fit of 6,000 rows takes 1 GB with so many


def check_columns(estimator: BaseEstimator, X: ArrayLike, *, reset: bool) -> None:
    """Keep the names of X's columns in `feature_names_in_`, or compare them with those that were kept.

    X without column names is taken as it is.

    Parameters
    ----------
    estimator : BaseEstimator
        Whose `feature_names_in_` is set or looked at.
    X : array-like of shape (n, d)
        Not looked at but for its column names.
    reset : bool
        Whether to keep the names rather than to compare them.

    Raises
    ------
    TransformError
        Some names are no strings, or they are not those of the fit.
    """
    try:
        validate_data(estimator, X, reset=reset, skip_check_array=True, ensure_2d=False)
    except (TypeError, ValueError, AttributeError) as error:
        raise TransformError(str(error).strip()) from error


def check_labels(y: ArrayLike | Sequence[str | None] | None, n: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the sorted classes and each row's class number, -1 where it has no label.

    Parameters
    ----------
    y : array-like of length n, or None
        None, NaN, "" and -1 mean unlabelled.
    n : int

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        Strings, unless every label is a number.
    codes : ndarray of shape (n,), int64

    Raises
    ------
    TransformError
        y has another length, more than one axis, values that are no labels, or more than `MOST_CLASSES` classes.
    """
    if y is None:
        return np.array([], dtype=str), np.full(n, UNLABELLED, dtype=np.int64)
    values = _one_axis(y)
    if values.ndim != 1 or len(values) != n:
        raise TransformError(f"y has the shape {values.shape}; X has {n} rows. Give one label (or None) for each row.")
    rows = [row for row, value in enumerate(values) if not is_unlabelled(value)]
    codes = np.full(n, UNLABELLED, dtype=np.int64)
    if not rows:
        return np.array([], dtype=str), codes
    given = [values[row] for row in rows]
    numbers = all(isinstance(v, Real) and not isinstance(v, bool | np.bool_) for v in given)
    keys = given if numbers else [class_name(v, f"Row {row} of y") for v, row in zip(given, rows, strict=True)]
    classes = sorted(set(keys))
    if len(classes) > MOST_CLASSES:
        raise TransformError(
            f"y has {len(classes):,} classes; up to {MOST_CLASSES} can be told apart. Is it a column of labels?"
        )
    number = {key: i for i, key in enumerate(classes)}
    codes[rows] = [number[key] for key in keys]
    return np.array(classes), codes


def _one_axis(y: object) -> NDArray[np.object_]:
    """Return labels as an array of objects; what stands inside one of them makes no second axis of a list."""
    if isinstance(y, list | tuple):
        values = np.empty(len(y), dtype=object)
        values[:] = y
        return values
    try:
        return np.asarray(y, dtype=object)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TransformError(f"y cannot be read as labels ({str(error).strip()[:120]}).") from error


def class_name(value: Any, where: str = "A class") -> str:  # noqa: ANN401 - labels are anything
    """Return what a class is called: a whole number without its “.0”, and no zero bytes, which NumPy cuts off.

    Raises
    ------
    TransformError
        It is a list or another container.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    elif isinstance(value, Iterable) and not isinstance(value, str):
        raise TransformError(f"{where} is a {type(value).__name__}; a label is a word or a number.")
    elif isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).replace("\x00", "\ufffd")


def warn_of_one_class(classes: NDArray[Any]) -> None:
    """Say that every text will be predicted to be of the one class that there is."""
    if len(classes) == 1:
        what = "is the only class, so that every text is predicted to be of it. Label or name another one."
        warnings.warn(f"“{class_name(classes[0])}” {what}", stacklevel=4)  # of who called `fit`


def check_names(names: Mapping[str, ArrayLike] | None, widths: tuple[int, ...]) -> dict[str, NDArray[np.float32]]:
    """Return the embeddings of class names as arrays.

    Parameters
    ----------
    names : mapping of str to array-like of shape (k,), or None
        All as wide as X, or as its first view or first views.
    widths : tuple of int
        Of the views of X, d columns in all.

    Returns
    -------
    dict of str to ndarray of shape (d,), float32
        Finite, zeros in the views that were not given; empty for None. Only the direction of an embedding counts: those
        that are too long or too short for single precision are scaled.

    Raises
    ------
    TransformError
        One has another shape than the others or is not finite, or two keys are one name.
    """
    if names is not None and not isinstance(names, Mapping):
        raise TransformError(f"names is a {type(names).__name__}; give {{class name: its embedding}}.")
    checked: dict[str, NDArray[np.float32]] = {}
    fitting = [(int(end),) for end in np.cumsum(widths)]
    for name, vector in (names or {}).items():
        array = _real_numbers(vector)
        if array.shape not in fitting or not np.isfinite(array).all():
            raise TransformError(
                f"The embedding of the class name “{str(name)[:80]}” must be {fitting[0][0]} finite numbers, as in X."
            )
        if is_unlabelled(name):
            raise TransformError(f"names has an embedding for {name!r}, which means that a text has no label.")
        called = class_name(name, "A key of names")
        if called in checked:
            raise TransformError(f"names has two embeddings for the class “{called[:80]}”. Give it one.")
        fitting = [array.shape]
        largest = np.abs(array).max()
        if largest > 0 and not 1 / LARGE_PART < largest < LARGE_PART:
            array = array / largest
        checked[called] = np.pad(array.astype(np.float32), (0, sum(widths) - len(array)))
    return checked


def with_named(
    classes: NDArray[Any], codes: NDArray[np.int64], names: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Add the named classes to the labelled ones.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Sorted.
    codes : ndarray of shape (n,), int64
        Numbers of these classes, -1 where unlabelled.
    names : mapping of str to ndarray
        By name of the class.

    Returns
    -------
    classes : ndarray of str
        All of them, sorted.
    codes : ndarray of shape (n,), int64
        In their numbers.

    Raises
    ------
    TransformError
        They are more than `MOST_CLASSES`.
    """
    labelled = [class_name(c) for c in classes.tolist()]
    every = sorted({*labelled, *names})
    if len(every) > MOST_CLASSES:
        raise TransformError(f"y and names have {len(every):,} classes; up to {MOST_CLASSES} can be told apart.")
    number = {name: i for i, name in enumerate(every)}
    renumbered = codes.copy()
    renumbered[codes != UNLABELLED] = np.array([number[name] for name in labelled])[codes[codes != UNLABELLED]]
    return np.array(every), renumbered


def check_weights(sample_weight: ArrayLike | None, codes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the trust in each label, shape (n,), float32, from 0 to 1.

    Parameters
    ----------
    sample_weight : array-like of length n, or None
    codes : ndarray of shape (n,), int64
        Class numbers, -1 where unlabelled.

    Raises
    ------
    TransformError
        Another length, values outside that range, or no label that is trusted at all.
    """
    if sample_weight is None:
        return np.ones(len(codes), dtype=np.float32)
    with np.errstate(over="ignore"):
        weight = _real_numbers(sample_weight).astype(np.float32)
    if weight.shape != codes.shape or not ((weight >= 0) & (weight <= 1)).all():
        raise TransformError(f"sample_weight must hold {len(codes)} numbers between 0 and 1.")
    labelled = codes != UNLABELLED
    if labelled.any() and not weight[labelled].any():
        raise TransformError("sample_weight is zero for every labelled row. Trust a label, or leave the labels out.")
    return weight


def _real_numbers(values: ArrayLike) -> NDArray[np.float64]:
    """Return numbers as an array, an empty one where they are none."""
    try:
        array = np.asarray(values)
        return np.empty(0) if array.dtype.kind == "c" else array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return np.empty(0)


def check_groups(groups: ArrayLike | Sequence[str | None] | None, n: int) -> NDArray[np.int64] | None:
    """Return the number of each row's group of labels that were given in one gesture.

    Parameters
    ----------
    groups : array-like of length n, or None
        Anything that tells them apart; None, NaN, "" and -1 for a row on its own.
    n : int

    Returns
    -------
    ndarray of shape (n,), int64, or None
        From 0; -1 for a row on its own.

    Raises
    ------
    TransformError
        Another length, or values that do not tell groups apart.
    """
    if groups is None:
        return None
    values = _one_axis(groups)
    if values.ndim != 1 or len(values) != n:
        raise TransformError(f"groups has the shape {values.shape}; X has {n} rows. Give one value (or None) for each.")
    known: dict[str, int] = {}
    numbers = [
        UNLABELLED if is_unlabelled(v) else known.setdefault(class_name(v, f"Row {row} of groups"), len(known))
        for row, v in enumerate(values)
    ]
    return np.array(numbers, dtype=np.int64)


def is_unlabelled(value: Any) -> bool:  # noqa: ANN401 - labels are anything
    """Say whether a value of y means that the row has no label."""
    if isinstance(value, str):
        return not value.strip()
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, Number | np.generic) and bool(value != value or value == UNLABELLED)  # NaN and NaT, or -1
