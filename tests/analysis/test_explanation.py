from itertools import pairwise

import numpy as np

from gst_core.analysis import contradicting, explain, words_that_matter
from gst_core.analysis.explanation import READ_AGAIN, parts_of

EMBEDDING = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1], [-0.6, 0.8]], dtype=np.float32)
PROBABILITIES = np.array([[0.2, 0.7, 0.1]] * 5, dtype=np.float32)


def test_a_text_is_explained_by_the_nearest_labels_of_its_class_and_of_the_next():
    found = explain(0, EMBEDDING, PROBABILITIES, np.array([1, 1, 0, 0, 1]))
    assert found.classes == (1, 0, 2)
    assert np.allclose(found.probabilities, (0.7, 0.2, 0.1))
    (own, following) = found.near
    assert [one.row for one in own] == [1, 4], "not itself"
    assert [one.row for one in following] == [2, 3]
    assert np.isclose(own[0].similarity, 0.8)


def test_a_class_without_a_label_has_no_text_to_show():
    assert explain(0, EMBEDDING, PROBABILITIES, np.array([-1, -1, 0, -1, -1])).near[0] == ()


def test_a_label_is_contradicted_by_neighbours_of_other_classes_the_nearest_first():
    said = np.array([0, 1, 0, 2, -1])
    assert contradicting(0, 0, EMBEDDING, said) == [1, 3]
    assert contradicting(0, 0, EMBEDDING, said, count=1) == [1]
    assert contradicting(0, 0, EMBEDDING[:1], said[:1]) == []


def angry_words(texts):
    """A text is angry by its words: each "bad" counts for it, each "fine" against it."""
    score = np.array([text.count("bad") - text.count("fine") for text in texts], dtype=np.float32)
    angry = 1 / (1 + np.exp(-score))
    return np.stack([1 - angry, angry], axis=1)


def test_the_words_that_matter_are_those_without_which_the_class_would_be_another():
    text = "A bad room, a fine lift"
    found = {text[one.start : one.end]: round(one.effect, 3) for one in words_that_matter(text, 1, angry_words)}
    assert found == {"A": 0.0, "bad": 1.0, "room": 0.0, "a": 0.0, "fine": -1.0, "lift": 0.0}


def test_a_text_of_one_word_and_one_of_which_all_is_sure_give_numbers():
    assert words_that_matter("bad", 1, angry_words) == []
    sure = words_that_matter("so sure", 0, lambda texts: np.ones((len(texts), 1), dtype=np.float32))
    assert [one.effect for one in sure] == [0.0, 0.0]


def test_a_long_text_is_left_out_in_parts_that_bound_what_is_read_again():
    assert len(parts_of("word " * 40)) == 40
    long = "word " * 400
    parts = parts_of(long)
    assert len(parts) * 400 <= READ_AGAIN
    assert parts[0][0] == 0
    assert parts[-1][1] == len(long) - 1
    assert all(a[1] < b[0] for a, b in pairwise(parts))
