"""Which views are looked at, and which original is kept."""

import numpy as np
import pytest

from gst_core.transform.calibration import HeldOut
from gst_core.transform.name_prior import NamePrior
from gst_core.transform.view_choice import views_by_labels, views_by_names

TRUTH = np.arange(40) % 2


def held_out(right):
    """Predictions that are sure and right about so many labels, and say nothing of the others."""
    predicted = np.full((40, 2), 0.5, dtype=np.float32)
    known = np.isin(np.arange(40), right)
    predicted[known] = np.where(np.eye(2)[TRUTH[known]] > 0, 0.95, 0.05)
    return HeldOut(TRUTH, predicted, np.zeros((0, 1, 2), dtype=np.float32))


def prior(shares, trust=1.0, views=None):
    scores = np.zeros((len(shares), 4, 2))
    return NamePrior(scores, tuple(range(len(shares))) if views is None else views, np.array(shares), trust)


def test_views_that_say_different_things_are_looked_at_together():
    first, second = held_out(range(20)), held_out(range(20, 40))
    assert views_by_labels([first, second, held_out([])])[0] == (0, 1)


def test_a_view_that_misleads_is_left_out():
    misleading = held_out(range(40))
    misleading = HeldOut(TRUTH, misleading.predicted[:, ::-1], misleading.others)
    assert views_by_labels([held_out(range(40)), misleading, misleading]) == ((0,), 0)
    assert views_by_labels([misleading, held_out(range(40)), misleading]) == ((1,), 1)


def test_the_first_view_is_left_only_for_clear_evidence():
    assert 0 in views_by_labels([held_out(range(30)), held_out(range(31))])[0]


def test_the_original_of_words_is_never_kept():
    views, kept = views_by_labels([held_out(range(5)), held_out([]), held_out(range(40))])
    assert 2 in views
    assert kept == 0


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (None, ((0,), 0)),
        (prior([0.9, 0.1]), ((0,), 0)),
        (prior([0.1, 0.9]), ((1,), 1)),
        (prior([0.5, 0.5]), ((0, 1), 0)),
        (prior([0.1, 0.9], trust=0.2), ((1,), 0)),
        (prior([0.9, 0.1], views=(1, 2)), ((1,), 0)),
    ],
    ids=["no names", "first", "second", "both", "names that mean little", "own embeddings without names"],
)
def test_names_say_which_views_where_no_label_does(names, expected):
    assert views_by_names(names) == expected


def test_names_decide_while_labels_say_the_same_of_both_views():
    alike = [held_out(range(20)), held_out(range(20))]
    assert views_by_labels(alike, prior([0.05, 0.95])) == ((1,), 1)
    assert 0 in views_by_labels(alike, prior([0.05, 0.95], trust=0.0))[0]
    assert 0 in views_by_labels([held_out(range(40)), held_out([])], prior([0.05, 0.95]))[0]
