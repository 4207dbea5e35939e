import pytest

from gst_core.counting import counted


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (1, "label", "1 label"),
        (2, "label", "2 labels"),
        (0, "label", "0 labels"),
        (1, "lens", "1 lens"),
        (3, "lens", "3 lenses"),
        (1200, "text", "1,200 texts"),
        (1, "class", "1 class"),
        (4, "class", "4 classes"),
        (2, "batch", "2 batches"),
    ],
)
def test_a_number_has_its_noun_in_the_singular_or_the_plural(number, noun, words):
    assert counted(number, noun) == words


def test_an_irregular_plural_is_said():
    assert counted(2, "reply", "replies") == "2 replies"
    assert counted(1, "reply", "replies") == "1 reply"
