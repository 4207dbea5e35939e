"""What a fit keeps of a corpus: the next fit is sooner done and says the very same."""

import gc
import pickle

import numpy as np
import pytest
import torch

from gst_core.transform import GuidedSpaceTransform
from gst_core.transform.fit_cache import fit_cache_of, sample_rows
from tests.conftest import few

CPU = torch.device("cpu")


@pytest.fixture
def sampled(monkeypatch):
    monkeypatch.setattr("gst_core.transform.fit_cache.SAMPLE", 150)


@pytest.mark.usefixtures("sampled")
@pytest.mark.parametrize("views", [None, (12, 12)])
def test_a_fit_that_builds_on_another_says_what_it_says_alone(blobs, views):
    X, kinds = blobs
    more = few(kinds, 6)
    alone = GuidedSpaceTransform(random_state=0, views=views).fit(X, more).transform(X)
    before = GuidedSpaceTransform(random_state=0, views=views).fit(X, few(kinds, 4))
    after = GuidedSpaceTransform(random_state=0, views=views).fit(X, more)
    assert after._fit_cache is before._fit_cache
    assert np.allclose(after.transform(X), alone, atol=1e-5)


def test_a_corpus_of_which_a_row_has_changed_has_a_cache_of_its_own(blobs):
    X, kinds = blobs
    before = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 4))
    changed = X.copy()
    changed[7] = -changed[7]
    after = GuidedSpaceTransform(random_state=0).fit(changed, few(kinds, 4))
    assert after._fit_cache is not before._fit_cache
    assert GuidedSpaceTransform(random_state=1).fit(X, few(kinds, 4))._fit_cache is not before._fit_cache
    free = [GuidedSpaceTransform().fit(X, few(kinds, 4))._fit_cache for _ in range(2)]
    assert free[0] is not free[1]


def test_the_cache_is_kept_as_long_as_a_transform_and_not_saved_with_it(blobs):
    X, kinds = blobs
    held = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 4))
    kept = id(fit_cache_of(X, (24,), held.hidden, 0, CPU))
    assert kept == id(held._fit_cache)
    other = pickle.loads(pickle.dumps(held))
    assert not hasattr(other, "_fit_cache")
    assert np.array_equal(other.transform(X), held.transform(X))
    features = held._fit_cache.view_features(X, (0,))
    del held
    gc.collect()
    assert fit_cache_of(X, (24,), other.hidden, 0, CPU).view_features(X, (0,)) is not features


@pytest.mark.usefixtures("sampled")
def test_the_sample_stays_while_labels_are_added_and_every_label_is_looked_at():
    codes = np.full(1_000, -1)
    samples = []
    for labels in (10, 40, 300):
        codes[:labels] = 0
        sample, more = sample_rows(codes)
        samples.append(sample)
        assert set(range(labels)) <= {*sample.tolist(), *more.tolist()}
        assert not set(sample.tolist()) & set(more.tolist())
    assert np.array_equal(samples[0], samples[1])
    everything, none = sample_rows(np.array([0, 1, -1]))
    assert everything.tolist() == [0, 1, 2]
    assert not len(none)


def test_the_more_labels_the_smaller_the_sample_beside_them():
    codes = np.full(20_000, -1)
    codes[:400] = 0
    assert len(sample_rows(codes)[0]) == 5_500
    codes[:900] = 0
    assert len(sample_rows(codes)[0]) == 5_000
    codes[:9_000] = 0
    assert len(sample_rows(codes)[0]) == 3_000


@pytest.mark.usefixtures("sampled")
def test_more_labelled_rows_than_sampled_ones_are_looked_at_as_well(blobs):
    X, kinds = blobs
    y = [None if i % 10 == 0 else str(kind) for i, kind in enumerate(kinds)]
    before = GuidedSpaceTransform(random_state=0).fit(X, y)
    after = GuidedSpaceTransform(random_state=0).fit(X, y)
    assert after._fit_cache is before._fit_cache
    assert np.allclose(after.transform(X), before.transform(X), atol=1e-5)
    assert (after.predict(X) == kinds).mean() > 0.9


def test_a_large_corpus_is_known_by_a_sample_that_holds_every_label(blobs, monkeypatch):
    X, kinds = blobs
    monkeypatch.setattr("gst_core.transform.fit_cache.SAMPLE", 150)
    y = few(kinds, 15)
    gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    assert (gst.predict(X) == kinds).mean() > 0.85
    assert gst.network_.hidden_layer.out_features <= 75
