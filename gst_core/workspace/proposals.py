"""Label sets that were constructed for a lens and wait to be accepted, in the database."""

import json
import logging
import sqlite3
from dataclasses import asdict

from gst_core.errors import AnnotationError
from gst_core.workspace.label_set import ClassDefinition, LabelSet

log = logging.getLogger(__name__)


def read_proposal(db: sqlite3.Connection, lens_id: str) -> LabelSet | None:
    """Return the label set that was proposed for a lens and not accepted yet; None where it is damaged, too."""
    row = db.execute("SELECT label_set FROM proposals WHERE lens = ?", (lens_id,)).fetchone()
    if row is None:
        return None
    try:
        stored = json.loads(row[0])
        classes = (
            ClassDefinition(one["name"], one["definition"], tuple(one["examples"]), tuple(one.get("was", ())))
            for one in stored["classes"]
        )
        return LabelSet(tuple(classes), stored["none_of_these"])
    except (AnnotationError, AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("the classes that were proposed for a lens are damaged, and can be proposed again: %s", error)
        return None


def write_proposal(db: sqlite3.Connection, lens_id: str, label_set: LabelSet) -> None:
    """Keep a proposed label set in the place of the one before."""
    db.execute("INSERT OR REPLACE INTO proposals VALUES (?, ?)", (lens_id, json.dumps(asdict(label_set))))


def drop_proposal(db: sqlite3.Connection, lens_id: str) -> None:
    """Forget the label set that waits to be accepted, if there is one."""
    db.execute("DELETE FROM proposals WHERE lens = ?", (lens_id,))
