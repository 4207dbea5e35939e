import numpy as np
import pandas as pd
import pytest

from gst_core import read_corpus
from gst_core.corpus import column_labels
from gst_core.corpus.column_labels import class_name
from gst_core.errors import CorpusError
from tests.corpus.test_corpus import file


@pytest.mark.parametrize(
    ("value", "name"),
    [(1.0, "1"), (np.float32(2), "2"), (2.5, "2.5"), (True, "True"), (" NA ", "NA"), ("None", "None"), ("nan", "nan"),
     (None, ""), (float("nan"), ""), (pd.NA, ""), ("1.0", "1.0"), (7, "7")],
)  # fmt: skip
def test_a_cell_is_the_name_of_a_class(value, name):
    assert class_name(value) == name


def test_a_label_counts_whichever_row_of_its_text_it_stands_in():
    labels = column_labels(read_corpus(file("text,y\nOne,\nTwo,b\nOne,\nOne,a\n,c\n")), "y")
    assert labels.classes == ("a", "b")
    assert labels.rows == (3, 1)
    assert labels.remarks() == ""


def test_numbers_with_blanks_among_them_are_classes_without_a_point():
    assert column_labels(read_corpus(file("text,y\nOne,1\nTwo,\nThree,2\n")), "y").classes == ("1", None, "2")


def test_words_for_nothing_are_classes_where_a_file_has_them():
    text = "text,y\nOne,NA\nTwo,None\nThree,nan\nFour,null\nFive,\n"
    assert column_labels(read_corpus(file(text)), "y").classes == ("NA", "None", "nan", "null", None)


def test_labels_that_contradict_each_other_are_said_and_most_rows_decide():
    labels = column_labels(read_corpus(file("text,y\nOne,bad\nTwo,x\nOne,good\nOne,good\nThree,p\nThree,q\n")), "y")
    assert labels.classes == ("good", "x", "p")
    assert "2 texts have rows with different labels in “y”" in labels.remarks()
    assert "“One”: “bad” and “good”" in labels.remarks()


def test_names_that_differ_in_case_or_blanks_stay_apart_and_are_said():
    labels = column_labels(
        read_corpus(file("text,y\nOne,Good\nTwo,good\nThree,GOOD \nFour,very  bad\nFive,very bad\n")), "y"
    )
    assert labels.classes == ("Good", "good", "GOOD", "very  bad", "very bad")
    assert "“Good” and “good” and “GOOD”" in labels.remarks()
    assert "each is a class of its own" in labels.remarks()


def test_ours_are_found_under_their_short_names_and_a_column_that_is_not_there_is_named():
    corpus = read_corpus(file("gst:id,text,gst:label\na,One,red\nb,Two,\n"))
    assert column_labels(corpus, "label").classes == column_labels(corpus, "gst:label").classes == ("red", None)
    with pytest.raises(CorpusError, match=r"no column “mood”.*gst:label"):
        column_labels(corpus, "mood")


def test_a_number_written_in_two_ways_is_two_classes_and_said():
    labels = column_labels(read_corpus(file("text,y\nOne,1\nTwo,1.0\nThree,1.5\nFour,v2.0\n")), "y")
    assert labels.classes == ("1", "1.0", "1.5", "v2.0")
    assert labels.twins == (("1", "1.0"),)
