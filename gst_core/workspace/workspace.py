"""A workspace: everything that one installation knows. What people typed is committed before a call returns.

The methods open transactions and files; what is done in them is in the modules of this room, one for each kind of
record, and where the files lie is in `gst_core.workspace.folder`.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from gst_core.atomic_files import written
from gst_core.corpus import SameId, with_additions
from gst_core.encoding import DEFAULT_ENCODER, EmbeddingStore, LexicalStore
from gst_core.errors import WorkspaceError
from gst_core.installation import workspace_folder
from gst_core.workspace.additions import Added, grown_entry
from gst_core.workspace.answers import AnswerStore
from gst_core.workspace.arguments import checks_arguments
from gst_core.workspace.column_kinds import ColumnKinds, keep_column_kinds
from gst_core.workspace.corpora import (
    change_corpus,
    content_of,
    insert_corpus,
    read_corpora,
    read_corpus_entry,
    set_long_texts,
)
from gst_core.workspace.corpus_files import read_corpus_file, staged_corpus
from gst_core.workspace.database import Database
from gst_core.workspace.deletion import Deletion, check_there, note, note_texts
from gst_core.workspace.folder import WorkspaceFiles, generic_map
from gst_core.workspace.group_steps import GroupStepRecords, move_step_documents
from gst_core.workspace.lens_records import LensRecords
from gst_core.workspace.lenses import read_lenses
from gst_core.workspace.records import CorpusEntry, new_id, now
from gst_core.workspace.recovery import find_corpora
from gst_core.workspace.replacement import (
    CorpusChanged,
    CorpusChanges,
    Replaced,
    count_labels,
    find_changes,
    follow_texts,
    free_name,
    ids_now,
    likest,
    named_alike,
)

if TYPE_CHECKING:
    from gst_core.corpus import Corpus

log = logging.getLogger(__name__)


@checks_arguments
class Workspace(LensRecords, GroupStepRecords, ColumnKinds):
    """A folder with everything that one installation knows.

    Parameters
    ----------
    folder : path, optional
        Created when it is not there; the default one, see `gst_core.installation`, when left out.

    Attributes
    ----------
    folder : Path
    files : WorkspaceFiles
    embeddings, class_names : EmbeddingStore
    lexical : LexicalStore
    notices : tuple of str
        What a person has to know of how the workspace was found: what was damaged, where it is now, what was kept.

    Raises
    ------
    WorkspaceError
        The folder cannot be written, or is another program's. A damaged file is set aside, see `notices`.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = workspace_folder() if folder is None else _expanded(folder)
        self.files = WorkspaceFiles(self.folder)
        super().__init__(Database(self.files.database))
        with written(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            found = (self._database.prepare(partial(find_corpora, self.files)), self.answers.check())
        self.embeddings = EmbeddingStore(self.files.embeddings)
        self.class_names = EmbeddingStore(self.files.class_names)
        self.lexical = LexicalStore(self.files.lexical)
        self._deletion = Deletion(
            self.files, self._database, self.embeddings, self.class_names, self.lexical, self.answers
        )
        self.notices = tuple(sentence for sentence in (*found, *self._deletion.sweep()) if sentence)
        for sentence in self.notices:
            log.warning("%s", sentence)

    @cached_property
    def answers(self) -> AnswerStore:
        """What LLMs have answered and need not be asked again; see `AnswerStore.of` for whom."""
        return AnswerStore(self.files.answers)

    # --- corpora -----------------------------------------------------------------------------------------------

    def add_corpus(
        self, corpus: "Corpus", encoder: str = DEFAULT_ENCODER, *, keep_both: bool = False, long: str | None = None
    ) -> CorpusEntry:
        """Store a corpus whole, or not at all; one that is there already is returned as it is, with its lenses.

        Parameters
        ----------
        corpus : Corpus
        encoder : str
        keep_both : bool
            Store a file that was edited since beside the corpus that was made of it then, under a name with a number.
        long : {"cut", "chunks"}, optional
            What becomes of texts that are longer than the encoder reads, see `gst_core.encode`. A corpus that is there
            already takes it over.

        Raises
        ------
        CorpusChanged
            A corpus of that name was made of a file that was not quite the same: `replace_corpus` or `keep_both`.
        WorkspaceError
            It cannot be written.
        """
        while True:
            before = self.corpora()
            changes = list(self._changes_of(corpus, encoder, before))
            for one in changes:
                if not one.readable and one.entry.content == content_of(corpus):
                    return self.replace_corpus(
                        one.entry.id, corpus
                    ).entry  # the very same texts: their files are mended
            same = next((one.entry for one in changes if not one.any), None)
            if same is not None:
                return same if long in (None, same.long) else self.change_long_texts(same.id, long)
            if changes and not keep_both:
                raise CorpusChanged(likest(changes))
            added = self._add(corpus, encoder, before, long or "")
            if added is not None:
                return added

    def change_long_texts(self, corpus_id: str, long: str) -> CorpusEntry:
        """Choose what becomes of a corpus' long texts, for the next time that it is encoded.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it cannot be written.
        """
        with self._database.transaction() as db:
            set_long_texts(db, corpus_id, long)
            return read_corpus_entry(db, corpus_id)

    def same_texts(self, corpus: "Corpus", encoder: str = DEFAULT_ENCODER) -> CorpusChanges | None:
        """Return what a file says otherwise than the corpus that was made of it before.

        Of several versions that were kept, the likest. None where it is the very same, or nothing like it is here.
        """
        changes = list(self._changes_of(corpus, encoder, self.corpora()))
        return likest(changes) if changes and all(one.any for one in changes) else None

    def replace_corpus(self, corpus_id: str, corpus: "Corpus", long: str | None = None) -> Replaced:
        """Put another version of a file in the place of a corpus; its lenses stay, and labels follow their texts.

        Where jobs may run on it, `Jobs.replace_corpus` stops them first. What is said of texts that are gone goes with
        them, and so do their embeddings unless another corpus has them. `long` is as for `add_corpus`.

        Raises
        ------
        WorkspaceError
            There is no such corpus, or it cannot be written.
        """
        entry = self.corpus_entry(corpus_id)
        try:
            old: Corpus | None = self.read_corpus(corpus_id)
        except WorkspaceError:  # that is why it is replaced
            old = None
        new_ids = ids_now(old, corpus)
        now_here = replace(
            entry,
            documents=len(corpus),
            own_embeddings=corpus.embeddings is not None,
            content=content_of(corpus),
            files=new_id(),
            long=entry.long if long is None else long,
            grown_from=entry.grown_from if content_of(corpus) == entry.content else "",
        )
        with staged_corpus(self.files, now_here, corpus) as put_in_place, self._database.transaction() as db:
            if read_corpus_entry(db, corpus_id) != entry:
                raise WorkspaceError("This corpus was replaced or deleted meanwhile. Nothing was changed.")
            on_it = read_lenses(db, corpus_id)
            lenses = [lens.id for lens in on_it]
            gone = set() if old is None else set(old.ids) - set(new_ids)
            followed, lost = follow_texts(db, lenses, new_ids, gone)
            move_step_documents(db, corpus_id, new_ids)
            if now_here.content != entry.content:
                note(db, entry, [generic_map(corpus_id), *lenses])
            else:  # the columns may say something else of the same texts
                note(db, entry, [lens.id for lens in on_it if lens.left_out])
            note_texts(db, entry)
            keep_column_kinds(db, corpus_id, [str(name) for name in corpus.rows.columns])
            change_corpus(db, now_here)
            put_in_place()
        self._deletion.finish()
        return Replaced(now_here, followed, lost)

    def add_documents(
        self,
        corpus_id: str,
        corpus: "Corpus",
        *,
        same_id: SameId = "leave",
        goes_on: Mapping[str, str] | None = None,
    ) -> Added:
        """Set the new texts of a file behind those of a corpus; lenses, labels, maps and ids stay as they are.

        Where jobs may run on it, `Jobs.add_documents` stops them first. Nothing is written where no text is new.
        Long texts are read from now on as those that are there were. `same_id` and `goes_on` are as for
        `gst_core.corpus.with_additions`.

        Raises
        ------
        WorkspaceError
            There is no such corpus, it changed meanwhile, or it cannot be written.
        CorpusError
            The file does not go with the corpus.
        EncoderError
            The corpus' encoder cannot be had.
        """
        entry, old = self.corpus_entry(corpus_id), self.read_corpus(corpus_id)
        addition = with_additions(old, corpus, same_id=same_id, goes_on=goes_on)
        if len(addition.corpus) == len(old):
            return Added(entry, addition)
        grown = grown_entry(entry, old, addition.corpus, self.embeddings)
        with staged_corpus(self.files, grown, addition.corpus) as put_in_place, self._database.transaction() as db:
            if read_corpus_entry(db, corpus_id) != entry:
                raise WorkspaceError("This corpus was replaced or deleted meanwhile. Nothing was changed.")
            note_texts(db, entry)
            change_corpus(db, grown)
            put_in_place()
        self._deletion.finish()
        return Added(grown, addition)

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
        rows, documents = (self.files.corpus_rows, self.files.corpus_documents)
        try:
            return read_corpus_file(
                rows(corpus_id, entry.files), documents(corpus_id, entry.files), entry.name, entry.content
            )
        except WorkspaceError:
            if self.corpus_entry(corpus_id) == entry:
                raise
        return self.read_corpus(corpus_id)  # it was replaced while it was read

    def delete_corpus(self, corpus_id: str) -> None:
        """Remove a corpus for good, with its lenses and labels and all that was made of it.

        Where jobs may run on it, `Jobs.delete_corpus` stops them first. Embeddings of texts that another corpus has
        stay.

        Raises
        ------
        WorkspaceError
            The records are gone, and some files could not be removed; the next start tries again.
        """
        self._deletion.corpus(corpus_id)

    def forget_texts(self, texts: Iterable[str]) -> None:
        """Remove the embeddings of those of these texts that are in no corpus.

        Raises
        ------
        WorkspaceError
            A file cannot be removed.
        """
        self._deletion.forget_texts(texts)

    @contextmanager
    def while_there(self, corpus_id: str, lens_id: str | None = None) -> Iterator[None]:
        """Keep a corpus, and a lens, from being deleted while something is saved for it.

        Raises
        ------
        WorkspaceError
            It is gone.
        """
        with self._database.transaction() as db:
            check_there(db, corpus_id, lens_id)
            yield

    def bytes_used(self, corpus_id: str) -> int:
        """Return the bytes that a corpus' documents and maps take on disk (embeddings are shared between corpora)."""
        version = self.corpus_entry(corpus_id).files
        files = [self.files.corpus_rows(corpus_id, version), self.files.corpus_documents(corpus_id, version)]
        for lens in [generic_map(corpus_id), *(lens.id for lens in self.lenses(corpus_id))]:
            files += self.map_folder(lens).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())

    # --- lenses ------------------------------------------------------------------------------------------------

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens for good, with its labels and all that was made of it.

        Where jobs may run on it, `Jobs.delete_lens` stops them first.

        Raises
        ------
        WorkspaceError
            The records are gone, and some files could not be removed; the next start tries again.
        """
        self._deletion.lens(lens_id)

    # --- places for what can be recomputed ---------------------------------------------------------------------

    def map_folder(self, lens_id: str) -> Path:
        """Return the folder where a lens' settled maps are kept."""
        return self.files.maps(lens_id)

    # --- storing a corpus --------------------------------------------------------------------------------------

    def _changes_of(self, corpus: "Corpus", encoder: str, entries: Iterable[CorpusEntry]) -> Iterator[CorpusChanges]:
        """Yield what is different from each corpus that may be of the same file."""
        for entry in entries:
            if not named_alike(entry, corpus.name, encoder, own_embeddings=corpus.embeddings is not None):
                continue
            with self._database.connect() as db:
                labelled = count_labels(db, entry.id)
            try:
                changes = find_changes(entry, self.read_corpus(entry.id), corpus, labelled)
            except WorkspaceError:
                changes = CorpusChanges(entry, readable=False)
            if changes is not None:
                yield changes

    def _add(self, corpus: "Corpus", encoder: str, before: list[CorpusEntry], long: str) -> CorpusEntry | None:
        """Store a corpus, unless the corpora are not those that were looked at before: then nothing is done."""
        entry = CorpusEntry(
            new_id(),
            free_name(corpus.name, before),
            now(),
            len(corpus),
            encoder,
            corpus.embeddings is not None,
            content_of(corpus),
            long=long,
        )
        with staged_corpus(self.files, entry, corpus) as put_in_place, self._database.transaction() as db:
            if read_corpora(db) != before:
                return None
            insert_corpus(db, entry)
            put_in_place()
        return entry


def _expanded(folder: str | os.PathLike[str]) -> Path:
    try:
        given = os.fspath(folder)
        if not isinstance(given, str) or not given.strip() or "\x00" in given:
            raise TypeError
        return Path(given).expanduser()
    except TypeError:
        raise WorkspaceError(f"{folder!r:.80} is not the path of a folder for a workspace.") from None
    except RuntimeError as error:
        raise WorkspaceError(
            f"There is no home folder, which {folder} needs. Give the workspace's whole path."
        ) from error
