import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import fisher_exact, mannwhitneyu

from gst_core.analysis.distinctive import ALPHA, Features, Numbers, category_features, what_differs, word_features
from gst_core.map import Keywords

TEXTS, WORDS = 600, 400


def made_up(rng, n=TEXTS, words=WORDS):
    """Words as rare as in language, a column of kinds and one of numbers, none of which knows of the others."""
    share = np.minimum(0.5, 2.0 / np.arange(1, words + 1))
    counts = csr_matrix((rng.random((n, words)) < share).astype(np.int64))
    names = np.array([f"w{i}" for i in range(words)])
    kinds = category_features("column:city", rng.integers(-1, 6, n).astype(np.int32), tuple("abcdef"))
    numbers = Numbers("column:stars", np.where(rng.random(n) < 0.1, np.nan, rng.integers(1, 6, n)))
    return counts, names, kinds, numbers


def differ(rng, inside, among=None):
    counts, names, kinds, numbers = made_up(rng, len(inside))
    words = Features("word", "", names, counts)
    return what_differs(inside, [words, kinds], [numbers], among)


def test_texts_drawn_at_random_seldom_seem_to_differ():
    """The share of flukes that is held is, where nothing differs, how often anything is said at all."""
    seeds = 200
    said = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        said += bool(differ(rng, rng.random(TEXTS) < rng.choice([0.05, 0.2, 0.5])).found)
    allowed = ALPHA * seeds + 3 * np.sqrt(ALPHA * (1 - ALPHA) * seeds)
    assert said <= allowed


def test_where_some_things_differ_few_of_what_is_said_are_flukes():
    rng, flukes, said = np.random.default_rng(1), 0, 0
    for _ in range(30):
        counts, names, kinds, _ = made_up(rng)
        inside = np.zeros(TEXTS, dtype=bool)
        inside[:120] = True
        planted = counts.tolil()
        planted[:60, 100:110] = 1  # ten rare words in half of these texts
        found = what_differs(inside, [Features("word", "", names, csr_matrix(planted)), kinds])
        names_found = {one.name for one in found.found}
        assert {f"w{i}" for i in range(100, 110)} <= names_found
        said += len(names_found)
        flukes += len(names_found - {f"w{i}" for i in range(100, 110)})
    assert flukes / said <= ALPHA


def test_a_planted_kind_and_a_planted_number_are_found():
    rng = np.random.default_rng(0)
    inside = np.arange(400) < 100
    city = np.where(inside & (rng.random(400) < 0.6), 2, rng.integers(0, 6, 400)).astype(np.int32)
    stars = np.where(inside, rng.normal(1.0, 1.0, 400), rng.normal(0.0, 1.0, 400))
    found = what_differs(inside, [category_features("column:city", city, tuple("abcdef"))], [Numbers("stars", stars)])
    kind, number = found.of_kind("category")[0], found.of_kind("number")[0]
    assert (kind.key, kind.name) == ("column:city", "c")
    assert kind.effect == pytest.approx((kind.count / kind.of) / (kind.rest / kind.of_rest))
    assert number.effect > 0.3
    assert number.middle > number.middle_of_rest
    assert found.tried == 7


def test_the_p_values_are_those_of_fisher_and_of_mann_and_whitney():
    inside = np.arange(40) < 10
    has = np.where(np.isin(np.arange(40), [*range(8), 20, 21]), 0, -1).astype(np.int32)
    one = category_features("c", np.where(has < 0, 1, 0).astype(np.int32), ("yes", "no"))
    found = what_differs(inside, [one]).found[0]
    expected = fisher_exact([[8, 2], [2, 28]], alternative="greater").pvalue
    assert found.p == pytest.approx(2 * expected), "two kinds were tried"
    assert (found.name, found.count, found.of, found.rest, found.of_rest) == ("yes", 8, 10, 2, 30)
    values = np.arange(40.0)
    number = what_differs(inside, [], [Numbers("n", values)]).found[0]
    assert number.p == pytest.approx(mannwhitneyu(values[:10], values[10:], method="asymptotic").pvalue)
    assert number.effect == -1.0


def test_what_the_rest_has_not_at_all_is_infinitely_often_and_sorted_by_how_sure_that_is():
    inside = np.arange(200) < 50
    counts = np.zeros((200, 2), dtype=np.int64)
    counts[:8, 0] = 1
    counts[:45, 1] = counts[60:70, 1] = 1
    found = what_differs(inside, [Features("word", "", ["few", "many"], csr_matrix(counts))])
    by_name = {one.name: one for one in found.found}
    assert by_name["few"].effect == np.inf
    assert by_name["many"].effect == pytest.approx((45 / 50) / (10 / 150))
    assert [one.name for one in found.found] == ["many", "few"]


def test_texts_that_a_filter_leaves_out_count_on_neither_side():
    rng = np.random.default_rng(0)
    inside, among = np.arange(300) < 60, np.arange(300) % 2 == 0
    codes = np.where(inside, 0, rng.integers(0, 3, 300)).astype(np.int32)
    found = what_differs(inside, [category_features("c", codes, tuple("abc"))], among=among).found[0]
    assert (found.of, found.of_rest) == (30, 120)


def test_texts_of_which_a_column_says_nothing_count_on_neither_side_of_it():
    codes = np.array([0] * 20 + [-1] * 20 + [0] * 10 + [1] * 100, dtype=np.int32)
    found = what_differs(np.arange(150) < 40, [category_features("c", codes, tuple("ab"))]).found[0]
    assert (found.count, found.of, found.rest, found.of_rest) == (20, 20, 10, 110)


@pytest.mark.parametrize("inside", [np.zeros(30, dtype=bool), np.ones(30, dtype=bool)])
def test_no_texts_and_all_texts_differ_in_nothing(inside):
    rng = np.random.default_rng(0)
    assert differ(rng, inside).found == ()


def test_a_word_of_two_texts_and_a_word_of_all_texts_are_not_even_tried():
    counts = np.ones((50, 2), dtype=np.int64)
    counts[2:, 0] = 0
    words = Features("word", "", ["rare", "everywhere"], csr_matrix(counts))
    assert what_differs(np.arange(50) < 10, [words]).tried == 0


def test_a_difference_of_numbers_that_nobody_would_notice_is_not_said():
    rng = np.random.default_rng(0)
    inside = np.arange(40_000) < 20_000
    values = rng.normal(0.0, 1.0, 40_000) + 0.1 * inside
    assert what_differs(inside, [], [Numbers("n", values)]).found == ()


def test_words_of_every_script_are_found():
    german = [f"Das Frühstück war köstlich, Zimmer {i % 7}" for i in range(30)]
    hindi = [f"कमरा बहुत सुन्दर था {i % 5}" for i in range(30)]
    chinese = ["早餐太差了 房间" for _ in range(30)]
    keywords = Keywords([*german, *hindi, *chinese])
    words = word_features(keywords)
    inside = np.arange(90)
    for start, word in ((0, "frühstück"), (30, "कमरा"), (60, "早餐")):
        found = what_differs((inside >= start) & (inside < start + 30), [words])
        assert word in {one.name for one in found.found}


def test_words_that_tell_nothing_are_not_tried():
    keywords = Keywords(["the room was cold and the bed hard"] * 60 + ["the train was late"] * 60)
    found = what_differs(np.arange(120) < 60, [word_features(keywords)])
    assert {one.name for one in found.found} == {"room", "cold", "bed", "hard"}
    fewer = what_differs(np.arange(120) < 60, [word_features(keywords, without=("cold", "bed"))])
    assert {one.name for one in fewer.found} == {"room", "hard"}
