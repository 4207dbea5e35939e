"""What a program may hand to a workspace by mistake is refused in a typed sentence, and changes nothing."""

import inspect

import numpy as np
import pytest

from gst_core import Workspace
from gst_core.corpus import read_corpus
from gst_core.errors import AnnotationError, WorkspaceError
from gst_core.workspace import LabelSet
from tests.corpus.test_corpus import file

LONGEST_SENTENCE = 700
METHODS = [
    *("add_corpus", "same_texts", "replace_corpus", "corpus_entry", "read_corpus", "delete_corpus", "bytes_used"),
    *("add_lens", "lenses", "lens", "rename_lens", "delete_lens", "map_folder", "forget_texts", "change_long_texts"),
    *("column_kinds", "choose_column_kinds"),
    *("add_class", "rename_class", "delete_class", "label_set", "define_classes"),
    *("labels", "set_labels", "remove_labels", "keep_label", "kept_labels", "undo", "redo", "history"),
    *("let_words_form", "random_check", "extend_check", "stop_check", "keep_check_apart", "teaching_labels"),
    *("save_proposal", "proposal", "drop_proposal", "save_annotation_run", "annotation_run"),
]
ODD = [
    *(None, "", " ", 0, -1, 2.5, 10**30, np.nan, np.int64(3), np.str_("good"), b"good", True, object()),
    *([], ["good"], {}, {"d": "good"}, {"d": 3}, {3: "good"}, {"d": ["x"]}, {"\ud83d": "good"}, ("a", "b")),
    *("\ud83d", "a\x00b", "x" * 100_000, "'; DROP TABLE labels; --", "../..", "/", "🙂", "\u202egood", "human", "llm"),
    *(np.zeros(3), {"d": np.inf}, {"d": 0.5}, {"d": "0.5"}, {"d": None}, LabelSet(()), lambda: None),
]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    corpus = read_corpus(file("text\nfirst text\nsecond text\n"))
    entry = workspace.add_corpus(corpus)
    return workspace, corpus, entry.id, workspace.add_lens(entry.id, "how it feels", classes=["good", "bad"]).id


def arguments(method, known, rng):
    """What a method takes, one or more of them odd."""
    given = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.default is not inspect.Parameter.empty and rng.random() < 0.5:
            continue
        given[name] = (
            known.get(name, ODD[rng.integers(len(ODD))]) if rng.random() < 0.5 else ODD[rng.integers(len(ODD))]
        )
    return given


@pytest.mark.long(short=250, long=5_000)
def test_an_odd_argument_is_refused_in_a_typed_sentence(seeds, here):
    workspace, corpus, corpus_id, lens_id = here
    for seed in seeds:
        rng = np.random.default_rng(seed)
        method = getattr(workspace, METHODS[seed % len(METHODS)])
        lenses = workspace.lenses(corpus_id)
        known = {
            **{"corpus": corpus, "corpus_id": corpus_id, "lens_id": lens_id, "instruction": "what it is about"},
            **{"labels": {corpus.ids[0]: "good"}, "who": "llm", "name": "good", "old": "good", "new": "fine"},
            **{"document": corpus.ids[0], "machine": "bad", "documents": list(corpus.ids)},
        }
        if method.__name__ in ("delete_corpus", "delete_lens"):
            known = {}
        given, sentence = arguments(method, known, rng), "."
        try:
            method(**given)
        except (WorkspaceError, AnnotationError) as error:
            sentence = str(error)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {method.__name__}({given!r:.200}): {error!r:.200}") from error
        assert 0 < len(sentence) < LONGEST_SENTENCE
        assert [lens.id for lens in lenses] == [lens.id for lens in workspace.lenses(corpus_id)][: len(lenses)]
        workspace.labels(lens_id)


@pytest.mark.parametrize("folder", ["", " ", 3, b"x", "a\x00b"])
def test_what_is_no_folder_is_no_workspace(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError, match="folder"):
        Workspace(folder)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("change", ["rename_class", "delete_class"])
def test_a_class_that_is_not_there_is_not_changed_without_a_word(here, change):
    workspace, lens_id = here[0], here[3]
    with pytest.raises(WorkspaceError, match="no class “gone”"):
        getattr(workspace, change)(lens_id, "gone", *["other"] * (change == "rename_class"))


@pytest.mark.parametrize("confidence", [1.01, -0.1, np.nan, np.inf, "0.5", None])
def test_a_confidence_is_a_number_from_0_to_1(here, confidence):
    workspace, corpus, _, lens_id = here
    with pytest.raises(WorkspaceError, match="from 0 to 1"):
        workspace.set_labels(lens_id, {corpus.ids[0]: "good"}, "llm", confidences={corpus.ids[0]: confidence})


def test_half_an_emoji_in_a_class_name_is_stored_as_a_sign_for_it(here):
    workspace, corpus, _, lens_id = here
    workspace.set_labels(lens_id, {corpus.ids[0]: "so \ud83d"})
    assert "so \ufffd" in workspace.lens(lens_id).classes
