"""A file that is opened again and is not what it was: what is different, and labels that follow their texts."""

import math
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gst_core.counting import counted
from gst_core.errors import WorkspaceError
from gst_core.workspace.annotation_runs import move_documents
from gst_core.workspace.classes import move_examples
from gst_core.workspace.proposals import read_proposal, write_proposal
from gst_core.workspace.records import CorpusEntry

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.corpus import Corpus

ALIKE = 0.5  # of the texts, or of the ids, of one are in the other: the same file, edited
NUMBERED = re.compile(r" \(\d+\)$")  # what tells corpora apart that were kept side by side
OF_DOCUMENTS = ("labels", "history", "kept_labels", "drawn_documents", "skipped_documents")


@dataclass(frozen=True)
class CorpusChanges:
    """What a file says otherwise than the corpus that was made of it before.

    Attributes
    ----------
    entry : CorpusEntry
        That corpus.
    new_texts, gone_texts : int
        Texts that are in one only.
    ids : int
        Texts that have another id.
    rows : int
        Rows, as far as both have as many, with other values; 0 where columns or the number of rows differ.
    columns : tuple of str
        Columns that only one has.
    other : bool
        Whether something else differs: the order, how many rows, the embeddings.
    labels : int
        Labels in all lenses of texts that are gone, which cannot follow.
    readable : bool
        Whether the files of that corpus can be read; else only its labels and ids are known.
    """

    entry: CorpusEntry
    new_texts: int = 0
    gone_texts: int = 0
    ids: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    other: bool = False
    labels: int = 0
    readable: bool = True

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        counts = self.new_texts or self.gone_texts or self.ids or self.rows
        return bool(counts or self.columns or self.other or not self.readable)

    @property
    def amount(self) -> float:
        """How much is different, to find the version that a file is likest to."""
        if not self.readable:
            return math.inf
        return self.new_texts + self.gone_texts + self.ids + self.rows + len(self.columns) + self.other

    def sentence(self) -> str:
        """Say what is different, and which labels cannot follow, for the person who has to choose."""
        if not self.readable:
            return f"“{self.entry.name}” is in the workspace already, and its stored texts are damaged or gone."
        found = [
            (self.new_texts, f"{counted(self.new_texts, 'text is', 'texts are')} new"),
            (self.gone_texts, f"{counted(self.gone_texts, 'text is', 'texts are')} no longer there"),
            (self.ids, f"{counted(self.ids, 'text has', 'texts have')} another id"),
            (self.rows, f"{counted(self.rows, 'row has', 'rows have')} other values"),
            (len(self.columns), f"columns came or went ({', '.join(self.columns[:5])})"),
        ]
        parts = [words for number, words in found if number] or ["rows, their order or embeddings are others"]
        lost = ""
        if self.labels:
            lost = f" {counted(self.labels, 'label')} of texts that are gone would go with them."
        return (
            f"“{self.entry.name}” is in the workspace already, and this file is not the same: {', '.join(parts)}.{lost}"
        )


class CorpusChanged(WorkspaceError):  # noqa: N818 - it says what is
    """A corpus of this name is in the workspace, made of a file that was not quite the same.

    Attributes
    ----------
    changes : CorpusChanges
    """

    def __init__(self, changes: CorpusChanges) -> None:
        super().__init__(f"{changes.sentence()} Replace it, in which labels follow their texts, or keep both.")
        self.changes = changes


@dataclass(frozen=True)
class Replaced:
    """What became of a corpus that was replaced.

    Attributes
    ----------
    entry : CorpusEntry
        As it is now.
    followed, lost : int
        Labels that are at their texts under another id, and those whose texts are gone.
    """

    entry: CorpusEntry
    followed: int
    lost: int

    def sentence(self) -> str:
        """Say what became of the labels."""
        parts = [f"“{self.entry.name}” was replaced."]
        if self.followed:
            parts.append(f"{counted(self.followed, 'label')} followed their texts to other ids.")
        if self.lost:
            parts.append(f"{counted(self.lost, 'label')} went with texts that are no longer there.")
        return " ".join(parts)


def named_alike(entry: CorpusEntry, name: str, encoder: str, *, own_embeddings: bool) -> bool:
    """Say whether a corpus may be of the file that is opened: named so, or so with a number, and encoded so."""
    same_name = name in (entry.name, NUMBERED.sub("", entry.name))
    return same_name and entry.encoder == encoder and entry.own_embeddings == own_embeddings


def likest(changes: Sequence[CorpusChanges]) -> CorpusChanges:
    """Return the least changes."""
    return min(changes, key=lambda one: one.amount)


def free_name(name: str, entries: Sequence[CorpusEntry]) -> str:
    """Return a name that no corpus has: this one, or with the first free number."""
    taken, number = {entry.name for entry in entries}, 2
    while f"{name} ({number})" in taken:
        number += 1
    return name if name not in taken else f"{name} ({number})"


def find_changes(entry: CorpusEntry, old: "Corpus", new: "Corpus", labelled: Mapping[str, int]) -> CorpusChanges | None:
    """Return what is different, or None where the two have so little in common that they are two corpora.

    Parameters
    ----------
    entry : CorpusEntry
        The old one's.
    old, new : Corpus
    labelled : mapping of str to int
        How many labels each document of the old one has.
    """
    old_texts, new_texts = set(old.texts), set(new.texts)
    if max(_shared(old_texts, new_texts), _shared({*old.ids}, {*new.ids})) < ALIKE:
        return None
    old_ids = dict(zip(old.texts, old.ids, strict=True))
    ids = sum(old_ids[text] != i for text, i in zip(new.texts, new.ids, strict=True) if text in old_ids)
    same_rows = old.document_of_row.shape == new.document_of_row.shape
    columns = tuple(dict.fromkeys([*_only(old.rows, new.rows), *_only(new.rows, old.rows)]))
    rows = _different_rows(old.rows, new.rows) if same_rows and not columns else 0
    other = (
        old.texts != new.texts
        or not same_rows
        or bool((old.document_of_row != new.document_of_row).any())
        or list(old.rows.columns) != list(new.rows.columns)
        or old.text_column != new.text_column
        or not _same_embeddings(old, new)
    )
    gone = [i for text, i in old_ids.items() if text not in new_texts]
    return CorpusChanges(
        entry,
        len(new_texts - old_texts),
        len(gone),
        ids,
        rows,
        columns,
        other,
        sum(labelled.get(i, 0) for i in gone),
    )


def follow_texts(
    db: sqlite3.Connection, lens_ids: Sequence[str], new_ids: Mapping[str, str], gone: Collection[str]
) -> tuple[int, int]:
    """Give labels, their history and what is noted of documents the ids that the documents have now.

    Parameters
    ----------
    db : sqlite3.Connection
        In a transaction.
    lens_ids : sequence of str
    new_ids : mapping of str to str
        The id now of each document that is still there; what is said of others goes.
    gone : collection of str
        Documents that are not there any more, as far as they are known.

    Returns
    -------
    followed, lost : int
        Labels that have another id now, and that went.
    """
    db.execute("CREATE TEMP TABLE moved (old TEXT PRIMARY KEY, new TEXT NOT NULL)")
    db.executemany("INSERT INTO moved VALUES (?, ?)", new_ids.items())
    followed = lost = 0
    for lens in lens_ids:
        query = (
            "SELECT COUNT(*) FILTER (WHERE new IS NULL), COUNT(*) FILTER (WHERE new != document) "
            "FROM labels LEFT JOIN moved ON old = document WHERE lens = ?"
        )
        went, moved = db.execute(query, (lens,)).fetchone()
        lost, followed = lost + went, followed + moved
        for table in OF_DOCUMENTS:
            db.execute(f"DELETE FROM {table} WHERE lens = ? AND document NOT IN (SELECT old FROM moved)", (lens,))
            db.execute(  # by way of names that no document has, as ids may be changed for each other
                f"UPDATE {table} SET document = char(10) || (SELECT new FROM moved WHERE old = document) "
                "WHERE lens = ?",
                (lens,),
            )
            db.execute(f"UPDATE {table} SET document = substr(document, 2) WHERE lens = ?", (lens,))
        move_documents(db, lens, new_ids)
        move_examples(db, lens, new_ids, gone)
        proposal = read_proposal(db, lens)
        if proposal is not None:
            write_proposal(db, lens, proposal.with_documents(new_ids, gone))
    db.execute("DROP TABLE moved")
    return followed, lost


def ids_now(old: "Corpus | None", new: "Corpus") -> dict[str, str]:
    """Return the id now of each document whose text is still there; where nobody can read the old ones, the same id."""
    if old is None:
        return {i: i for i in new.ids}
    id_of = dict(zip(new.texts, new.ids, strict=True))
    return {i: id_of[text] for i, text in zip(old.ids, old.texts, strict=True) if text in id_of}


def count_labels(db: sqlite3.Connection, corpus_id: str) -> dict[str, int]:
    """Return how many labels each document of a corpus has in all lenses."""
    query = (
        "SELECT document, COUNT(*) FROM labels WHERE lens IN (SELECT id FROM lenses WHERE corpus = ?) GROUP BY document"
    )
    return dict(db.execute(query, (corpus_id,)).fetchall())


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _only(one: "pd.DataFrame", other: "pd.DataFrame") -> list[str]:
    return [str(c) for c in one.columns if c not in other.columns]


def _different_rows(one: "pd.DataFrame", other: "pd.DataFrame") -> int:
    """Return how many rows have another value in some column, as it is written."""
    import numpy as np

    different = np.zeros(len(one), dtype=bool)
    for column in one.columns:
        a, b = one[column].reset_index(drop=True), other[column].reset_index(drop=True)
        if a.dtype == b.dtype and a.dtype != object and a.equals(b):
            continue
        different |= np.array([_written(x) != _written(y) for x, y in zip(a, b, strict=True)], dtype=bool)
    return int(different.sum())


def _written(value: object) -> str:
    from gst_core.corpus import is_missing

    if hasattr(value, "tolist"):
        value = value.tolist()
    return "" if is_missing(value) else str(value)


def _same_embeddings(old: "Corpus", new: "Corpus") -> bool:
    if old.embeddings is None or new.embeddings is None:
        return old.embeddings is new.embeddings
    return old.embeddings.shape == new.embeddings.shape and bool((old.embeddings == new.embeddings).all())
