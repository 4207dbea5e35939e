from gst_core.analysis import TextQuery, marks

TEXT = "We waited an hour; the Desk was closed. Waiting again!"


def said(found):
    return [(TEXT[start:end], kind) for start, end, kind in found]


def test_what_a_search_found_and_keywords_are_marked_in_their_order():
    found = marks(TEXT, TextQuery.of("wait"), ["desk", "hour"])
    assert said(found) == [("wait", "hit"), ("hour", "keyword"), ("Desk", "keyword"), ("Wait", "hit")]


def test_what_a_search_found_counts_before_a_keyword():
    assert said(marks(TEXT, TextQuery.of("desk"), ["desk"])) == [("Desk", "hit")]


def test_nothing_is_marked_without_a_search_and_keywords():
    assert marks(TEXT, None) == []
