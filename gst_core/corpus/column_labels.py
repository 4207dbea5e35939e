"""Labels that stand in a column of a file: one for each document, whichever of its rows they stand in."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gst_core.corpus.columns import is_missing
from gst_core.corpus.own_columns import PREFIX
from gst_core.counting import counted
from gst_core.errors import CorpusError

if TYPE_CHECKING:
    from gst_core.corpus.corpus import Corpus

EXAMPLES = 3
ZEROS = re.compile(r"(?<=\d)\.0+\Z")  # behind a whole number
SHOWN = 40  # letters of a text in a sentence


@dataclass(frozen=True)
class ColumnLabels:
    """What a column says of each document.

    Attributes
    ----------
    column : str
    classes : tuple of str or None
        Of each document. Where its rows differ it is what most of them say, and of as many the first.
    rows : tuple of int
        The source row that says it, -1 for none.
    clashes : tuple of (str, tuple of str)
        Texts whose rows say different things, and what.
    twins : tuple of tuple of str
        Names that differ in case, blanks, the form of their letters or “.0” only; each is a class of its own.
    """

    column: str
    classes: tuple[str | None, ...]
    rows: tuple[int, ...]
    clashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    twins: tuple[tuple[str, ...], ...] = ()

    def remarks(self) -> str:
        """Return what an analyst should know of the labels in a sentence or two; empty when there is nothing."""
        said = []
        if self.clashes:
            shown = "; ".join(f"“{_short(text)}”: {_either(names)}" for text, names in self.clashes[:EXAMPLES])
            said.append(
                f"{counted(len(self.clashes), 'text has', 'texts have')} rows with different labels in “{self.column}” "
                f"({shown}{'; …' if len(self.clashes) > EXAMPLES else ''}); what most rows of a text say counts, and "
                "of as many the first."
            )
        if self.twins:
            shown = "; ".join(_either(names) for names in self.twins[:EXAMPLES])
            said.append(
                f"Some labels in “{self.column}” differ in case, blanks or “.0” only ({shown}"
                f"{'; …' if len(self.twins) > EXAMPLES else ''}); each is a class of its own."
            )
        return " ".join(said)


def column_labels(corpus: "Corpus", column: str) -> ColumnLabels:
    """Read the labels in a column, of all rows of each document.

    Parameters
    ----------
    corpus : Corpus
    column : str
        A column of the file, or one of ours in an export with or without what ours begin with.

    Raises
    ------
    CorpusError
        There is no such column.
    """
    own = column if column in corpus.rows.columns else PREFIX + column
    if own not in corpus.rows.columns:
        known = ", ".join(str(c) for c in corpus.rows.columns) or "none"
        raise CorpusError(
            f"{corpus.name} has no column “{column}” to take labels from; its other columns are: {known}."
        )
    said: list[dict[str, list[int]]] = [{} for _ in range(len(corpus))]
    for row, (document, value) in enumerate(zip(corpus.document_of_row, corpus.rows[own], strict=True)):
        name = class_name(value)
        if name and document >= 0:
            said[document].setdefault(name, []).append(row)
    chosen = [max(names, key=lambda n: len(names[n])) if names else None for names in said]  # of as many the first
    rows = tuple(-1 if name is None else names[name][0] for name, names in zip(chosen, said, strict=True))
    clashes = tuple((text, tuple(names)) for text, names in zip(corpus.texts, said, strict=True) if len(names) > 1)
    return ColumnLabels(own, tuple(chosen), rows, clashes, _twins(name for names in said for name in names))


def class_name(value: Any) -> str:  # noqa: ANN401 - cells hold anything
    """Return a cell as the name of a class, empty for none: a whole number has no “.0” behind it."""
    if is_missing(value):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _twins(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of names that a person would take for one."""
    alike: dict[str, dict[str, None]] = {}
    for name in names:
        key = ZEROS.sub("", " ".join(unicodedata.normalize("NFKC", name).casefold().split()))
        alike.setdefault(key, {})[name] = None
    return tuple(tuple(group) for group in alike.values() if len(group) > 1)


def _either(names: tuple[str, ...]) -> str:
    return " and ".join(f"“{_short(n)}”" for n in names)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
