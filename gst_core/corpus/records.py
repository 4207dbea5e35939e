"""Text with separators cut into records, whatever its quotes are like.

Python's `csv` module in its strict mode cuts what follows RFC 4180. Where it stumbles, that record alone is cut again
by rules that lose no character: a quote that is neither at the beginning nor at the end of a field is a letter.
"""

import csv
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

QUOTE = '"'
LONGEST_CELL = 1 << 24  # letters; a long document in one cell is no error
LOOKED_AHEAD = 100  # lines in which the end of a badly quoted field is looked for
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")  # with its end; U+2028 and U+0085 end none
NEWLINE_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
BARE_RETURN = re.compile(r"\r(?!\n)")
NO_DELIMITER = "\x1f"  # the unit separator, for a file of one column

_limiting = threading.Lock()


class Record(NamedTuple):
    """One row of a file.

    Attributes
    ----------
    number : int
        Its number, blank rows counted.
    cells : list of str
        Empty for a blank line.
    mended : bool
        Whether its quotes are not as they should be.
    """

    number: int
    cells: list[str]
    mended: bool = False


def records(text: str, delimiter: str, width: int = 0, first: int = 1, *, spaced: bool = False) -> list[Record]:
    """Cut a text into its records.

    Parameters
    ----------
    text : str
    delimiter : str
        "" for one column: then nothing but line ends outside of quotes cuts.
    width : int, optional
        How many fields most records have, which says how a badly quoted one is best cut.
    first : int, default=1
        The number of the first one.
    spaced : bool, default=False
        Blanks behind a delimiter are none of the field's.
    """
    mark = delimiter or NO_DELIMITER
    if "\n" not in text or not BARE_RETURN.search(text):
        lines = (NEWLINE_LINE if "\n" in text else LINE).findall(text)
        return _cut(lines, mark, width, first, spaced)
    as_ends = _cut(LINE.findall(text), mark, width, first, spaced) if delimiter else []
    # a return alone is a letter where lines end in newlines, unless rows are whole only where it ends them too
    bare = _stand_in(text)
    cut = _cut(NEWLINE_LINE.findall(BARE_RETURN.sub(bare, text)), mark, width, first, spaced)
    if as_ends and share_of_whole(as_ends) > share_of_whole(cut):
        return as_ends
    return [Record(r.number, [c.replace(bare, "\r") for c in r.cells], r.mended) for r in cut]


def _cut(lines: list[str], mark: str, width: int, first: int, spaced: bool) -> list[Record]:
    with _long_cells():
        return _Cutter(lines, mark, width, spaced).records(first)


def share_of_whole(cut: Sequence[Record]) -> float:
    """Return how many of the rows are as wide as most, and well quoted."""
    filled = [r for r in cut if r.cells]
    width, _ = share_of_commonest([len(r.cells) for r in filled])
    return sum(len(r.cells) == width and not r.mended for r in filled) / max(len(filled), 1)


def _stand_in(text: str) -> str:
    """Return a character that is not in the text: of the private ones, one is always free in practice."""
    return next(c for c in map(chr, range(0xE000, 0xF8FF)) if c not in text)


class _Cutter:
    """Cuts lines into records; it is the iterator that `csv` takes its lines from, and can be set back."""

    def __init__(self, lines: list[str], delimiter: str, width: int, spaced: bool) -> None:
        self._lines, self._delimiter, self._width, self._spaced = lines, delimiter, width, spaced
        self._at = 0
        self._wasted = 0  # lines that were read in vain

    def __iter__(self) -> "_Cutter":
        return self

    def __next__(self) -> str:
        if self._at >= len(self._lines):
            raise StopIteration
        self._at += 1
        return self._lines[self._at - 1]

    def records(self, first: int) -> list[Record]:
        reader = csv.reader(self, delimiter=self._delimiter, skipinitialspace=self._spaced, strict=True)
        cut: list[Record] = []
        while self._at < len(self._lines):
            start = self._at
            cells = self._strict(reader)
            if cells is None:
                self._wasted += self._at - start
                self._at = start
                cut.append(Record(first + len(cut), self._lenient(), mended=True))
                continue
            self._width = self._width or len(cells)
            cut.append(Record(first + len(cut), cells))
        return cut

    def _strict(self, reader: Iterator[list[str]]) -> list[str] | None:
        if self._wasted > len(self._lines):  # record after record stumbles far behind its beginning: no longer tried
            return None
        try:
            return next(reader)
        except csv.Error:
            return None

    def _lenient(self) -> list[str]:
        """Cut the record at this place by the first way that gives as many fields as the others have."""
        line = self._lines[self._at]
        ways = [
            _closed_at_a_delimiter(line, self._delimiter),
            _closed_at_a_delimiter(line, self._delimiter, escape="\\"),
            _quotes_as_letters(line, self._delimiter),
        ]
        fitting = next((cells for cells in ways if cells is not None and len(cells) == self._width), None)
        used = 1
        if fitting is None and QUOTE in line:
            fitting, used = self._over_lines()
        self._at += used
        return fitting or ways[-1] or []

    def _over_lines(self) -> tuple[list[str] | None, int]:
        """Look for the end of a badly quoted field in the lines that follow."""
        joined = self._lines[self._at]
        for used, line in enumerate(self._lines[self._at + 1 : self._at + LOOKED_AHEAD], start=2):
            if self._wasted > len(self._lines):
                break
            joined += line
            self._wasted += 1
            if QUOTE not in line:
                continue
            cells = _closed_at_a_delimiter(joined, self._delimiter)
            if cells is not None:
                return (cells, used) if len(cells) == self._width else (None, 1)
        return None, 1


def _closed_at_a_delimiter(line: str, delimiter: str, escape: str = "") -> list[str] | None:
    """Cut a line where a quoted field ends at a quote before a delimiter or the end; None if one never ends.

    With an escape, a quote behind that ends nothing.
    """
    line = _without_end(line)
    behind = f"(?<!{re.escape(escape)})" if escape else ""
    closing = re.compile(f"{behind}{QUOTE}(?={re.escape(delimiter)}|\\Z)")
    cells, at = [], 0
    while True:
        if line.startswith(QUOTE, at):
            end = closing.search(line, at + 1)
            if end is None:
                return None
            cells.append(line[at + 1 : end.start()].replace(QUOTE * 2, QUOTE))
            at = end.end()
        else:
            stop = line.find(delimiter, at)
            stop = len(line) if stop < 0 else stop
            cells.append(line[at:stop])
            at = stop
        if at >= len(line):
            return cells
        at += len(delimiter)


def _quotes_as_letters(line: str, delimiter: str) -> list[str]:
    """Cut a line at every delimiter that is not inside a well-quoted field."""
    line = _without_end(line)
    field = re.compile(f'"((?:[^"]|"")*)"(?={re.escape(delimiter)}|\\Z)|([^{re.escape(delimiter)}]*)')
    cells, at = [], 0
    while True:
        found = field.match(line, at)
        assert found is not None  # the second half matches anything
        cells.append(found[2] if found[1] is None else found[1].replace(QUOTE * 2, QUOTE))
        at = found.end()
        if at >= len(line):
            return cells
        at += len(delimiter)


def _without_end(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read long cells for the length of a block; its limit is one for the whole process."""
    with _limiting:
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def share_of_commonest(widths: Sequence[int]) -> tuple[int, float]:
    """Return the commonest of some widths and what share of them it is."""
    counts: dict[int, int] = {}
    for width in widths:
        counts[width] = counts.get(width, 0) + 1
    if not counts:
        return 0, 0.0
    width = max(counts, key=lambda w: (counts[w], w))
    return width, counts[width] / len(widths)
