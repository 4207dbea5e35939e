"""Arrays, labels and settings as people give them by mistake: the same for the same seed."""

import warnings

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch

DTYPES = [
    *("float16", "float32", "float64", "longdouble", ">f4", ">f8", "int8", "int64", "uint16", ">i4", "bool"),
    *("complex64", "object", "U8", "S8", "datetime64[s]", "timedelta64[s]"),
]
SHAPES = [(), (0,), (1,), (7,), (0, 4), (4, 0), (1, 1), (1, 8), (9, 1), (2, 2), (3, 8), (40, 8), (61, 16), (4, 3, 2)]
VALUES = (0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e38, 3.4e38, 1e-38, 1e-45, 1e-320, 1e300, 1e-6, 65504.0)
NAMES = ("", " ", "a", "b", "A", "1", "-1", "nan", "None", "ü", "\ud83d", "\x00", "x" * 5_000, "日本", "a\nb")


def odd_array(rng):
    """Something that may or may not be a table of embeddings."""
    kind = rng.integers(12)
    table = _table(rng)
    if kind == 0:
        return rng.choice(np.array([None, 3, "text", b"bytes"], dtype=object))
    if kind == 1:
        return rng.choice(
            np.array([{"a": [1, 2]}, {1, 2}, [[1, 2], [3]], [[]], [["a", 1.0]], range(4), (x for x in [1])], object)
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _as_container(_with_values(table, rng), rng)


def plain_table(rng, rows=None):
    """A table that is good but for how near, far, equal or many its rows are."""
    n, d = rows or int(rng.integers(1, 90)), int(rng.integers(2, 24))
    table = rng.normal(size=(n, d))
    shape = rng.integers(8)
    if shape == 0:
        table[:] = table[:1]
    elif shape == 1:
        table = table[:1] + table * 10.0 ** -float(rng.integers(3, 17))
    elif shape == 2:
        table = np.repeat(table[: n // 3 + 1], 3, axis=0)[:n]
    elif shape == 3:
        table[:, 1:] = 0
    elif shape == 4:
        table *= 10.0 ** float(rng.integers(-30, 30))
    elif shape == 5:
        table[rng.random(table.shape) < 0.9] = 0
    elif shape == 6:
        table[rng.integers(n)] = 0
    return table.astype(rng.choice([np.float32, np.float64]))


def odd_labels(rng, n):
    """What may stand for the labels of n rows."""
    few = np.array([*NAMES[:6]], dtype=object)[rng.integers(0, 6, n)] if n else np.array([], dtype=object)
    odd = [None, float("nan"), pd.NA, pd.NaT, (1, 2), [1], b"a", True, 3, "a", np.str_("b"), {"a": 1}, 2**70, 1 + 2j]
    half = few.copy()
    half[n // 2 :] = None
    kinds = [
        lambda: None,
        lambda: rng.choice(np.array(["text", 3, {"a": 1}, object()], dtype=object)),
        lambda: few[: max(n - 1, 0)],
        lambda: rng.integers(-1, 3, n),
        lambda: rng.choice([np.nan, 1.0, 2.5, np.inf, -1.0], n),
        lambda: few.reshape(-1, 1),
        lambda: pd.Series(few, index=np.arange(n) * 3),
        lambda: pd.Categorical(few),
        lambda: [odd[i] for i in rng.integers(0, len(odd), n)],
        lambda: np.array([NAMES[i] for i in rng.integers(0, len(NAMES), n)], dtype=object),
        lambda: rng.integers(0, 2, n).astype(bool),
        lambda: [f"class {i}" for i in range(n)],
        lambda: pd.Series(few).astype("string"),
        lambda: np.datetime64("2020-01-01") + rng.integers(0, 2, n).astype("timedelta64[D]"),
        lambda: ["only"] * n,
        lambda: list(half),
    ]
    return kinds[rng.integers(len(kinds))]()


def odd_weights(rng, n):
    """What may stand for the trust in n labels."""
    table = [
        None,
        1.0,
        "x",
        rng.random(n),
        rng.random(n) * 3,
        np.full(n, np.nan),
        np.zeros(n),
        [1.0] * (n + 1),
        ["a"] * n,
    ]
    return table[min(int(rng.integers(0, 24)), len(table) - 1)] if rng.random() < 0.4 else None


def odd_names(rng, d):
    """What may stand for the embeddings of class names."""
    table = [
        None,
        {"a": np.ones(d), "b": -np.ones(d)},
        {"a": np.ones(d + 1)},
        {"a": "x", "b": None},
        {1: np.ones(d), 2: np.zeros(d)},
        {"": np.ones(d), "b": rng.normal(size=d)},
        {"\ud83d": np.ones(d), "b": rng.normal(size=d)},
        ["a", "b"],
        {"a": np.full(d, 1e300), "b": np.full(d, np.nan)},
        {"a": np.ones(d), "b": np.ones(d)},
        "names",
        3,
    ]
    return table[rng.integers(len(table))] if rng.random() < 0.4 else None


def odd_settings(rng):
    """Parameters of the estimator, now and then one that is none."""
    table = {
        "guidance": [0, 0.5, 1, 1.5, -1, "x", None, np.nan, np.float32(0.5), True, [0.5], 1 + 0j],
        "expand": [True, False, None, "no", np.bool_(True), 3],
        "hidden": [1, 8, 512, 0, -3, 2.5, "8", None, np.int64(16), 10**12, True, np.nan],
        "views": [
            None,
            (8,),
            (4, 4),
            (8, 8),
            (3, 5, 8),
            "88",
            8,
            (),
            (0, 8),
            (-1, 9),
            ("a",),
            (4.5, 3.5),
            [[4], [4]],
            {8: 1},
        ],
        "device": ["auto", "cpu", "tpu9", "", None, 3, "cuda:99", "meta", "\ud83d"],
        "random_state": [None, 0, 7, -1, "x", 2.5, np.int64(3), 2**70, [1], np.random.RandomState(0), np.nan, True],
    }
    chosen = {}
    for name, values in table.items():
        if rng.random() < 0.15:
            chosen[name] = values[rng.integers(len(values))]
    return chosen


def _table(rng):
    return rng.normal(size=SHAPES[rng.integers(len(SHAPES))])


def _with_values(table, rng):
    how = rng.integers(6)
    if how == 0 and table.size:
        table[rng.random(table.shape) < 0.2] = VALUES[rng.integers(len(VALUES))]
    elif how == 1:
        table = np.zeros_like(table)
    elif how == 2 and table.size:
        table = np.full_like(table, VALUES[rng.integers(len(VALUES))])
    elif how == 3 and table.size:
        table = table * 10.0 ** float(rng.integers(-40, 40))
    dtype = DTYPES[rng.integers(len(DTYPES))] if rng.random() < 0.7 else "float32"
    if dtype.startswith(("datetime", "timedelta")):
        return np.zeros(table.shape, dtype)
    if dtype in ("int8", "int64", "uint16", ">i4"):
        return np.nan_to_num(np.clip(table, -100, 100)).astype(dtype)
    return table.astype(dtype)


def _as_container(array, rng):
    """Put an array into something else, where that is possible."""
    columns = [f"x{i}" for i in range(array.shape[1])] if array.ndim == 2 else []
    kinds = [
        lambda: array.tolist(),
        lambda: np.asmatrix(array),
        lambda: np.ma.masked_array(array, mask=rng.random(array.shape) < 0.3),
        lambda: pd.DataFrame(array),
        lambda: pd.DataFrame(array, columns=columns),
        lambda: sp.csr_matrix(array),
        lambda: sp.coo_array(array),
        lambda: torch.tensor(array),
        lambda: torch.tensor(array).half(),
        lambda: torch.tensor(array).bfloat16(),
        lambda: torch.tensor(array).requires_grad_(),
        lambda: array[::-1],
        lambda: np.asfortranarray(array),
        lambda: _read_only(array),
        lambda: np.lib.stride_tricks.as_strided(array, array.shape, (0, array.strides[1]), writeable=False),
        lambda: array.view([("f0", array.dtype)]),
        lambda: [tuple(row) for row in array.tolist()],
        lambda: pd.DataFrame(array).astype("Float64"),
        lambda: _of_every_other(array),
    ]
    which = rng.integers(2 * len(kinds))
    try:
        return kinds[which]() if which < len(kinds) else array
    except (TypeError, ValueError, IndexError, RuntimeError):
        return array


def _read_only(array):
    array.setflags(write=False)
    return array


def _of_every_other(array):
    """The same numbers, with others between them in memory."""
    wide = np.zeros((array.shape[0] * 3, array.shape[1] * 2), array.dtype)
    wide[::3, ::2] = array
    return wide[::3, ::2]


def plain_labels(rng, n):
    """Labels as they should be, for some of n rows."""
    y = np.full(n, None, dtype=object)
    labelled = rng.random(n) < rng.choice([0.02, 0.1, 0.5, 1.0])
    y[labelled] = np.array(["a", "b", "c", "d"])[rng.integers(0, rng.integers(1, 5), n)][labelled]
    return list(y)
