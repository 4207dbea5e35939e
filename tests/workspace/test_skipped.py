"""A text that is skipped is not suggested for good, unless that is taken back; "none of these" is a label."""

import sqlite3

from gst_core.workspace import HUMAN, LLM, NONE_OF_THESE, ClassDefinition, LabelSet, Lens
from gst_core.workspace.workspace import Workspace
from tests.workspace.conftest import counting
from tests.workspace.test_replacement import LINES, table

FIRST, SECOND = "k1", "k2"


def survey(workspace):
    entry = workspace.add_corpus(table(LINES))
    return workspace.add_lens(entry.id, "order", classes=["low", "high"])


def test_a_skipped_text_comes_back_by_undo_and_goes_by_redo(workspace, tmp_path):
    lens = survey(workspace)
    assert workspace.skip(lens.id, [FIRST], session="me") == 1
    assert workspace.skip(lens.id, [FIRST], session="me") == 0, "no second step"
    assert Workspace(tmp_path / "ws").skipped(lens.id) == {FIRST}, "on disk"
    assert workspace.undo(lens.id, session="another") == 0
    workspace.undo(lens.id, session="me")
    assert workspace.skipped(lens.id) == frozenset()
    workspace.redo(lens.id, session="me")
    assert workspace.skipped(lens.id) == {FIRST}
    assert workspace.labels(lens.id) == []


def test_skips_and_labels_are_taken_back_in_the_order_in_which_they_were_done(workspace):
    lens = survey(workspace)
    workspace.set_labels(lens.id, {FIRST: "low"})
    workspace.skip(lens.id, [SECOND])
    workspace.rename_class(lens.id, "low", "deep")
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {FIRST: "deep"}
    assert not workspace.skipped(lens.id)
    workspace.undo(lens.id)
    assert counting(workspace, lens) == {}


def test_what_is_skipped_follows_its_text_to_another_id_and_goes_with_its_lens(workspace):
    lens = survey(workspace)
    workspace.skip(lens.id, [FIRST, SECOND])
    workspace.replace_corpus(lens.corpus, table(["a,first text,1", "k3,third text,3"]))
    assert workspace.skipped(lens.id) == {"a"}
    workspace.delete_lens(lens.id)
    with sqlite3.connect(workspace.files.database) as db:
        assert db.execute("SELECT COUNT(*) FROM skipped_documents").fetchone() == (0,)


def test_none_of_these_is_a_label_whose_name_says_nothing(workspace):
    lens = survey(workspace)
    workspace.set_labels(lens.id, {FIRST: "None of  These", SECOND: "low"})
    lens = workspace.lens(lens.id)
    assert counting(workspace, lens) == {FIRST: NONE_OF_THESE, SECOND: "low"}
    assert lens.classes == ("low", "high", NONE_OF_THESE)
    assert lens.words == ("low", "high")
    assert Lens("1", "1", "", "", "", classes=("low", NONE_OF_THESE)).words == ()


def test_a_model_is_asked_with_none_of_these_as_ever_and_persons_labels_of_it_stay(workspace):
    lens = survey(workspace)
    workspace.set_labels(lens.id, {FIRST: NONE_OF_THESE})
    known = workspace.label_set(lens.id)
    assert known.names == ("low", "high")
    assert known.choices == ("low", "high", NONE_OF_THESE)
    workspace.define_classes(lens.id, LabelSet((ClassDefinition("low", "deep down"), ClassDefinition("up"))))
    assert counting(workspace, lens) == {FIRST: NONE_OF_THESE}
    assert {label.who for label in workspace.labels(lens.id)} == {HUMAN}
    assert LLM not in workspace.lens(lens.id).classes
