"""A workspace as an earlier version wrote it, in `stored/`, with what that version read from it in `expected.json`.

Whoever has labelled in that version must lose nothing by an update. When a format has to change, the new code learns to
read this one; the files stay as they are.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform, encode
from gst_core.compute import as_embeddings
from gst_core.map import load_map
from gst_core.work import Jobs
from gst_core.workspace.label_set import ClassDefinition, LabelSet
from gst_core.workspace.workspace import Workspace

STORED = Path(__file__).parent / "stored"
EXPECTED = json.loads((STORED / "expected.json").read_text("utf-8"))
CORPUS, LENS, SECOND, IDS = (EXPECTED[key] for key in ("corpus", "lens", "second", "ids"))


@pytest.fixture
def workspace(tmp_path):
    """A copy of it, with no other file than the first version would have left."""
    shutil.copytree(STORED, tmp_path / "ws")
    return Workspace(tmp_path / "ws")


def test_its_corpora_are_read_back_with_their_report_and_their_own_embeddings(workspace):
    assert [entry.name for entry in workspace.corpora()] == ["nights", "guests"]
    corpus = workspace.read_corpus(CORPUS)
    assert corpus.ids == tuple(IDS)
    assert corpus.texts[:2] == ("The soup was cold", "Our room felt cold")
    assert corpus.text_column == "review"
    assert list(corpus.rows.columns) == ["key", "about", "stars"]
    assert len(corpus.rows) == 42
    assert corpus.document_of_row[-2:].tolist() == [-1, 0]
    assert (corpus.report.rows, corpus.report.empty_examples, corpus.report.duplicate_examples) == (42, (42,), (43,))
    assert corpus.embeddings.shape == (40, 8)
    assert np.allclose(np.linalg.norm(corpus.embeddings, axis=1), 1, atol=1e-6)
    assert workspace.read_corpus(EXPECTED["encoded"]).texts == ("A quiet night", "A loud night", "The tap drips")


def test_its_embeddings_are_found_and_no_text_is_encoded_again(workspace):
    encoded = []
    texts = workspace.read_corpus(EXPECTED["encoded"]).texts
    X = encode(texts, views="all", store=workspace.embeddings, progress=lambda p: encoded.append(p.encoded))
    names = encode(
        ["quiet", "how loud quiet"], store=workspace.class_names, progress=lambda p: encoded.append(p.encoded)
    )
    assert X.shape == (3, 768)
    assert names.shape == (2, 384)
    assert set(encoded) == {0}


@pytest.mark.parametrize("lens_id", [LENS, SECOND])
def test_its_lenses_have_their_classes_labels_and_steps(workspace, lens_id):
    expected, lens = EXPECTED["lenses"][lens_id], workspace.lens(lens_id)
    assert lens.instruction == lens.name == expected["instruction"]
    assert list(lens.classes) == expected["classes"]
    labels = workspace.labels(lens_id)
    told = [[x.document, x.class_name, x.who, x.created, x.confidence, x.model] for x in labels]
    assert told == expected["labels"]
    history = workspace.history(lens_id)
    assert (history.undo, history.redo) == (expected["undo"], expected["redo"])


def test_its_steps_can_be_undone_to_the_first_and_done_again(workspace):
    expected = EXPECTED["lenses"][LENS]
    assert workspace.redo(LENS) == 1
    assert {x.document: x.class_name for x in workspace.labels(LENS)}[IDS[20]] == "money"
    assert [workspace.undo(LENS) for _ in range(expected["undo"] + 2)] == [1, 1, 1, 2, 2, 10, 0]
    assert workspace.labels(LENS) == []
    assert [workspace.redo(LENS) for _ in range(expected["undo"])] == [10, 2, 2, 1, 1]
    told = [[x.document, x.class_name, x.who, x.created, x.confidence, x.model] for x in workspace.labels(LENS)]
    assert told == expected["labels"]


def test_its_merge_can_be_taken_back(workspace):
    assert workspace.undo(LENS) == 1
    assert {x.document: x.class_name for x in workspace.labels(LENS)}[IDS[4]] == "soup"
    assert "soup" in workspace.lens(LENS).classes


def test_its_proposal_run_kept_labels_and_accepted_label_set_are_whole(workspace):
    proposal = LabelSet(
        (ClassDefinition("food", "what is eaten", (IDS[0],)), ClassDefinition("getting there", "cars and trains"))
    )
    assert workspace.proposal(LENS) == proposal
    assert workspace.proposal(LENS).classes[0].was == ("food",)
    run = workspace.annotation_run(LENS)
    assert (run.id, run.started, run.model) == (EXPECTED["run"], EXPECTED["run_started"], "tiny-model")
    assert (run.requested, run.budget, run.done, run.status, run.requests) == (12, 20, 12, "done", 12)
    assert (run.prompt_tokens, run.completion_tokens, run.labelled, run.none_of_these) == (1200, 60, 10, 2)
    assert (run.without_class, run.asked) == ((IDS[3], IDS[7]), "what it is about")
    assert workspace.kept_labels(LENS) == {IDS[0]: "money"}
    assert workspace.label_set(SECOND) == LabelSet(
        (
            ClassDefinition("glad", "likes it", (IDS[4],)),
            ClassDefinition("cross", "dislikes it"),
            ClassDefinition("neither"),
        ),
        none_of_these=False,
    )
    answer = workspace.answers.get("a question")
    assert (answer.status, answer.content, answer.confidence) == ("usable", "cross", 0.75)


@pytest.mark.parametrize("name", [EXPECTED["generic"], LENS])
def test_its_maps_are_found_with_their_positions_groups_and_transform(workspace, name):
    X, expected = workspace.read_corpus(CORPUS).embeddings, EXPECTED["maps"][name]
    key, frame = load_map(workspace.map_folder(name), as_embeddings(X))
    assert key == expected["key"]
    assert np.array_equal(frame.positions, np.array(expected["positions"], dtype=np.float32))
    assert frame.clusters.tolist() == expected["clusters"]
    assert list(frame.classes) == expected["classes"]
    if name == LENS:
        assert isinstance(frame.transform, GuidedSpaceTransform)
        assert frame.probabilities.argmax(axis=1).tolist() == expected["likeliest"]


def test_its_maps_are_shown_as_they_are_still_those_of_its_labels(workspace):
    jobs = Jobs(workspace, random_state=0)
    for lens_id, name in ((None, EXPECTED["generic"]), (LENS, LENS)):
        state = jobs.reforming(CORPUS, lens_id).wait(60)
        assert state.seconds == 0  # it was there, and nothing was formed anew
        assert np.array_equal(state.frame.positions, np.array(EXPECTED["maps"][name]["positions"], dtype=np.float32))
