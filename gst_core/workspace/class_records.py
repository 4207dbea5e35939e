"""What people say of the classes of a lens: their names, order, keys and definitions."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gst_core.workspace.arguments import checks_arguments
from gst_core.workspace.class_lines import definitions_of, insert_class, put_in_order, set_definition, set_key
from gst_core.workspace.classes import check_class, delete_class, read_label_set, rename_class, write_label_set
from gst_core.workspace.database import Database
from gst_core.workspace.label_set import LabelSet, clean_definition
from gst_core.workspace.lenses import follow_words, read_lens
from gst_core.workspace.records import Lens, clean_class_name


@checks_arguments
class ClassRecords:
    """The classes of all lenses of a workspace; what a person typed is on disk when a method returns.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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
            Two of its classes have names that differ in their capitals only.
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

    def order_classes(self, lens_id: str, classes: Sequence[str]) -> Lens:
        """Put the classes of a lens in an order; those that are not named stay behind them. Keys and colours stay.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            put_in_order(db, lens_id, classes)
            return read_lens(db, lens_id)

    def set_class_key(self, lens_id: str, name: str, key: str) -> Lens:
        """Give a class a key of its own: a letter, or a number to 99; with an empty one its usual key again.

        Raises
        ------
        WorkspaceError
            There is no such lens or class, or it is no key that is free.
        """
        with self._changing(lens_id) as db:
            check_class(db, lens_id, name)
            set_key(db, lens_id, name, key)
            return read_lens(db, lens_id)

    def class_definitions(self, lens_id: str) -> dict[str, str]:
        """Return what belongs to each class that has a definition."""
        with self._database.connect() as db:
            return definitions_of(db, lens_id)

    def define_class(self, lens_id: str, name: str, definition: str) -> None:
        """Say in a line what belongs to a class; an empty one takes the line away.

        Raises
        ------
        WorkspaceError
            There is no such lens or class.
        """
        with self._changing(lens_id) as db:
            check_class(db, lens_id, name)
            set_definition(db, lens_id, name, clean_definition(definition))

    def follow_words(self, lens_id: str) -> Lens:
        """Have a lens' map follow its instruction and its classes as they are called now, see `Lens.meanings`.

        Raises
        ------
        WorkspaceError
            There is no such lens.
        """
        with self._changing(lens_id) as db:
            follow_words(db, lens_id)
            return read_lens(db, lens_id)

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
