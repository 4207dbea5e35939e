"""The columns of a file and those of a map in one form, to sort, filter, count and chart texts by.

A column of the file is called “column:NAME”, so that it may have any name, also one of ours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.bins import Bins, bins_of
from gst_core.analysis.text_query import fold
from gst_core.corpus import ColumnReading, Kind, class_name, read_column

if TYPE_CHECKING:
    import pandas as pd

FILE = "column:"  # before the name of a file's column
CLASS, LABEL, WHO, PROBABILITY, GROUP = "class", "label", "who", "probability", "group"
TITLES = {CLASS: "class", LABEL: "label", WHO: "who said it", PROBABILITY: "probability", GROUP: "group"}
MOST_SORTED = 12  # categories that stand in the order of their names; more stand by how many texts each has


@dataclass(frozen=True, eq=False)
class TextColumn:
    """What a column says of each text.

    Attributes
    ----------
    key : str
        “column:NAME” for a column of the file; "class", "label", "who", "probability" or "group" for one of ours.
    title : str
        What a person reads; a file's column that is called as one of ours says that it is a column.
    kind : {"category", "number", "date", "duration", "text", "id", "list"}
    codes : ndarray of shape (n,), int32, or None
        Of a category: numbers into `categories`, -1 where a text has none.
    categories : tuple of str
    numbers : ndarray of shape (n,), float64, or None
        Of a number its value, of a date the seconds since 1970 in UTC, of a duration its seconds; NaN where a text has
        none.
    written : sequence, optional
        The values as the file has them.
    """

    key: str
    title: str
    kind: Kind
    codes: NDArray[np.int32] | None = None
    categories: tuple[str, ...] = ()
    numbers: NDArray[np.float64] | None = None
    written: "pd.Series | None" = field(default=None, repr=False)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which texts have no value, shape (n,)."""
        if self.codes is not None:
            return self.codes < 0
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return np.array([not text for text in self.folded], dtype=bool)

    @cached_property
    def as_categories(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Each value a category, whatever the kind: codes of shape (n,), int32, -1 for none, and the categories."""
        if self.codes is not None:
            return self.codes, self.categories
        return _categories([""] * len(self.missing) if self.written is None else self.written.tolist())

    @cached_property
    def bins(self) -> Bins:
        """The bins of a number, a date or a duration."""
        assert self.numbers is not None, f"{self.key} has no numbers"
        return bins_of(self.numbers, self.kind)

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """What the file has of each text, as words are looked for in it; empty where it has nothing."""
        values = [] if self.written is None else self.written.tolist()
        return tuple(fold(class_name(v)) for v in values)

    def shown(self, row: int) -> str:
        """Return what stands in the column for a text, as people write it; empty where it has none."""
        if self.written is not None:
            return class_name(self.written.iloc[row])
        if self.codes is not None:
            return self.categories[self.codes[row]] if self.codes[row] >= 0 else ""
        return "" if self.numbers is None else ColumnReading(self.kind).shown(float(self.numbers[row]))


class TextColumns(Mapping[str, TextColumn]):
    """Columns by their keys, in order; each is read when it is first asked for.

    Parameters
    ----------
    makers : mapping of str to callable
        What reads each column.
    """

    def __init__(self, makers: Mapping[str, Callable[[], TextColumn]]) -> None:
        self._makers = dict(makers)
        self._read: dict[str, TextColumn] = {}

    def __getitem__(self, key: str) -> TextColumn:
        if key not in self._read:
            self._read[key] = self._makers[key]()
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def followed_by(self, *columns: TextColumn) -> "TextColumns":
        """Return these columns, which are read once for all, and others behind them."""
        before = {key: partial(self.__getitem__, key) for key in self}
        return TextColumns({**before, **{c.key: partial(_itself, c) for c in columns}})


def file_columns(metadata: "pd.DataFrame", kinds: Mapping[str, Kind] | None = None) -> TextColumns:
    """Return the columns of a file.

    Parameters
    ----------
    metadata : DataFrame of n rows
        One row for each text, as `Corpus.metadata`.
    kinds : mapping of str to str, optional
        What the analyst says that some columns hold; the others are guessed.
    """
    said = kinds or {}
    return TextColumns(
        {f"{FILE}{name}": partial(_of_file, metadata[name], said.get(str(name))) for name in metadata.columns}
    )


def category_column(key: str, codes: NDArray[np.integer], categories: Sequence[str]) -> TextColumn:
    """Return a column of ours that says of which kind each text is; -1 where it is of none."""
    return TextColumn(key, TITLES[key], "category", codes.astype(np.int32), tuple(categories))


def number_column(key: str, numbers: NDArray[np.floating]) -> TextColumn:
    """Return a column of ours that holds a number for each text; NaN where it has none."""
    return TextColumn(key, TITLES[key], "number", numbers=numbers.astype(np.float64))


def _of_file(values: "pd.Series", kind: Kind | None) -> TextColumn:
    name = str(values.name)
    title = f"column {name}" if name.strip().casefold() in TITLES.values() else name
    meant = read_column(values, kind)
    column = partial(TextColumn, f"{FILE}{name}", title, meant.kind, written=values)
    if meant.kind == "category":
        codes, categories = _categories(values.tolist())
        return column(codes, categories)
    return column(numbers=meant.numbers if meant.kind in ("number", "date", "duration") else None)


def _categories(values: list[object]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return each row's category: few in the order of their names, many with the commonest first."""
    import pandas as pd

    codes, found = pd.factorize(np.array([class_name(v) or None for v in values], dtype=object))
    names = [str(name) for name in found]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    by_name = len(names) <= MOST_SORTED
    order = sorted(range(len(names)), key=lambda i: in_order(names[i]) if by_name else (-int(counts[i]), names[i]))
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return place[codes], tuple(names[i] for i in order)


def in_order(name: str) -> tuple[float, str]:
    """Return what names are sorted by: numbers as numbers, before all words."""
    try:
        number = float(name.replace(",", "."))
    except ValueError:
        return np.inf, name
    return (np.inf if np.isnan(number) else number), name


def _itself(column: TextColumn) -> TextColumn:
    return column
