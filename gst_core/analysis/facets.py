"""What each column holds of the texts that are left: counts of its values, against those of all texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.filters import Condition, Filters
from gst_core.analysis.text_columns import TextColumn


@dataclass(frozen=True, eq=False)
class Facet:
    """A column under the filters.

    Attributes
    ----------
    column : TextColumn
    condition : Condition
        On this column.
    total, left : ndarray of shape (categories or bins,), int64
        Texts with each category, or in each bin: of all, and of those that pass the filters on all *other* columns. Of
        a text, an id or a list: empty.
    missing, missing_left : int
        Texts without a value, in the same way.
    """

    column: TextColumn
    condition: Condition
    total: NDArray[np.int64]
    left: NDArray[np.int64]
    missing: int
    missing_left: int


def count_facets(filters: Filters, columns: Mapping[str, TextColumn]) -> list[Facet]:
    """Count the values of every column, of all texts and of those that the filters on other columns leave."""
    passing = filters.passing(columns)
    refused = np.sum([~passes for passes in passing.values()], axis=0, dtype=np.int16) if passing else None
    facets = []
    for key, column in columns.items():
        others = None
        if refused is not None:
            others = refused == (0 if key not in passing else (~passing[key]).astype(np.int16))
        facets.append(_counted(column, filters.of(key), others))
    return facets


def _counted(column: TextColumn, condition: Condition, others: NDArray[np.bool_] | None) -> Facet:
    codes, kinds = column.codes, len(column.categories)
    if column.numbers is not None:
        codes, kinds = column.bins.codes.astype(np.int32), len(column.bins)
    if codes is None:
        codes, kinds = np.where(column.missing, -1, 0), 1
    total = np.bincount(codes + 1, minlength=kinds + 1)
    left = total if others is None else np.bincount(codes[others] + 1, minlength=kinds + 1)
    shown = slice(1, None) if column.codes is not None or column.numbers is not None else slice(0, 0)
    return Facet(column, condition, total[shown], left[shown], int(total[0]), int(left[0]))
