"""What goes with a corpus or a lens that is deleted, and what a killed process left.

A deletion is one transaction that removes the records and notes in the table ``deletions`` which files go with them.
The files are removed after it, and then the note; what a kill left of that is done at the next start. So whatever is
saved late finds that its corpus or lens is gone, and nothing is shown of what is half deleted.
"""

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from gst_core.atomic_files import locked, remove, remove_unfinished, written
from gst_core.encoding import EmbeddingStore, LexicalStore, class_name_sentences, every_key
from gst_core.errors import GstError
from gst_core.workspace.answers import AnswerStore
from gst_core.workspace.corpora import read_corpora, read_corpus_entry, remove_corpus
from gst_core.workspace.corpus_files import read_texts
from gst_core.workspace.database import Database
from gst_core.workspace.folder import WorkspaceFiles, generic_map
from gst_core.workspace.lenses import read_all_lenses, read_lens, read_lenses, remove_lens
from gst_core.workspace.records import CorpusEntry, Lens
from gst_core.workspace.recovery import find_corpora

ANSWERS_ON = "texts-"  # before what `Corpus.key` gives of texts without a lens that answers were given for
SWEEP_PATIENCE = 1.0  # seconds: a start that finds the workspace in use leaves the cleaning to the next one
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deletion:
    """Removes what goes with records that are gone.

    Parameters
    ----------
    files : WorkspaceFiles
    database : Database
    embeddings, class_names : EmbeddingStore
    lexical : LexicalStore
    answers : AnswerStore
    """

    files: WorkspaceFiles
    database: Database
    embeddings: EmbeddingStore
    class_names: EmbeddingStore
    lexical: LexicalStore
    answers: AnswerStore

    def corpus(self, corpus_id: str) -> None:
        """Delete a corpus with its lenses and all that was made of it; one that is gone already stays so.

        Raises
        ------
        WorkspaceError
            Some of its files could not be removed; the next start tries again.
        """
        with self.database.transaction() as db:
            entry = next((entry for entry in read_corpora(db) if entry.id == corpus_id), None)
            if entry is None:
                return
            lenses = [lens.id for lens in read_lenses(db, corpus_id)]
            note(db, entry, [generic_map(corpus_id), *lenses])
            note_texts(db, entry)
            remove_corpus(db, corpus_id)
        self.finish()

    def lens(self, lens_id: str) -> None:
        """Delete a lens with all that was made of it; one that is gone already stays so.

        Raises
        ------
        WorkspaceError
            Some of its files could not be removed; the next start tries again.
        """
        with self.database.transaction() as db:
            found = [lens for lens in read_all_lenses(db) if lens.id == lens_id]
            for lens in found:
                note(db, read_corpus_entry(db, lens.corpus), [lens.id])
                remove_lens(db, lens.id)
        if found:
            self.finish()

    def finish(self) -> None:
        """Remove the files of everything that is noted as deleted or replaced.

        Raises
        ------
        WorkspaceError
            Some could not be removed; they stay noted.
        """
        with self.database.connect() as db:
            noted = db.execute("SELECT rowid, corpus, lens, files FROM deletions").fetchall()
            corpora, lenses = read_corpora(db), read_all_lenses(db)
        if not noted:
            return
        old_texts = {(corpus, version) for _, corpus, lens, version in noted if not lens}
        maps = {lens for _, _, lens, _ in noted if lens}
        for lens in maps:
            with written(self.files.maps(lens)):
                remove(self.files.maps(lens))
        texts = [read_texts(self.files.corpus_documents(*which)) for which in old_texts]
        known = [text for some in texts if some is not None for text in some]
        self._forget(known, corpora, all_others=None in texts)
        self.tidy_class_names(lenses)
        self._forget_answers(maps, old_texts, corpora, lenses)
        for which in old_texts:
            for file in (self.files.corpus_documents(*which), self.files.corpus_rows(*which)):
                with written(file):
                    remove(file)
        self.database.scrub()
        with self.database.transaction() as db:
            db.executemany("DELETE FROM deletions WHERE rowid = ?", [(row,) for row, *_ in noted])

    def _forget_answers(
        self, gone: set[str], old_texts: set[tuple[str, str]], corpora: list[CorpusEntry], lenses: list[Lens]
    ) -> None:
        """Remove what was answered for lenses that are gone, and about texts that are in their corpora no more."""
        of_texts = {key for name in gone if (key := name.removeprefix(ANSWERS_ON)) != name}
        corpus_is_gone = not {corpus for corpus, _ in old_texts} <= {entry.id for entry in corpora}
        self.answers.remove(
            gone - {lens.id for lens in lenses},
            returning=of_texts - {entry.texts for entry in corpora},
            of_nobody=corpus_is_gone,
        )
        for entry in corpora:
            before = [read_texts(self.files.corpus_documents(*which)) for which in old_texts if which[0] == entry.id]
            if not before:
                continue
            now = set(read_texts(self.files.corpus_documents(entry.id, entry.files)) or ())
            if any(texts is None or not now.issuperset(texts) for texts in before):
                self.answers.remove_others([lens.id for lens in lenses if lens.corpus == entry.id], now)

    def forget_texts(self, texts: Iterable[str]) -> None:
        """Remove the embeddings, and the vocabularies, of those of these texts that are in no corpus.

        Raises
        ------
        WorkspaceError
            A file cannot be removed.
        """
        with self.database.connect() as db:
            corpora = read_corpora(db)
        self._forget(list(texts), corpora)

    def _forget(self, texts: list[str], corpora: list[CorpusEntry], *, all_others: bool = False) -> None:
        """Remove what was made of texts that are in no corpus: of these, or of all, where nobody can read which."""
        if not texts and not all_others:
            return
        going, staying = every_key(texts), set()
        for entry in corpora:
            staying |= every_key(read_texts(self.files.corpus_documents(entry.id, entry.files)) or [])
        for store in (self.lexical, self.embeddings):
            if all_others:
                store.remove_texts(lambda key: key not in staying)
            elif going - staying:
                store.remove_texts((going - staying).__contains__)

    def tidy_class_names(self, lenses: Iterable[Lens]) -> None:
        """Remove the embeddings of class names that no lens has."""
        texts = [
            text
            for lens in lenses
            for c in {*lens.classes, *lens.meanings}
            for text in class_name_sentences(lens.meant, c)
        ]
        used = every_key(texts)
        self.class_names.remove_texts(lambda key: key not in used)

    def sweep(self) -> tuple[str, ...]:
        """Remove what killed processes left: unfinished files, those of records that are not there, noted deletions.

        Nothing is removed that a living process is writing. What goes wrong is for the next start. Whole files of a
        corpus that has no line were not deleted, which would be noted: they become a corpus again.

        Returns
        -------
        tuple of str
            What was found, a sentence each.
        """
        files, found = self.files, tuple[str, ...]()
        try:
            with locked(files.folder):
                for folder in (files.corpora, files.embeddings, files.lexical, files.class_names, files.all_maps):
                    remove_unfinished(folder)
                remove_unfinished(files.folder, deep=False)
                # Files come into their places in a transaction with their records.
                with self.database.transaction(SWEEP_PATIENCE) as db:
                    found = self._sort_strays(db)
            self.finish()
        except (GstError, OSError) as error:
            log.warning("not all that was left could be removed: %s", error)
        return found

    def _sort_strays(self, db: sqlite3.Connection) -> tuple[str, ...]:
        said = [
            f"The workspace's records did not know “{entry.name}”, whose files are there: it is a corpus again. "
            "Delete it if you do not need it."
            for entry in find_corpora(self.files, db)
        ]
        corpora, lenses = read_corpora(db), read_all_lenses(db)
        noted = db.execute("SELECT corpus, files FROM deletions WHERE lens = ''").fetchall()
        lines = {entry.id: entry for entry in corpora}
        there = {(entry.id, entry.files) for entry in corpora} | set(noted)
        for file in self.files.corpus_files():
            which = self.files.corpus_of(file)
            if which in there:
                continue
            line = lines.get(which[0])
            others = line is not None and self.files.has_corpus(line.id, line.files)
            if not others and self.files.has_corpus(*which):  # damaged; nobody said that it should go
                said.append(
                    f"{file} belongs to no corpus and cannot be read, so it was left as it is. Remove it when you need "
                    "no more of it."
                )
            else:  # half of what was being written, or of a replacement, when it was killed
                log.warning("%s belongs to no corpus and is removed", file)
                remove(file)
        known = {lens.id for lens in lenses} | {generic_map(entry.id) for entry in corpora}
        for name in self.files.lenses_with_maps():
            if name not in known:
                remove(self.files.maps(name))
        return tuple(said)


def note(db: sqlite3.Connection, entry: CorpusEntry, lenses: Iterable[str]) -> None:
    """Note that the maps of lenses go, and the answers that were given for those that are not there."""
    db.executemany("INSERT INTO deletions VALUES (?, ?, '')", [(entry.id, lens) for lens in lenses])


def note_texts(db: sqlite3.Connection, entry: CorpusEntry) -> None:
    """Note that a corpus' files go, the embeddings of its texts, and answers about them that are of no lens."""
    note(db, entry, [f"{ANSWERS_ON}{entry.texts}"])
    db.execute("INSERT INTO deletions VALUES (?, '', ?)", (entry.id, entry.files))


def check_there(db: sqlite3.Connection, corpus_id: str, lens_id: str | None = None) -> None:
    """Raise an error if a corpus, or a lens of it, is gone.

    Raises
    ------
    WorkspaceError
        It is.
    """
    read_corpus_entry(db, corpus_id)
    if lens_id is not None:
        read_lens(db, lens_id)
