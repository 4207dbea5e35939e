"""What is known of some rows is not computed again for more of them."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.transform.fit_cache import FitCache


@given(old=st.integers(2, 60), new=st.integers(1, 30), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_what_is_known_of_more_rows_is_what_would_be_found_of_all(old, new, seed):
    X = np.random.default_rng(seed).normal(size=(old + new, 8)).astype(np.float32)
    cache = FitCache(X[:old], (8,), 5, 0, torch.device("cpu"))
    cache.view_features(X[:old], (0,))
    features = cache.view_features(X, (0,))
    similarity, index = features.nearest
    exact = -np.sort(-(features.projected @ features.projected.T), axis=1)[:, : similarity.shape[1]]
    assert np.allclose(similarity, exact, atol=1e-5)
    found = np.take_along_axis(features.projected @ features.projected.T, index, 1)
    assert np.allclose(found, exact, atol=1e-5)
    straight = np.hstack([features.rows, np.ones((len(X), 1))])
    assert np.allclose(features.gram().numpy()[-9:, -9:], straight.T @ straight, atol=1e-4)
