"""What every reader gives: columns, row numbers, and how the file was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from gst_core.corpus.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

Column = Union[list[Any], "pd.Series[Any]"]


@dataclass
class Parts:
    """A file's columns, before they are a table.

    Attributes
    ----------
    columns : mapping of str to list or Series
    row_numbers : sequence of int
    reading : Reading
        What of it this reader decided.
    alternatives : mapping of str to tuple
    """

    columns: Mapping[str, Column]
    row_numbers: Sequence[int]
    reading: Reading = field(default_factory=Reading)
    alternatives: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
