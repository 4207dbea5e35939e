"""The estimator's parameters: their types and ranges, and how they are kept."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from gst_core.compute import as_widths
from gst_core.errors import TransformError

LARGEST_SEED = 2**32 - 1  # as scikit-learn's


def plain_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the estimator's parameters as plain numbers, strings and tuples.

    Parameters
    ----------
    parameters : mapping of str to object
        By name, as `get_params` returns them.

    Returns
    -------
    dict of str to object
        A random state that is no number, as scikit-learn's users may give one, becomes None.

    Raises
    ------
    TransformError
        One is of another type or outside its range; the message names it.
    """
    guidance, expand, hidden = (parameters[name] for name in ("guidance", "expand", "hidden"))
    if not _is(guidance, Real) or not 0.0 <= guidance <= 1.0:
        raise TransformError(f"guidance is {guidance!r:.80}; it must be between 0 and 1.")
    if not isinstance(expand, bool | np.bool_):
        raise TransformError(f"expand is {expand!r:.80}; it must be True or False.")
    if not _is(hidden, Integral) or hidden < 1:
        raise TransformError(f"hidden is {hidden!r:.80}; it must be a whole number and at least 1.")
    if not isinstance(parameters["device"], str):
        raise TransformError(f"device is {parameters['device']!r:.80}; it must be “auto”, “cpu” or another name.")
    views = parameters["views"]
    return {
        "guidance": float(guidance),
        "expand": bool(expand),
        "hidden": int(hidden),
        "views": None if views is None else as_widths(views),
        "device": parameters["device"],
        "random_state": check_random_state(parameters["random_state"]),
    }


def check_random_state(random_state: object) -> int | None:
    """Return a seed, or None for one that is drawn anew each time.

    Raises
    ------
    TransformError
        It is neither None, nor a whole number of 32 bits from 0, nor a NumPy generator.
    """
    if random_state is None or isinstance(random_state, np.random.RandomState | np.random.Generator):
        return None
    if not _is(random_state, Integral) or not 0 <= random_state <= LARGEST_SEED:  # type: ignore[operator]
        raise TransformError(
            f"random_state is {random_state!r:.80}; it must be a whole number from 0 to {LARGEST_SEED}, or None."
        )
    return int(random_state)  # type: ignore[call-overload]


def check_function(name: str, value: object) -> None:
    """Refuse what is neither a function nor None.

    Raises
    ------
    TransformError
        It is something else.
    """
    if value is not None and not callable(value):
        raise TransformError(f"{name} is a {type(value).__name__}; it must be a function.")


def seed_of(random_state: object) -> int | None:
    """Return the seed of one fit: the number, or one that is drawn from the generator that was given.

    Raises
    ------
    TransformError
        As for `check_random_state`.
    """
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    return check_random_state(random_state)


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool | np.bool_)
