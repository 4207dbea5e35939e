"""The erasure of a corpus is found once, says the same as one that is found anew, and is forgotten with its holders."""

import pickle

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.compute import check_embeddings
from tests.conftest import few


@pytest.fixture(scope="module")
def facets():
    rng = np.random.default_rng(0)
    about, mood = rng.integers(0, 3, 300), rng.integers(0, 2, 300)
    X = rng.normal(size=(300, 20)) + 3 * np.eye(20)[about] + 2 * np.eye(20)[mood + 5]
    return check_embeddings(X), np.array(list("abc"))[about], np.array(["low", "high"])[mood]


def test_one_more_label_finds_no_erasure_anew_and_says_what_it_says_alone(facets, monkeypatch):
    X, about, mood = facets
    alone = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 5), leave_out=about).transform(X)
    before = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=about)
    for part in ("Erasure.fit", "erase_groups"):
        monkeypatch.setattr(f"gst_core.transform.erasure_cache.{part}", None)
    after = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 5), leave_out=about)
    assert after.erasure_ is before.erasure_
    assert np.allclose(after.transform(X), alone, atol=1e-5)


def test_another_value_or_another_row_is_erased_anew(facets):
    X, about, mood = facets
    before = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=about)
    other, changed = about.copy(), X.copy()
    other[7] = "b" if about[7] != "b" else "c"
    changed[7] = -changed[7]
    for given, column in ((X, other), (changed, about)):
        assert GuidedSpaceTransform(random_state=0).fit(given, few(mood, 4), leave_out=column).erasure_ is not (
            before.erasure_
        )


def test_what_is_kept_for_the_next_fit_is_not_pickled(facets):
    X, about, mood = facets
    fitted = GuidedSpaceTransform(random_state=0).fit(X, few(mood, 4), leave_out=about)
    other = pickle.loads(pickle.dumps(fitted))
    assert not hasattr(other, "_erasure_cache")
    assert np.allclose(other.transform(X), fitted.transform(X), atol=1e-5)
