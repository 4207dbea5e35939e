"""What class names say, and how the labels decide what that is worth."""

import numpy as np

from gst_core.compute import centred_rows
from gst_core.transform.name_prior import USUAL_SCALE, name_prior, name_scores


def centred(X):
    return centred_rows(X, X.mean(axis=0), X.shape[1:])


def prior_of(X, kinds, vectors):
    classes = np.unique(kinds).tolist()
    return name_prior([centred(X)], classes, dict(zip(classes, vectors, strict=True)))


def centres_of(X, kinds):
    return np.array([X[kinds == kind].mean(axis=0) for kind in np.unique(kinds)])


def test_names_are_trusted_as_usual_without_labels_and_more_where_they_predict_them(blobs):
    X, kinds = blobs
    prior, truth = prior_of(X, kinds, centres_of(X, kinds)), np.unique(kinds, return_inverse=True)[1]
    usual = prior.logits(np.full(len(X), -1))
    assert np.allclose(usual, USUAL_SCALE * prior.scores[0])
    assert (prior.scores[0].argmax(axis=1) == truth).mean() > 0.9
    assert prior.logits(truth).std() > usual.std()


def test_names_that_contradict_the_labels_weigh_nothing(blobs):
    X, kinds = blobs
    prior = prior_of(X, kinds, centres_of(X, kinds)[[1, 2, 0]])
    assert not prior.logits(np.unique(kinds, return_inverse=True)[1]).any()


def test_one_name_alone_says_nothing(blobs):
    X, _ = blobs
    assert name_scores(X, ["a", "b"], {"a": X[0]}) is None
    assert name_prior([X], ["a", "b"], {"a": X[0], "b": np.zeros_like(X[0])}) is None


def test_names_are_read_in_the_view_that_varies_along_them_and_the_labels_may_say_another(blobs):
    X, kinds = blobs
    noise = np.random.default_rng(0).normal(size=X.shape).astype(np.float32)
    classes, truth = np.unique(kinds).tolist(), np.unique(kinds, return_inverse=True)[1]
    told, said = centres_of(X, kinds), np.random.default_rng(1).normal(size=(3, X.shape[1])).astype(np.float32)
    names = {c: np.hstack(pair) for c, *pair in zip(classes, said, told, strict=True)}
    prior = name_prior([centred(noise), centred(X)], classes, names)
    assert prior.views == (0, 1)
    assert prior.shares[1] > 0.9
    contradicted = {c: np.hstack(pair) for c, *pair in zip(classes, told[[1, 2, 0]], told, strict=True)}
    both = name_prior([centred(X), centred(X)], classes, contradicted)
    assert both.shares[0] > both.shares[1]
    assert (both.logits(truth).argmax(axis=1) == truth).mean() > 0.5


def test_words_that_mean_nothing_in_the_corpus_are_not_trusted(blobs):
    X, kinds = blobs
    rng = np.random.default_rng(0)
    nowhere = rng.normal(size=(400, 64)).astype(np.float32)
    said = rng.normal(size=(3, 128)).astype(np.float32)
    meaningless = name_prior(
        [centred(nowhere), centred(nowhere[::-1])], list("abc"), dict(zip("abc", said, strict=True))
    )
    assert meaningless.trust == 0
    assert prior_of(X, kinds, centres_of(X, kinds)).trust == 1


def test_the_words_of_texts_have_no_say_before_there_are_labels(blobs):
    X, kinds = blobs
    centres = np.hstack([centres_of(X, kinds)] * 3)
    prior = name_prior([centred(X)] * 3, np.unique(kinds).tolist(), dict(zip(np.unique(kinds), centres, strict=True)))
    assert prior.shares[:2].min() > prior.shares[2] == 0
