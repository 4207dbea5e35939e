"""Texts that come later stand behind those of a corpus, which stay as they were."""

import numpy as np
import pytest

from gst_core.corpus import guess_id_column, match_columns, read_corpus, with_additions
from gst_core.errors import CorpusError
from tests.corpus.test_corpus import file


def read(content, id="key", **options):
    return read_corpus(file(content), text="text", id=id, **options)


@pytest.fixture
def old():
    return read("key,text,stars,city\nk1,first text,1,Bonn\nk2,second text,2,Ulm\nk3,first text,3,Ulm\n")


def test_new_texts_stand_behind_the_old_ones_and_those_that_are_there_are_not_added_again(old):
    new = read("key,text,stars,city\nn1,third text,5,Kiel\nn2,second text,4,Jena\nn3,third text,4,Kiel\n")
    added = with_additions(old, new)
    assert added.corpus.texts == ("first text", "second text", "third text")
    assert added.corpus.ids == ("k1", "k2", "n1")
    assert added.corpus.document_of_row.tolist() == [0, 1, 0, 2, 2]
    assert added.corpus.rows["stars"].tolist() == [1, 2, 3, 5, 4]
    assert (added.new, added.there, added.same_id) == (1, 1, ())
    assert added.corpus.report.documents == 3
    assert added.corpus.report.duplicate_rows == 2
    assert added.sentence().startswith("1 text is new, 1 are there already and stay.")


def test_adding_a_file_twice_changes_nothing(old):
    new = read("key,text,stars\nn1,third text,5\n")
    once = with_additions(old, new).corpus
    twice = with_additions(once, new)
    assert twice.new == 0
    assert twice.corpus.texts == once.texts
    assert twice.corpus.rows.equals(once.rows)


def test_columns_are_matched_by_name_and_what_only_one_has_is_empty_in_the_other(old):
    new = read("key,text,Stars ,when\nn1,third text,5,2024-01-01\n")
    added = with_additions(old, new)
    assert dict(added.columns) == {"key": "key", "Stars ": "stars"} or dict(added.columns) == {
        "key": "key",
        "Stars": "stars",
    }
    assert (added.new_columns, added.missing_columns) == (("when",), ("city",))
    assert added.corpus.rows["stars"].tolist() == [1, 2, 3, 5]
    assert added.corpus.rows["when"].isna().tolist() == [True, True, True, False]
    assert added.corpus.rows["city"].isna().tolist() == [False, False, False, True]
    assert match_columns(["a b", "A-B"], ["ab"]) == {}, "two are meant"


def test_the_analyst_may_say_which_column_goes_on_with_which(old):
    new = read("key,text,points\nn1,third text,5\n")
    added = with_additions(old, new, goes_on={"points": "stars"})
    assert added.corpus.rows["stars"].tolist() == [1, 2, 3, 5]
    for wrong in ({"points": "no"}, {"no": "stars"}, {"points": "stars", "key": "stars"}):
        with pytest.raises(CorpusError, match=r"no column|same column"):
            with_additions(old, new, goes_on=wrong)


def test_whole_numbers_stay_so_beside_missing_ones_and_beside_fractions_and_words(old):
    missing = with_additions(old, read("key,text\nn1,third text\n")).corpus.rows["stars"]
    assert missing.tolist()[:3] == [1, 2, 3]
    assert str(missing.dtype) == "Int64"
    empty = with_additions(old, read("key,text,stars\nn1,third text,\n")).corpus.rows["stars"]
    assert str(empty.dtype) == "Int64"
    fractions = with_additions(old, read("key,text,stars\nn1,third text,4.5\n")).corpus.rows["stars"]
    assert fractions.tolist() == [1.0, 2.0, 3.0, 4.5]
    words = with_additions(old, read("key,text,stars\nn1,third text,many\n")).corpus.rows["stars"]
    assert words.tolist() == ["1", "2", "3", "many"]


def test_an_id_of_another_text_is_asked_about_and_left_or_given_another_id(old):
    new = read("key,text\nk1,another text\nk9,third text\n")
    left = with_additions(old, new)
    assert left.same_id == ("k1",)
    assert left.left == 1
    assert "1 new text has an id that another text has here already (k1)." in left.question()
    assert left.corpus.texts[2:] == ("third text",)
    added = with_additions(old, new, same_id="add").corpus
    assert added.texts[2:] == ("another text", "third text")
    assert len(set(added.ids)) == 4
    assert added.ids[:2] == ("k1", "k2")


def test_embeddings_of_its_own_go_on_and_must_be_of_the_same_kind():
    rng = np.random.default_rng(0)
    old = read("text\na text\nb text\n", None, embeddings=rng.normal(size=(2, 4)))
    new = read("text\nb text\nc text\n", None, embeddings=rng.normal(size=(2, 4)))
    both = with_additions(old, new).corpus.embeddings
    assert np.array_equal(both, np.vstack([old.embeddings, new.embeddings[1:]]))
    with pytest.raises(CorpusError, match="came with embeddings"):
        with_additions(old, read("text\nc text\n", None))
    with pytest.raises(CorpusError, match="have 3 columns"):
        with_additions(old, read("text\nc text\n", None, embeddings=rng.normal(size=(1, 3))))
    with pytest.raises(CorpusError, match="has no embeddings of its own"):
        with_additions(read("text\na text\n", None), new)


def test_the_column_of_the_ids_is_found_again(old):
    assert guess_id_column(old) == "key"
    assert guess_id_column(read("text,n\na text,1\n", None)) is None
