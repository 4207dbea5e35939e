import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_core import read_corpus
from gst_core.corpus import guarded
from gst_core.corpus.own_columns import unguarded
from tests.corpus.test_corpus import file


@given(st.text("='+-@ \t\r\nx＝", max_size=8))
def test_a_guard_comes_off_and_leaves_the_text_as_it_was(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" \t\r\n").startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["'tis fine", "''", "plain", ""])
def test_an_apostrophe_that_guards_nothing_stays(text):
    assert guarded(text) == unguarded(text) == text


def test_an_export_is_known_by_its_first_heading_and_keeps_ids_and_the_text():
    corpus = read_corpus(
        file("gst:id,words,much longer than the text,gst:label\nb,One," + "x" * 99 + ",red\na,Two,,\n")
    )
    assert corpus.text_column == "words"
    assert corpus.ids == ("b", "a")
    assert list(corpus.rows.columns) == ["much longer than the text", "gst:label"]


def test_rows_that_were_added_to_an_export_get_ids_of_their_own():
    corpus = read_corpus(file("gst:id,text,gst:label\na,One,\n,New,\na,Other,\na,One,\n,,\n"))
    assert corpus.texts == ("One", "New", "Other")
    assert corpus.ids[0] == "a"
    assert len(set(corpus.ids)) == 3


def test_guards_come_off_only_where_the_heading_says_that_they_are_ours():
    rows = "'=1,'-2,'=h\n"
    assert read_corpus(file("'gst:id,text,'=head,gst:label\ni,'=1,'+2,\n")).rows.columns[0] == "=head"
    assert read_corpus(file("'gst:id,text,'=head,gst:label\ni,'=1,'+2,\n")).texts == ("=1",)
    assert read_corpus(file("text,a,b\n" + rows)).texts == ("'=1",)


def test_a_workbook_that_a_guarded_csv_was_saved_as_is_read_without_guards():
    book = io.BytesIO()
    pd.DataFrame({"'gst:id": ["i"], "text": ["'@user hello"], "gst:label": ["'=x"]}).to_excel(book, index=False)
    book.name = "saved.xlsx"
    book.seek(0)
    assert read_corpus(book).texts == ("@user hello",)


def test_an_export_with_another_column_before_it_keeps_its_ids_and_labels():
    corpus = read_corpus(file(",gst:id,text,gst:label\n0,b,One room,red\n1,a,Two rooms,\n"), text="text")
    assert corpus.ids == ("b", "a")
    assert "gst:label" in corpus.rows.columns


def test_names_of_ours_in_another_file_are_said():
    assert "“gst:x”, as one of ours" in read_corpus(file("text,gst:x\nOne,1\nTwo,2\n")).report.sentence()
    assert not read_corpus(file("gst:id,text,gst:x\na,One,1\nb,Two,2\n")).report.problems
