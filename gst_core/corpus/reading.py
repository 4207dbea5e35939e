"""How a file is read, and what was found on the way: the choices that a file leaves open, and its bad places."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gst_core.errors import CorpusError

LONGEST_CHOICE = 1_000  # letters
NAMED = 20  # bad places of one kind that are kept; the others are counted


@dataclass(frozen=True)
class Reading:
    """How a file is read; what is None is chosen: the likeliest.

    Attributes
    ----------
    encoding : str, optional
        The character encoding of a text format.
    delimiter : str, optional
        What stands between the columns of a CSV file; "" when the file has one column.
    header : int, optional
        The file's number of the row that names the columns; 0 when there is none.
    sheet : str, optional
        The sheet of a workbook, or the file inside a ``.zip``.
    records : str, optional
        Where the list of records stands in a JSON object, as a dotted path.

    Raises
    ------
    CorpusError
        One of them is of another type.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    sheet: str | None = None
    records: str | None = None

    def __post_init__(self) -> None:
        for name in ("encoding", "delimiter", "sheet", "records"):
            value = getattr(self, name)
            check_text(name, value)
            if len(value or "") > LONGEST_CHOICE:
                raise CorpusError(f"{name} has {len(value):,} characters; that is nothing a file could have.")
        if len(self.delimiter or "") > 1 or self.delimiter in ('"', "\r", "\n", "\0"):
            raise CorpusError(f"delimiter is {self.delimiter!r:.60}; it must be one sign, such as “,” or “;”.")
        header = self.header
        if header is not None and (not isinstance(header, int) or isinstance(header, bool) or header < 0):
            raise CorpusError(f"header is {header!r:.60}; it must be the number of a row, or 0 for none.")


def check_text(name: str, value: object) -> None:
    """Refuse what is neither a text nor None.

    Raises
    ------
    CorpusError
        It is something else.
    """
    if value is not None and not isinstance(value, str):
        raise CorpusError(f"{name} is {repr(value)[:60]}; it must be a text, or None.")


LIKELIEST = Reading()


@dataclass(frozen=True)
class Problem:
    """A place of a file that could not be read as it stands.

    Attributes
    ----------
    kind : str
        "byte", "nul", "surrogate", "ragged", "quote", "comment", "separator", "header", "totals", "name", "json" …
    what : str
        What is wrong there and what was done, to be read behind “Row 7 ”, or alone without a row.
    row : int or None
        The file's own number of the row.
    left_out : bool
        Whether the row is missing from the table.
    """

    kind: str
    what: str
    row: int | None = None
    left_out: bool = False

    def sentence(self) -> str:
        """Return the problem as a sentence without its full stop."""
        return self.what if self.row is None else f"Row {self.row:,} {self.what}"


@dataclass
class Problems:
    """The bad places of a file while it is read: the first of each kind, and how many there are."""

    named: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, what: str, row: int | None = None, *, left_out: bool = False) -> None:
        """Note one more."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= NAMED:
            self.named.append(Problem(kind, what, row, left_out))


def told(problems: Iterable[Problem], counts: dict[str, int]) -> list[str]:
    """Return a sentence for each kind of problem: its first place, and how many there are."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.kind, problem)
    return [
        p.sentence() + (f" ({counts[kind]:,} such places)." if counts.get(kind, 1) > 1 else ".")
        for kind, p in first.items()
    ]
