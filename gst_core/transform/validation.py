"""What the estimator accepts, and one clear sentence for what it does not."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from gst_core.errors import TransformError

UNLABELLED = -1  # class number of a row without a label


def check_parameters(guidance: float, hidden: int, random_state: object) -> None:
    """Compare parameters with their ranges.

    Raises
    ------
    TransformError
        `guidance` is not between 0 and 1, `hidden` is below 1, or `random_state` a number below 0.
    """
    if not 0.0 <= guidance <= 1.0:
        raise TransformError(f"guidance is {guidance}; it must be between 0 and 1.")
    if hidden < 1:
        raise TransformError(f"hidden is {hidden}; it must be at least 1.")
    if isinstance(random_state, int | np.integer) and random_state < 0:
        raise TransformError(f"random_state is {random_state}; it must be 0 or more, or None.")


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
    except (TypeError, ValueError) as error:
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
        y has another length, or more than one axis.
    """
    if y is None:
        return np.array([], dtype=str), np.full(n, UNLABELLED, dtype=np.int64)
    values = np.asarray(y, dtype=object)
    if values.ndim != 1 or len(values) != n:
        raise TransformError(f"y has the shape {values.shape}; X has {n} rows. Give one label (or None) for each row.")
    labelled = np.array([not is_unlabelled(v) for v in values], dtype=bool)
    codes = np.full(n, UNLABELLED, dtype=np.int64)
    given = values[labelled]
    if not len(given):
        return np.array([], dtype=str), codes
    numbers = all(isinstance(v, int | float | np.integer | np.floating) and not isinstance(v, bool) for v in given)
    keys = np.array(list(given)) if numbers else np.array([str(v) for v in given])
    classes, codes[labelled] = np.unique(keys, return_inverse=True)
    return classes, codes


def check_names(names: Mapping[str, ArrayLike] | None, d: int) -> dict[str, NDArray[np.float32]]:
    """Return the embeddings of class names as arrays.

    Parameters
    ----------
    names : mapping of str to array-like of shape (d,), or None
    d : int

    Returns
    -------
    dict of str to ndarray of shape (d,), float32
        Finite; empty for None.

    Raises
    ------
    TransformError
        One has another shape or is not finite.
    """
    checked = {}
    for name, vector in (names or {}).items():
        array = np.asarray(vector, dtype=np.float32)
        if array.shape != (d,) or not np.isfinite(array).all():
            raise TransformError(f"The embedding of the class name “{name}” must be {d} finite numbers, as in X.")
        checked[str(name)] = array
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
    """
    labelled = np.array([str(c) for c in classes])
    every = np.array(sorted({*labelled.tolist(), *names}))
    renumbered = codes.copy()
    renumbered[codes != UNLABELLED] = np.searchsorted(every, labelled)[codes[codes != UNLABELLED]]
    return every, renumbered


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
    weight = np.asarray(sample_weight, dtype=np.float32)
    if weight.shape != codes.shape or not ((weight >= 0) & (weight <= 1)).all():
        raise TransformError(f"sample_weight must hold {len(codes)} numbers between 0 and 1.")
    labelled = codes != UNLABELLED
    if labelled.any() and not weight[labelled].any():
        raise TransformError("sample_weight is zero for every labelled row. Trust a label, or leave the labels out.")
    return weight


def is_unlabelled(value: Any) -> bool:  # noqa: ANN401 - labels are anything
    """Say whether a value of y means that the row has no label."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    if isinstance(value, str):
        return False
    return bool(pd.isna(value)) or value == -1
