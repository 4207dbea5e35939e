import pytest

from gst_core.analysis.word_spans import word_spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The hotel’s Wi-Fi: 3.5 stars!", ["The", "hotel’s", "Wi", "Fi", "3", "5", "stars"]),
        ("कमरा सुन्दर था", ["कमरा", "सुन्दर", "था"]),
        ("早餐太差了 so", ["早餐", "太差", "了", "so"]),
        ("방이 좋아요", ["방이", "좋아요"]),
        ("bad 👍🏽!", ["bad", "👍🏽"]),
        ("", []),
    ],
)
def test_words_are_found_where_they_stand(text, words):
    assert [text[a:b] for a, b in word_spans(text)] == words


def test_a_text_without_blanks_is_cut_into_words_that_make_it_up():
    for text in ("今日は天気がいいです", "ห้องสะอาดมาก"):
        parts = [text[a:b] for a, b in word_spans(text)]
        assert "".join(parts) == text
        assert len(parts) > 1
