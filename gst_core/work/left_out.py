"""What lenses leave out, as their maps take it: columns as numbers and categories, and views without words."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gst_core.analysis import FILE, TextColumns, file_columns, resolved_words
from gst_core.encoding import without_words
from gst_core.errors import GstError, WorkspaceError

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.compute import Embeddings
    from gst_core.corpus import Corpus, Kind

KEPT = 4  # choices of columns of a corpus that are held ready: as many as a person compares


@dataclass(frozen=True, eq=False)
class LeftOutColumns:
    """Columns that have no part in a map.

    Attributes
    ----------
    columns : DataFrame of n rows
        As `reform` takes them: numbers, or categories as strings.
    identity : str
        Which columns they are, and as what they are read. What they say may be more when texts come, and the map stays;
        it is another in a file that takes the place of one, which takes the map with it.
    """

    columns: "pd.DataFrame"
    identity: str


class LeftOut:
    """What the lenses of one corpus leave out, made once for each choice.

    Parameters
    ----------
    corpus : Corpus
    """

    def __init__(self, corpus: "Corpus") -> None:
        self._corpus = corpus
        self._columns: dict[tuple[object, ...], LeftOutColumns | None] = {}
        self._views: tuple[tuple[str, ...], Embeddings, Embeddings] | None = None
        self._making = threading.Lock()

    def columns(self, names: Sequence[str], kinds: "Mapping[str, Kind]") -> LeftOutColumns | None:
        """Return what columns say of each text, see `left_out_columns`; `kinds` as for `file_columns`."""
        if not names:
            return None
        key = (*names, *sorted(kinds.items()))
        if key not in self._columns:
            found = left_out_columns(file_columns(self._corpus.metadata, kinds), names)
            self._columns = dict([*self._columns.items(), (key, found)][-KEPT:])
        return self._columns[key]

    def views(self, given: Sequence[str], views: "Embeddings") -> "Embeddings":
        """Return views of the corpus whose lexical one knows nothing of some words, see `resolved_words`."""
        words = tuple(given)
        if not words:
            return views
        with self._making:
            if self._views is None or self._views[0] != words or self._views[1] is not views:
                texts = self._corpus.texts
                self._views = words, views, without_words(views, texts, resolved_words(texts, words))
            return self._views[2]


def left_out_columns(columns: TextColumns, names: Sequence[str]) -> LeftOutColumns | None:
    """Return what columns of the file say of each text; those that the file does not have count for nothing.

    Parameters
    ----------
    columns : TextColumns
        Of the file.
    names : sequence of str

    Returns
    -------
    LeftOutColumns or None
        None where there is no such column.
    """
    import pandas as pd

    known = [name for name in names if f"{FILE}{name}" in columns]
    if not known:
        return None
    values, digest = {}, hashlib.sha256()
    for name in known:
        column = columns[f"{FILE}{name}"]
        if column.numbers is not None:
            values[name] = column.numbers
        else:
            shown = column.folded if column.codes is None else np.array([*column.categories, ""])[column.codes].tolist()
            values[name] = np.array(shown, dtype=object)
        digest.update(f"\1{name}\2{column.kind}".encode("utf-8", "surrogatepass"))
    return LeftOutColumns(pd.DataFrame(values), digest.hexdigest()[:32])


def check_columns(columns: TextColumns, names: Sequence[str]) -> None:
    """Refuse columns that cannot be left out: each is tried on its own, so that the sentence names it.

    Raises
    ------
    WorkspaceError
        The file has no such column, or it tells nearly every text from all others, as an id does.
    """
    from gst_core.transform import read_left_out  # brings torch, which a page has loaded before it asks

    for name in names:
        found = left_out_columns(columns, [name])
        if found is None:
            raise WorkspaceError(f"The file has no column “{name[:80]}”.")
        try:
            read_left_out(found.columns, len(found.columns))
        except GstError as error:
            raise WorkspaceError(f"“{name[:80]}” cannot be left out: {_reason(str(error))}") from error


def _reason(sentence: str) -> str:
    """Return what is wrong with a column in the words of the page, where nobody knows of a parameter."""
    _, _, reason = sentence.partition(" of leave_out ")
    return f"it {reason}" if reason else sentence
