"""A workspace: everything that one installation knows. What people typed is committed before a call returns.

The methods open transactions and files; what is done in them is in the modules of this room, one for each kind of
record, and where the files lie is in `gst_core.workspace.folder`.
"""

import os
import shutil
import sqlite3
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gst_core.encoding import DEFAULT_ENCODER, EmbeddingStore
from gst_core.errors import WorkspaceError
from gst_core.installation import workspace_folder
from gst_core.workspace.answers import AnswerStore
from gst_core.workspace.corpora import content_of, insert_corpus, read_corpora, read_corpus_entry, remove_corpus
from gst_core.workspace.corpus_files import read_corpus_file, write_corpus
from gst_core.workspace.database import Database
from gst_core.workspace.folder import WorkspaceFiles, generic_map
from gst_core.workspace.lens_records import LensRecords
from gst_core.workspace.lenses import remove_lens
from gst_core.workspace.records import CorpusEntry, new_id, now

if TYPE_CHECKING:
    from gst_core.corpus import Corpus


class Workspace(LensRecords):
    """A folder with everything that one installation knows.

    Parameters
    ----------
    folder : path, optional
        Created when it is not there; the default one, see `gst_core.installation`, when left out.

    Raises
    ------
    WorkspaceError
        The folder cannot be written, or the database in it is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = workspace_folder() if folder is None else Path(folder).expanduser()
        self.files = WorkspaceFiles(self.folder)
        super().__init__(Database(self.files.database))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._database.prepare()
        except (OSError, sqlite3.Error) as error:
            raise WorkspaceError(f"The workspace {self.folder} cannot be used: {error}.") from error
        self.embeddings = EmbeddingStore(self.files.embeddings)
        self.class_names = EmbeddingStore(self.files.class_names)

    @cached_property
    def answers(self) -> AnswerStore:
        """What LLMs have answered and need not be asked again."""
        return AnswerStore(self.files.answers)

    # --- corpora -----------------------------------------------------------------------------------------------

    def add_corpus(self, corpus: "Corpus", encoder: str = DEFAULT_ENCODER) -> CorpusEntry:
        """Store a corpus whole, or not at all; the same texts under the same name are one corpus.

        A corpus that is there already is returned as it is, with its lenses.
        """
        content = content_of(corpus)
        for known in self.corpora():
            if (known.name, known.content, known.encoder) == (corpus.name, content, encoder):
                return known
        entry = CorpusEntry(new_id(), corpus.name, now(), len(corpus), encoder, corpus.embeddings is not None, content)
        write_corpus(self.files.corpus_rows(entry.id), self.files.corpus_documents(entry.id), corpus)
        with self._database.transaction() as db:
            insert_corpus(db, entry)
        return entry

    def corpora(self) -> list[CorpusEntry]:
        """Return the corpora, newest first."""
        with self._database.connect() as db:
            return read_corpora(db)

    def corpus_entry(self, corpus_id: str) -> CorpusEntry:
        """Return one corpus' line.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._database.connect() as db:
            return read_corpus_entry(db, corpus_id)

    def read_corpus(self, corpus_id: str) -> "Corpus":
        """Read a stored corpus back.

        Raises
        ------
        WorkspaceError
            It is not there, or its file is damaged.
        """
        entry = self.corpus_entry(corpus_id)
        return read_corpus_file(self.files.corpus_rows(corpus_id), self.files.corpus_documents(corpus_id), entry.name)

    def delete_corpus(self, corpus_id: str) -> None:
        """Remove a corpus with its lenses, labels and maps."""
        for lens in self.lenses(corpus_id):
            self._remove_maps(lens.id)
        self._remove_maps(generic_map(corpus_id))
        with self._database.transaction() as db:
            remove_corpus(db, corpus_id)
        for file in (self.files.corpus_rows(corpus_id), self.files.corpus_documents(corpus_id)):
            file.unlink(missing_ok=True)

    def bytes_used(self, corpus_id: str) -> int:
        """Return the bytes that a corpus' documents and maps take on disk (embeddings are shared between corpora)."""
        files = [self.files.corpus_rows(corpus_id), self.files.corpus_documents(corpus_id)]
        for lens in [generic_map(corpus_id), *(lens.id for lens in self.lenses(corpus_id))]:
            files += self.map_folder(lens).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())

    # --- lenses ------------------------------------------------------------------------------------------------

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens with its labels and maps; where jobs may run on it, `Jobs.delete_lens` stops them first."""
        with self._database.transaction() as db:
            remove_lens(db, lens_id)
        self._remove_maps(lens_id)

    # --- places for what can be recomputed ---------------------------------------------------------------------

    def map_folder(self, lens_id: str) -> Path:
        """Return the folder where a lens' settled maps are kept."""
        return self.files.maps(lens_id)

    def _remove_maps(self, lens_id: str) -> None:
        shutil.rmtree(self.map_folder(lens_id), ignore_errors=True)
