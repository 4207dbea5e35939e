"""Filters over columns: which texts are left, what each column holds of them, and the filters in a page's address."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.text_columns import FILE, TITLES, TextColumn
from gst_core.analysis.text_query import fold

NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)?"
RANGE = re.compile(rf"{NUMBER}\.\.{NUMBER}")
LONGEST_ADDRESS = 8_000  # characters; a browser may send anything
NONE, HAS = "none", "has"
RESERVED = re.compile(r"[%;=|,&#+]")  # what an address of ours, or a browser's, takes for a sign of its own
TOLD = 3  # values that a sentence names
UNREADABLE = "A filter in the page's address cannot be read and is left out."


@dataclass(frozen=True)
class Condition:
    """What one column must say of a text; either of the values, the range or the words, as the column's kind has it.

    Attributes
    ----------
    values : tuple of str
        Of a category: one of them.
    low, high : float or None
        Of a number, a date or a duration: at least `low`, and below `high`; None where it is open.
    contains : str
        Of a text: words that stand in it so, in any case and with any accents.
    missing : bool
        Whether texts without a value are left, too; alone, only they.
    """

    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    contains: str = ""
    missing: bool = False

    @property
    def ranged(self) -> bool:
        """Whether there is a range."""
        return self.low is not None or self.high is not None

    def __bool__(self) -> bool:
        return bool(self.values or self.ranged or self.contains or self.missing)

    def fits(self, column: TextColumn) -> bool:
        """Say whether a column is of the kind that the condition is for."""
        if self.values:
            return column.codes is not None
        if self.ranged:
            return column.numbers is not None
        return column.codes is None and column.numbers is None if self.contains else True

    def applies(self, column: TextColumn) -> bool:
        """Say whether a column is of that kind, and has one of the values, if values are asked for alone."""
        there = not self.values or self.missing or not set(column.categories).isdisjoint(self.values)
        return there and self.fits(column)

    def passes(self, column: TextColumn) -> NDArray[np.bool_]:
        """Return which texts meet the condition, shape (n,)."""
        passing = self._with_value(column)
        return passing | column.missing if self.missing else passing

    def _with_value(self, column: TextColumn) -> NDArray[np.bool_]:
        if self.values and column.codes is not None:
            chosen = set(self.values)
            allowed = np.array([*(name in chosen for name in column.categories), False])
            return np.asarray(allowed[column.codes])
        if self.ranged and column.numbers is not None:
            low = -np.inf if self.low is None else self.low
            high = np.inf if self.high is None else self.high
            return np.asarray((column.numbers >= low) & (column.numbers < high))
        if self.contains:
            words = fold(self.contains)
            return np.array([words in text for text in column.folded], dtype=bool)
        return np.zeros(len(column.missing), dtype=bool)


@dataclass(frozen=True)
class Filters:
    """Conditions on columns, all of which a text must meet.

    Attributes
    ----------
    conditions : tuple of (str, Condition)
        With the key of the column, each once, in the order in which they were made.
    """

    conditions: tuple[tuple[str, Condition], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def __iter__(self) -> Iterator[tuple[str, Condition]]:
        return iter(self.conditions)

    def of(self, key: str) -> Condition:
        """Return the condition on a column; one that all texts meet where there is none."""
        return dict(self.conditions).get(key, Condition())

    def having(self, key: str, condition: Condition) -> "Filters":
        """Return the filters with this condition on a column in place of any other; an empty one takes it away."""
        changed = {**dict(self.conditions), key: condition}
        return Filters(tuple((k, c) for k, c in changed.items() if c))

    def renamed(self, key: str, names: Mapping[str, str]) -> "Filters":
        """Return the filters with new names for some of a column's values."""
        before = self.of(key)
        return self.having(key, replace(before, values=tuple(dict.fromkeys(names.get(v, v) for v in before.values))))

    def passing(self, columns: Mapping[str, TextColumn]) -> dict[str, NDArray[np.bool_]]:
        """Return for each column with a condition which texts meet it, where it applies."""
        known = [(key, condition) for key, condition in self if key in columns]
        return {key: condition.passes(columns[key]) for key, condition in known if condition.applies(columns[key])}

    def mask(self, columns: Mapping[str, TextColumn]) -> NDArray[np.bool_] | None:
        """Return which texts are left, shape (n,); None where nothing is filtered."""
        passing = list(self.passing(columns).values())
        return np.logical_and.reduce(passing) if passing else None

    def checked(self, columns: Mapping[str, TextColumn], waiting: Collection[str] = ()) -> tuple["Filters", list[str]]:
        """Return the filters without columns and values that are not there, and a sentence on each that went.

        Parameters
        ----------
        columns : mapping of str to TextColumn
        waiting : collection of str
            Columns that will be there soon; what is said of them stays.
        """
        kept, sentences = self, []
        for key, condition in self:
            if key in waiting:
                continue
            column = columns.get(key)
            title = TITLES.get(key, key.removeprefix(FILE)) if column is None else column.title
            if column is None or not condition.fits(column):
                why = "there is none here" if column is None else "it holds something else now"
                sentences.append(f"The filter on “{title}” was taken off: {why}.")
                kept = kept.having(key, Condition())
            elif gone := [v for v in condition.values if v not in column.categories]:
                named = ", ".join(f"“{v}”" for v in gone[:TOLD]) + (" and more" if len(gone) > TOLD else "")
                sentences.append(f"The filter on “{title}” goes on without {named}: no longer there.")
                left = tuple(v for v in condition.values if v in column.categories)
                kept = kept.having(key, replace(condition, values=left))
        return kept, sentences

    def to_address(self) -> str:
        """Return the filters as a short text, such as “column:city=Oslo,Rome;column:stars=3..5|none”."""
        return ";".join(f"{_written(key)}={_condition_written(condition)}" for key, condition in self)

    @classmethod
    def from_address(cls, text: str) -> tuple["Filters", list[str]]:
        """Read what `to_address` gave; what cannot be read is left out, with a sentence that says so."""
        filters, sentences = cls(), []
        if len(text) > LONGEST_ADDRESS:
            return filters, [UNREADABLE]
        for part in filter(None, text.split(";")):
            key, _, said = part.partition("=")
            condition = _condition_read(said)
            if condition:
                filters = filters.having(unquote(key), condition)
            else:
                sentences = [UNREADABLE]
        return filters, sentences


def _condition_written(condition: Condition) -> str:
    parts = []
    if condition.values:
        parts.append("in:" + ",".join(_written(v) for v in condition.values))
    if condition.ranged:
        ends = ("" if n is None else f"{float(n)!r}" for n in (condition.low, condition.high))
        parts.append("..".join(ends))
    if condition.contains:
        parts.append(f"{HAS}:{_written(condition.contains)}")
    return "|".join(parts + [NONE] * condition.missing)


def _condition_read(text: str) -> Condition | None:
    condition = Condition()
    for part in text.split("|"):
        sort, colon, said = part.partition(":")
        if part == NONE:
            condition = replace(condition, missing=True)
        elif colon and sort == HAS:
            condition = replace(condition, contains=unquote(said))
        elif colon and sort == "in":
            condition = replace(condition, values=tuple(dict.fromkeys(unquote(v) for v in said.split(","))))
        else:
            ends = RANGE.fullmatch(part)
            low, high = (float(n) if n else None for n in ends.groups()) if ends else (np.inf, None)
            if np.inf in (low, high) or -np.inf in (low, high):
                return None
            condition = replace(condition, low=low, high=high)
    return condition


def _written(text: str) -> str:
    """Escape the few signs that mean something in an address; a browser escapes the others once more."""
    return RESERVED.sub(lambda sign: quote(sign[0], safe=""), text)
