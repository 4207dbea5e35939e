"""Label sets that were constructed for a lens and wait to be accepted, in the database."""

import json
import sqlite3
from dataclasses import asdict

from gst_core.workspace.label_set import ClassDefinition, LabelSet


def read_proposal(db: sqlite3.Connection, lens_id: str) -> LabelSet | None:
    """Return the label set that was proposed for a lens and not accepted yet."""
    row = db.execute("SELECT label_set FROM proposals WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    stored = json.loads(row[0])
    classes = (
        ClassDefinition(one["name"], one["definition"], tuple(one["examples"]), tuple(one.get("was", ())))
        for one in stored["classes"]
    )
    return LabelSet(tuple(classes), stored["none_of_these"])


def write_proposal(db: sqlite3.Connection, lens_id: str, label_set: LabelSet) -> None:
    """Keep a proposed label set in the place of the one before."""
    db.execute("INSERT OR REPLACE INTO proposals VALUES (?, ?)", (lens_id, json.dumps(asdict(label_set))))


def drop_proposal(db: sqlite3.Connection, lens_id: str) -> None:
    """Forget the label set that waits to be accepted, if there is one."""
    db.execute("DELETE FROM proposals WHERE lens = ?", (lens_id,))
