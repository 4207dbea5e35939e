"""CSV and its kin: which separator, which header, and which rows are as wide as it."""

import re
from collections.abc import Sequence

from gst_core.corpus.characters import Mender
from gst_core.corpus.headers import Heading, find_heading, has_headings, not_data, unique_names
from gst_core.corpus.parts import Parts
from gst_core.corpus.reading import Problems, Reading
from gst_core.corpus.records import Record, records, share_of_commonest, share_of_whole
from gst_core.corpus.size_limits import check_size
from gst_core.errors import CorpusError

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 17  # letters that say which separator a file has
SEPARATOR_LINE = re.compile(r'"?sep=(?:(.)|\\t)"?[ ,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
MOSTLY = 0.9  # of the rows below titles: as wide as the table
CONSISTENT = 0.5  # of the rows: as many have to be as wide as most are, for a separator to count
OFFERED = 5  # lines: what separates something in them is a choice
SHORT = 0.2  # of the rows: from here on a file leaves out blank fields at a row's end


def read_delimited(name: str, text: str, kind: str, reading: Reading, mender: Mender, problems: Problems) -> Parts:
    """Read CSV, TSV and what looks like them; errors as for `read_table`."""
    separator = SEPARATOR_LINE.match(text)
    first = 1
    if separator:
        problems.add("separator", "says how columns are separated and was left out", 1, left_out=True)
        text, first = text[separator.end() :], 2
    told = (separator[1] or "\t") if separator else None
    delimiter, width = _delimiter(text, reading.delimiter if reading.delimiter is not None else told, kind)
    spaced = _is_spaced(text[:SAMPLE], delimiter)
    if spaced:
        width = 0
        problems.add("separator", "Blanks behind the separators were taken off")
    cut = records(text, delimiter, width, first, spaced=spaced)
    for record in cut:
        if record.mended and len(record.cells) == width:
            problems.add(
                "quote", "has quotes that do not close, or are not doubled; they stand as they are", record.number
            )
    heading = find_heading(name, cut, reading.header, problems)
    names = [mender.text(n, heading.row or None) for n in heading.names]
    rows, names = _fitted(name, cut, heading, names, delimiter, problems)
    check_size(name, len(rows), len(names), len(text))
    cells = [mender.cells(r.cells, r.number) for r in rows]
    used = Reading(delimiter=delimiter, header=heading.row)
    first_lines = text[:SAMPLE].split("\n", OFFERED)[:OFFERED]
    others = tuple(d for d in DELIMITERS if any(d in line for line in first_lines))
    alternatives: dict[str, tuple[str | int, ...]] = {"header": heading.offered}
    if others:
        alternatives["delimiter"] = ("", *others)
    values = map(list, zip(*cells, strict=True)) if cells else ([] for _ in names)
    columns = dict(zip(unique_names(names, problems), values, strict=True))
    return Parts(columns, [r.number for r in rows], used, alternatives)


def _delimiter(text: str, told: str | None, kind: str) -> tuple[str, int]:
    """Return the separator that cuts most rows into equally many columns, and how many; "" for one column."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    if told is not None:
        return told, _widths(sample, told)[0]
    best, best_width, best_score = "", 1, 0.0
    for delimiter in ("\t", *DELIMITERS) if kind == "tsv" else DELIMITERS:
        if delimiter not in sample:
            continue
        width, share, head = _widths(sample, delimiter)
        if head < 2 or width < 2:
            continue
        score = share + (0.5 if abs(head - width) <= 1 else 0.0) + (0.5 if delimiter == "\t" and kind == "tsv" else 0.0)
        if score > best_score:
            best, best_width, best_score = delimiter, width, score
    return best, best_width


def _widths(sample: str, delimiter: str) -> tuple[int, float, int]:
    """Return how many fields most rows have, what share of the rows that is, and how many the header has."""
    rows = [r.cells for r in records(sample, delimiter, spaced=_is_spaced(sample, delimiter)) if r.cells]
    head = next((len(r) for r in rows if not r[0].lstrip().startswith("#") and len(r) > 1), 1)
    first = next((len(r) for r in rows if not r[0].lstrip().startswith("#")), 1)
    width, share = share_of_commonest([len(r) for r in rows])
    return width, share, head if first > 1 or _has_titles(rows, width) else first


def _is_spaced(sample: str, delimiter: str) -> bool:
    """Say whether blanks stand between separators and quotes: then those quotes hold a field together."""
    if not delimiter.strip() or f'{delimiter} "' not in sample:
        return False
    end = sample.rfind("\n") + 1 or len(sample)
    plain, spaced = (records(sample[:end], delimiter, spaced=s) for s in (False, True))
    head = next((r.cells for r in plain if r.cells), [])
    announced = len(head) > 1 and all(c.startswith(" ") for c in head[1:])
    return announced and share_of_whole(spaced) >= max(MOSTLY, share_of_whole(plain))


def _has_titles(rows: Sequence[list[str]], width: int) -> bool:
    """Say whether a few lines stand above a table that is equally wide all the way down and has a header."""
    wide = [len(r) == width for r in rows]
    if width < 2 or True not in wide[1:6] or sum(wide) < MOSTLY * (len(rows) - wide.index(True)):
        return False
    head, below = rows[wide.index(True)], [r for r, fits in zip(rows, wide, strict=True) if fits][1:]
    return has_headings(head, below)


def _fitted(
    name: str, cut: Sequence[Record], heading: Heading, names: list[str], delimiter: str, problems: Problems
) -> tuple[list[Record], list[str]]:
    """Return the rows that are as wide as the header; name the others, and leave them out."""
    data = [r for r in cut[heading.data :] if r.cells]
    named = len(names)
    names = _as_wide_as_data(names, data)
    width = len(names)
    if width > named:
        problems.add("header", "Rows have a field more than the header, so the first column is taken for one unnamed")
    data = [_trimmed(r, width) for r in data]
    short = sum(len(r.cells) < width for r in data)
    fill = short > SHORT * len(data) and short >= 2 and not any(len(r.cells) > width for r in data)
    if fill:
        problems.add("short", f"{short:,} rows have fewer fields than the header; what is missing is blank")
    rows, left_out = [], 0
    for record in data:
        missing = width - len(record.cells)
        if missing > 0 and fill and not record.cells[0].startswith("#"):
            rows.append(record._replace(cells=record.cells + [""] * missing))
        elif missing == 0:
            rows.append(record)
        else:
            left_out += 1
            _leave_out(record, width, problems)
    if left_out > len(rows):
        worst = next(p for p in problems.named if p.left_out and p.kind == "ragged")
        raise CorpusError(
            f"{name}: {left_out:,} of {left_out + len(rows):,} rows cannot be cut into columns; "
            f"row {worst.row:,} {worst.what.removesuffix(', and was left out')}. "
            f"Choose another separator, or put quotes around fields that hold “{delimiter}”."
        )
    others = not_data(rows, heading, names, problems)
    return [r for r in rows if r.number not in others] if others else rows, names


def _leave_out(record: Record, width: int, problems: Problems) -> None:
    if record.cells[0].lstrip().startswith("#"):
        problems.add("comment", "is a comment and was left out", record.number, left_out=True)
        return
    found = len(record.cells)
    counted = "1 field" if found == 1 else f"{found:,} fields"
    problems.add(
        "ragged", f"has {counted} where the header has {width:,}, and was left out", record.number, left_out=True
    )


def _as_wide_as_data(names: list[str], data: Sequence[Record]) -> list[str]:
    """Take off unnamed columns at the end that no row fills; leave the first unnamed if rows have one more."""
    widest = max((len(_stripped(r.cells)) for r in data), default=len(names))
    names = list(names)
    while len(names) > max(widest, 1) and not names[-1].strip():
        names.pop()
    width, share = share_of_commonest([len(r.cells) for r in data])
    if (
        width == len(names) + 1
        and share > CONSISTENT
        and any(r.cells[-1].strip() for r in data if len(r.cells) == width)
    ):
        return ["", *names]  # R writes the rows' names without a heading
    return names


def _stripped(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _trimmed(record: Record, width: int) -> Record:
    """Take off the blank fields beyond the header that separators at a row's end make."""
    if len(record.cells) <= width or any(c.strip() for c in record.cells[width:]):
        return record
    return record._replace(cells=record.cells[:width])
