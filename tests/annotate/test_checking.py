import numpy as np

from gst_core.annotate import CheckCount, count_check, draw_at_random
from gst_core.workspace import HUMAN, LLM, Label, RandomCheck

IDS = tuple("abcdefgh")


def said(document, name, who=HUMAN):
    return Label(document, name, who, "2025-01-01T00:00:00.000000")


def test_what_is_labelled_is_not_drawn():
    assert sorted(draw_at_random(IDS, {"a", "c"}, 20)) == ["b", "d", "e", "f", "g", "h"]
    assert draw_at_random(IDS, IDS) == []


def test_every_text_has_the_same_chance():
    drawn = [draw_at_random(IDS, {"h"}, 2, seed) for seed in range(700)]
    counts = np.array([sum(one in pair for pair in drawn) for one in IDS[:7]])
    assert counts.sum() == 1400
    assert counts.min() > 150
    assert counts.max() < 250
    assert all(len(set(pair)) == 2 for pair in drawn)


def test_a_check_is_counted_by_what_the_person_said_of_its_texts():
    check = RandomCheck(("a", "b", "c", "gone"))
    labels = [said("a", "good"), said("b", "bad"), said("c", "good", LLM), said("d", "good")]
    predicted = {"a": "good", "b": "good", "c": "good"}
    assert count_check(check, labels, predicted, IDS) == CheckCount(3, 2, 1, "c")


def test_a_check_whose_texts_are_all_labelled_has_none_that_follows():
    assert count_check(RandomCheck(("a",)), [said("a", "new")], {"a": "good"}, IDS) == CheckCount(1, 1, 0, None)


def test_a_check_says_whether_the_map_learns_from_it():
    assert count_check(RandomCheck(("a",)), [], {}, IDS).apart
    assert not count_check(RandomCheck(("a",), apart=False), [], {}, IDS).apart
