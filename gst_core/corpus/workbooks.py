"""Workbooks: which sheet, which header, and cells with the type that they have there.

``.xlsx`` is read row by row, so that a cell far out costs nothing; ``.xls`` and ``.ods`` by calamine.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from gst_core.corpus.headers import Heading, find_heading, not_data, unique_names
from gst_core.corpus.parts import Parts
from gst_core.corpus.reading import Problems, Reading
from gst_core.corpus.records import Record
from gst_core.corpus.size_limits import CELLS_ANYWAY, check_size
from gst_core.corpus.sources import check_zip
from gst_core.corpus.values import MIDNIGHT, column_of_objects, to_json
from gst_core.errors import CorpusError

LOOKED_AT = 200  # rows that say what a sheet holds
LONGEST_COUNTED = 60  # letters of a cell: a cover sheet has few long ones
BEYOND = 20  # columns beyond the header that may hold something
BLANK_ROWS = 1_000  # between the rows of a sheet; more are a cell that went astray
PADDED = re.compile("0{2,20}")  # a number format that writes 1000 as 01000

Grid = list[tuple[int, list[Any]]]
Sheets = dict[str, Callable[[], Iterable[Sequence[Any]]]]


def read_workbook(name: str, data: bytes, kind: str, reading: Reading, problems: Problems) -> Parts:
    """Read one sheet of a workbook; errors as for `read_table`."""
    try:
        sheets = _xlsx_sheets(name, data) if kind == "xlsx" else _other_sheets(data)
        chosen = _chosen(name, sheets, reading.sheet)
        grid = _grid(name, sheets[chosen](), len(data))
    except (CorpusError, MemoryError):
        raise
    except Exception as error:  # readers let many kinds of error through for a damaged workbook
        raise CorpusError(_unreadable(name, error)) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of the Rust reader
            raise CorpusError(_unreadable(name, error)) from None
        raise
    parts = _parts(f"{name}, sheet “{chosen}”" if len(sheets) > 1 else name, grid, len(data), reading, problems)
    parts.reading = Reading(sheet=chosen, header=parts.reading.header)
    if len(sheets) > 1:
        parts.alternatives = {**parts.alternatives, "sheet": tuple(sheets)}
    return parts


def _unreadable(name: str, error: BaseException) -> str:
    if "password" in str(error).lower() or type(error).__name__ == "PasswordError":
        return f"{name} is locked with a password. Save it without one."
    if name.lower().endswith(".xls"):
        return f"{name} begins like an old Excel or Word file and is no workbook that can be read. Save it as .xlsx."
    what = " ".join(str(error).split())[:200] or type(error).__name__
    return f"{name} is not a workbook that can be read ({what}). Save it as .xlsx or CSV."


def _xlsx_sheets(name: str, data: bytes) -> Sheets:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_zip(name, archive, len(data))
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    shown = [s for s in book.worksheets if s.sheet_state == "visible"] or book.worksheets
    padding: dict[int, int] = {}

    def rows(sheet: Any) -> Callable[[], Iterator[list[Any]]]:  # noqa: ANN401 - openpyxl has no types
        def read() -> Iterator[list[Any]]:
            sheet.reset_dimensions()  # what a file says of its size is often wrong
            for row in sheet.iter_rows():
                yield [_xlsx_value(cell, padding) for cell in row]

        return read

    return {s.title: rows(s) for s in shown}


def _xlsx_value(cell: Any, padding: dict[int, int]) -> Any:  # noqa: ANN401 - cells hold anything
    """Return a cell's value; a number that is shown with zeros before it as what is shown."""
    value = cell.value
    if type(value) is not int:
        return value
    style = cell._style_id
    if style not in padding:
        padding[style] = len(cell.number_format) if PADDED.fullmatch(cell.number_format or "") else 0
    return f"{value:0{padding[style]}d}" if padding[style] else value


def _other_sheets(data: bytes) -> Sheets:
    from python_calamine import CalamineWorkbook

    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_zip("The workbook", archive, len(data))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))

    def rows(title: str) -> Callable[[], Iterator[list[Any]]]:
        def read() -> Iterator[list[Any]]:
            sheet = book.get_sheet_by_name(title)
            below = sheet.start[0] if sheet.start else 0
            yield from ([] for _ in range(below))
            left = [None] * (sheet.start[1] if sheet.start else 0)
            for row in sheet.iter_rows():
                yield left + [None if v == "" else v for v in row]

        return read

    return {title: rows(title) for title in book.sheet_names}


def _chosen(name: str, sheets: Sheets, wanted: str | None) -> str:
    """Return the sheet that was asked for, or the one with most text in one column."""
    if not sheets:
        raise CorpusError(f"{name} has no sheet with cells in it.")
    if wanted is not None and wanted not in sheets:
        raise CorpusError(f"{name} has no sheet “{wanted[:80]}”. Its sheets are: {', '.join(sheets)}.")
    if wanted is not None or len(sheets) == 1:
        return wanted or next(iter(sheets))
    return max(sheets, key=lambda title: _amount_of_text(sheets[title]()))


def _amount_of_text(rows: Iterable[Sequence[Any]]) -> float:
    """Weigh the different strings of the column with most of them; a long one counts for more than two short ones."""
    columns: dict[int, dict[str, None]] = {}
    for row in islice(rows, LOOKED_AT):
        for place, value in enumerate(row):
            if isinstance(value, str):
                columns.setdefault(place, {})[value] = None
    return max((sum(min(len(v), LONGEST_COUNTED) ** 1.5 for v in values) for values in columns.values()), default=0.0)


def _grid(name: str, rows: Iterable[Sequence[Any]], size: int) -> Grid:
    """Return the rows that hold something, each with its number and without blank cells at its end."""
    grid: Grid = []
    cells, most = 0, CELLS_ANYWAY + 4 * size
    for number, row in enumerate(rows, start=1):
        cells += len(row)
        if cells > most:
            raise CorpusError(
                f"{name} has more than {most:,} cells, more than a file of its size should: something stands far out. "
                "Copy the table to a new sheet."
            )
        end = len(row)
        while end and (row[end - 1] is None or row[end - 1] == ""):
            end -= 1
        if end:
            grid.append((number, [_plain(v) for v in row[:end]]))
    return grid


def _plain(value: Any) -> Any:  # noqa: ANN401 - cells hold anything
    """Return whole numbers as such: a workbook knows only one kind of number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 63:
        return int(value)
    return None if value == "" else value


def _parts(name: str, grid: Grid, size: int, reading: Reading, problems: Problems) -> Parts:
    shown = [Record(number, ["" if v is None else as_shown(v) for v in row]) for number, row in grid]
    heading = find_heading(name, shown, reading.header, problems)
    data, names = _fitted(grid[heading.data :], heading, problems)
    others = not_data(shown[heading.data :], heading, names, problems)
    data = _with_blank_rows([(number, row) for number, row in data if number not in others], others)
    check_size(name, len(data), len(names), size)
    filled = {i for _, row in data for i, value in enumerate(row) if value is not None}
    columns = {
        column: column_of_objects([row[i] if i < len(row) else None for _, row in data], as_shown)
        for i, column in enumerate(unique_names(names, problems))
        if names[i].strip() or i in filled  # a table may begin in the second column
    }
    return Parts(columns, [n for n, _ in data], Reading(header=heading.row), {"header": heading.offered})


def _fitted(rows: Grid, heading: Heading, problems: Problems) -> tuple[Grid, list[str]]:
    """Give columns without a heading a place, unless they stand far out: such rows are named and left out."""
    names = list(heading.names)
    while len(names) > 1 and not names[-1].strip() and not any(len(row) >= len(names) for _, row in rows):
        names.pop()
    most = len(names) + BEYOND
    kept = []
    for number, row in rows:
        if len(row) > most:
            problems.add(
                "ragged",
                f"has a cell in column {len(row):,}, far from the table, and was left out",
                number,
                left_out=True,
            )
        else:
            kept.append((number, row))
    widest = max((len(row) for _, row in kept), default=0)
    return kept, names + [""] * (widest - len(names))


def _with_blank_rows(rows: Grid, left_out: set[int]) -> Grid:
    """Put blank rows back where some stand between others, as a spreadsheet counts them."""
    if not rows:
        return rows
    full: Grid = []
    before = rows[0][0] - 1
    for number, row in rows:
        if number - before - 1 <= BLANK_ROWS:
            full.extend((n, []) for n in range(before + 1, number) if n not in left_out)
        full.append((number, row))
        before = number
    return full


def as_shown(value: Any) -> str:  # noqa: ANN401 - cells hold anything
    """Return a cell's value as a string: dates without the midnight that they have in a workbook."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).upper()
    return to_json(value) if isinstance(value, int | float) else str(value)
