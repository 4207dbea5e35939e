import sqlite3

import pytest

from gst_core.errors import WorkspaceError
from gst_core.workspace.database import Database
from gst_core.workspace.records import HUMAN, LLM, HistoryState
from gst_core.workspace.workspace import Workspace
from tests.workspace.conftest import DEFINED, counting, said, when

CORPUS = (
    "INSERT INTO corpora (id, name, created, documents, encoder, own_embeddings, content) "
    "VALUES ('c', 'letters', '2024', 2, 'encoder', 0, 'content')"
)
LENS = "INSERT INTO lenses (id, corpus, name, instruction, created) VALUES ('{0}-lens', '{0}', 'how', 'how', '2024')"


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "workspace.sqlite")
    database.prepare()
    with database.transaction() as db:
        db.execute(CORPUS)
    return database


def write(database, *statements):
    with database.transaction() as db:
        for statement in statements:
            db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (CORPUS, "has this already"),
        (LENS.format("gone"), "corpus or lens that this belongs to is no longer"),
        ("UPDATE corpora SET name = NULL", "NOT NULL"),
    ],
)
def test_what_is_refused_is_called_what_it_is_and_nothing_is_changed(database, statement, says):
    with pytest.raises(WorkspaceError, match=says):
        write(database, LENS.format("c"), statement)
    with database.connect() as db:
        assert db.execute("SELECT COUNT(*) FROM lenses").fetchone() == (0,)
        assert db.execute("SELECT COUNT(*), name FROM corpora").fetchone() == (1, "letters")


def test_a_statement_that_fails_leaves_the_file_as_it_was(database):
    with pytest.raises(WorkspaceError, match="could not be written"):
        write(database, "DELETE FROM corpora", "UPDATE lenses SET nothing_of_that_name = 1")
    with database.connect() as db:
        assert db.execute("SELECT COUNT(*) FROM corpora").fetchone() == (1,)


FIRST_SCHEMA = """
CREATE TABLE corpora (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, documents INTEGER NOT NULL,
    encoder TEXT NOT NULL, own_embeddings INTEGER NOT NULL DEFAULT 0, content TEXT NOT NULL);
CREATE TABLE lenses (
    id TEXT PRIMARY KEY, corpus TEXT NOT NULL REFERENCES corpora(id) ON DELETE CASCADE,
    name TEXT NOT NULL, instruction TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE classes (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, name TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (lens, name));
CREATE TABLE labels (
    lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE, document TEXT NOT NULL, who TEXT NOT NULL,
    class TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (lens, document, who));
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lens TEXT NOT NULL REFERENCES lenses(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, document TEXT NOT NULL, who TEXT NOT NULL, before TEXT, after TEXT,
    undone INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL);
CREATE INDEX history_of_lens ON history (lens, step);
INSERT INTO corpora VALUES ('c', 'letters', '2024-01-01', 2, 'all-MiniLM-L6-v2', 0, 'content');
INSERT INTO lenses VALUES ('l', 'c', 'how', 'how', '2024-01-02');
INSERT INTO classes VALUES ('l', 'good', 1), ('l', 'bad', 2);
INSERT INTO labels VALUES ('l', 'a', 'human', 'good', '2024-01-03');
INSERT INTO history (lens, step, document, who, before, after, undone, created) VALUES
    ('l', 1, 'a', 'human', NULL, 'good', 0, '2024-01-03'),
    ('l', 2, 'a', 'human', 'good', 'bad', 1, '2024-01-03'), ('l', 3, 'b', 'human', NULL, 'bad', 1, '2024-01-03');
"""


def test_a_workspace_of_an_earlier_version_keeps_all_and_can_do_what_is_new(tmp_path):
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        db.executescript(FIRST_SCHEMA)
    db.close()
    workspace = Workspace(tmp_path)
    lens = workspace.lens("l")
    assert lens.classes == ("good", "bad")
    assert said(workspace, lens) == {("a", HUMAN): ("good", None)}
    assert workspace.history("l") == HistoryState(1, 2)
    assert [workspace.redo("l"), workspace.redo("l"), workspace.undo("l")] == [1, 1, 1]
    assert counting(workspace, lens) == {"a": "bad"}
    assert when(workspace, lens) == {("a", HUMAN): "2024-01-03"}
    workspace.set_labels("l", {"b": "good"}, LLM, confidences={"b": 0.6}, step="run")
    workspace.define_classes("l", DEFINED)
    again = Workspace(tmp_path)
    assert said(again, lens) == {("a", HUMAN): ("Bad", None)}
    assert again.label_set("l") == DEFINED
