"""New texts come to a corpus from the command line; only they are encoded."""

import pandas as pd
import pytest

from gst_core import Workspace, read_corpus
from gst_core.cli.main import main


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace(tmp_path / "workspace")


def written(path, rows):
    pd.DataFrame(rows, columns=["no", "text"]).to_csv(path, index=False)
    return path


def test_new_texts_are_added_with_their_ids_and_encoded(workspace, tmp_path, capsys):
    before = written(tmp_path / "week1.csv", [("a1", "cold soup"), ("a2", "stale bread")])
    entry = workspace.add_corpus(read_corpus(before, text="text", id="no", name="letters"))
    more = written(tmp_path / "week2.csv", [("a2", "stale bread"), ("a3", "warm tea"), ("a1", "fresh fish")])
    assert main(["add", str(more), "--to", "letters"]) == 0
    said = capsys.readouterr().err
    assert "1 text came to “letters”, which has 3 now." in said
    assert "1 new text has an id that another text has here already (a1)." in said
    grown = workspace.read_corpus(entry.id)
    assert grown.ids == ("a1", "a2", "a3")
    assert any(workspace.files.embeddings.rglob("*")), "they are encoded"
    assert main(["add", str(more), "--to", entry.id, "--same-id", "add"]) == 0
    assert len(workspace.read_corpus(entry.id)) == 4


def test_a_corpus_that_is_not_there_or_there_twice_is_a_sentence(workspace, tmp_path, capsys):
    file = written(tmp_path / "letters.csv", [("a1", "cold soup")])
    assert main(["add", str(file), "--to", "letters"]) == 6
    assert "There is no corpus called “letters”" in capsys.readouterr().err
    for texts in ("one", "two"):
        corpus = read_corpus(written(file, [(f"{texts}{i}", f"{texts} {i}") for i in range(3)]), text="text", id="no")
        workspace.add_corpus(corpus, "all-MiniLM-L6-v2" if texts == "one" else "other")
    assert [entry.name for entry in workspace.corpora()] == ["letters (2)", "letters"]
    assert main(["add", str(file), "--to", "Letters"]) == 6
    assert "“letters (2)”, “letters”" in capsys.readouterr().err
