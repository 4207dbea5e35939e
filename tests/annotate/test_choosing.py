import numpy as np

from gst_core.annotate.choosing import choose_next


def test_the_first_choice_covers_every_region_and_repeats_nothing(blobs):
    X, kinds = blobs
    rows = choose_next(X, None, (), 12)
    assert len(set(rows.tolist())) == 12
    assert set(kinds[rows]) == {"red", "green", "blue"}
    assert not set(choose_next(X, None, rows, 288).tolist()) & set(rows.tolist())
    assert len(choose_next(X, None, rows, 1000)) == 288
    assert len(choose_next(X, None, range(300), 5)) == 0


def test_later_choices_ask_where_the_transform_is_unsure(blobs):
    X, _ = blobs
    probabilities = np.full((300, 2), [0.99, 0.01], dtype=np.float32)
    probabilities[100:140] = 0.5
    rows = choose_next(X, probabilities, range(30), 20)
    assert len(set(rows.tolist())) == 20
    assert rows.min() >= 30
    assert np.sum((rows >= 100) & (rows < 140)) >= 8
