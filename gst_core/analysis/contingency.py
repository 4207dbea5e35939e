"""How two groupings of the same texts go together: the cross-table, its largest flows, and how much they agree."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MISSING = -1


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way in which texts fall into kinds: the groups of a map, its classes, the values of a column.

    Attributes
    ----------
    codes : ndarray of shape (n,), int32
        The kind of each text, a number into `names`; -1 for none.
    names : tuple of str
    colours : tuple of str
        The colour of each kind on the page, as long as `names`.
    nothing : str
        What a text of no kind is called.
    """

    codes: NDArray[np.int32]
    names: tuple[str, ...]
    colours: tuple[str, ...]
    nothing: str = "none"

    def folded(self, most: int, colour: str) -> "Grouping":
        """Return this grouping with its largest kinds, and one more that holds the rest where there are more.

        Parameters
        ----------
        most : int
            Kinds that are left, the one of the rest included.
        colour : str
            Of the rest.

        Returns
        -------
        Grouping
            The kinds keep their order, and the rest comes last; its name says how many kinds it holds.
        """
        if len(self.names) <= most:
            return self
        sizes = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        kept = np.sort(np.argsort(-sizes, kind="stable")[: most - 1])
        place = np.full(len(self.names) + 1, most - 1, dtype=np.int32)  # the last is that of -1
        place[kept], place[MISSING] = np.arange(len(kept)), MISSING
        names = (*(self.names[i] for i in kept), f"{len(self.names) - len(kept)} others")
        return Grouping(place[self.codes], names, (*(self.colours[i] for i in kept), colour), self.nothing)


@dataclass(frozen=True)
class Flow:
    """The texts that are of one kind here and of another there.

    Attributes
    ----------
    row, column : int
        Numbers into the names of the two groupings.
    count : int
    """

    row: int
    column: int
    count: int


@dataclass(frozen=True, eq=False)
class Contingency:
    """Two groupings of the same texts against each other.

    Attributes
    ----------
    rows, columns : Grouping
    among : ndarray of shape (n,), bool
        The texts that are counted.
    """

    rows: Grouping
    columns: Grouping
    among: NDArray[np.bool_]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many texts are of each two kinds, (r + 1, c + 1): the last row and column are those of no kind."""
        r, c = len(self.rows.names), len(self.columns.names)
        row = np.where(self.rows.codes < 0, r, self.rows.codes)[self.among].astype(np.int64)
        column = np.where(self.columns.codes < 0, c, self.columns.codes)[self.among]
        return np.bincount(row * (c + 1) + column, minlength=(r + 1) * (c + 1)).reshape(r + 1, c + 1)

    @property
    def compared(self) -> int:
        """How many of the texts are of a kind in both groupings."""
        return int(self.counts[:-1, :-1].sum())

    @cached_property
    def agreement(self) -> float | None:
        """How much the groupings agree beyond chance, over the texts that are of a kind in both.

        Adjusted mutual information (Vinh, Epps and Bailey, JMLR 2010, with the mean of both entropies): 1 for the same
        grouping, near 0 for groupings that have nothing to do with each other. None where no text, or only one kind on
        either side, is left to compare.
        """
        known = self.counts[:-1, :-1]
        if min(np.count_nonzero(known.sum(axis=axis)) for axis in (0, 1)) < 2:
            return None
        from sklearn.metrics import adjusted_mutual_info_score  # not on the way to a first page

        both = self.among & (self.rows.codes >= 0) & (self.columns.codes >= 0)
        return float(adjusted_mutual_info_score(self.rows.codes[both], self.columns.codes[both]))

    def texts(self, row: int | None, column: int | None) -> tuple[int, ...]:
        """Return the texts of a cell; of a row or a column where the other is None. -1 stands for no kind."""
        chosen = self.among.copy()
        for grouping, number in ((self.rows, row), (self.columns, column)):
            if number is not None:
                chosen &= grouping.codes == number
        return tuple(np.flatnonzero(chosen).tolist())

    def flows(self) -> list[Flow]:
        """Return the flows between kinds, the largest first; those of no kind are left out."""
        known = self.counts[:-1, :-1]
        largest = np.argsort(-known, axis=None, kind="stable")
        places = zip(*np.unravel_index(largest, known.shape), strict=True)
        return [Flow(int(r), int(c), int(known[r, c])) for r, c in places if known[r, c] > 0]
