"""Words that are left out: as they are given, and what stands behind an @ or in addresses."""

from gst_core.analysis import ADDRESSES, HANDLES, resolved_words

TEXTS = ("@Delta is late", "thanks @delta", "home at last", "so @home", "home again", "see http://t.co/Ab3x", "t co")


def test_words_of_a_list_are_left_out_in_any_capitals():
    assert resolved_words(TEXTS, ["Late", "at last"]) == {"late", "at", "last"}


def test_what_mostly_stands_behind_an_at_is_left_out_and_a_word_that_seldom_does_stays():
    assert resolved_words(TEXTS, [HANDLES]) == {"delta"}


def test_what_mostly_stands_in_addresses_is_left_out():
    found = resolved_words(TEXTS, [ADDRESSES])
    assert {"http", "ab3x"} <= found
    assert not {"see"} & found


def test_an_address_of_mail_is_no_handle():
    assert resolved_words(["write to me@home"], [HANDLES]) == frozenset()
