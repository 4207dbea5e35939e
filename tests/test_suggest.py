import numpy as np

from gst_core.suggest import doubtful_labels, suggest


def test_without_labels_the_handful_covers_every_region(blobs):
    X, kinds = blobs
    chosen = suggest(X, np.zeros(300, dtype=bool), count=6)
    assert len({s.index for s in chosen}) == 6
    assert set(kinds[[s.index for s in chosen]]) == {"red", "green", "blue"}


def test_what_is_labelled_is_not_suggested_and_doubt_is_asked_about(blobs):
    X, _kinds = blobs
    labelled = np.zeros(300, dtype=bool)
    labelled[:30] = True
    probabilities = np.full((300, 2), [0.99, 0.01], dtype=np.float32)
    probabilities[100:110] = 0.5
    chosen = suggest(X, labelled, probabilities, ("a", "b"), count=5)
    assert all(s.index >= 30 for s in chosen)
    assert any(100 <= s.index < 110 and s.reason == "a or b?" for s in chosen)


def test_a_label_that_its_neighbours_contradict_is_found(blobs):
    X, kinds = blobs
    codes = np.full(300, -1)
    order = ["blue", "green", "red"]
    for i in range(12):
        codes[i] = order.index(kinds[i])
    codes[3] = (codes[3] + 1) % 3
    probabilities = np.eye(3, dtype=np.float32)[[order.index(k) for k in kinds]]
    (found,) = doubtful_labels(X, codes, probabilities)
    assert (found.index, found.others) == (3, order.index(kinds[3]))
    assert found.share > 0.8


def test_a_label_that_the_transform_does_not_hear_is_found_too(blobs):
    X, kinds = blobs
    order = ["blue", "green", "red"]
    codes = np.full(300, -1)
    codes[:12] = [order.index(k) for k in kinds[:12]]
    probabilities = np.eye(3, dtype=np.float32)[[order.index(k) for k in kinds]]
    right = np.ones(300, dtype=np.float32)
    assert doubtful_labels(X, codes, probabilities, right) == []
    right[5] = 0.2
    assert [one.index for one in doubtful_labels(X, codes, probabilities, right)] == [5]


def test_what_is_skipped_is_not_suggested_and_another_text_is():
    X = np.eye(12, dtype=np.float32)
    labelled, skipped = np.zeros(12, dtype=bool), np.zeros(12, dtype=bool)
    skipped[:6] = True
    assert {s.index for s in suggest(X, labelled, skipped=skipped, count=6)} == set(range(6, 12))
