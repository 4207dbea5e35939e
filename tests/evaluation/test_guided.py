"""Our transform as the benchmark asks it: embeddings, classes, and labels of what it suggests."""

import numpy as np

from gst_core.compute import Embeddings
from gst_core.evaluation.guided import fit_guided, suggested_labels
from tests.conftest import few


def test_a_fit_says_embeddings_and_classes_of_all_texts(blobs):
    X, kinds = blobs
    said = fit_guided(Embeddings(X, (X.shape[1],)), few(kinds, 4), 0)
    assert len(said.Z) == len(said.probabilities) == len(X)
    assert said.classes == tuple(np.unique(kinds))
    assert np.mean(np.array(said.classes)[said.probabilities.argmax(axis=1)] == kinds) > 0.9


def test_labels_that_were_suggested_are_true_of_texts_with_a_class_and_as_many_as_asked(blobs):
    X, kinds = blobs
    truth = np.where(np.arange(len(X)) % 3 == 0, "", kinds)
    y = suggested_labels(Embeddings(X, (X.shape[1],)), truth, 20, seed=0)
    given = [(label, true) for label, true in zip(y, truth, strict=True) if label is not None]
    assert len(given) == 20
    assert all(label == true for label, true in given)
