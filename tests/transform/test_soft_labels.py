"""The choices that the labels make: which views are looked at."""

import numpy as np

from gst_core import GuidedSpaceTransform
from tests.conftest import few


def test_the_views_that_predict_held_out_labels_are_looked_at():
    rng = np.random.default_rng(0)
    kinds = np.array(["calm", "cross"])[np.arange(300) % 2]
    tells = 2.0 * np.eye(12)[np.arange(300) % 2] + 0.6 * rng.normal(size=(300, 12))
    noise = rng.normal(size=(300, 12))
    y = few(kinds, 12)
    first, second = (
        GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack(pair), y)
        for pair in ([tells, noise], [noise, tells])
    )
    assert first.seen_ == (0,)
    assert (second.seen_, second.kept_) == ((1,), (1,))
    assert second.transform(np.hstack([noise, tells])).shape == (300, 12 + 2)
    one_each = GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack([noise, tells]), few(kinds, 1))
    assert one_each.seen_ == (0,)


def test_names_alone_choose_the_view_that_they_are_known_in_and_say_which_text_is_of_which_class():
    rng = np.random.default_rng(0)
    number = np.arange(300) % 2
    tells = (2.0 * np.eye(12)[number] + 0.6 * rng.normal(size=(300, 12))).astype(np.float32)
    noise = rng.normal(size=(300, 12)).astype(np.float32)
    names = {kind: np.hstack([rng.normal(size=12), 2.0 * np.eye(12)[i]]) for i, kind in enumerate(["calm", "cross"])}
    gst = GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack([noise, tells]), names=names)
    assert gst.words_only_
    assert 1 in gst.seen_
    assert (gst.predict(np.hstack([noise, tells])) == np.array(["calm", "cross"])[number]).mean() > 0.9
    labelled = few(np.array(["calm", "cross"])[number], 4)
    assert not GuidedSpaceTransform(views=(12, 12)).fit(np.hstack([noise, tells]), labelled, names=names).words_only_


def test_names_that_mean_nothing_here_leave_the_embeddings_as_they_are():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 64))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    gst = GuidedSpaceTransform(random_state=0).fit(X, names={"A": rng.normal(size=64), "B": rng.normal(size=64)})
    assert gst.evidence_ == 0
    unit = X - X.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    assert np.allclose(gst.transform(X)[:, 2:], unit, atol=1e-3)
    assert GuidedSpaceTransform(random_state=0).fit(X, names={"A": X[0]}).classes_.tolist() == []
