import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from gst_core.map import Keywords
from gst_core.map import words as words_module
from gst_core.map.words import words_of

LETTER_OR_MARK = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")


def named(*groups, times=20):
    """Return the key words of groups of texts, each text with a number behind it."""
    texts = [f"{group[i % len(group)]} {i}" for group in groups for i in range(times)]
    best = Keywords(texts).best(np.repeat(np.arange(len(groups)), times).astype(np.int32))
    return [best[g] for g in range(len(groups))]


@pytest.mark.parametrize(
    "groups",
    [
        (["कमरा बहुत सुन्दर था", "कमरा अच्छा और सुन्दर"], ["नाश्ता ठंडा मिला", "नाश्ता बहुत ठंडा था"]),
        (["அறை மிகவும் அழகாக இருந்தது"], ["காலை உணவு குளிர்ந்து இருந்தது"]),
        (["كَانَتِ الغُرْفَةُ جَمِيلَةً"], ["الفُطُورُ كَانَ بَارِدًا"]),
        (["اتاق تمیز بود و می‌خواهم برگردم"], ["صبحانه سرد بود"]),
        (["방이 정말 깨끗했어요"], ["아침 식사가 차가웠어요"]),
        (["Zimmer war sehr schön und groß"], ["das Frühstück ist kalt"]),
    ],
)
def test_names_are_whole_words_of_the_texts_with_their_marks(groups):
    words = {word.lower() for group in groups for text in group for word in text.split()}
    for found in named(*groups):
        assert found
        assert set(found) <= words


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((["房间很干净", "房间干净又大"], ["早餐太差了", "早餐不好吃"]), ("房间", "早餐")),
        ((["房間很乾淨"], ["早餐太差了"]), ("房間", "早餐")),
        ((["房间干净 nice", "房间 room"], ["早餐太差 bad", "早餐 breakfast"]), ("房间", "早餐")),
        ((["部屋はとても綺麗でした", "部屋が広い"], ["朝食が美味しかったです", "朝食は和食"]), ("部屋", "朝食")),
        ((["ห้องพักสะอาดมาก", "ห้องเล็ก"], ["อาหารเช้าอร่อย", "อาหารดี"]), ("ห้อง", "อาหาร")),
    ],
)
def test_words_are_found_where_no_blanks_stand_between_them(groups, expected):
    for found, word in zip(named(*groups), expected, strict=True):
        assert word in found
        assert all(2 <= len(w) <= 10 and LETTER_OR_MARK.fullmatch(w) for w in found)


def test_a_text_of_one_language_among_many_of_another_has_a_name():
    english, chinese = named(["the room was quiet", "a quiet room"], ["房间很干净"], times=40)
    assert "quiet" in english
    assert "房间" in chinese


def test_words_that_tell_nothing_name_a_group_only_when_it_has_no_others():
    first, second, third = named(["the room was very quiet"], ["and so it was"], ["とてもよかった"])
    assert set(first) == {"quiet", "room"}
    assert second
    assert third


def test_stop_words_are_those_of_the_texts_language():
    german, other = named(["das Zimmer ist sehr schön und der Preis war gut"], ["aber die Lage war nicht so ruhig"])
    assert not {"das", "ist", "und", "der", "war", "sehr", "aber", "die", "nicht", "so"}.intersection(german + other)


@pytest.mark.parametrize("text", ["don't", "The hotel's", "l'hôtel", "wasn’t"])
def test_an_apostrophe_leaves_no_half_word(text):
    assert not {"don", "t", "s", "l", "wasn"}.intersection(words_of(text))


def test_numbers_and_signs_alone_have_no_words():
    assert named(["1234 !!"], ["😀 5/5"]) == [(), ()]


@given(st.text(st.sampled_from("abcEéÉüßñøžжЖλŁ'’“”–—…€²½①😀 .,-1_"), max_size=40))
def test_european_texts_have_the_same_words_by_the_short_way_and_by_the_one_for_all_scripts(text):
    whole_way = words_module._words_in_any_script(text.lower())
    assert words_of(text) == whole_way


def test_typographic_signs_do_not_send_a_text_the_long_way(monkeypatch):
    monkeypatch.setattr(words_module, "_words_in_any_script", None)
    assert words_of("“It’s a café” – très bon… 😀") == ["it", "a", "café", "très", "bon"]


def test_words_that_are_left_out_name_no_group():
    texts = [f"united late {i}" for i in range(20)] + [f"united luggage {i}" for i in range(20)]
    words, groups = Keywords(texts), np.repeat([0, 1], 20).astype(np.int32)
    assert words.best(groups, without={"late"}) == {0: ("united",), 1: ("luggage", "united")}
    assert words.best(groups, without={"late", "united", "luggage"}) == {0: (), 1: ()}
