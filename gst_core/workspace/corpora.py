"""Corpora in the database: a line for each, whose documents are in files (`gst_core.workspace.corpus_files`)."""

import hashlib
import sqlite3
from dataclasses import astuple
from typing import TYPE_CHECKING

import numpy as np

from gst_core.workspace.records import CorpusEntry, NoLongerThere

if TYPE_CHECKING:
    from gst_core.corpus import Corpus

COLUMNS = "id, name, created, documents, encoder, own_embeddings, content, files, long_texts, grown_from"
CORPUS = f"SELECT {COLUMNS} FROM corpora"


def content_of(corpus: "Corpus") -> str:
    """Return what tells the content of one corpus from another's: a hash of its texts, and of its own embeddings."""
    if corpus.embeddings is None:
        return f"{corpus.key()}-encoded"
    digest = hashlib.sha256(np.ascontiguousarray(corpus.embeddings).tobytes()).hexdigest()
    return f"{corpus.key()}-own-{digest[:16]}"


def insert_corpus(db: sqlite3.Connection, entry: CorpusEntry) -> None:
    """Write a corpus' line."""
    db.execute(
        f"INSERT INTO corpora ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        astuple(entry),
    )


def change_corpus(db: sqlite3.Connection, entry: CorpusEntry) -> None:
    """Give a corpus' line what an entry says of its documents, its files and its long texts."""
    db.execute(
        "UPDATE corpora SET documents = ?, own_embeddings = ?, content = ?, files = ?, long_texts = ?, grown_from = ? "
        "WHERE id = ?",
        (
            entry.documents,
            entry.own_embeddings,
            entry.content,
            entry.files,
            entry.long,
            entry.grown_from,
            entry.id,
        ),
    )


def set_long_texts(db: sqlite3.Connection, corpus_id: str, long: str) -> None:
    """Write what becomes of a corpus' long texts."""
    db.execute("UPDATE corpora SET long_texts = ? WHERE id = ?", (long, corpus_id))


def read_corpora(db: sqlite3.Connection) -> list[CorpusEntry]:
    """Return the corpora, newest first."""
    return [_entry(row) for row in db.execute(f"{CORPUS} ORDER BY created DESC, rowid DESC")]


def read_corpus_entry(db: sqlite3.Connection, corpus_id: str) -> CorpusEntry:
    """Return one corpus' line.

    Raises
    ------
    WorkspaceError
        There is none.
    """
    row = db.execute(f"{CORPUS} WHERE id = ?", (corpus_id,)).fetchone()
    if row is None:
        raise NoLongerThere("This corpus is no longer in the workspace. Open it again on the Corpus page.")
    return _entry(row)


def remove_corpus(db: sqlite3.Connection, corpus_id: str) -> None:
    """Remove a corpus' line, and with it its lenses with all that is theirs."""
    db.execute("DELETE FROM corpora WHERE id = ?", (corpus_id,))


def _entry(row: tuple[str, str, str, int, str, int, str, str, str, str]) -> CorpusEntry:
    identity, name, created, documents, encoder, own, *rest = row
    return CorpusEntry(identity, name, created, documents, encoder, bool(own), *rest)
