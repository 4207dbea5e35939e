"""The kinds that texts fall into on the page, in their colours: groups, classes, and the values of a column."""

from dataclasses import dataclass

import numpy as np

from gst_core.analysis import CLASS, GROUP, LABEL, Condition, Grouping, TextColumn
from gst_core.ui import colouring, palette
from gst_core.ui.lens_view import LensView

NOTHING = {GROUP: "in no group", CLASS: "of no class", LABEL: "not labelled"}
NO_VALUE = "no value"


@dataclass(frozen=True, eq=False)
class Kinds:
    """The kinds of a column as they are drawn.

    Attributes
    ----------
    column : TextColumn
    grouping : Grouping
    conditions : tuple of Condition
        For each kind the filter that leaves its texts; behind them that for texts of which the column says nothing.
    """

    column: TextColumn
    grouping: Grouping
    conditions: tuple[Condition, ...]


def has_kinds(column: TextColumn) -> bool:
    """Say whether a column has kinds: neither words nor ids, nor numbers that are all missing."""
    return bool(column.categories) if column.codes is not None else column.numbers is not None and len(column.bins) > 0


def kinds_of(view: LensView, column: TextColumn, most: int) -> Kinds:
    """Return the kinds of a column that has some.

    Parameters
    ----------
    view : LensView
    column : TextColumn
    most : int
        Of categories the largest are left and the rest is one kind; numbers and times are put into longer steps.
    """
    grouping, conditions = _categories(view, column, most) if column.codes is not None else _steps(column, most)
    return Kinds(column, grouping, (*conditions, Condition(missing=True)))


def _categories(view: LensView, column: TextColumn, most: int) -> tuple[Grouping, list[Condition]]:
    assert column.codes is not None
    names = column.categories
    all_of_them = Grouping(column.codes, names, _colours(view, column), NOTHING.get(column.key, NO_VALUE))
    few = all_of_them.folded(most, palette.NOISE)
    kept = few.names if few is all_of_them else few.names[:-1]
    conditions = [Condition(values=(name,)) for name in kept]
    if few is not all_of_them:
        conditions.append(Condition(values=tuple(name for name in names if name not in set(kept))))
    return few, conditions


def _steps(column: TextColumn, most: int) -> tuple[Grouping, list[Condition]]:
    bins = column.bins
    together = -(-len(bins) // most)
    begins = range(0, len(bins), together)
    ends = [min(i + together, len(bins)) for i in begins]
    names = [(bins.starts[i], bins.ends[j - 1]) for i, j in zip(begins, ends, strict=True)]
    titles = tuple(a if a == b else f"{a} – {b}" for a, b in names)
    edges = [float(edge) for edge in bins.edges]
    conditions = [  # the outer bins hold what lies beyond them, too
        Condition(low=edges[i] if i else None, high=edges[j] if j < len(bins) else None)
        for i, j in zip(begins, ends, strict=True)
    ]
    if len(titles) == 1:
        conditions = [Condition(low=edges[0])]
    codes = np.where(bins.codes < 0, -1, bins.codes // together).astype(np.int32)
    stops = np.linspace(0, len(palette.SCALE) - 1, len(titles)).astype(int)
    return Grouping(codes, titles, tuple(palette.SCALE[i] for i in stops), NO_VALUE), conditions


def _colours(view: LensView, column: TextColumn) -> tuple[str, ...]:
    """Return the colours that the kinds of a column have on the map."""
    if column.key == GROUP:
        return tuple(palette.category(view.numbers[name.cluster]) for name in view.names)
    if column.key in (CLASS, LABEL):
        colours = colouring.class_colours(view.classes, view.class_numbers)
        return tuple(colours.get(name, palette.NOISE) for name in column.categories)
    return tuple(palette.category(number) for number in range(len(column.categories)))
