"""The card of an exported model says what its classes rest on and how right they are."""

from dataclasses import replace

from gst_core import GuidedSpaceTransform
from gst_core.transform import accuracy_sentence
from gst_core.transform.model_card import model_card
from tests.conftest import few


def test_the_card_says_how_right_the_classes_are_and_what_rests_on_words_alone(blobs):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 2))
    card = model_card(gst._fitted(), "encoder", "", {})
    assert accuracy_sentence(gst.report_) in card
    words = replace(gst._fitted(), words_only=True, report=None)
    card = model_card(words, "encoder", "", {})
    assert "none was labelled" in card
    assert "from words alone" in card
