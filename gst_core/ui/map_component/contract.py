"""What goes into the map component and what comes out."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gst_core.analysis import TextColumn
from gst_core.corpus import ColumnReading
from gst_core.ui import palette

HOVER_CHARACTERS = 300
HOVER_COLUMNS = 8
MOST_AT_ONCE = 4_000  # documents whose texts are sent in one message: 4 MB of the longest
NAME_CHARACTERS = 80  # of a kind in the legend
FEW = 8  # different numbers are kinds of things rather than amounts: stars, grades
MANY_VALUES = 60  # a text column with more different values is not a kind of thing to colour by
FARTHEST = 2**53  # what a browser counts to
SENT_AGAIN = 2**24  # what a length counts beside bytes
COMMANDS = ("undo", "redo")


@dataclass(frozen=True)
class Colouring:
    """How points are coloured.

    Attributes
    ----------
    kind : {"categories", "scale"}
    values : ndarray of shape (n,)
        int16 numbers into `names`, -1 for none of them; or float32 from 0 to 1, NaN for none.
    names : tuple of str
        What the legend says: one for each category, or the ends of the scale.
    colours : tuple of str
        One for each category, or the stops of the scale.
    palest : float or None
        Where doubt is to be seen: the probability of the likeliest class, that of a guess, at which a point is palest;
        one that is surely of a class has its full colour. None where all points are alike.
    legend : bool
        Whether the colours need a legend; names on the map are one.
    """

    kind: Literal["categories", "scale"]
    values: NDArray[Any]
    names: tuple[str, ...]
    colours: tuple[str, ...]
    palest: float | None = None
    legend: bool = True


@dataclass(frozen=True)
class MapName:
    """A name that lies on the map; with a reach, that of a part of a group, which is read where the map is enlarged."""

    x: float
    y: float
    text: str
    colour: str
    size: int
    reach: float = 0.0


@dataclass(frozen=True)
class MapStatus:
    """The line under the map."""

    text: str
    running: bool = False
    part: float = 0.0


@dataclass(frozen=True)
class MapEvents:
    """What the analyst did on the map.

    Attributes
    ----------
    selected : tuple of int
        Documents, in the order in which they were chosen.
    basis : int
        The `selection` number of `scatter_map` that this selection was made after.
    in_table : bool
        Whether it was made in the table of texts.
    label : tuple of (int, tuple of int), or None
        A class' number key (0 for the first) and the documents it was pressed for.
    command : {"", "undo", "redo"}
    moment : float
        When the key was pressed; tells one press from another.
    """

    selected: tuple[int, ...] = ()
    basis: int = -1
    in_table: bool = False
    label: tuple[int, tuple[int, ...]] | None = None
    command: str = ""
    moment: float = 0.0


def by_category(codes: NDArray[Any], names: tuple[str, ...], numbers: tuple[int, ...] | None = None) -> Colouring:
    """Colour by kinds.

    Parameters
    ----------
    codes : ndarray of shape (n,), int
        Numbers into `names`, -1 for none.
    names : tuple of str
    numbers : tuple of int, optional
        The colour number of each name; 0, 1, 2 … when left out.
    """
    colours = tuple(palette.category(i) for i in (numbers or range(len(names))))
    return Colouring("categories", codes.astype(np.int16), names, colours)


def by_column(column: TextColumn) -> Colouring | None:
    """Colour by what a file's column holds: numbers and dates on a scale, kinds as kinds; None when neither fits."""
    if column.kind in ("id", "list", "text"):
        return None
    if column.numbers is not None:
        known = column.numbers[np.isfinite(column.numbers)]
        if column.kind != "number" or len(np.unique(known)) > FEW:
            shown = ColumnReading(column.kind).shown
            ends = (shown(float(known.min())), shown(float(known.max()))) if len(known) else ("", "")
            return _scale(column.numbers, ends)
    codes, names = column.as_categories
    if not names or len(names) > max(MANY_VALUES, len(palette.CATEGORIES)):
        return None
    return by_category(codes, names)


def by_probability(probability: NDArray[np.float32]) -> Colouring:
    """Colour by a probability from 0 to 1."""
    return Colouring("scale", probability.astype(np.float32), ("0", "1"), palette.SCALE)


def _scale(numbers: NDArray[np.float64], ends: tuple[str, str]) -> Colouring:
    low, high = np.nanquantile(numbers, [0.01, 0.99]) if np.isfinite(numbers).any() else (0.0, 1.0)
    parts = np.clip((numbers - low) / max(high - low, 1e-12), 0.0, 1.0)
    return Colouring("scale", parts.astype(np.float32), ends, palette.SCALE)


def packed(array: NDArray[Any]) -> str:
    """Return an array's bytes as base64, which travels inside JSON."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def positions_payload(key: str, revision: int, positions: NDArray[np.float32], again: int = 0) -> bytes:
    """Return positions as the browser reads them, without a copy through JSON.

    Little-endian: revision and length of the key as uint32, the key in UTF-8 filled up to a multiple of 4 bytes, then
    x and y of each point as float32. The highest byte of the length says how often the same was sent before.
    """
    return _headed(key, revision, again) + np.ascontiguousarray(positions, dtype="<f4").tobytes()


def order_payload(key: str, revision: int, rows: NDArray[np.int32]) -> bytes:
    """Return which texts a table lists as the browser reads them: as `positions_payload`, but the numbers are int32."""
    return _headed(key, revision) + np.ascontiguousarray(rows, dtype="<i4").tobytes()


def _headed(key: str, revision: int, again: int = 0) -> bytes:
    name = key.encode("utf-8")
    head = np.array([revision, len(name) + again * SENT_AGAIN], dtype="<u4").tobytes()
    return head + name + bytes(-len(name) % 4)


def colouring_payload(colouring: Colouring) -> dict[str, Any]:
    """Return a colouring as the browser reads it."""
    values = colouring.values.astype(np.int16 if colouring.kind == "categories" else np.float32)
    return {
        "kind": colouring.kind,
        "values": packed(values),
        "names": [name[:NAME_CHARACTERS] for name in colouring.names],
        "colours": list(colouring.colours),
        "legend": colouring.legend,
        "palest": colouring.palest,
    }


def documents_payload(texts: Sequence[str], metadata: pd.DataFrame, rows: Sequence[int]) -> dict[str, Any]:
    """Return what a hover shows of some documents, each text cut to `HOVER_CHARACTERS`.

    Parameters
    ----------
    texts : sequence of str, length n
    metadata : DataFrame of n rows
    rows : sequence of int
        Those that a browser asks for; what is no row, and what is over `MOST_AT_ONCE`, is left out.
    """
    known = [i for i in rows if 0 <= i < len(texts)][:MOST_AT_ONCE]
    names = list(metadata.columns)[:HOVER_COLUMNS]
    columns = {_short(c): [_short(v) for v in metadata[c].iloc[known]] for c in names}
    return {"rows": known, "texts": [_cut(texts[i]) for i in known], "metadata": columns}


def rows_wanted(wanted: Any) -> tuple[int, ...]:  # noqa: ANN401 - JSON from a browser
    """Return the documents whose texts a browser asks for."""
    return _rows(wanted, "rows")


def read_events(selected: Any, pressed: Any) -> MapEvents:  # noqa: ANN401 - JSON from a browser
    """Read what came from the browser; anything that is not what the component sends counts as nothing."""
    made = MapEvents(_rows(selected, "rows"))
    if isinstance(selected, Mapping):
        made = replace(made, basis=int(_number(selected, "basis", -1)), in_table=selected.get("by") == "table")
    if not isinstance(pressed, Mapping):
        return made
    moment = float(_number(pressed, "moment", 0.0))
    if pressed.get("name") in COMMANDS:
        return replace(made, command=str(pressed["name"]), moment=moment)
    documents = _rows(pressed, "documents")
    label = (int(_number(pressed, "class", -1)), documents) if documents else None
    return replace(made, label=label, moment=moment)


def read_click(clicked: Any) -> tuple[int, ...]:  # noqa: ANN401 - JSON from a browser
    """Return the numbers by which a chart's figure calls what was clicked; none where that is no click of ours."""
    return _rows(clicked, "meant")


def _rows(value: Any, key: str) -> tuple[int, ...]:  # noqa: ANN401 - JSON from a browser
    rows = value.get(key) if isinstance(value, Mapping) else None
    return tuple(i for i in rows if type(i) is int) if isinstance(rows, list | tuple) else ()


def _number(value: Mapping[Any, Any], key: str, otherwise: float) -> float:
    found = value.get(key)
    return found if isinstance(found, int | float) and abs(found) < FARTHEST else otherwise


def _cut(text: str) -> str:
    return text if len(text) <= HOVER_CHARACTERS else text[: HOVER_CHARACTERS - 1] + "…"


def _short(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        return ""
    return str(value)[:60]
