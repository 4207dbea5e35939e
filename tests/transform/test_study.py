"""What a fit keeps of a corpus: the next fit is sooner done and says the very same."""

import gc
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.transform import GuidedSpaceTransform
from gst_core.transform.study import Study, studied, study_of
from tests.conftest import few

CPU = torch.device("cpu")


@pytest.fixture
def sampled(monkeypatch):
    monkeypatch.setattr("gst_core.transform.study.STUDIED", 150)


@pytest.mark.usefixtures("sampled")
@pytest.mark.parametrize("views", [None, (12, 12)])
def test_a_fit_that_builds_on_another_says_what_it_says_alone(blobs, views):
    X, kinds = blobs
    more = few(kinds, 6)
    alone = GuidedSpaceTransform(random_state=0, views=views).fit(X, more).transform(X)
    before = GuidedSpaceTransform(random_state=0, views=views).fit(X, few(kinds, 4))
    after = GuidedSpaceTransform(random_state=0, views=views).fit(X, more)
    assert after._study is before._study
    assert np.allclose(after.transform(X), alone, atol=1e-5)


def test_a_corpus_of_which_a_row_has_changed_is_studied_anew(blobs):
    X, kinds = blobs
    before = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 4))
    changed = X.copy()
    changed[7] = -changed[7]
    after = GuidedSpaceTransform(random_state=0).fit(changed, few(kinds, 4))
    assert after._study is not before._study
    assert GuidedSpaceTransform(random_state=1).fit(X, few(kinds, 4))._study is not before._study
    free = [GuidedSpaceTransform().fit(X, few(kinds, 4))._study for _ in range(2)]
    assert free[0] is not free[1]


def test_a_study_is_kept_as_long_as_a_transform_and_not_saved_with_it(blobs):
    X, kinds = blobs
    held = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 4))
    kept = id(study_of(X, held.hidden, 0, CPU))
    assert kept == id(held._study)
    other = pickle.loads(pickle.dumps(held))
    assert not hasattr(other, "_study")
    assert np.array_equal(other.transform(X), held.transform(X))
    rows = held._study.ground(X, (X.shape[1],))
    del held
    gc.collect()
    assert study_of(X, other.hidden, 0, CPU).ground(X, (X.shape[1],)) is not rows


@given(old=st.integers(2, 60), new=st.integers(1, 30), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_what_is_known_of_more_rows_is_what_would_be_found_of_all(old, new, seed):
    X = np.random.default_rng(seed).normal(size=(old + new, 8)).astype(np.float32)
    study = Study(X[:old], 5, 0, CPU)
    study.ground(X[:old], (8,))
    ground = study.ground(X, (8,))
    similarity, index = ground.nearest
    exact = -np.sort(-(ground.points @ ground.points.T), axis=1)[:, : similarity.shape[1]]
    assert np.allclose(similarity, exact, atol=1e-5)
    found = np.take_along_axis(ground.points @ ground.points.T, index, 1)
    assert np.allclose(found, exact, atol=1e-5)
    seen = np.hstack([ground.seen, np.ones((len(X), 1))])
    assert np.allclose(ground.gram().numpy()[-9:, -9:], seen.T @ seen, atol=1e-4)


@pytest.mark.usefixtures("sampled")
def test_the_sample_stays_while_labels_are_added_and_every_label_is_studied():
    codes = np.full(1_000, -1)
    samples = []
    for labels in (10, 40, 300):
        codes[:labels] = 0
        sample, more = studied(codes)
        samples.append(sample)
        assert set(range(labels)) <= {*sample.tolist(), *more.tolist()}
        assert not set(sample.tolist()) & set(more.tolist())
    assert np.array_equal(samples[0], samples[1])
    everything, none = studied(np.array([0, 1, -1]))
    assert everything.tolist() == [0, 1, 2]
    assert not len(none)


def test_the_more_labels_the_smaller_the_sample_beside_them():
    codes = np.full(20_000, -1)
    codes[:400] = 0
    assert len(studied(codes)[0]) == 5_500
    codes[:900] = 0
    assert len(studied(codes)[0]) == 5_000
    codes[:9_000] = 0
    assert len(studied(codes)[0]) == 3_000


@pytest.mark.usefixtures("sampled")
def test_more_labelled_rows_than_sampled_ones_are_studied_as_well(blobs):
    X, kinds = blobs
    y = [None if i % 10 == 0 else str(kind) for i, kind in enumerate(kinds)]
    before = GuidedSpaceTransform(random_state=0).fit(X, y)
    after = GuidedSpaceTransform(random_state=0).fit(X, y)
    assert after._study is before._study
    assert np.allclose(after.transform(X), before.transform(X), atol=1e-5)
    assert (after.predict(X) == kinds).mean() > 0.9
