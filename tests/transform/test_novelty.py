"""Texts of a kind that nobody has labelled are not pressed into the kinds that somebody has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import v_measure_score

from gst_core import GuidedSpaceTransform
from gst_core.transform.label_propagation import neighbour_graph
from gst_core.transform.network import code_share
from gst_core.transform.novelty import novelty
from tests.conftest import few


@pytest.fixture
def six():
    """600 points around 6 directions, and which direction each belongs to."""
    rng = np.random.default_rng(3)
    kinds = np.arange(600) % 6
    X = 6.0 * np.linalg.qr(rng.normal(size=(24, 24)))[0][kinds] + rng.normal(size=(600, 24))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32), np.array(list("abcdef"))[kinds]


def codes_of(y):
    names = sorted({v for v in y if v is not None})
    return np.array([-1 if v is None else names.index(v) for v in y])


def test_novel_texts_are_told_from_texts_of_labelled_kinds(six):
    X, kinds = six
    y = few(kinds, 16)
    y = [v if v in {"a", "b", "c"} else None for v in y]
    in_class = novelty(X, codes_of(y), neighbour_graph(X)).in_class
    others = np.isin(kinds, ["d", "e", "f"])
    assert in_class[~others].mean() > 0.8
    assert in_class[others].mean() < 0.4


def test_the_share_of_known_kinds_is_about_right(six):
    X, kinds = six
    half = [v if v in {"a", "b", "c"} else None for v in few(kinds, 16)]
    assert 0.4 < novelty(X, codes_of(half), neighbour_graph(X)).known < 0.75
    assert novelty(X, codes_of(few(kinds, 16)), neighbour_graph(X)).known > 0.95


def test_nothing_is_novel_where_every_kind_is_labelled(six):
    X, kinds = six
    assert novelty(X, codes_of(few(kinds, 16)), neighbour_graph(X)).in_class.mean() > 0.9


def test_kinds_with_a_single_label_say_nothing_of_what_is_novel():
    rng = np.random.default_rng(0)
    kinds = np.arange(1_000) % 10
    X = 4.0 * np.linalg.qr(rng.normal(size=(32, 32)))[0][kinds] + rng.normal(size=(1_000, 32))
    X = (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32)
    codes = np.full(1_000, -1)
    codes[:10] = kinds[:10]
    assert (novelty(X, codes, neighbour_graph(X)).in_class == 1.0).all()


def test_kinds_that_nobody_labelled_stay_apart(six):
    X, kinds = six
    y = [v if v in {"a", "b", "c"} else None for v in few(kinds, 16)]
    others = np.isin(kinds, ["d", "e", "f"])
    Z = GuidedSpaceTransform(random_state=0).fit(X, y).transform(X)[others]
    assert v_measure_score(kinds[others], KMeans(3, n_init=5, random_state=0).fit_predict(Z)) > 0.8


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.floats(0, 1))
def test_the_in_class_probability_is_a_chance_and_labelled_texts_are_certain(seed, n, share):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 5)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    codes = np.where(rng.random(n) < share, rng.integers(0, 3, n), -1)
    in_class = novelty(X, codes, neighbour_graph(X)).in_class
    assert ((in_class >= 0) & (in_class <= 1)).all()
    assert (in_class[codes >= 0] == 1).all()


def test_the_code_is_weak_where_kinds_are_seen_that_nobody_labelled(six):
    X, kinds = six
    half = [v if v in {"a", "b", "c"} else None for v in few(kinds, 16)]
    seen, all_labelled = (GuidedSpaceTransform(random_state=0).fit(X, y) for y in (half, few(kinds, 16)))
    assert code_share(0.875, 3, 16.0, seen.known_share_) < 0.2 * code_share(0.875, 3, 16.0)
    assert code_share(0.875, 6, 16.0, all_labelled.known_share_) == code_share(0.875, 6, 16.0)
    assert seen.kept_ == (0,)
