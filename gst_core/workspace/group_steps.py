"""What people do to the groups of a map, step by step: kept, taken back and done again like labels, and by session.

A step says which groups it is about by their documents when it was made, because the groups of a map have no names of
their own and come anew with each of its frames. Who draws a map does the steps in order to the groups that it has now
(`gst_core.analysis.do_group_steps`).
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from gst_core.errors import WorkspaceError
from gst_core.workspace.arguments import checks_arguments, whole_characters
from gst_core.workspace.database import Database
from gst_core.workspace.deletion import check_there
from gst_core.workspace.records import HistoryState, now

GroupStepKind = Literal["number", "name", "merge", "split", "move", "noise", "out", "nearest"]
LONGEST_GROUP_NAME = 80


@dataclass(frozen=True)
class GroupStep:
    """One thing that was done to the groups of a map.

    Attributes
    ----------
    kind : str
        "number" asks for so many groups. "name" names one. "merge" joins two or more. "split" takes one apart. "move"
        gives texts to another group, or to a new one. "noise" lets all texts of a group be in none, "out" some texts.
        "nearest" gives texts that are in no group to the nearest one.
    parts : tuple of tuple of str
        Documents. Of "name" and "noise": the group's. Of "merge": each group's. Of "split": the group's, then those of
        each part. Of "move": the texts, then, unless they are a new group, the group's. Of "out": the texts. Of
        "nearest": the texts, or nothing for all that are in no group.
    name : str
        Of "name".
    number : int
        Of "number": how many groups; 0 for as many as the map has by itself.
    id : int
        Given by the workspace.
    created : str
        When it was made, in UTC as ISO 8601; given by the workspace.
    """

    kind: GroupStepKind
    parts: tuple[tuple[str, ...], ...] = ()
    name: str = ""
    number: int = 0
    id: int = 0
    created: str = field(default="", compare=False)


@checks_arguments
class GroupStepRecords:
    """The steps on the groups of all maps of a workspace; what a person did is on disk when a method returns.

    A map is a lens', or without a lens the generic one of a corpus.

    Parameters
    ----------
    database : Database
    """

    _database: Database

    def group_steps(self, corpus_id: str, lens_id: str | None = None) -> list[GroupStep]:
        """Return what was done to the groups of a map and not taken back, in order."""
        with self._database.connect() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM group_steps WHERE {_OF_MAP} AND undone = 0 ORDER BY id", (corpus_id, lens_id)
            ).fetchall()
        return [_step(row) for row in rows]

    def last_group_step(
        self, corpus_id: str, lens_id: str | None = None, *, session: str | None = None
    ) -> GroupStep | None:
        """Return the step that `undo_group_step` would take back; None where there is none."""
        with self._database.connect() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM group_steps WHERE {_OF_MAP} AND undone = 0 AND {_OF_SESSION} "
                "ORDER BY id DESC LIMIT 1",
                (corpus_id, lens_id, session, session),
            ).fetchone()
        return None if row is None else _step(row)

    def add_group_step(
        self, corpus_id: str, group_step: GroupStep, lens_id: str | None = None, *, session: str = ""
    ) -> int:
        """Keep what a person does to the groups of a map, and return its id.

        What the same session has taken back cannot be done again after it.

        Raises
        ------
        WorkspaceError
            The corpus or lens is gone, or the step is none.
        """
        name = _checked(group_step)
        parts = json.dumps(group_step.parts, ensure_ascii=False)
        with self._database.transaction() as db:
            check_there(db, corpus_id, lens_id)
            db.execute(
                f"DELETE FROM group_steps WHERE {_OF_MAP} AND undone > 0 AND session IN (?, '')",
                (corpus_id, lens_id, session),
            )
            added = db.execute(
                "INSERT INTO group_steps (corpus, lens, kind, parts, name, number, session, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (corpus_id, lens_id, group_step.kind, parts, name, group_step.number, session, now()),
            )
            return int(added.lastrowid or 0)

    def undo_group_step(self, corpus_id: str, lens_id: str | None = None, *, session: str | None = None) -> bool:
        """Take the last step back, with `session` of this one or of none; say whether there was one."""
        with self._database.transaction() as db:
            done = f"FROM group_steps WHERE {_OF_MAP} AND undone = 0 AND {_OF_SESSION}"
            last = db.execute(f"SELECT MAX(id) {done}", (corpus_id, lens_id, session, session)).fetchone()[0]
            order = f"SELECT MAX(undone) + 1 FROM group_steps WHERE {_OF_MAP}"
            db.execute(f"UPDATE group_steps SET undone = ({order}) WHERE id = ?", (corpus_id, lens_id, last))
        return last is not None

    def redo_group_step(self, corpus_id: str, lens_id: str | None = None, *, session: str | None = None) -> bool:
        """Do again what was taken back last, with `session` in this one or in none; say whether there was something."""
        with self._database.transaction() as db:
            row = db.execute(
                f"SELECT id FROM group_steps WHERE {_OF_MAP} AND undone > 0 AND {_OF_SESSION} "
                "ORDER BY undone DESC LIMIT 1",
                (corpus_id, lens_id, session, session),
            ).fetchone()
            if row is not None:
                db.execute("UPDATE group_steps SET undone = 0 WHERE id = ?", row)
        return row is not None

    def group_history(self, corpus_id: str, lens_id: str | None = None, *, session: str | None = None) -> HistoryState:
        """Return how many steps can be taken back and done again, with `session` as in `undo_group_step`."""
        with self._database.connect() as db:
            rows = db.execute(
                f"SELECT undone > 0, COUNT(*) FROM group_steps WHERE {_OF_MAP} AND {_OF_SESSION} GROUP BY undone > 0",
                (corpus_id, lens_id, session, session),
            )
            count = dict(rows.fetchall())
        return HistoryState(count.get(0, 0), count.get(1, 0))


def move_step_documents(db: sqlite3.Connection, corpus_id: str, new_ids: Mapping[str, str]) -> None:
    """Give the documents of a corpus' steps the ids that they have now; those that are in no mapping go."""
    for step, parts in db.execute("SELECT id, parts FROM group_steps WHERE corpus = ?", (corpus_id,)).fetchall():
        moved = [[new_ids[i] for i in part if i in new_ids] for part in _parts(parts)]
        db.execute("UPDATE group_steps SET parts = ? WHERE id = ?", (json.dumps(moved, ensure_ascii=False), step))


_COLUMNS = "kind, parts, name, number, id, created"
_OF_MAP = "corpus = ? AND lens IS ?"
_OF_SESSION = "(? IS NULL OR session IN (?, ''))"


def _step(row: tuple[GroupStepKind, str, str, int, int, str]) -> GroupStep:
    kind, parts, *rest = row
    return GroupStep(kind, _parts(parts), *rest)  # type: ignore[arg-type]


def _parts(stored: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part) for part in json.loads(stored))


def _checked(step: GroupStep) -> str:
    """Return a step's name on one line.

    Raises
    ------
    WorkspaceError
        The name is too long or empty, or something that the step needs is not there.
    """
    name = " ".join(whole_characters(step.name).split())
    if step.kind not in get_args(GroupStepKind):
        raise WorkspaceError(f"“{step.kind}” is nothing that can be done to a group.")
    if step.kind == "name" and not name:
        raise WorkspaceError("A group needs a name.")
    if len(name) > LONGEST_GROUP_NAME:
        raise WorkspaceError(f"A group's name has at most {LONGEST_GROUP_NAME} characters; this one has {len(name)}.")
    needed = {"name": 1, "noise": 1, "out": 1, "move": 1, "merge": 2, "split": 3}.get(step.kind, 0)
    if len(step.parts) < needed or not all(step.parts[:needed]):
        raise WorkspaceError("There are no texts to do this with. Choose a group or texts anew.")
    return name
