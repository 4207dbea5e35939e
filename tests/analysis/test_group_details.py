"""A group in detail: words against its neighbours, typical texts, texts at the border, mixes and time."""

import numpy as np
import pandas as pd
import pytest

from gst_core.analysis import category_column, file_columns, group_details, group_words
from gst_core.map import Keywords

LATE = ["we waited an hour at the desk", "waited long at the desk in the hotel", "an hour of waiting, the hotel slept"]
FOOD = ["the breakfast of the hotel was cold", "cold breakfast and cold coffee", "breakfast in the hotel, cold eggs"]
ROOM = ["the room of the hotel was small", "a small room and a loud street", "small rooms, a hotel on a street"]
TEXTS = [text + f" {'!' * i}" for kind in (LATE, FOOD, ROOM) for i, text in enumerate(kind * 4)]
CLUSTERS = np.repeat([0, 1, 2], 12).astype(np.int32)


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(0)
    Z = (np.eye(3, 8)[CLUSTERS] + rng.normal(scale=0.1, size=(36, 8))).astype(np.float32)
    Z[0] = (0.75 * np.eye(8)[0] + 0.7 * np.eye(8)[2]).astype(np.float32)  # nearly as near to the third
    Z[1] = np.eye(8)[0]
    Z /= np.linalg.norm(Z, axis=1, keepdims=True)
    city = np.array(["Ulm"] * 9 + ["Bonn"] * 3 + ["Bonn", "Ulm"] * 12)
    when = pd.date_range("2024-01-01", periods=36).strftime("%Y-%m-%d")
    columns = file_columns(pd.DataFrame({"city": city, "when": when, "key": [f"k{i}" for i in range(36)]}))
    return Keywords(TEXTS), Z, columns


def test_words_are_told_from_those_of_the_neighbours_and_what_all_share_has_no_weight(corpus):
    words, Z, columns = corpus
    detail = group_details(0, CLUSTERS, Z, words, columns)
    found = [one.word for one in detail.words]
    assert {"waited", "hour", "desk"} <= set(found)
    assert "hotel" not in found
    assert detail.words[0].weight == max(one.weight for one in detail.words)
    waited = next(one for one in detail.words if one.word == "waited")
    assert waited.share == pytest.approx(2 / 3)
    assert waited.share_of_neighbours == 0.0
    assert set(detail.neighbours) == {1, 2}


def test_words_of_every_script_count():
    texts = ["कमरा बहुत सुन्दर था"] * 3 + ["早餐 太差 了"] * 3 + ["Frühstück war kalt"] * 3
    words = Keywords([f"{text} {i}" for i, text in enumerate(texts)])
    assert "सुन्दर" in [one.word for one in group_words(np.arange(3), [np.arange(3, 9)], words)]
    assert "frühstück" in [one.word for one in group_words(np.arange(6, 9), [np.arange(6)], words)]


def test_typical_texts_begin_at_the_middle_and_are_unlike_each_other(corpus):
    words, Z, columns = corpus
    detail = group_details(0, CLUSTERS, Z, words, columns)
    middle = Z[:12].sum(axis=0)
    assert detail.typical[0] == int((Z[:12] @ middle).argmax())
    assert len(set(detail.typical)) == 5
    assert all(0 <= row < 12 for row in detail.typical)


def test_a_text_at_the_border_says_to_which_group(corpus):
    words, Z, columns = corpus
    assert group_details(0, CLUSTERS, Z, words, columns).border[0] == (0, 2)


def test_mixes_compare_the_group_with_the_rest_and_ours_come_first(corpus):
    words, Z, columns = corpus
    classes = category_column("class", np.where(np.arange(36) < 12, 0, 1), ("cross", "calm"))
    detail = group_details(0, CLUSTERS, Z, words, columns.followed_by(classes))
    first, city = detail.mixes
    assert (first.key, first.parts[0].name, first.parts[0].share) == ("class", "cross", 1.0)
    assert first.difference == pytest.approx(1.0)
    assert city.title == "city"
    assert (city.parts[0].name, city.parts[0].count) == ("Ulm", 9)
    assert city.parts[0].share == pytest.approx(0.75)
    assert city.parts[0].share_of_rest == pytest.approx(0.5)


def test_texts_are_counted_over_time_beside_all(corpus):
    words, Z, columns = corpus
    (when,) = group_details(0, CLUSTERS, Z, words, columns).times
    assert when.counts.sum() == 12
    assert when.totals.sum() == 36
    assert len(when.starts) == len(when.counts)
    assert when.counts[-1] == 0


def test_all_is_of_the_texts_that_the_filters_leave(corpus):
    words, Z, columns = corpus
    shown = columns["column:city"].codes == columns["column:city"].categories.index("Bonn")
    detail = group_details(0, CLUSTERS, Z, words, columns, shown)
    assert (len(detail.rows), detail.size) == (3, 12)
    assert detail.mixes[0].parts[0].share == 1.0
    assert set(detail.typical) <= {9, 10, 11}
    nothing = group_details(0, CLUSTERS, Z, words, columns, np.zeros(36, dtype=bool))
    assert (nothing.words, nothing.typical, nothing.border, nothing.mixes) == ((), (), (), ())


def test_a_group_that_stands_alone_and_one_that_is_not_there_are_looked_at_all_the_same(corpus):
    words, Z, columns = corpus
    alone = group_details(0, np.where(CLUSTERS == 0, 0, -1).astype(np.int32), Z, words, columns)
    assert alone.border == ()
    assert alone.words
    assert len(alone.typical) == 5
    assert group_details(9, CLUSTERS, Z, words, columns).size == 0
