"""What is on disk: one SQLite file for what people typed, content-addressed files for what can be recomputed.

The only module that knows the disk layout::

    workspace.sqlite          corpora, lenses, classes, labels, history (WAL; committed before a call returns)
    answers.sqlite            what LLMs answered, see `gst_core.workspace.answers`
    corpora/<id>.parquet      the documents and rows of a corpus, written once, before its line in SQLite
    embeddings/<encoder>/     see `gst_core.encoding.store`
    maps/<lens>/<key>.npz     a settled frame; <key>.transform/ is the fitted transform beside it
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from gst_core.corpus.corpus import Corpus
from gst_core.encoding.names import DEFAULT_ENCODER
from gst_core.encoding.store import EmbeddingStore
from gst_core.errors import WorkspaceError
from gst_core.installation import workspace_folder
from gst_core.workspace.answers import AnswerStore
from gst_core.workspace.corpus_files import DOCUMENTS_SUFFIX, read_corpus_file, write_corpus
from gst_core.workspace.database import Database
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.label_sets import read_label_set, read_proposal, write_label_set, write_proposal
from gst_core.workspace.labels import (
    NOTHING,
    Said,
    change_labels,
    history_state,
    insert_class,
    move_labels,
    read_labels,
    redo_step,
    rename_everywhere,
    take_labels,
    undo_step,
)
from gst_core.workspace.records import (
    HUMAN,
    LLM,
    CorpusEntry,
    HistoryState,
    Label,
    Lens,
    clean_class_name,
    effective_labels,
    new_id,
    now,
)
from gst_core.workspace.runs import AnnotationRun, read_run, write_run

__all__ = [
    "HUMAN",
    "LLM",
    "AnnotationRun",
    "CorpusEntry",
    "HistoryState",
    "Label",
    "Lens",
    "Workspace",
    "clean_class_name",
    "effective_labels",
    "generic_map",
]

LENS = "SELECT id, corpus, name, instruction, created FROM lenses"


class Workspace:
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
        self._database = Database(self.folder / "workspace.sqlite")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._database.prepare()
        except (OSError, sqlite3.Error) as error:
            raise WorkspaceError(f"The workspace {self.folder} cannot be used: {error}.") from error
        self.embeddings = EmbeddingStore(self.folder / "embeddings")
        self.class_names = EmbeddingStore(self.folder / "class_names")

    @cached_property
    def answers(self) -> AnswerStore:
        """What LLMs have answered and need not be asked again."""
        return AnswerStore(self.folder / "answers.sqlite")

    # --- corpora -----------------------------------------------------------------------------------------------

    def add_corpus(self, corpus: Corpus, encoder: str = DEFAULT_ENCODER) -> CorpusEntry:
        """Store a corpus whole, or not at all; the same texts under the same name are one corpus.

        A corpus that is there already is returned as it is, with its lenses.
        """
        content = f"{corpus.key()}-{_embeddings_mark(corpus)}"
        for known in self.corpora():
            if (known.name, known.content, known.encoder) == (corpus.name, content, encoder):
                return known
        entry = CorpusEntry(new_id(), corpus.name, now(), len(corpus), encoder, corpus.embeddings is not None, content)
        write_corpus(self._corpus_file(entry.id), corpus)
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO corpora VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry.id, entry.name, entry.created, entry.documents, encoder, entry.own_embeddings, content),
            )
        return entry

    def corpora(self) -> list[CorpusEntry]:
        """Return the corpora, newest first."""
        with self._database.connect() as db:
            rows = db.execute("SELECT * FROM corpora ORDER BY created DESC, rowid DESC").fetchall()
        return [_corpus_entry(row) for row in rows]

    def corpus_entry(self, corpus_id: str) -> CorpusEntry:
        """Return one corpus' line.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._database.connect() as db:
            row = db.execute("SELECT * FROM corpora WHERE id = ?", (corpus_id,)).fetchone()
        if row is None:
            raise WorkspaceError("This corpus is no longer in the workspace. Open it again on the Corpus page.")
        return _corpus_entry(row)

    def read_corpus(self, corpus_id: str) -> Corpus:
        """Read a stored corpus back.

        Raises
        ------
        WorkspaceError
            It is not there, or its file is damaged.
        """
        entry = self.corpus_entry(corpus_id)
        return read_corpus_file(self._corpus_file(corpus_id), entry.name)

    def delete_corpus(self, corpus_id: str) -> None:
        """Remove a corpus with its lenses, labels and maps."""
        for lens in self.lenses(corpus_id):
            self._remove_maps(lens.id)
        self._remove_maps(generic_map(corpus_id))
        with self._database.transaction() as db:
            db.execute("DELETE FROM corpora WHERE id = ?", (corpus_id,))
        for file in self._corpus_files(corpus_id):
            file.unlink(missing_ok=True)

    def bytes_used(self, corpus_id: str) -> int:
        """Return the bytes that a corpus' documents and maps take on disk (embeddings are shared between corpora)."""
        files = self._corpus_files(corpus_id)
        for lens in [generic_map(corpus_id), *(lens.id for lens in self.lenses(corpus_id))]:
            files += self.map_folder(lens).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())

    # --- lenses ------------------------------------------------------------------------------------------------

    def add_lens(self, corpus_id: str, instruction: str, *, name: str = "", classes: Sequence[str] = ()) -> Lens:
        """Add a lens; its name is the instruction when no other is given.

        Raises
        ------
        WorkspaceError
            The instruction is empty, or the corpus is gone.
        """
        instruction = " ".join(instruction.split())
        if not instruction:
            raise WorkspaceError("Say in a few words what the map should group by.")
        self.corpus_entry(corpus_id)
        lens = Lens(new_id(), corpus_id, name.strip() or instruction, instruction, now())
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO lenses (id, corpus, name, instruction, created) VALUES (?, ?, ?, ?, ?)",
                (lens.id, lens.corpus, lens.name, lens.instruction, lens.created),
            )
            for class_name in classes:
                insert_class(db, lens.id, clean_class_name(class_name))
        return self.lens(lens.id)

    def lenses(self, corpus_id: str) -> list[Lens]:
        """Return the lenses of a corpus in the order in which they were made."""
        with self._database.connect() as db:
            rows = db.execute(f"{LENS} WHERE corpus = ? ORDER BY created, rowid", (corpus_id,)).fetchall()
            return [_lens(db, row) for row in rows]

    def lens(self, lens_id: str) -> Lens:
        """Return one lens.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._database.connect() as db:
            row = db.execute(f"{LENS} WHERE id = ?", (lens_id,)).fetchone()
            if row is None:
                raise WorkspaceError("This lens is no longer in the workspace. Choose another one.")
            return _lens(db, row)

    def rename_lens(self, lens_id: str, instruction: str) -> Lens:
        """Give a lens another instruction, which is its name too; its labels stay."""
        instruction = " ".join(instruction.split())
        if not instruction:
            raise WorkspaceError("Say in a few words what the map should group by.")
        with self._database.transaction() as db:
            db.execute("UPDATE lenses SET name = ?, instruction = ? WHERE id = ?", (instruction, instruction, lens_id))
        return self.lens(lens_id)

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens with its labels and maps."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM lenses WHERE id = ?", (lens_id,))
        self._remove_maps(lens_id)

    def add_class(self, lens_id: str, name: str) -> str:
        """Add a class to a lens and return its cleaned name; one that is there stays as it is."""
        name = clean_class_name(name)
        with self._database.transaction() as db:
            insert_class(db, lens_id, name)
        return name

    def rename_class(self, lens_id: str, old: str, new: str) -> None:
        """Rename a class; renaming it to one that exists merges the two, as a step that can be undone."""
        new = clean_class_name(new)
        if new == old:
            return
        merging = new in self.lens(lens_id).classes
        with self._database.transaction() as db:
            if not merging:
                rename_everywhere(db, lens_id, old, new)
                return
            move_labels(db, lens_id, old, new)
            db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, old))

    def delete_class(self, lens_id: str, name: str) -> None:
        """Remove a class and, as a step that can be undone, everybody's labels of it."""
        with self._database.transaction() as db:
            move_labels(db, lens_id, name, None)
            db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, name))

    def label_set(self, lens_id: str) -> LabelSet:
        """Return a lens' classes with their definitions and examples.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        AnnotationError
            Two of its classes have names that differ in their capitals only, or one is called "none of these".
        """
        lens = self.lens(lens_id)
        with self._database.connect() as db:
            return read_label_set(db, lens.id)

    def define_classes(self, lens_id: str, label_set: LabelSet) -> Lens:
        """Give a lens the classes of a label set: names, definitions, examples and order, all of it or nothing.

        A class that was renamed since the set was read from the lens, or that is there under a name with other
        capitals, takes the new name and keeps its labels; those of merged classes come together, as a step that can be
        undone. Classes that are not in the set go, with the LLM's labels of them in the same step; one that a person
        has used stays, after the others, so that nothing that a person said is lost.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._database.transaction() as db:
            write_label_set(db, lens_id, label_set)
        return self.lens(lens_id)

    # --- labels ------------------------------------------------------------------------------------------------

    def labels(self, lens_id: str) -> list[Label]:
        """Return a lens' labels, oldest first; where person and LLM both spoke, both are given."""
        with self._database.connect() as db:
            return read_labels(db, lens_id)

    def set_labels(
        self,
        lens_id: str,
        labels: Mapping[str, str | None],
        who: str = HUMAN,
        *,
        confidences: Mapping[str, float] | None = None,
        model: str = "",
        step: str = "",
    ) -> int:
        """Label documents, or with None take their labels away.

        The labels are on disk when this returns. One call is one step of undo, unless `step` names one.

        Parameters
        ----------
        lens_id : str
        labels : mapping of str to str or None
            The class of each document.
        who : {"human", "llm"}
        confidences : mapping of str to float, optional
            What the LLM stated of each document, from 0 to 1; a person's labels have none.
        model : str
            Which LLM it is.
        step : str
            Calls with the same name add to one step, such as all batches of one run; they go on with a new step when
            that one was undone.

        Returns
        -------
        int
            How many labels changed.
        """
        stated = {document: float(confidence) for document, confidence in (confidences or {}).items()}
        said = {
            (document, who): Said(name, stated.get(document), model=model) if name else NOTHING
            for document, name in labels.items()
        }
        with self._database.transaction() as db:
            return change_labels(db, lens_id, said, who, step)

    def take_labels(self, lens_id: str, documents: Sequence[str]) -> int:
        """Take the label that counts from each document, a person's or an LLM's, as one step of the person.

        Where both spoke the person's goes, and what the LLM said counts again.

        Returns
        -------
        int
            How many labels were taken away.
        """
        with self._database.transaction() as db:
            return take_labels(db, lens_id, documents)

    def keep_label(self, lens_id: str, document: str, machine: str) -> None:
        """Note that a person, told that the LLM says `machine` of a document, stays with their own label of it."""
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO kept_labels VALUES (?, ?, ?)", (lens_id, document, machine))

    def kept_labels(self, lens_id: str) -> dict[str, str]:
        """Return the documents of which a person stayed with their own label, and what the LLM had said of each."""
        with self._database.connect() as db:
            return dict(db.execute("SELECT document, machine FROM kept_labels WHERE lens = ?", (lens_id,)).fetchall())

    def undo(self, lens_id: str, who: str | None = None) -> int:
        """Take a step back: the person's last, or when none is left the LLM's; with `who` only theirs.

        Returns
        -------
        int
            How many labels changed; 0 when there was no step.
        """
        with self._database.transaction() as db:
            return undo_step(db, lens_id, who)

    def redo(self, lens_id: str, who: str | None = None) -> int:
        """Do again what was undone last, with `who` only theirs.

        Returns
        -------
        int
            How many labels changed; 0 when there was no step.
        """
        with self._database.transaction() as db:
            return redo_step(db, lens_id, who)

    def history(self, lens_id: str, who: str | None = None) -> HistoryState:
        """Return how many steps can be undone and redone, with `who` only theirs."""
        with self._database.connect() as db:
            return history_state(db, lens_id, who)

    # --- annotation by an LLM ----------------------------------------------------------------------------------

    def save_proposal(self, lens_id: str, label_set: LabelSet) -> None:
        """Keep a label set that was constructed for a lens and is not accepted yet.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._database.transaction() as db:
            write_proposal(db, lens_id, label_set)

    def proposal(self, lens_id: str) -> LabelSet | None:
        """Return the label set that waits to be accepted, if there is one."""
        with self._database.connect() as db:
            return read_proposal(db, lens_id)

    def drop_proposal(self, lens_id: str) -> None:
        """Forget the label set that waits to be accepted."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM proposals WHERE lens = ?", (lens_id,))

    def save_annotation_run(self, lens_id: str, run: AnnotationRun) -> None:
        """Keep how far the labelling of a lens has come, in the place of the run before.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._database.transaction() as db:
            write_run(db, lens_id, run)

    def annotation_run(self, lens_id: str) -> AnnotationRun | None:
        """Return how far the last labelling of a lens by an LLM has come, if there was one."""
        with self._database.connect() as db:
            return read_run(db, lens_id)

    # --- places for what can be recomputed ---------------------------------------------------------------------

    def map_folder(self, lens_id: str) -> Path:
        """Return the folder where a lens' settled maps are kept."""
        return self.folder / "maps" / lens_id

    def _remove_maps(self, lens_id: str) -> None:
        shutil.rmtree(self.map_folder(lens_id), ignore_errors=True)

    def _corpus_file(self, corpus_id: str) -> Path:
        return self.folder / "corpora" / f"{corpus_id}.parquet"

    def _corpus_files(self, corpus_id: str) -> list[Path]:
        rows = self._corpus_file(corpus_id)
        return [rows, rows.with_suffix(DOCUMENTS_SUFFIX)]


def generic_map(corpus_id: str) -> str:
    """Return the name under which a corpus' generic map is kept, in the place of a lens' id."""
    return f"generic-{corpus_id}"


def _corpus_entry(row: tuple[str, str, str, int, str, int, str]) -> CorpusEntry:
    identity, name, created, documents, encoder, own, content = row
    return CorpusEntry(identity, name, created, documents, encoder, bool(own), content)


def _lens(db: sqlite3.Connection, row: tuple[str, str, str, str, str]) -> Lens:
    classes = db.execute("SELECT name FROM classes WHERE lens = ? ORDER BY position", (row[0],)).fetchall()
    return Lens(*row, classes=tuple(name for (name,) in classes))


def _embeddings_mark(corpus: Corpus) -> str:
    if corpus.embeddings is None:
        return "encoded"
    return f"own-{hashlib.sha256(np.ascontiguousarray(corpus.embeddings).tobytes()).hexdigest()[:16]}"
