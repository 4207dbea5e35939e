"""The choices that the labels make: which views are looked at."""

import numpy as np

from gst_core import GuidedSpaceTransform
from gst_core.transform.soft_labels import FitInputs, view_choices
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
    assert second.seen_ == (0, 1)
    assert second.transform(np.hstack([noise, tells])).shape == (300, 12 + 2)
    one_each = GuidedSpaceTransform(views=(12, 12), random_state=0).fit(np.hstack([noise, tells]), few(kinds, 1))
    assert one_each.seen_ == (0,)


def test_views_are_chosen_from_only_where_a_label_can_be_held_out_and_predicted():
    def choices(codes, propagate=True):
        codes = np.array(codes)
        return view_choices(2, FitInputs(codes, np.ones(len(codes)), ("a", "b"), {}, propagate))

    assert choices([0, 0, 1, -1]) == ((0,), (0, 1))
    assert choices([0, 1, -1, -1]) == ((0,),)
    assert choices([-1, -1]) == ((0,),)
    assert choices([0, 0, 1, -1], propagate=False) == ((0,),)
