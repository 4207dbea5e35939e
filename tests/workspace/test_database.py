import pytest

from gst_core.errors import WorkspaceError
from gst_core.workspace.database import Database

CORPUS = "INSERT INTO corpora VALUES ('c', 'letters', '2024', 2, 'encoder', 0, 'content')"
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
        write(database, "DELETE FROM corpora", "DELETE FROM nothing_of_that_name")
    with database.connect() as db:
        assert db.execute("SELECT COUNT(*) FROM corpora").fetchone() == (1,)
