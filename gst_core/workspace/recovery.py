"""Corpora whose line in the database is lost, found again in their files."""

import logging
import sqlite3
from datetime import UTC, datetime

from gst_core.encoding import DEFAULT_ENCODER
from gst_core.errors import WorkspaceError
from gst_core.workspace.corpora import content_of, insert_corpus, read_corpora
from gst_core.workspace.corpus_files import about_corpus, read_corpus_file
from gst_core.workspace.folder import WorkspaceFiles
from gst_core.workspace.records import CorpusEntry

log = logging.getLogger(__name__)

NAMELESS = "found again"  # the files of earlier versions do not say what their corpus is called


def find_corpora(files: WorkspaceFiles, db: sqlite3.Connection) -> None:
    """Add the corpora that have files and no line; called where the database is damaged or gone."""
    known = {entry.id for entry in read_corpora(db)}
    for corpus_id, version in map(files.corpus_of, files.corpus_files()):
        if corpus_id in known:
            continue
        rows, documents = files.corpus_rows(corpus_id, version), files.corpus_documents(corpus_id, version)
        try:
            corpus = read_corpus_file(rows, documents, NAMELESS)
            about = about_corpus(rows)
        except WorkspaceError as error:
            log.warning("%s", error)
            continue
        created = datetime.fromtimestamp(rows.stat().st_mtime, UTC).isoformat(timespec="microseconds")
        insert_corpus(
            db,
            CorpusEntry(
                corpus_id,
                str(about.get("name") or NAMELESS),
                created,
                len(corpus),
                str(about.get("encoder") or DEFAULT_ENCODER),
                corpus.embeddings is not None,
                content_of(corpus),
                version,
            ),
        )
        known.add(corpus_id)
