"""Random checks: texts that were drawn to find out how many predicted classes are right, and whether they stay apart.

A label of such a text is a label like any other, saved and undone as all are. That its text was drawn, and not chosen,
is kept beside it: only of drawn texts does the share of right ones hold for all texts, and only as long as the map has
not learned from them.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gst_core.workspace.records import HUMAN, Label


@dataclass(frozen=True)
class RandomCheck:
    """A lens' random check.

    Attributes
    ----------
    documents : tuple of str
        Those that were drawn, in the order in which they were.
    apart : bool
        Whether their labels are kept out of what the map learns from.
    """

    documents: tuple[str, ...] = ()
    apart: bool = True

    def teaching(self, labels: Sequence[Label]) -> list[Label]:
        """Return the labels that the map may learn from."""
        if not self.apart or not self.documents:
            return list(labels)
        kept_out = set(self.documents)
        return [label for label in labels if label.document not in kept_out]


def read_check(db: sqlite3.Connection, lens_id: str) -> RandomCheck:
    """Return a lens' random check; one without documents where none was begun."""
    drawn = db.execute("SELECT document FROM drawn_documents WHERE lens = ? ORDER BY place", (lens_id,)).fetchall()
    apart = db.execute("SELECT check_apart FROM lenses WHERE id = ?", (lens_id,)).fetchone()
    return RandomCheck(tuple(document for (document,) in drawn), apart is None or bool(apart[0]))


def add_drawn(db: sqlite3.Connection, lens_id: str, documents: Sequence[str]) -> None:
    """Add documents to a lens' random check, after those that are there."""
    for document in documents:
        db.execute(
            "INSERT OR IGNORE INTO drawn_documents (lens, document, place) "
            "SELECT ?, ?, COALESCE(MAX(place), 0) + 1 FROM drawn_documents WHERE lens = ?",
            (lens_id, document, lens_id),
        )


def forget_unlabelled(db: sqlite3.Connection, lens_id: str) -> None:
    """Take from a lens' random check the documents that no person has labelled."""
    db.execute(
        "DELETE FROM drawn_documents WHERE lens = ? "
        "AND document NOT IN (SELECT document FROM labels WHERE lens = ? AND who = ?)",
        (lens_id, lens_id, HUMAN),
    )


def set_apart(db: sqlite3.Connection, lens_id: str, *, apart: bool) -> None:
    """Choose whether the labels of a random check are kept out of what the map learns from."""
    db.execute("UPDATE lenses SET check_apart = ? WHERE id = ?", (int(apart), lens_id))
