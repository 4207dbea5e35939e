"""The columns that we add to an export: named apart from the file's own, and known again when the export is opened.

Every name of ours begins with `PREFIX`, so that a file's columns keep theirs whatever they are called. An export begins
with the id and, behind it, the text: that order says which column is the text, whatever that is called. In a CSV for
spreadsheets an apostrophe stands before whatever a spreadsheet would run as a formula; there the first heading has one
too, which tells a reader to take them all off again.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from gst_core.corpus.reading import Problems

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "gst:"


class OwnColumn(StrEnum):
    """What a column of ours is called in a file."""

    ID = PREFIX + "id"
    LABEL = PREFIX + "label"
    SAID_BY = PREFIX + "said_by"
    SAID_BY_MODEL = PREFIX + "said_by_model"
    CONFIDENCE = PREFIX + "confidence"
    PREDICTED = PREFIX + "predicted"
    PROBABILITY = PREFIX + "probability"
    RESTS_ON = PREFIX + "rests_on"
    CLUSTER = PREFIX + "cluster"
    GROUP = PREFIX + "group"
    X = PREFIX + "x"
    Y = PREFIX + "y"


GUARD = "'"
# What a spreadsheet may run: a sign that begins a formula, also in its wide form, behind blanks that an import takes
# off or behind guards that were there already, and the control characters that some take for nothing.
FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")


def guarded(text: str) -> str:
    """Return a text as a spreadsheet shows it without running it: with an apostrophe before what could be a formula."""
    return GUARD + text if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Take off what `guarded` put before a text, and nothing else."""
    return text[1:] if text.startswith(GUARD) and FORMULA.match(text, 1) else text


def is_own_export(columns: Sequence[Hashable]) -> bool:
    """Say whether a table is one that we exported, perhaps with a column set before it: our id and more of ours."""
    return OwnColumn.ID in columns and any(c in set(OwnColumn) for c in columns if c != OwnColumn.ID)


def own_text_column(columns: Sequence[Hashable]) -> str | None:
    """Return the text of a table that we exported: the column behind our id, while that is the first."""
    whole = is_own_export(columns) and columns[0] == OwnColumn.ID and columns[1] not in set(OwnColumn)
    return str(columns[1]) if whole else None


def note_borrowed(columns: Sequence[Hashable], problems: Problems) -> None:
    """Note the columns of a file that is no export of ours, yet has names of ours."""
    for name in columns if not is_own_export(columns) else ():
        if name in set(OwnColumn):
            problems.add("name", f"A column is called “{name}”, as one of ours; an export has ours in its place")


def without_guards(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table without the guards of a CSV for spreadsheets; any other table as it is."""
    if not len(frame.columns) or frame.columns[0] != GUARD + OwnColumn.ID:
        return frame

    def plain(value: object) -> object:
        return unguarded(value) if isinstance(value, str) else value

    free = frame.map(plain)
    free.columns = [str(OwnColumn.ID), *map(plain, frame.columns[1:])]
    return free


def own_ids(
    ids: Sequence[str], texts: Sequence[str], first_rows: Sequence[int], make: Callable[[str], str]
) -> list[str]:
    """Return the ids that documents had when they were exported.

    Parameters
    ----------
    ids : sequence of str of length rows
        The export's column of ids, empty where there is none.
    texts : sequence of str of length rows
    first_rows : sequence of int
        The row of each document.
    make : callable
        From a text to its id, for a row that has none or whose id is another document's: somebody added or copied it.

    Returns
    -------
    list of str
        One for each document, all different.
    """
    chosen: dict[str, int] = {}  # the id and the row of a document
    for row in first_rows:
        if ids[row]:
            chosen.setdefault(ids[row], row)
    of_row = {row: name for name, row in chosen.items()}
    taken = set(chosen)
    return [of_row[row] if row in of_row else _free(make(texts[row]), taken) for row in first_rows]


def _free(name: str, taken: set[str]) -> str:
    """Return a name, with a number behind it where others have it already."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free
