"""Labels that all others contradict are found, and are not heard."""

import numpy as np
import pytest

from gst_core import GuidedSpaceTransform
from gst_core.transform.label_noise import FEWEST, held_out_scores, judge_labels


@pytest.fixture
def mislabelled():
    """1,200 points of four kinds, the kind that is said of each, wrong for one in five, and the true one."""
    rng = np.random.default_rng(2)
    kinds = np.arange(1_200) % 4
    X = 2.5 * np.linalg.qr(rng.normal(size=(32, 32)))[0][kinds] + rng.normal(size=(1_200, 32))
    said = np.where(rng.random(1_200) < 0.2, (kinds + rng.integers(1, 4, 1_200)) % 4, kinds)
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32), said, kinds


def test_wrong_labels_are_told_from_right_ones(mislabelled):
    X, said, kinds = mislabelled
    right = judge_labels(X[:600], said[:600], 4).right
    wrong = (said != kinds)[:600]
    assert right[wrong].mean() < 0.3
    assert right[~wrong].mean() > 0.9


def test_no_label_is_doubted_where_none_is_wrong(mislabelled):
    X, _, kinds = mislabelled
    assert judge_labels(X[:600], kinds[:600], 4).right.min() > 0.9


def test_few_labels_are_all_believed(mislabelled):
    X, said, _ = mislabelled
    assert (judge_labels(X[: FEWEST - 1], said[: FEWEST - 1], 4).right == 1).all()


def test_a_class_that_was_only_begun_is_believed(mislabelled):
    X, said, _ = mislabelled
    codes = np.append(said[:600], 4)
    rows = np.vstack([X[:600], X[600:601]])
    assert judge_labels(rows, codes, 5).right[-1] == 1


@pytest.mark.parametrize("rows", [20, 200])
def test_scores_are_those_of_a_fit_without_the_row(mislabelled, rows):
    X, said, _ = mislabelled
    X, said = X[:rows], said[:rows]
    scores = held_out_scores(X, said, 4, 10.0)
    same = np.delete(np.arange(rows), 3)
    weight = rows / (4 * np.bincount(said)[said])
    inputs = np.hstack([X, np.full((rows, 1), 10.0)]) * np.sqrt(weight)[:, None]
    target = np.eye(4)[said] * np.sqrt(weight)[:, None]
    gram = inputs[same].T @ inputs[same] + 10.0 * np.eye(inputs.shape[1])
    beta = np.linalg.solve(gram, inputs[same].T @ target[same])
    np.testing.assert_allclose(scores[3], inputs[3] @ beta / np.sqrt(weight[3]), atol=1e-3)


def test_wrong_labels_cost_little_and_are_listed(mislabelled):
    X, said, kinds = mislabelled
    y = [str(k) if i < 600 else None for i, k in enumerate(said)]
    gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    assert (
        gst.predict(X[600:]) == kinds[600:].astype(str)
    ).mean() > 0.87  # 0.89 where none is wrong, 0.84 where all are heard
    doubted = gst.label_weights_ < 0.5
    assert gst.label_weights_.shape == (600,)
    assert (said != kinds)[:600][doubted].mean() > 0.9
