"""The estimator: what it learns, and what scikit-learn asks of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import v_measure_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from gst_core import GuidedSpaceTransform
from gst_core.errors import Cancelled, TransformError
from tests.conftest import few

NOT_WEIGHTS = "sample_weight is trust in a label, from 0 to 1, and not how often a row counts"
EXCEPTED = {
    "check_sample_weights_list": NOT_WEIGHTS,
    "check_sample_weights_not_overwritten": NOT_WEIGHTS,
    "check_sample_weight_equivalence_on_dense_data": NOT_WEIGHTS,
    "check_dtype_object": "what is no number is refused with TransformError, a ValueError, as all odd inputs are",
    "check_methods_subset_invariance": "single precision: products of other batches differ in the seventh digit, and "
    "the square root in the probabilities magnifies that for unlikely classes",
}


def test_a_few_labels_bring_out_what_other_differences_hide():
    rng = np.random.default_rng(0)
    topic, mood = np.arange(400) % 4, (np.arange(400) // 4) % 2
    X = 2.0 * np.eye(24)[topic] + np.eye(24)[10 + mood] + 0.15 * rng.normal(size=(400, 24))

    def score(A):
        return v_measure_score(mood, KMeans(2, n_init=5, random_state=0).fit_predict(A))

    Z = GuidedSpaceTransform(random_state=0).fit(X, few(mood.astype(str), 16)).transform(X)
    assert score(Z) > score(X) + 0.3


def test_the_same_seed_gives_the_same_result(blobs):
    X, kinds = blobs
    y = few(kinds, 3)
    first, second = (GuidedSpaceTransform(random_state=3).fit(X, y).transform(X) for _ in range(2))
    assert np.array_equal(first, second)


def test_rows_have_length_one_and_probabilities_sum_to_one(blobs):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 2))
    assert gst.transform(X).dtype == np.float32
    assert np.allclose(np.linalg.norm(gst.transform(X), axis=1), 1, atol=1e-4)
    assert np.allclose(gst.predict_proba(X).sum(axis=1), 1, atol=1e-4)
    assert gst.classes_.tolist() == ["blue", "green", "red"]


def test_without_labels_the_embeddings_stay_as_they_are(blobs):
    X, _ = blobs
    gst = GuidedSpaceTransform().fit(X, [None] * len(X))
    assert np.allclose(gst.transform(X), X, atol=1e-5)
    with pytest.raises(TransformError, match="no class"):
        gst.predict(X)


def test_it_is_a_scikit_learn_estimator(blobs):
    X, kinds = blobs
    copy = clone(GuidedSpaceTransform(hidden=16, random_state=1))
    assert copy.get_params()["hidden"] == 16
    assert copy.fit_transform(X, few(kinds, 2)).shape == (300, 3 + 24)


def test_it_can_be_cancelled(blobs):
    X, kinds = blobs
    with pytest.raises(Cancelled):
        GuidedSpaceTransform().fit(X, few(kinds, 2), cancelled=lambda: True)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 14),
    st.integers(2, 5),
    st.lists(st.sampled_from(["a", "b", "c", None, "", -1, float("nan")]), min_size=14, max_size=14),
    st.sampled_from(["random", "equal", "zeros", "huge"]),
)
def test_whatever_is_labelled_nothing_becomes_nan(n, d, labels, kind):
    rng = np.random.default_rng(n * d)
    X = {
        "random": rng.normal(size=(n, d)),
        "equal": np.ones((n, d)),
        "zeros": np.zeros((n, d)),
        "huge": rng.normal(size=(n, d)) * 1e30,
    }[kind]
    gst = GuidedSpaceTransform(random_state=0, hidden=6).fit(X, labels[:n])
    assert np.isfinite(gst.transform(X)).all()
    assert np.isfinite(gst.predict_proba(X)).all()


def test_class_names_guide_where_labels_are_few(blobs):
    X, kinds = blobs
    centres = {name: X[kinds == name].mean(axis=0) for name in np.unique(kinds)}
    y = [None] * len(X)
    y[int(np.flatnonzero(kinds == kinds[0])[0])] = kinds[0]
    gst = GuidedSpaceTransform(random_state=0).fit(X, y, names=centres)
    assert gst.classes_.tolist() == sorted(centres)
    assert (gst.predict(X) == kinds).mean() > 0.85


def test_class_names_that_say_nothing_do_no_harm(blobs):
    X, kinds = blobs
    noise = np.random.default_rng(7).normal(size=(3, X.shape[1]))
    y = few(kinds, 4)
    alone = GuidedSpaceTransform(random_state=0).fit(X, y).predict(X)
    misled = GuidedSpaceTransform(random_state=0).fit(X, y, names=dict(zip(np.unique(kinds), noise, strict=True)))
    assert (misled.predict(X) == kinds).mean() > (alone == kinds).mean() - 0.05


@pytest.mark.parametrize("guidance", [0.8, 1.0])
@pytest.mark.parametrize("labels", [1, 300])
def test_one_class_alone_leaves_the_embeddings_apart(blobs, labels, guidance):
    X, _ = blobs
    gst = GuidedSpaceTransform(guidance=guidance, random_state=0).fit(X, ["all"] * labels + [None] * (300 - labels))
    centred = X - X.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(gst.transform(X) @ gst.transform(X).T, centred @ centred.T, atol=1e-3)


@parametrize_with_checks([GuidedSpaceTransform()], expected_failed_checks=lambda _: EXCEPTED)
def test_it_passes_what_scikit_learn_asks_of_an_estimator(estimator, check):
    check(estimator)


def accuracy(estimator, X, y):
    """How many of the labelled rows are predicted rightly."""
    y = np.asarray(y, dtype=object)
    labelled = np.array([label is not None for label in y])
    return float((estimator.predict(X)[labelled] == y[labelled]).mean())


def test_a_pipeline_hands_labels_and_class_names_on(blobs):
    X, kinds = blobs
    names = {kind: X[kinds == kind].mean(axis=0) for kind in np.unique(kinds)}
    steps = Pipeline([("gst", GuidedSpaceTransform(random_state=0)), ("groups", KMeans(3, n_init=2, random_state=0))])
    found = clone(steps).fit(X, few(kinds, 2), gst__names=names).predict(X)
    assert all((kinds[found == group] == kinds[found == group][0]).mean() > 0.8 for group in range(3))


def test_a_grid_search_finds_a_setting_by_what_is_predicted(blobs):
    X, kinds = blobs
    grid = {"guidance": [0.2, 0.8], "expand": [False, True]}
    search = GridSearchCV(GuidedSpaceTransform(random_state=0), grid, scoring=accuracy, cv=3, error_score="raise")
    search.fit(X, few(kinds, 8))
    assert search.best_score_ > 0.7
    assert search.best_estimator_.transform(X).shape == (300, 3 + 24)


def test_a_grid_search_reaches_guidance_inside_a_pipeline(blobs):
    X, kinds = blobs
    steps = Pipeline([("gst", GuidedSpaceTransform(random_state=0)), ("probe", LogisticRegression())])
    search = GridSearchCV(steps, {"gst__guidance": [0.0, 0.5, 1.0]}, cv=3, error_score="raise").fit(X, kinds)
    assert search.best_score_ > 0.8


def test_it_gives_tables_where_asked_to(blobs):
    X, kinds = blobs
    rows = [f"text {i}" for i in range(len(X))]
    table = pd.DataFrame(X, index=rows, columns=[f"e{i}" for i in range(24)])
    gst = GuidedSpaceTransform(random_state=0).set_output(transform="pandas")
    out = gst.fit(table, few(kinds, 2)).transform(table)
    assert out.index.tolist() == rows
    assert out.columns.tolist() == gst.get_feature_names_out().tolist()
    assert out.columns[0] == "guidedspacetransform0"
    assert gst.feature_names_in_.tolist() == table.columns.tolist()


@pytest.mark.parametrize(
    ("wrong", "error"), [({"leave_out": [1]}, TransformError), ({"cancelled": lambda: True}, Cancelled)]
)
def test_a_fit_that_fails_leaves_what_was_learned_before(blobs, wrong, error):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 4))
    outputs, probabilities = gst.transform_and_predict_proba(X)
    with pytest.raises(error):
        gst.fit(X[:, :12], ["p", "q", *[None] * 298], **wrong)
    again = gst.transform_and_predict_proba(X)
    assert np.array_equal(again[0], outputs)
    assert np.array_equal(again[1], probabilities)


def test_a_first_fit_that_fails_leaves_it_unfitted(blobs):
    gst = GuidedSpaceTransform()
    with pytest.raises(TransformError):
        gst.fit(blobs[0], few(blobs[1], 4), leave_out=[1])
    with pytest.raises(NotFittedError):
        gst.transform(blobs[0])
