import pytest

from gst_core.encoding.terms import READ, terms_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("@United's #covid19 in AA_100, room 12", ["united", "s", "covid19", "in", "aa_100", "room", "12"]),
        ("L’hôtel était sale", ["l", "hôtel", "était", "sale"]),
        ("कमरा बहुत सुन्दर था", ["कमरा", "बहुत", "सुन्दर", "था"]),
        ("早餐太差", ["早餐", "餐太", "太差"]),
        ("ห้องดี", ["ห้อ", "อง", "งดี"]),
        ("호텔은", ["호텔", "텔은"]),
        ("ＡＢＣ社のiPhone", ["abc", "社の", "iphone"]),
        ("ok 😡 ok", ["ok", "😡", "ok"]),
        ("???", []),
    ],
)
def test_terms_of_a_text_are_its_words_and_where_no_blanks_are_pairs_of_signs(text, terms):
    assert terms_of(text) == terms


def test_codes_that_are_longer_than_words_are_left_out_and_of_endless_texts_the_beginning_is_read():
    assert terms_of("a" * 41 + " b") == ["b"]
    assert terms_of("é" * 41 + " b") == ["b"]
    assert len(terms_of("a " * READ)) == READ // 2
