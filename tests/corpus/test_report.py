"""What is said of a file, short and plain."""

import pytest

from gst_core import read_corpus
from gst_core.corpus.report import is_probably_empty
from tests.corpus.files import TEXTS, file, rows_of


def test_texts_that_stand_for_none_are_reported_and_stay():
    corpus = read_corpus(file("text,n\n" + rows_of() + "[deleted],1\n[removed],2\n[deleted],3\nN/A,4\n"))
    assert corpus.texts == (*TEXTS, "[deleted]", "[removed]", "N/A")
    assert corpus.report.probably_empty_rows == 4
    assert "4 rows are probably empty, like “[deleted]” or “n/a” (row 7, 8, 9, 10)." in corpus.report.sentence()


@pytest.mark.parametrize("text", ["[removed]", " [deleted] ", "n/a", "N/A.", "None", "-", "...", "keine Angabe", "無"])
def test_what_stands_for_nothing(text):
    assert is_probably_empty(text)


@pytest.mark.parametrize("text", ["no", "ok", "5", "none of it worked", "deleted my account after that", "😀", "是"])
def test_what_says_something(text):
    assert not is_probably_empty(text)


def test_a_report_of_many_bad_places_is_short():
    content = "text,n\n" + rows_of(TEXTS * 40) + "a,b,c\n" * 100
    report = read_corpus(file(content)).report
    assert len(report.problems) == 20
    assert report.problem_counts == {"ragged": 100}
    assert "Row 202 has 3 fields where the header has 2, and was left out (100 such places)." in report.sentence()
    assert len(report.sentence()) < 400
