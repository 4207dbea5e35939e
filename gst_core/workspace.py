"""What is on disk: one SQLite file for what people typed, content-addressed files for what can be recomputed.

The only module that knows the disk layout::

    workspace.sqlite          corpora, lenses, classes, labels, history (WAL; committed before a call returns)
    corpora/<id>.parquet      the documents and rows of a corpus, written once, before its line in SQLite
    embeddings/<encoder>/     see `gst_core.embedding_store`
    maps/<lens>/<key>.npz     a settled frame; <key>.transform/ is the fitted transform beside it
"""

import hashlib
import json
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gst_core.atomic_files import atomic_file
from gst_core.corpus import Corpus, CorpusReport
from gst_core.embedding_store import EmbeddingStore
from gst_core.encoders import DEFAULT_ENCODER
from gst_core.errors import WorkspaceError

DEFAULT_FOLDER = Path("data") / "workspace"
HUMAN, LLM = "human", "llm"
LONGEST_CLASS_NAME = 80
DOCUMENTS_SUFFIX = ".documents.parquet"
BUSY_SECONDS = 30.0  # how long a write waits for another session's write

SCHEMA = """
CREATE TABLE IF NOT EXISTS corpora (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, documents INTEGER NOT NULL,
    encoder TEXT NOT NULL, own_embeddings INTEGER NOT NULL DEFAULT 0, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lenses (
    id TEXT PRIMARY KEY, corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE,
    name TEXT NOT NULL, instruction TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS classes (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (lens, name));
CREATE TABLE IF NOT EXISTS labels (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, who TEXT NOT NULL,
    class TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (lens, document, who));
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, document TEXT NOT NULL, who TEXT NOT NULL, before TEXT, after TEXT,
    undone INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_of_lens ON history (lens, step);
"""


@dataclass(frozen=True)
class CorpusEntry:
    """A corpus in the workspace."""

    id: str
    name: str
    created: str
    documents: int
    encoder: str
    own_embeddings: bool
    content: str


@dataclass(frozen=True)
class Label:
    """A document's class, who said so ("human" or "llm") and when (ISO 8601, UTC)."""

    document: str
    class_name: str
    who: str
    created: str


@dataclass(frozen=True)
class Lens:
    """An instruction on one corpus with its classes, in the order in which they were added."""

    id: str
    corpus: str
    name: str
    instruction: str
    created: str
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HistoryState:
    """What can be undone and redone on a lens: numbers of steps."""

    undo: int
    redo: int


def effective_labels(labels: Sequence[Label]) -> dict[str, str]:
    """Return each document's class; where a person and an LLM both spoke, the person's."""
    chosen: dict[str, Label] = {}
    for label in labels:
        if label.document not in chosen or label.who == HUMAN:
            chosen[label.document] = label
    return {document: label.class_name for document, label in chosen.items()}


def workspace_folder() -> Path:
    """Return the folder of the default workspace: ``GST_WORKSPACE``, or ``data/workspace``."""
    return Path(os.environ.get("GST_WORKSPACE") or DEFAULT_FOLDER).expanduser()


class Workspace:
    """A folder with everything that one installation knows.

    Parameters
    ----------
    folder : path, optional
        Created when it is not there; ``GST_WORKSPACE`` or ``data/workspace`` when left out.

    Raises
    ------
    WorkspaceError
        The folder cannot be written, or the database in it is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = workspace_folder() if folder is None else Path(folder).expanduser()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._connect() as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise WorkspaceError(f"The workspace {self.folder} cannot be used: {error}.") from error
        self.embeddings = EmbeddingStore(self.folder / "embeddings")
        self.class_names = EmbeddingStore(self.folder / "class_names")

    # --- corpora -----------------------------------------------------------------------------------------------

    def add_corpus(self, corpus: Corpus, encoder: str = DEFAULT_ENCODER) -> CorpusEntry:
        """Store a corpus whole, or not at all; the same texts under the same name are one corpus.

        A corpus that is there already is returned as it is, with its lenses.
        """
        content = f"{corpus.key()}-{_embeddings_mark(corpus)}"
        for known in self.corpora():
            if (known.name, known.content, known.encoder) == (corpus.name, content, encoder):
                return known
        entry = CorpusEntry(
            _new_id(), corpus.name, _now(), len(corpus), encoder, corpus.embeddings is not None, content
        )
        write_corpus(self._corpus_file(entry.id), corpus)
        with self._transaction() as db:
            db.execute(
                "INSERT INTO corpora VALUES (?, ?, ?, ?, ?, ?, ?)",
                (entry.id, entry.name, entry.created, entry.documents, encoder, entry.own_embeddings, content),
            )
        return entry

    def corpora(self) -> list[CorpusEntry]:
        """Return the corpora, newest first."""
        with self._connect() as db:
            rows = db.execute("SELECT * FROM corpora ORDER BY created DESC, rowid DESC").fetchall()
        return [_corpus_entry(row) for row in rows]

    def corpus_entry(self, corpus_id: str) -> CorpusEntry:
        """Return one corpus' line.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._connect() as db:
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
        with self._transaction() as db:
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
        lens = Lens(_new_id(), corpus_id, name.strip() or instruction, instruction, _now())
        with self._transaction() as db:
            db.execute(
                "INSERT INTO lenses VALUES (?, ?, ?, ?, ?)",
                (lens.id, lens.corpus, lens.name, lens.instruction, lens.created),
            )
            for class_name in classes:
                _insert_class(db, lens.id, clean_class_name(class_name))
        return self.lens(lens.id)

    def lenses(self, corpus_id: str) -> list[Lens]:
        """Return the lenses of a corpus in the order in which they were made."""
        with self._connect() as db:
            rows = db.execute("SELECT * FROM lenses WHERE corpus = ? ORDER BY created, rowid", (corpus_id,)).fetchall()
            return [_lens(db, row) for row in rows]

    def lens(self, lens_id: str) -> Lens:
        """Return one lens.

        Raises
        ------
        WorkspaceError
            There is none.
        """
        with self._connect() as db:
            row = db.execute("SELECT * FROM lenses WHERE id = ?", (lens_id,)).fetchone()
            if row is None:
                raise WorkspaceError("This lens is no longer in the workspace. Choose another one.")
            return _lens(db, row)

    def rename_lens(self, lens_id: str, instruction: str) -> Lens:
        """Give a lens another instruction, which is its name too; its labels stay."""
        instruction = " ".join(instruction.split())
        if not instruction:
            raise WorkspaceError("Say in a few words what the map should group by.")
        with self._transaction() as db:
            db.execute("UPDATE lenses SET name = ?, instruction = ? WHERE id = ?", (instruction, instruction, lens_id))
        return self.lens(lens_id)

    def delete_lens(self, lens_id: str) -> None:
        """Remove a lens with its labels and maps."""
        with self._transaction() as db:
            db.execute("DELETE FROM lenses WHERE id = ?", (lens_id,))
        self._remove_maps(lens_id)

    def add_class(self, lens_id: str, name: str) -> str:
        """Add a class to a lens and return its cleaned name; one that is there stays as it is."""
        name = clean_class_name(name)
        with self._transaction() as db:
            _insert_class(db, lens_id, name)
        return name

    def rename_class(self, lens_id: str, old: str, new: str) -> None:
        """Rename a class; renaming it to one that exists merges the two, as a step that can be undone."""
        new = clean_class_name(new)
        if new == old:
            return
        if new in self.lens(lens_id).classes:
            for who in (HUMAN, LLM):
                of_old = {x.document: new for x in self.labels(lens_id) if (x.class_name, x.who) == (old, who)}
                self.set_labels(lens_id, of_old, who)
            with self._transaction() as db:
                db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, old))
            return
        with self._transaction() as db:
            db.execute("UPDATE classes SET name = ? WHERE lens = ? AND name = ?", (new, lens_id, old))
            db.execute("UPDATE labels SET class = ? WHERE lens = ? AND class = ?", (new, lens_id, old))
            for column in ("before", "after"):
                db.execute(f"UPDATE history SET {column} = ? WHERE lens = ? AND {column} = ?", (new, lens_id, old))

    def delete_class(self, lens_id: str, name: str) -> None:
        """Remove a class and, as a step that can be undone, its labels."""
        with_class = {label.document: None for label in self.labels(lens_id) if label.class_name == name}
        self.set_labels(lens_id, with_class)
        with self._transaction() as db:
            db.execute("DELETE FROM classes WHERE lens = ? AND name = ?", (lens_id, name))

    # --- labels ------------------------------------------------------------------------------------------------

    def labels(self, lens_id: str) -> list[Label]:
        """Return a lens' labels, oldest first; where person and LLM both spoke, both are given."""
        with self._connect() as db:
            rows = db.execute(
                "SELECT document, class, who, created FROM labels WHERE lens = ? ORDER BY created, rowid", (lens_id,)
            ).fetchall()
        return [Label(*row) for row in rows]

    def set_labels(self, lens_id: str, labels: Mapping[str, str | None], who: str = HUMAN) -> int:
        """Label documents, or with None take their labels away; one call is one step of undo.

        The labels are on disk when this returns.

        Returns
        -------
        int
            How many labels changed.
        """
        with self._transaction() as db:
            before = _labels_of(db, lens_id, labels, who)
            changed = {d: c for d, c in labels.items() if before.get(d) != c}
            if not changed:
                return 0
            db.execute("DELETE FROM history WHERE lens = ? AND undone = 1", (lens_id,))
            step = 1 + (db.execute("SELECT MAX(step) FROM history WHERE lens = ?", (lens_id,)).fetchone()[0] or 0)
            now = _now()
            for document, class_name in changed.items():
                db.execute(
                    "INSERT INTO history (lens, step, document, who, before, after, created) VALUES (?,?,?,?,?,?,?)",
                    (lens_id, step, document, who, before.get(document), class_name, now),
                )
                _write_label(db, lens_id, document, who, class_name)
        return len(changed)

    def undo(self, lens_id: str) -> int:
        """Take the last step of labelling back; return how many labels changed (0: there was none)."""
        return self._travel(lens_id, undone=0, order="DESC", column="before")

    def redo(self, lens_id: str) -> int:
        """Do the last undone step again; return how many labels changed (0: there was none)."""
        return self._travel(lens_id, undone=1, order="ASC", column="after")

    def history(self, lens_id: str) -> HistoryState:
        """Return how many steps can be undone and redone."""
        with self._connect() as db:
            count = dict(
                db.execute(
                    "SELECT undone, COUNT(DISTINCT step) FROM history WHERE lens = ? GROUP BY undone", (lens_id,)
                ).fetchall()
            )
        return HistoryState(count.get(0, 0), count.get(1, 0))

    def _travel(self, lens_id: str, undone: int, order: str, column: str) -> int:
        with self._transaction() as db:
            step = db.execute(
                f"SELECT step FROM history WHERE lens = ? AND undone = ? ORDER BY step {order} LIMIT 1",
                (lens_id, undone),
            ).fetchone()
            if step is None:
                return 0
            rows = db.execute(
                f"SELECT document, who, {column} FROM history WHERE lens = ? AND step = ?", (lens_id, step[0])
            ).fetchall()
            for document, who, class_name in rows:
                _write_label(db, lens_id, document, who, class_name)
            db.execute("UPDATE history SET undone = ? WHERE lens = ? AND step = ?", (1 - undone, lens_id, step[0]))
        return len(rows)

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

    # --- SQLite ------------------------------------------------------------------------------------------------

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.folder / "workspace.sqlite", timeout=BUSY_SECONDS, isolation_level=None)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")  # a label that was shown as saved survives a power cut
            yield db
        finally:
            db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connect() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except sqlite3.IntegrityError:
                db.rollback()
                raise WorkspaceError("This lens is no longer in the workspace. Choose another one.") from None
            except sqlite3.OperationalError as error:
                db.rollback()
                raise WorkspaceError(f"The workspace could not be written: {error}. Nothing was changed.") from error
            except BaseException:
                db.rollback()
                raise


def write_corpus(path: Path, corpus: Corpus) -> None:
    """Write a corpus to one Parquet file: a line for each source row, the texts on the first line of each document."""
    rows = corpus.rows.reset_index(drop=True)
    columns = {f"meta:{c}": rows[c] for c in rows.columns}
    table = pa.table(pd.DataFrame({"document": corpus.document_of_row, **columns}))
    documents = pa.table({"id": list(corpus.ids), "text": list(corpus.texts)})
    if corpus.embeddings is not None:
        flat = pa.array(corpus.embeddings.reshape(-1))
        documents = documents.append_column(
            "embedding", pa.FixedSizeListArray.from_arrays(flat, corpus.embeddings.shape[1])
        )
    about = json.dumps({"text_column": corpus.text_column, "report": asdict(corpus.report)}).encode()
    with atomic_file(path.with_suffix(DOCUMENTS_SUFFIX)) as file:
        pq.write_table(documents, file)
    with atomic_file(path) as file:
        pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), b"gst": about}), file)


def read_corpus_file(path: Path, name: str) -> Corpus:
    """Read a corpus that `write_corpus` wrote.

    Raises
    ------
    WorkspaceError
        The file is missing or damaged.
    """
    try:
        table = pq.read_table(path)
        documents = pq.read_table(path.with_suffix(DOCUMENTS_SUFFIX))
        about = json.loads((table.schema.metadata or {})[b"gst"])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise WorkspaceError(f"The stored corpus “{name}” cannot be read ({error}). Open its file again.") from error
    frame = table.to_pandas()
    document_of_row = frame.pop("document").to_numpy(dtype=np.int64)
    frame.columns = [c.removeprefix("meta:") for c in frame.columns]
    embeddings = None
    if "embedding" in documents.column_names:
        column = documents.column("embedding").combine_chunks()
        embeddings = column.values.to_numpy().reshape(len(documents), -1)
    report: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in about["report"].items()}
    return Corpus(
        name,
        tuple(documents.column("id").to_pylist()),
        tuple(documents.column("text").to_pylist()),
        frame,
        document_of_row,
        CorpusReport(**report),
        about["text_column"],
        embeddings,
    )


def generic_map(corpus_id: str) -> str:
    """Return the name under which a corpus' generic map is kept, in the place of a lens' id."""
    return f"generic-{corpus_id}"


def clean_class_name(name: str) -> str:
    """Return a class name on one line, without spaces at its ends.

    Raises
    ------
    WorkspaceError
        It is empty or too long.
    """
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A class needs a name.")
    if len(name) > LONGEST_CLASS_NAME:
        raise WorkspaceError(f"A class name has at most {LONGEST_CLASS_NAME} characters; this one has {len(name)}.")
    return name


def _corpus_entry(row: tuple[str, str, str, int, str, int, str]) -> CorpusEntry:
    identity, name, created, documents, encoder, own, content = row
    return CorpusEntry(identity, name, created, documents, encoder, bool(own), content)


def _lens(db: sqlite3.Connection, row: tuple[str, str, str, str, str]) -> Lens:
    classes = db.execute("SELECT name FROM classes WHERE lens = ? ORDER BY position", (row[0],)).fetchall()
    return Lens(*row, classes=tuple(name for (name,) in classes))


def _insert_class(db: sqlite3.Connection, lens_id: str, name: str) -> None:
    db.execute(
        "INSERT OR IGNORE INTO classes SELECT ?, ?, COALESCE(MAX(position), 0) + 1 FROM classes WHERE lens = ?",
        (lens_id, name, lens_id),
    )


def _labels_of(db: sqlite3.Connection, lens_id: str, documents: Iterable[str], who: str) -> dict[str, str]:
    wanted = set(documents)
    rows = db.execute("SELECT document, class FROM labels WHERE lens = ? AND who = ?", (lens_id, who)).fetchall()
    return {document: name for document, name in rows if document in wanted}


def _write_label(db: sqlite3.Connection, lens_id: str, document: str, who: str, class_name: str | None) -> None:
    if class_name is None:
        db.execute("DELETE FROM labels WHERE lens = ? AND document = ? AND who = ?", (lens_id, document, who))
        return
    _insert_class(db, lens_id, class_name)
    db.execute(
        "INSERT INTO labels VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (lens, document, who) DO UPDATE SET class = excluded.class, created = excluded.created",
        (lens_id, document, who, class_name, _now()),
    )


def _embeddings_mark(corpus: Corpus) -> str:
    if corpus.embeddings is None:
        return "encoded"
    return f"own-{hashlib.sha256(np.ascontiguousarray(corpus.embeddings).tobytes()).hexdigest()[:16]}"


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
