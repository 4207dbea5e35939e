import time

import pytest

from gst_core.analysis import FoldedTexts, TextQuery
from gst_core.analysis import text_query as module
from gst_core.errors import SearchError

TEXTS = (
    "My bag: the luggage is lost",
    "Luggage late, two BAGS",
    "A handbag of Crème brûlée",
    "lost\n bag again, don’t care",
    "早餐太差了",
    "Straße, ŁÓDŹ and Jalapeño",
)


def rows(typed, texts=TEXTS):
    return TextQuery.of(typed).rows(FoldedTexts.of(texts)).tolist()


def marked(typed, text):
    return [text[a:b] for a, b in TextQuery.of(typed).spans(text)]


def test_all_words_are_found_in_any_order_and_case():
    assert rows("luggage bag") == rows("BAG luggage") == [0, 1]


def test_a_word_is_found_where_a_word_begins_and_not_within_one():
    assert rows("bag") == [0, 1, 3], "not the handbag"


def test_a_phrase_is_found_as_it_is_written_over_the_end_of_a_line():
    assert rows('"lost bag"') == rows("“lost bag”") == [3]
    assert rows('"bag"') == [0, 3], "no bags"


def test_what_has_a_minus_is_not_in_the_texts():
    assert rows("bag -late") == [0, 3]
    assert rows('bag -"lost bag" -/two/') == [0]
    assert rows("-bag -straße") == [2, 4]


def test_accents_case_and_round_signs_do_not_matter():
    assert rows("creme BRULÉE") == [2]
    assert rows("strasse lodz jalapeno") == [5]
    assert rows("don't") == [3]


def test_a_word_of_a_script_without_blanks_is_found_anywhere():
    assert rows("太差") == [4]
    assert rows("か", ("が",)) == [], "another sign, no accent"


def test_a_pattern_looks_at_the_text_as_it_is_in_any_case():
    assert rows(r"/bags?\b/") == [0, 1, 2, 3]
    assert rows(r"/lost (the )?luggage|two bags/") == [1]


def test_a_pattern_that_never_ends_is_said_in_a_sentence_and_in_time(monkeypatch):
    monkeypatch.setattr(module, "PATTERN_SECONDS", 0.05)
    begun = time.monotonic()
    with pytest.raises(SearchError, match="takes longer"):
        rows(r"/(?:a+)+(?:a+)+(?:a+)+b\1|(x)/", ("a" * 5_000,) * 3)
    assert time.monotonic() - begun < 5, "its own limit, with room for a busy machine"


def test_a_pattern_that_calls_itself_without_end_is_said_in_a_sentence():
    with pytest.raises(SearchError, match="too much memory"):
        rows("/(?R)/", ("some text",))
    assert TextQuery.of("/(?R)/").spans("some text") == []


@pytest.mark.parametrize("typed", ["/(/", '"lost bag', "/bags", "x" * 501])
def test_what_cannot_be_read_is_a_sentence(typed):
    with pytest.raises(SearchError, match=r"[.]$"):
        TextQuery.of(typed)


def test_nothing_typed_finds_nothing():
    assert not TextQuery.of('  "" ')
    assert rows("") == []


def test_signs_of_markdown_and_patterns_are_looked_for_as_they_are():
    assert rows(":red[x] **b** c++", ("c++ **b** :red[x]", "red x b c")) == [0]


def test_hits_are_marked_where_they_stand_in_the_text_as_it_is_written():
    assert marked("creme brul -bag", TEXTS[2]) == ["Crème", "brûl"]
    assert marked('"lost bag"', TEXTS[3]) == ["lost\n bag"]
    assert marked("strasse", TEXTS[5]) == ["Straße"]
    assert marked("/o.a|$/", "lot and toga") == ["oga"]
    assert marked("bag bags", "bags") == ["bags"], "what overlaps is one"
    assert marked("差", TEXTS[4]) == ["差"]
