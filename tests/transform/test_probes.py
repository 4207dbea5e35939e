"""The linear probes against scikit-learn's logistic regression."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from gst_core.transform.probes import PROBE_C, label_probe, pseudo_label_probe


def training_set(classes, rows=240, width=12, folds=3, seed=0):
    """Unit rows of overlapping kinds, and folds that know different fifths of them."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(classes, size=rows)
    X = rng.normal(size=(classes, width))[kinds] + 1.5 * rng.normal(size=(rows, width))
    X = (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32)
    probabilities = np.zeros((rows, folds, classes), dtype=np.float32)
    probabilities[np.arange(rows), :, kinds] = 1.0
    weight = np.where(rng.random((rows, folds)) < 0.2, rng.uniform(0.3, 1.0, (rows, folds)), 0.0)
    return X, kinds, probabilities, weight.astype(np.float32)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_pseudo_label_probe_is_balanced_logistic_regression(classes, monkeypatch):
    monkeypatch.setattr("gst_core.transform.probes.PSEUDO_LABEL_GRADIENT", 1e-6)
    X, kinds, probabilities, weight = training_set(classes)
    predicted, _ = pseudo_label_probe(X, probabilities, weight, None)
    for q in range(weight.shape[1]):
        rows = np.flatnonzero(weight[:, q])
        share = weight[rows, q] / np.bincount(kinds[rows])[kinds[rows]]
        model = LogisticRegression(C=PROBE_C, tol=1e-6, max_iter=500)
        model.fit(X[rows].astype(np.float64), kinds[rows], sample_weight=share * len(rows) / share.sum())
        np.testing.assert_allclose(predicted[:, q], model.predict_proba(X), atol=5e-3)


def test_a_class_without_a_pseudo_label_is_all_but_impossible():
    X, kinds, probabilities, weight = training_set(4)
    weight[kinds == 2, 1] = 0.0
    predicted, _ = pseudo_label_probe(X, probabilities, weight, None)
    assert predicted[:, 1, 2].max() < 1e-5
    assert predicted[:, 0, 2].max() > 0.3
    np.testing.assert_allclose(predicted.sum(axis=2), 1.0, rtol=1e-5)


def test_folds_do_not_know_each_others_labels():
    X, _, probabilities, weight = training_set(3)
    prior = np.zeros_like(probabilities)
    together = label_probe(X, probabilities, weight, prior)
    for q in range(weight.shape[1]):
        alone = label_probe(X, probabilities[:, [q]], weight[:, [q]], prior[:, [q]])
        np.testing.assert_allclose(together[:, [q]], alone, atol=2e-3)


def test_a_probe_without_labels_predicts_what_the_prior_says():
    X, kinds, probabilities, weight = training_set(3)
    prior = 2.0 * probabilities
    predicted = label_probe(X, probabilities, np.zeros_like(weight), prior)
    assert (predicted[:, 0].argmax(axis=1) == kinds).all()
    nothing, _ = pseudo_label_probe(X, probabilities, np.zeros_like(weight), None)
    np.testing.assert_allclose(nothing, 1 / 3, rtol=1e-5)


def test_of_many_pseudo_labels_some_train_the_probe_but_of_labels_all(monkeypatch):
    monkeypatch.setattr("gst_core.transform.probes.MOST_PSEUDO_LABELS", 60)
    X, kinds, probabilities, weight = training_set(3, folds=1)
    weight[:] = 0.5
    weight[:6] = 1.0
    probabilities[:6] = np.eye(3, dtype=np.float32)[(kinds[:6] + 1) % 3][:, None]
    few, _ = pseudo_label_probe(X, probabilities, weight, None)
    monkeypatch.setattr("gst_core.transform.probes.MOST_PSEUDO_LABELS", 6)
    labels_only, _ = pseudo_label_probe(X, probabilities, weight, None)
    assert (few.argmax(axis=2)[:, 0] == kinds).mean() > 0.5
    assert (labels_only.argmax(axis=2)[:6, 0] == (kinds[:6] + 1) % 3).all()
