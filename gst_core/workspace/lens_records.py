"""What people say on a lens: its instruction, classes, labels with their steps, and what a model was asked for.

Each method is one transaction; what is done in it is in the modules of this room, one for each kind of record.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from gst_core.workspace.annotation_runs import AnnotationRun, read_run, write_run
from gst_core.workspace.arguments import checks_arguments
from gst_core.workspace.checks import RandomCheck, add_drawn, forget_unlabelled, read_check, set_apart
from gst_core.workspace.classes import delete_class, read_label_set, rename_class, write_label_set
from gst_core.workspace.database import Database
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.labels import (
    change_labels,
    history_state,
    insert_class,
    keep_label,
    label_values,
    read_kept_labels,
    read_labels,
    redo_step,
    remove_effective_labels,
    undo_step,
)
from gst_core.workspace.lenses import (
    change_instruction,
    clean_instruction,
    insert_lens,
    read_lens,
    read_lenses,
    set_by_words,
)
from gst_core.workspace.proposals import drop_proposal, read_proposal, write_proposal
from gst_core.workspace.records import HUMAN, HistoryState, Label, Lens, clean_class_name


@checks_arguments
class LensRecords:
    """The records of all lenses of a workspace; what a person typed is on disk when a method returns.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_lens(self, corpus_id: str, instruction: str, *, name: str = "", classes: Sequence[str] = ()) -> Lens:
        """Add a lens; its name is the instruction when no other is given.

        Raises
        ------
        WorkspaceError
            The instruction is empty, or the corpus is gone.
        """
        instruction = clean_instruction(instruction)
        with self._database.transaction() as db:
            lens_id = insert_lens(db, corpus_id, instruction, name.strip() or instruction)
            for class_name in classes:
                insert_class(db, lens_id, clean_class_name(class_name))
            return read_lens(db, lens_id)

    def lenses(self, corpus_id: str) -> list[Lens]:
        """Return the lenses of a corpus in the order in which they were made."""
        with self._database.connect() as db:
            return read_lenses(db, corpus_id)

    def lens(self, lens_id: str) -> Lens:
        """Return one lens.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._database.connect() as db:
            return read_lens(db, lens_id)

    def rename_lens(self, lens_id: str, instruction: str) -> Lens:
        """Give a lens another instruction, which is its name too; its labels stay."""
        instruction = clean_instruction(instruction)
        with self._changing(lens_id) as db:
            change_instruction(db, lens_id, instruction)
            return read_lens(db, lens_id)

    def let_words_form(self, lens_id: str, *, by_words: bool) -> Lens:
        """Choose whether class names alone form a lens' map while nothing is labelled.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            set_by_words(db, lens_id, by_words=by_words)
            return read_lens(db, lens_id)

    def add_class(self, lens_id: str, name: str) -> str:
        """Add a class to a lens and return its cleaned name; one that is there stays as it is."""
        name = clean_class_name(name)
        with self._changing(lens_id) as db:
            insert_class(db, lens_id, name)
        return name

    def rename_class(self, lens_id: str, old: str, new: str, *, session: str = "") -> None:
        """Rename a class; renaming it to one that exists merges the two, as a step that can be undone."""
        new = clean_class_name(new)
        if new == old:
            return
        with self._changing(lens_id) as db:
            rename_class(db, lens_id, old, new, session)

    def delete_class(self, lens_id: str, name: str, *, session: str = "") -> None:
        """Remove a class and, as a step that can be undone, everybody's labels of it."""
        with self._changing(lens_id) as db:
            delete_class(db, lens_id, name, session)

    def label_set(self, lens_id: str) -> LabelSet:
        """Return a lens' classes with their definitions and examples.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        AnnotationError
            Two of its classes have names that differ in their capitals only, or one is called "none of these".
        """
        with self._database.connect() as db:
            return read_label_set(db, read_lens(db, lens_id).id)

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
        with self._changing(lens_id) as db:
            write_label_set(db, lens_id, label_set)
            return read_lens(db, lens_id)

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
        session: str = "",
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
        session : str
            Which session of the page says so, see `undo`.

        Returns
        -------
        int
            How many labels changed.

        Raises
        ------
        WorkspaceError
            There is no such lens, or `who` or the name of a class cannot be.
        """
        values = label_values(labels, who, confidences or {}, model)
        with self._changing(lens_id) as db:
            return change_labels(db, lens_id, values, who, step, session)

    def remove_labels(self, lens_id: str, documents: Sequence[str], *, session: str = "") -> int:
        """Take the label that counts from each document, a person's or an LLM's, as one step of the person.

        Where both spoke the person's goes, and what the LLM said counts again.

        Returns
        -------
        int
            How many labels were taken away.
        """
        with self._database.transaction() as db:
            return remove_effective_labels(db, lens_id, documents, session)

    def keep_label(self, lens_id: str, document: str, machine: str) -> None:
        """Note that a person, told that the LLM says `machine` of a document, stays with their own label of it."""
        with self._changing(lens_id) as db:
            keep_label(db, lens_id, document, machine)

    def kept_labels(self, lens_id: str) -> dict[str, str]:
        """Return the documents of which a person stayed with their own label, and what the LLM had said of each."""
        with self._database.connect() as db:
            return read_kept_labels(db, lens_id)

    def undo(self, lens_id: str, who: str | None = None, *, session: str | None = None) -> int:
        """Take a step back: the person's last, or when none is left the LLM's; with `who` only theirs.

        With `session` the steps of another session of the page are left alone; those that know of no session, such as
        the LLM's, are everybody's.

        Returns
        -------
        int
            How many labels changed; 0 when there was no step.
        """
        with self._database.transaction() as db:
            return undo_step(db, lens_id, who, session)

    def redo(self, lens_id: str, who: str | None = None, *, session: str | None = None) -> int:
        """Do again what was undone last, with `who` only theirs, with `session` only what that one may undo.

        Returns
        -------
        int
            How many labels changed; 0 when there was no step.
        """
        with self._database.transaction() as db:
            return redo_step(db, lens_id, who, session)

    def history(self, lens_id: str, who: str | None = None, *, session: str | None = None) -> HistoryState:
        """Return how many steps can be undone and redone, with `who` only theirs, with `session` as in `undo`."""
        with self._database.connect() as db:
            return history_state(db, lens_id, who, session)

    # --- random checks -----------------------------------------------------------------------------------------

    def random_check(self, lens_id: str) -> RandomCheck:
        """Return a lens' random check; one without documents where none was begun."""
        with self._database.connect() as db:
            return read_check(db, lens_id)

    def extend_check(self, lens_id: str, documents: Sequence[str]) -> RandomCheck:
        """Add documents that were drawn at random to a lens' check, which begins with the first ones.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            add_drawn(db, lens_id, documents)
            return read_check(db, lens_id)

    def stop_check(self, lens_id: str) -> RandomCheck:
        """Forget the drawn documents that nobody has labelled; the others still count."""
        with self._changing(lens_id) as db:
            forget_unlabelled(db, lens_id)
            return read_check(db, lens_id)

    def keep_check_apart(self, lens_id: str, *, apart: bool) -> RandomCheck:
        """Choose whether the labels of a lens' check are kept out of what the map learns from."""
        with self._changing(lens_id) as db:
            set_apart(db, lens_id, apart=apart)
            return read_check(db, lens_id)

    def teaching_labels(self, lens_id: str) -> list[Label]:
        """Return the labels that a lens' map learns from: all but those of a check that is kept apart."""
        with self._database.connect() as db:
            return read_check(db, lens_id).teaching(read_labels(db, lens_id))

    # --- annotation by an LLM ----------------------------------------------------------------------------------

    def save_proposal(self, lens_id: str, label_set: LabelSet) -> None:
        """Keep a label set that was constructed for a lens and is not accepted yet.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            write_proposal(db, lens_id, label_set)

    def proposal(self, lens_id: str) -> LabelSet | None:
        """Return the label set that waits to be accepted, if there is one."""
        with self._database.connect() as db:
            return read_proposal(db, lens_id)

    def drop_proposal(self, lens_id: str) -> None:
        """Forget the label set that waits to be accepted."""
        with self._database.transaction() as db:
            drop_proposal(db, lens_id)

    def save_annotation_run(self, lens_id: str, run: AnnotationRun) -> None:
        """Keep how far the labelling of a lens has come, in the place of the run before.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            write_run(db, lens_id, run)

    def annotation_run(self, lens_id: str) -> AnnotationRun | None:
        """Return how far the last labelling of a lens by an LLM has come, if there was one."""
        with self._database.connect() as db:
            return read_run(db, lens_id)

    @contextmanager
    def _changing(self, lens_id: str) -> Iterator[sqlite3.Connection]:
        """Open the database for writing to a lens that is there.

        Raises
        ------
        WorkspaceError
            There is no such lens, or the database cannot be written.
        """
        with self._database.transaction() as db:
            read_lens(db, lens_id)
            yield db
