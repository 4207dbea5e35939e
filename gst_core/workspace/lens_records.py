"""What people say on a lens: its instruction, classes, labels with their steps, and what a model was asked for.

Each method is one transaction; what is done in it is in the modules of this room, one for each kind of record.
"""

from collections.abc import Iterable, Mapping, Sequence

from gst_core.workspace.annotation_runs import AnnotationRun, read_run, write_run
from gst_core.workspace.arguments import checks_arguments
from gst_core.workspace.checks import RandomCheck, add_drawn, forget_unlabelled, read_check, set_apart
from gst_core.workspace.class_lines import insert_class
from gst_core.workspace.class_records import ClassRecords
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.labels import (
    actor_of,
    brought_values,
    change_labels,
    history_state,
    keep_label,
    label_values,
    last_step_made,
    read_kept_labels,
    read_labels,
    redo_step,
    remove_effective_labels,
    skip_documents,
    undo_step,
)
from gst_core.workspace.lenses import (
    change_instruction,
    clean_instruction,
    insert_lens,
    read_lens,
    read_lenses,
    reword,
    set_by_words,
    set_left_out,
    set_left_out_words,
)
from gst_core.workspace.proposals import drop_proposal, read_proposal, write_proposal
from gst_core.workspace.records import HUMAN, HistoryState, Label, Lens, clean_class_name
from gst_core.workspace.skipped import read_skipped


@checks_arguments
class LensRecords(ClassRecords):
    """The records of all lenses of a workspace; what a person typed is on disk when a method returns."""

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
        """Give a lens another instruction, which is its name too and which its map follows; its labels stay."""
        instruction = clean_instruction(instruction)
        with self._changing(lens_id) as db:
            change_instruction(db, lens_id, instruction)
            return read_lens(db, lens_id)

    def reword_lens(self, lens_id: str, instruction: str) -> Lens:
        """Give a lens another instruction to read, which is its name too; its map follows the one before.

        Raises
        ------
        WorkspaceError
            The instruction is empty, or there is no such lens.
        """
        instruction = clean_instruction(instruction)
        with self._changing(lens_id) as db:
            reword(db, lens_id, instruction)
            return read_lens(db, lens_id)

    def leave_out(self, lens_id: str, columns: Sequence[str]) -> Lens:
        """Choose the columns of the file that have no part in a lens' map; in the place of those before.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            set_left_out(db, lens_id, columns)
            return read_lens(db, lens_id)

    def leave_out_words(self, lens_id: str, words: Sequence[str]) -> Lens:
        """Choose the words that have no part in names of a lens' groups and in its lexical view.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            set_left_out_words(db, lens_id, words)
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
        who : str
            "human", "llm", or "column:NAME" or "file:NAME", which a person takes over.
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
            return change_labels(db, lens_id, values, actor_of(who), step, session)

    def bring_labels(
        self, lens_id: str, brought: Iterable[Label], gone: Iterable[tuple[str, str]] = (), *, session: str = ""
    ) -> int:
        """Take labels over from elsewhere, each said by whom it says, as one step of the person.

        Parameters
        ----------
        lens_id : str
        brought : iterable of Label
            When they were said counts for nothing: they are said now.
        gone : iterable of (str, str)
            Documents and annotators whose labels they take the place of.
        session : str
            Which session of the page says so, see `undo`.

        Returns
        -------
        int
            How many labels changed.

        Raises
        ------
        WorkspaceError
            There is no such lens, or an annotator or the name of a class cannot be.
        """
        values = brought_values(brought, gone)
        with self._changing(lens_id) as db:
            return change_labels(db, lens_id, values, HUMAN, session=session)

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

    def skip(self, lens_id: str, documents: Sequence[str], *, session: str = "") -> int:
        """Have documents not suggested for labelling any more, as one step of the person, which Undo takes back.

        Returns
        -------
        int
            How many were suggested till then.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            return skip_documents(db, lens_id, documents, session)

    def skipped(self, lens_id: str) -> frozenset[str]:
        """Return the documents that a person does not want to be asked about."""
        with self._database.connect() as db:
            return read_skipped(db, lens_id)

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

    def last_step_made(self, lens_id: str, who: str, *, session: str | None = None) -> str:
        """Return when the step of `who` was made that is undone next, in UTC as ISO 8601; empty for none."""
        with self._database.connect() as db:
            return last_step_made(db, lens_id, who, session)

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
