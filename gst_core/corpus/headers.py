"""Which row of a table names its columns: below titles, above data, one row or two, or none at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gst_core.corpus.reading import Problems
from gst_core.corpus.records import Record, share_of_commonest
from gst_core.errors import CorpusError

LOOKED_AT = 200  # rows that say what a table looks like
TITLES = 20  # rows at most above the header
OFFERED = 6  # rows that may be chosen as the header
TYPED = 0.8  # of a column's cells: from here on it holds numbers or dates
SUMS = 5  # rows of totals at most
LONG = 20  # letters: a text, not a name
NAMES = frozenset(
    {"id", "text", "review", "comment", "comments", "message", "body", "content", "description", "document", "answer"}
    | {"title", "name", "label", "class", "category", "date", "time", "rating", "stars", "score", "author", "user"}
    | {"source", "url", "language", "lang", "tag", "tags", "n", "x", "y"}
)
NUMBER = re.compile(r"[+-]?[\d.,\u00a0' ]*\d[\d.,]*(?:[eE][+-]?\d+)?\s*[%€$£]?")
DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b.*|\d{1,2}:\d\d(:\d\d)?( ?[AaPp][Mm])?")
TOTALS = frozenset(
    {
        "total",
        "totals",
        "grand total",
        "sum",
        "average",
        "mean",
        "count",
        "summe",
        "gesamt",
        "insgesamt",
        "durchschnitt",
    }
    | {"somme", "moyenne", "suma", "totale", "promedio", "media", "totaal"}
)
NUMBER_SIGN = re.compile(r"#\w*")  # of a heading; a comment has a blank behind it
YEAR = re.compile(r"(19|20)\d\d")  # heads many a column of numbers
IMPORT_ID = '{"ImportId"'  # Qualtrics' third heading


@dataclass
class Heading:
    """The columns' names and where the data begin.

    Attributes
    ----------
    names : list of str
        As they stand in the file, not yet unique.
    row : int
        The file's number of the header row; 0 when there is none.
    data : int
        The place of the first record of data.
    offered : tuple of int
        What may be chosen instead: 0 for no header, and the first rows' numbers.
    lines : tuple of list of str
        The rows of the header as they stand in the file: one, two or three.
    """

    names: list[str]
    row: int
    data: int
    offered: tuple[int, ...] = ()
    lines: tuple[list[str], ...] = ()


def find_heading(name: str, rows: Sequence[Record], wanted: int | None, problems: Problems) -> Heading:
    """Find the row that names the columns, and name the rows that were passed over.

    Parameters
    ----------
    name : str
        The file's, for messages.
    rows : sequence of Record
    wanted : int, optional
        The number of the header row, 0 for none; the likeliest when left out.
    problems : Problems

    Raises
    ------
    CorpusError
        There is no row, or none of that number.
    """
    filled = [i for i, r in enumerate(rows[: LOOKED_AT + TITLES]) if any(c.strip() for c in r.cells)]
    if not filled:
        raise CorpusError(f"{name} is empty: there is no text in it.")
    offered = (0, *(rows[i].number for i in filled[:OFFERED]))
    width, _ = share_of_commonest([len(rows[i].cells) for i in filled])
    if wanted == 0:
        return Heading(_no_names(width), 0, filled[0], offered)
    place = _place(name, rows, filled, wanted, width)
    if wanted is None and place == filled[0] and _is_data(rows, filled):
        problems.add(
            "header",
            "looks like the rows below it, so the file is read as one without a header",
            rows[place].number,
        )
        return Heading(_no_names(width), 0, place, offered)
    if wanted is None and place == filled[0] and _may_be_data(rows, filled):
        problems.add(
            "header", "is taken for the column's name; if it is a text, the file has no header", rows[place].number
        )
    for i in filled:
        if i < place:
            what = "is a comment" if rows[i].cells[0].startswith("#") else "stands above the header"
            problems.add("comment", f"{what} and was left out", rows[i].number, left_out=True)
    return _with_more_rows(rows, place, filled, offered, problems)


def unique_names(names: Sequence[str], problems: Problems) -> list[str]:
    """Give every column a name of its own: an unnamed one its place, and one that stands twice a number."""
    seen: set[str] = set()
    taken = set(names)
    unique = []
    numbers: dict[str, int] = {}  # the last that a name was given
    for place, name in enumerate(names, start=1):
        known = name if name.strip() else f"column {place}"
        free, number = known, numbers.get(known, 1)
        while free in seen or (free != name and free in taken):
            number += 1
            free = f"{known} ({number})"
        numbers[known] = number
        if name in seen and name.strip():
            problems.add("name", f"Two columns are called “{name}”; one of them is “{free}” here")
        seen.add(free)
        unique.append(free)
    return unique


def _no_names(width: int) -> list[str]:
    return ["text"] if width == 1 else [f"column {i + 1}" for i in range(width)]


def _place(name: str, rows: Sequence[Record], filled: list[int], wanted: int | None, width: int) -> int:
    """Return the place of the header: the first row that is about as wide as the table."""
    if wanted is not None:
        for i, row in enumerate(rows):
            if row.number == wanted:
                return i
        raise CorpusError(f"{name} has no row {wanted:,} that could be the header.")
    enough = 1 if width < 2 else max(2, -(-width // 2))
    candidates = [k for k, i in enumerate(filled[:TITLES]) if not _is_comment(rows, i, filled)] or [0]
    for k in candidates:
        cells = rows[filled[k]].cells
        names = sum(bool(c.strip()) for c in cells)
        index = not cells[0].strip() and names >= len(cells) - 1 >= width - 1
        below = [rows[i].cells for i in filled[k + 1 :] if len(rows[i].cells) >= width]
        named = len(cells) == width and _words(cells[0]) == 1 and not (below and has_headings(below[0], below[1:]))
        if names < width and not index and _heads_later(rows, filled[k:], width):
            continue
        if names >= enough or index or (names == 1 and named):
            titled = k != candidates[0]
            return filled[candidates[0] if titled and _is_data(rows, filled[k:]) else k]
    return filled[candidates[0]]


def _heads_later(rows: Sequence[Record], filled: list[int], width: int) -> bool:
    """Say whether a row that names too few columns is a title: one that names them all comes below it."""
    cells = [rows[i].cells for i in filled]
    for k, row in enumerate(cells[1:TITLES], start=1):
        if len(row) == width and all(c.strip() for c in row):
            return has_headings(row, cells[k + 1 :]) and not _continues(cells[0], row, cells[k + 1 :])
    return False


def _is_comment(rows: Sequence[Record], place: int, filled: list[int]) -> bool:
    """Say whether a row begins with # and is no header of columns like “#”, and a header comes below it."""
    cells = rows[place].cells
    if not cells[0].lstrip().startswith("#"):
        return False
    below = [i for i in filled if i > place and not rows[i].cells[0].lstrip().startswith("#")]
    if not below:
        return False
    widest = len(rows[below[0]].cells)
    if widest > 1:
        return len(cells) != widest or not NUMBER_SIGN.fullmatch(cells[0].strip())
    return rows[below[0]].cells[0].strip().lower() in NAMES


def _is_data(rows: Sequence[Record], filled: list[int]) -> bool:
    """Say whether the first row looks like those below it: the file has no header then."""
    first, below = rows[filled[0]].cells, [rows[i].cells for i in filled[1:]]
    if len(below) < 2 or any(c.strip().lower() in NAMES for c in first) or _is_counted(first):
        return False
    if len(first) > 1:  # files that were joined have their header again
        below = [cells for cells in below if cells != first]
    votes = [_vote(c.strip(), [r[i].strip() for r in below if i < len(r)]) for i, c in enumerate(first)]
    if any(not c.strip() for c in first) and 1 not in votes:
        return False
    return sum(votes) > 0


def _may_be_data(rows: Sequence[Record], filled: list[int]) -> bool:
    """Say whether the first row of a single column could as well be a text: it has words, and so have those below."""
    head = rows[filled[0]].cells[0].strip()
    below = [rows[i].cells[0].strip() for i in filled[1:] if rows[i].cells]
    single = all(len(rows[i].cells) <= 1 for i in filled)
    unknown = head.lower() not in NAMES and not head.endswith(("?", ":")) and _words(head) > 1
    return single and unknown and len(below) > 1 and _vote(head, below) == 0 and sum(map(_words, below)) > len(below)


def _is_counted(cells: list[str]) -> bool:
    """Say whether a row is 0, 1, 2 … or 1, 2, 3 …, as programs head columns without names."""
    return len(cells) > 1 and any(cells == [str(start + i) for i in range(len(cells))] for start in (0, 1))


def has_headings(first: list[str], below: Sequence[list[str]]) -> bool:
    """Say whether a row names the columns below it: by a usual name, or words above numbers or dates."""
    if any(c.strip().lower() in NAMES for c in first):
        return True
    return any(_vote(c.strip(), [r[i].strip() for r in below if i < len(r)]) < 0 for i, c in enumerate(first))


def _vote(head: str, cells: list[str]) -> int:
    """Return 1 if a heading looks like the cells below it, -1 if it does not, 0 if that cannot be told."""
    cells = [c for c in cells if c]
    if not head or len(cells) < 2:
        return 0
    typed = sum(is_typed(c) for c in cells)
    if YEAR.fullmatch(head) and not any(YEAR.fullmatch(c) for c in cells):
        return -1
    if typed >= TYPED * len(cells):
        return 1 if is_typed(head) else -1
    if head in cells:
        return 1
    if is_typed(head) and not typed:
        return 0
    lengths = sorted(map(len, cells))
    middle = lengths[len(lengths) // 2]
    if middle < LONG or head.endswith(("?", ":")):
        return 0
    return 1 if len(head) >= middle / 2 and _words(head) * 2 >= _words(cells[0]) else 0


def _words(text: str) -> int:
    return len(text.split())


def is_typed(cell: str) -> bool:
    """Say whether a cell holds a number or a date."""
    return bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell))


def _with_more_rows(
    rows: Sequence[Record], place: int, filled: list[int], offered: tuple[int, ...], problems: Problems
) -> Heading:
    """Take what belongs to the header below its first row: the second of survey programs, the third of Qualtrics."""
    names, number = list(rows[place].cells), rows[place].number
    second = next((i for i in filled if i > place), len(rows))
    third = next((i for i in filled if i > second), len(rows))
    if third < len(rows) and rows[third].cells[0].startswith(IMPORT_ID):
        for i in (second, third):
            problems.add("header", "says more of the columns and was left out", rows[i].number, left_out=True)
        lines = tuple(rows[i].cells for i in (place, second, third))
        return Heading(names, number, third + 1, offered, lines)
    below = [rows[i].cells for i in filled if i >= third]
    more = rows[second].cells + [""] * (len(names) - len(rows[second].cells)) if below else []
    if below and _continues(names, more, below):
        problems.add("header", "continues the header, and was joined to it", rows[second].number, left_out=True)
        return Heading(_joined(names, more), number, second + 1, offered, (names, rows[second].cells))
    return Heading(names, number, place + 1, offered, (names,))


def _continues(names: list[str], second: list[str], below: Sequence[list[str]]) -> bool:
    """Say whether a second row names the columns that the first leaves blank, and holds no value."""
    unnamed = [i for i, c in enumerate(names) if not c.strip()]
    if not unnamed or len(second) != len(names) or any(is_typed(c.strip()) for c in second if c.strip()):
        return False
    if names[0].strip():
        start = not second[0].strip()  # the respondent's id has no second name
    else:  # it has no other, and heads numbers
        start = _vote(second[0].strip(), [r[0].strip() for r in below if r]) < 0
    return start and len(unnamed) > (unnamed[0] == 0) and all(second[i].strip() for i in unnamed if i)


def _joined(names: list[str], second: list[str]) -> list[str]:
    """Join two rows of headings; a heading reaches over the blank ones behind it."""
    joined, above = [], ""
    for first, below in zip(names, second, strict=True):
        above = first.strip() or above
        joined.append(" – ".join(filter(None, (above, below.strip()))) if below.strip() else first)
    return joined


def not_data(rows: Sequence[Record], heading: Heading, names: list[str], problems: Problems) -> set[int]:
    """Return the numbers of the rows below a header that are no data, and name them.

    These are the header again, where files were joined, and the sums at the end.
    """
    headings = [_bare(cells) for cells in heading.lines]
    headings = [h for h in headings if len(h) > 1 or (h and h[0].lower() in NAMES)]
    begin = {h[0] for h in headings}
    found = {r.number for r in rows if r.cells and _plain(r.cells[0]) in begin and _bare(r.cells) in headings}
    for number in sorted(found):
        problems.add("header", "repeats the header and was left out", number, left_out=True)
    end = len(rows)
    while end and len(rows) - end < SUMS and _is_totals(rows[end - 1].cells, names):
        end -= 1
    for row in rows[end:]:
        problems.add("totals", "is a row of totals and was left out", row.number, left_out=True)
        found.add(row.number)
    return found


def _bare(cells: list[str]) -> list[str]:
    """Return cells without blanks around them and at the end, and without a mark of the byte order."""
    bare = [_plain(c) for c in cells]
    while bare and not bare[-1]:
        bare.pop()
    return bare


def _plain(cell: str) -> str:
    return cell.strip().strip("\ufeff")


def _is_totals(cells: list[str], names: list[str]) -> bool:
    """Say whether a last row sums up the others: it begins with such a word, and holds nothing but numbers."""
    filled = [c.strip() for c in cells if c.strip()]
    if len(names) < 2 or len(filled) < 2:
        return False
    return filled[0].rstrip(":").lower() in TOTALS and all(is_typed(c) for c in filled[1:])
