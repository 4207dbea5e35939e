"""What is left out cannot be read by a linear probe of any or all views, of these texts or of later ones."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import adjusted_mutual_info_score

from gst_core import Embeddings, GuidedSpaceTransform, TransformError, reform
from gst_core.compute import check_embeddings
from gst_core.transform.erasure import Erasure
from gst_core.transform.left_out import read_left_out
from tests.conftest import few


@pytest.fixture(scope="module")
def two_facets():
    """Return embeddings of 600 texts in two views, what they are about, which is strong, and their mood."""
    return _two_facets(np.random.default_rng(0), 600)


def _two_facets(rng, n):
    about, mood = rng.integers(0, 4, n), rng.integers(0, 3, n)
    at = np.random.default_rng(7)
    far, near = 3.0 * at.normal(size=(4, 24)), 1.2 * at.normal(size=(3, 24))
    views = [check_embeddings(far[about] + near[mood] + rng.normal(size=(n, 24))) for _ in range(2)]
    return check_embeddings(np.hstack(views)), np.array(list("ABCD"))[about], np.array(["low", "so", "high"])[mood]


def probe(X, kinds):
    """Return which share of the other half a linear probe of one half has right."""
    half = len(X) // 2
    return float((RidgeClassifier().fit(X[:half], kinds[:half]).predict(X[half:]) == kinds[half:]).mean())


def test_no_linear_probe_of_all_views_reads_what_was_left_out_and_another_facet_stays(two_facets):
    X, about, mood = two_facets
    erased = Erasure.fit(X, read_left_out(about, len(X)).numbers, (24, 24)).apply(X)
    assert probe(X, about) > 0.95
    assert probe(erased, about) < 0.3
    assert probe(erased, mood) > probe(X, mood) - 0.02


def test_later_texts_lose_it_without_the_column(two_facets):
    X, about, _ = two_facets
    erasure = Erasure.fit(X, read_left_out(about, len(X)).numbers, (24, 24))
    later, about_later, mood_later = _two_facets(np.random.default_rng(1), 600)
    assert probe(later, about_later) > 0.95
    assert probe(erasure.apply(later), about_later) < 0.5
    assert probe(erasure.apply(later), mood_later) > 0.8


def test_each_view_of_each_row_keeps_its_length_and_one_without_any_stays_empty(two_facets):
    X, about, _ = two_facets
    X = X.copy()
    X[5, 24:] = 0.0
    erased = Erasure.fit(X, read_left_out(about, len(X)).numbers, (24, 24)).apply(X)
    for view in (slice(24), slice(24, 48)):
        assert np.allclose(np.linalg.norm(erased[:, view], axis=1), np.linalg.norm(X[:, view], axis=1), atol=1e-5)
    assert not erased[5, 24:].any()


def test_fewer_texts_than_columns_and_columns_that_say_the_same_are_no_matter(two_facets):
    X, about, _ = two_facets
    wide = np.hstack([X[:20], X[:20], np.ones((20, 3), dtype=np.float32)])
    erased = Erasure.fit(wide, read_left_out(about[:20], 20).numbers, (99,)).apply(wide)
    means = np.array([erased[about[:20] == kind].mean(axis=0) for kind in np.unique(about[:20])])
    assert np.isfinite(erased).all()
    assert np.abs(means - means.mean(axis=0)).max() < 0.1


@pytest.mark.parametrize("column", [["same"] * 600, [None] * 600, np.ones(600)])
def test_a_column_that_says_nothing_takes_nothing(two_facets, column):
    X, _, _ = two_facets
    assert np.allclose(Erasure.fit(X, read_left_out(column, 600).numbers, (24, 24)).apply(X), X, atol=1e-6)


def test_a_view_in_which_all_texts_are_equal_is_left_alone():
    X = np.ones((30, 4), dtype=np.float32)
    erased = Erasure.fit(X, read_left_out(["a", "b", "c"] * 10, 30).numbers, (4,)).apply(X)
    assert np.array_equal(erased, X)


def test_of_hundreds_of_values_something_of_the_texts_remains():
    rng = np.random.default_rng(0)
    X = check_embeddings(rng.normal(size=(900, 160)))
    erased = Erasure.fit(X, read_left_out([f"v{i % 300}" for i in range(900)], 900).numbers, (160,)).apply(X)
    assert np.linalg.matrix_rank(erased - erased.mean(axis=0), tol=1e-3) > 100


def test_the_map_of_the_labels_does_not_follow_what_was_left_out(two_facets):
    X, about, mood = two_facets
    y = few(mood, 8)
    guided = GuidedSpaceTransform(views=(24, 24), random_state=0)
    before = guided.fit(X, y).transform(X)
    after = guided.fit(X, y, leave_out=about)
    assert probe(before, about) > 0.8
    assert probe(after.transform(X), about) < 0.35
    assert (after.predict(X) == mood).mean() > 0.8


def test_names_lose_what_was_left_out_as_well(two_facets):
    X, about, mood = two_facets
    means = {kind: X[mood == kind].mean(axis=0) for kind in np.unique(mood)}
    pull = X[about == "A"].mean(axis=0) - X[about == "B"].mean(axis=0)
    erasure = Erasure.fit(X, read_left_out(about, len(X)).numbers, (24, 24))
    plain, pulled = (erasure.apply_to_names(np.array([means["so"] + more * pull])) for more in (0.0, 3.0))
    assert np.allclose(plain, erasure.apply_to_names(plain), atol=1e-4)
    cosine = float((plain @ pulled.T)[0, 0] / np.linalg.norm(plain) / np.linalg.norm(pulled))
    assert cosine > 0.95


def test_a_saved_transform_erases_the_same(two_facets, tmp_path):
    X, about, mood = two_facets
    gst = GuidedSpaceTransform(views=(24, 24), random_state=0).fit(X, few(mood, 4), leave_out=about)
    gst.save(tmp_path)
    assert np.array_equal(GuidedSpaceTransform.load(tmp_path).transform(X), gst.transform(X))


def test_a_spoilt_erasure_is_refused(two_facets, tmp_path):
    from safetensors.torch import load_file, save_file

    X, about, mood = two_facets
    GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=about).save(tmp_path)
    tensors = load_file(tmp_path / "transform.safetensors")
    for name in ("erasure.mean", "erasure.reads.0", "erasure.takes.0"):
        save_file({**tensors, name: tensors[name][:2].clone()}, tmp_path / "transform.safetensors")
        with pytest.raises(TransformError, match="damaged"):
            GuidedSpaceTransform.load(tmp_path)


def test_with_nothing_labelled_the_map_is_that_of_the_erased_first_view(two_facets):
    X, about, _ = two_facets
    *_, plain = reform(Embeddings(X, (24, 24)), random_state=0)
    *_, erased = reform(Embeddings(X, (24, 24)), leave_out=about, random_state=0)
    assert adjusted_mutual_info_score(plain.clusters, about) > 0.5
    assert adjusted_mutual_info_score(erased.clusters, about) < 0.02
    assert erased.embedding.shape == (600, 24)
    assert not erased.classes


def test_a_plain_sentence_transformers_pipeline_that_cannot_erase_is_refused(two_facets):
    X, about, mood = two_facets
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=about)
    with pytest.raises(TransformError, match="leaves out what a column says"):
        gst.to_sentence_transformer()
