"""Who gets a label: counts, seeds, flips and halves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gst_core.evaluation.sampling import (
    few_of_half_the_classes,
    few_per_class,
    half_of_classes,
    many_of_the_largest,
    some_at_random,
)

TRUTH = np.array(["a"] * 30 + ["b"] * 20 + ["c"] * 3 + [""] * 5)


def counted(y):
    return {c: y.count(c) for c in set(y) - {None}}


@given(st.integers(1, 25), st.integers(0, 3))
def test_each_class_gets_its_labels_and_keeps_a_text_to_measure_on(per_class, seed):
    y = few_per_class(TRUTH, per_class, seed)
    assert counted(y) == {"a": per_class, "b": min(per_class, 19), "c": min(per_class, 2)}
    assert all(label in (None, truth) for label, truth in zip(y, TRUTH, strict=True))


def test_the_same_seed_draws_the_same_labels_and_another_one_does_not():
    assert few_per_class(TRUTH, 4, 1) == few_per_class(TRUTH, 4, 1) != few_per_class(TRUTH, 4, 2)


def test_wrong_labels_are_the_same_texts_a_share_of_them_flipped_to_other_classes():
    clean, noisy = some_at_random(TRUTH, 40, 0), some_at_random(TRUTH, 40, 0, wrong=0.25)
    assert [label is None for label in clean] == [label is None for label in noisy]
    assert sum(label is not None for label in clean) == 40
    assert all(label == truth for label, truth in zip(clean, TRUTH, strict=True) if label is not None)
    assert sum(a != b for a, b in zip(clean, noisy, strict=True)) == 10


def test_flips_go_to_every_other_class_evenly():
    truth = np.repeat(["a", "b", "c", "d"], 1000)
    y = np.array(some_at_random(truth, 4000, 0, wrong=1.0))
    for kind in "abcd":
        shares = [np.mean(y[truth == kind] == other) for other in "abcd"]
        assert shares["abcd".index(kind)] == 0
        assert all(abs(s - 1 / 3) < 0.06 for s in shares if s)


def test_half_of_the_classes_get_no_label_and_their_texts_are_told():
    truth = np.repeat([f"class {i}" for i in range(7)], 10)
    seen = half_of_classes(truth, 0)
    y, unseen = few_of_half_the_classes(truth, 4, 0)
    assert len(seen) == 3
    assert counted(y) == dict.fromkeys(seen.tolist(), 4)
    assert set(truth[unseen]) == set(truth) - set(seen)
    assert unseen.sum() == 40


def test_more_labels_of_the_largest_class_leave_the_others_and_one_text_of_it():
    truth = np.array(["a"] * 10 + ["b"] * 5 + [""] * 20)
    y = few_per_class(truth, 2, 0)
    more = many_of_the_largest(truth, y, 600, 0)
    assert [more.count("a"), more.count("b")] == [9, 2]
    assert all(after == before for before, after in zip(y, more, strict=True) if before is not None)
