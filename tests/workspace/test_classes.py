import threading

from gst_core.corpus.corpus import read_corpus
from gst_core.workspace.records import effective_labels
from gst_core.workspace.workspace import Workspace
from tests.corpus.test_corpus import file


def test_a_class_that_another_session_adds_while_one_is_renamed_to_it_is_merged_with_it(tmp_path):
    """Whether the name is there already is looked up where nobody else can write any more."""
    workspace, other = Workspace(tmp_path), Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text\none\ntwo\n"), text="text"))
    lens = workspace.add_lens(entry.id, "how it feels", classes=["bad"])
    workspace.set_labels(lens.id, {"a": "bad"})
    with other._database.transaction() as db:
        renaming = threading.Thread(target=workspace.rename_class, args=(lens.id, "bad", "good"))
        renaming.start()
        renaming.join(0.5)  # it waits for this transaction
        db.execute("INSERT INTO classes (lens, name, position) VALUES (?, 'good', 2)", (lens.id,))
    renaming.join(30)
    assert workspace.lens(lens.id).classes == ("good",)
    assert effective_labels(workspace.labels(lens.id)) == {"a": "good"}
