"""Every baseline runs, does better than chance where it can, and gives up gracefully where it cannot."""

import importlib.util
import sys

import numpy as np
import pytest
import torch

from gst_core.compute import Embeddings
from gst_core.errors import EncoderError
from gst_core.evaluation.baselines import METHODS, code_version, run_method
from gst_core.evaluation.metrics import neighbour_purity
from gst_core.evaluation.paper_transform import paper_embeddings, supervised_contrastive_loss
from gst_core.evaluation.setfit import fine_tuned_embeddings, labelled_rows
from tests.conftest import few

BY_KEY = {m.key: m for m in METHODS}
ON_EMBEDDINGS = [m for m in METHODS if m.takes == "final"]


def one_view(X):
    return Embeddings(X, (X.shape[1],))


@pytest.mark.parametrize("method", ON_EMBEDDINGS, ids=lambda m: m.key)
def test_a_method_gives_a_finite_row_for_each_text_in_which_classes_are_near(blobs, method):
    X, kinds = blobs
    made = run_method(method, one_view(X), few(kinds, 8), seed=0)
    assert made.Z.shape[0] == len(X)
    assert np.isfinite(made.Z).all()
    assert made.note == ""
    assert neighbour_purity(made.Z, kinds) > 0.8


@pytest.mark.parametrize("method", ON_EMBEDDINGS, ids=lambda m: m.key)
@pytest.mark.parametrize("labels", [{}, {0: "a"}, {0: "a", 1: "a", 2: "a"}, {0: "a", 1: "b"}], ids=str)
def test_few_or_no_labels_break_no_method(blobs, method, labels):
    X, _ = blobs
    made = run_method(method, one_view(X), [labels.get(i) for i in range(len(X))], seed=0)
    assert np.isfinite(made.Z).all()
    assert len(made.Z) == len(X)


def test_labels_that_contradict_each_other_break_no_method():
    X = np.tile(np.eye(2, 6, dtype=np.float32)[0], (40, 1))
    y = ["a", "b", "a", "b"] + [None] * 36
    for method in ON_EMBEDDINGS:
        assert np.isfinite(run_method(method, one_view(X), y, seed=0).Z).all(), method.key


def test_one_class_only_gives_the_embeddings_back_and_says_so(blobs):
    X, _ = blobs
    made = run_method(BY_KEY["logistic"], one_view(X), ["a"] * 5 + [None] * (len(X) - 5), seed=0)
    assert made.Z is not None
    assert (made.Z == X).all()
    assert "1 labelled class" in made.note


def test_discriminant_analysis_says_that_one_label_a_class_is_too_few(blobs):
    X, kinds = blobs
    made = run_method(BY_KEY["lda"], one_view(X), few(kinds, 1), seed=0)
    assert (made.Z == X).all()
    assert "one label per class" in made.note


def test_the_contrastive_loss_is_lower_where_classes_are_together():
    labels = torch.tensor([0, 0, 1, 1])
    together = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    mixed = together[[0, 2, 1, 3]]
    assert supervised_contrastive_loss(together, labels) < supervised_contrastive_loss(mixed, labels)
    assert supervised_contrastive_loss(together, torch.arange(4)) == 0


def test_the_papers_transform_is_the_same_for_the_same_seed(blobs):
    X, kinds = blobs
    codes = np.where(np.arange(len(X)) < 30, np.unique(kinds, return_inverse=True)[1], -1)
    first, again, other = (paper_embeddings(X, codes, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)


def test_records_of_our_transform_are_tied_to_its_source():
    assert code_version(BY_KEY["ours"]) != code_version(BY_KEY["raw"])


def test_records_outlive_another_name_of_a_file_and_other_words_in_it(tmp_path, monkeypatch):
    import gst_core.transform

    def version(**files):
        folder = tmp_path / "-".join(files)
        folder.mkdir()
        for name, code in files.items():
            (folder / f"{name}.py").write_text(code)
        monkeypatch.setattr(gst_core.transform, "__file__", str(folder / "__init__.py"))
        return code_version.__wrapped__(BY_KEY["ours"])

    before = version(study='"""Study."""\nX = 1  # why\n', prior="Y = 2\n")
    assert version(a_prior="Y = 2\n", sample='"""Sample rows."""\n\nX = 1\n') == before
    assert version(a="Y = 2\n", b="X = 3\n") != before


def test_pairs_are_made_of_at_most_so_many_labels_a_class():
    y = ["a"] * 20 + [None] * 5 + ["b"] * 3
    rows = labelled_rows(y, 16, seed=0)
    assert [y[i] for i in rows].count("a") == 16
    assert [y[i] for i in rows].count("b") == 3


def test_setfit_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "setfit", None)
    with pytest.raises(EncoderError, match=r"requirements-bench\.txt"):
        fine_tuned_embeddings(["a", "b"], ["x", "y"], seed=0)


@pytest.mark.skipif(importlib.util.find_spec("setfit") is None, reason="needs requirements-bench.txt")
def test_setfit_moves_the_encoder_and_leaves_the_shared_one_alone():
    from gst_core import encode

    texts = ["a bad soup", "a good soup", "awful rain", "lovely sun", "poor", "great"]
    before = encode(texts)
    tuned = fine_tuned_embeddings(texts, ["n", "p", "n", "p", None, None], seed=0, steps=5)
    assert tuned.Z.shape == before.shape
    assert tuned.train_seconds > 0
    assert tuned.encode_seconds > 0
    assert not np.allclose(tuned.Z, before, atol=1e-4)
    assert np.allclose(encode(texts), before, atol=1e-6)
