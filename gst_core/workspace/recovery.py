"""Corpora whose line in the database is lost, found again in their files."""

import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

from gst_core.encoding import DEFAULT_ENCODER
from gst_core.errors import WorkspaceError
from gst_core.workspace.corpora import change_corpus, content_of, insert_corpus, read_corpora
from gst_core.workspace.corpus_files import about_corpus, read_corpus_file
from gst_core.workspace.folder import WorkspaceFiles
from gst_core.workspace.records import CorpusEntry

log = logging.getLogger(__name__)

OF_FILES = ("documents", "own_embeddings", "content", "files", "grown_from")  # what a line says of its files
NAMELESS = "found again"  # the files of earlier versions do not say what their corpus is called


def find_corpora(files: WorkspaceFiles, db: sqlite3.Connection) -> list[CorpusEntry]:
    """Give the corpora that have whole files, and no line of them, their line again; return those.

    Lines are lost with a database that is damaged or gone, and where an older copy of it was put back. Files that a
    deletion has noted are left to it, and so are those of a corpus whose line names others that are there.
    """
    lines = {entry.id: entry for entry in read_corpora(db)}
    leaving = set(db.execute("SELECT corpus, files FROM deletions WHERE lens = ''"))
    found = []
    for corpus_id, version in dict.fromkeys(map(files.corpus_of, files.corpus_files())):
        line = lines.get(corpus_id)
        if (corpus_id, version) in leaving or (line is not None and files.has_corpus(corpus_id, line.files)):
            continue
        entry = _entry_of(files, corpus_id, version)
        if entry is None:
            continue
        if line is None:
            insert_corpus(db, entry)
        else:
            entry = replace(line, **{name: getattr(entry, name) for name in OF_FILES})
            change_corpus(db, entry)
        lines[corpus_id] = entry
        found.append(entry)
    return found


def _entry_of(files: WorkspaceFiles, corpus_id: str, version: str) -> CorpusEntry | None:
    """Return the line that a corpus' files say it has; None where they are not whole."""
    rows, documents = files.corpus_rows(corpus_id, version), files.corpus_documents(corpus_id, version)
    try:
        corpus = read_corpus_file(rows, documents, NAMELESS)
    except WorkspaceError as error:
        log.warning("%s", error)
        return None
    about = about_corpus(rows)
    created = datetime.fromtimestamp(rows.stat().st_mtime, UTC).isoformat(timespec="microseconds")
    return CorpusEntry(
        corpus_id,
        str(about.get("name") or NAMELESS),
        created,
        len(corpus),
        str(about.get("encoder") or DEFAULT_ENCODER),
        corpus.embeddings is not None,
        content_of(corpus),
        version,
    )
