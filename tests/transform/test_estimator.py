import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.metrics import v_measure_score

from gst_core import GuidedSpaceTransform
from gst_core.errors import Cancelled, TransformError
from tests.conftest import few


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


def test_saved_and_loaded_it_does_the_same(blobs, tmp_path):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 2))
    gst.save(tmp_path)
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert np.array_equal(loaded.transform(X), gst.transform(X))
    assert np.array_equal(loaded.predict_proba(X), gst.predict_proba(X))
    assert {f.suffix for f in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_a_damaged_folder_is_refused(tmp_path):
    with pytest.raises(TransformError, match="no transform"):
        GuidedSpaceTransform.load(tmp_path)
    (tmp_path / "transform.json").write_text("{")
    (tmp_path / "transform.safetensors").write_bytes(b"123")
    with pytest.raises(TransformError, match="damaged"):
        GuidedSpaceTransform.load(tmp_path)


def test_it_is_a_scikit_learn_estimator(blobs):
    X, kinds = blobs
    copy = clone(GuidedSpaceTransform(hidden=16, random_state=1))
    assert copy.get_params()["hidden"] == 16
    assert copy.fit_transform(X, few(kinds, 2)).shape == (300, 3 + 24)


def test_it_can_be_cancelled(blobs):
    X, kinds = blobs
    with pytest.raises(Cancelled):
        GuidedSpaceTransform().fit(X, few(kinds, 2), cancelled=lambda: True)


@pytest.mark.parametrize(
    "bad",
    [np.full((4, 3), np.nan), np.zeros(4), np.array([["a", "b"]]), np.zeros((0, 3))],
    ids=["nan", "one axis", "strings", "no rows"],
)
def test_embeddings_that_cannot_be_used_are_refused(bad):
    with pytest.raises(TransformError):
        GuidedSpaceTransform().fit(bad, None)


def test_labels_of_another_length_are_refused(blobs):
    with pytest.raises(TransformError, match="300 rows"):
        GuidedSpaceTransform().fit(blobs[0], ["a", "b"])


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


def test_a_class_name_of_another_width_is_refused(blobs):
    X, kinds = blobs
    with pytest.raises(TransformError, match="class name"):
        GuidedSpaceTransform().fit(X, few(kinds, 2), names={"red": np.ones(3)})


@pytest.mark.parametrize("guidance", [0.8, 1.0])
@pytest.mark.parametrize("labels", [1, 300])
def test_one_class_alone_leaves_the_embeddings_apart(blobs, labels, guidance):
    X, _ = blobs
    gst = GuidedSpaceTransform(guidance=guidance, random_state=0).fit(X, ["all"] * labels + [None] * (300 - labels))
    centred = X - X.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(gst.transform(X) @ gst.transform(X).T, centred @ centred.T, atol=1e-3)
