"""What class names say, and how the labels decide what that is worth."""

import numpy as np

from gst_core.transform.name_prior import USUAL_SCALE, name_scores, prior_logits


def scores_of(X, kinds, vectors):
    classes = np.unique(kinds).tolist()
    return name_scores(X, classes, dict(zip(classes, vectors, strict=True))), np.unique(kinds, return_inverse=True)[1]


def test_names_are_trusted_as_usual_without_labels_and_more_where_they_predict_them(blobs):
    X, kinds = blobs
    centres = np.array([X[kinds == kind].mean(axis=0) for kind in np.unique(kinds)])
    scores, truth = scores_of(X, kinds, centres)
    assert np.allclose(prior_logits(scores, np.full(len(X), -1)), USUAL_SCALE * scores)
    assert (scores.argmax(axis=1) == truth).mean() > 0.9
    assert prior_logits(scores, truth).std() > (USUAL_SCALE * scores).std()


def test_names_that_contradict_the_labels_weigh_nothing(blobs):
    X, kinds = blobs
    centres = np.array([X[kinds == kind].mean(axis=0) for kind in np.unique(kinds)])
    scores, truth = scores_of(X, kinds, centres[[1, 2, 0]])
    assert not prior_logits(scores, truth).any()


def test_one_name_alone_says_nothing(blobs):
    assert name_scores(blobs[0], ["a", "b"], {"a": blobs[0][0]}) is None
