"""What an analyst says that the columns of a corpus hold, where a guess would be wrong."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, cast, get_args

from gst_core.errors import WorkspaceError
from gst_core.workspace.arguments import checks_arguments
from gst_core.workspace.database import Database

if TYPE_CHECKING:
    from gst_core.corpus import Kind


@checks_arguments
class ColumnKinds:
    """The kinds of columns in a workspace; what a person says is on disk when a method returns."""

    _database: Database

    def column_kinds(self, corpus_id: str) -> "dict[str, Kind]":
        """Return the kinds that were chosen for columns of a corpus; the others are guessed."""
        with self._database.connect() as db:
            rows = db.execute("SELECT column_name, kind FROM column_kinds WHERE corpus = ?", (corpus_id,)).fetchall()
        return cast("dict[str, Kind]", dict(rows))

    def choose_column_kinds(self, corpus_id: str, kinds: "Mapping[str, Kind | None]") -> None:
        """Say what columns of a corpus hold.

        Parameters
        ----------
        corpus_id : str
        kinds : mapping of str to str or None
            By the columns' names; None for a column whose kind is to be guessed again. Of columns that are not named
            stays what was said.

        Raises
        ------
        WorkspaceError
            There is no such corpus or no such kind, or it cannot be written.
        """
        from gst_core.corpus import Kind  # heavy, and who chooses kinds has read columns

        for kind in kinds.values():
            if kind is not None and kind not in get_args(Kind):
                raise WorkspaceError(f"“{kind}” is no kind of column. There are: {', '.join(get_args(Kind))}.")
        with self._database.transaction() as db:
            for name, kind in kinds.items():
                db.execute("DELETE FROM column_kinds WHERE corpus = ? AND column_name = ?", (corpus_id, name))
                if kind is not None:
                    db.execute("INSERT INTO column_kinds VALUES (?, ?, ?)", (corpus_id, name, kind))


def keep_column_kinds(db: sqlite3.Connection, corpus_id: str, columns: Collection[str]) -> None:
    """Forget what was said of columns that a corpus has no more."""
    said = db.execute("SELECT column_name FROM column_kinds WHERE corpus = ?", (corpus_id,)).fetchall()
    gone = [(corpus_id, name) for (name,) in said if name not in columns]
    db.executemany("DELETE FROM column_kinds WHERE corpus = ? AND column_name = ?", gone)
