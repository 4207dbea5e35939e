"""Labels come from a file: which texts they are of, what contradicts, and what was exported comes back identical."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core.analysis import LabelColumns, guess_label_columns, labels_in_table, match_labels
from gst_core.corpus import read_corpus, read_table, table_as_csv, table_as_parquet
from gst_core.errors import WorkspaceError
from gst_core.export import lens_table
from gst_core.map import Frame
from gst_core.workspace import HUMAN, LLM, Label, deciding_labels
from tests.corpus.test_corpus import file

CORPUS = read_corpus(
    file('key,text\na,Late again\nb,Lovely  crew\nc,"lost bag "\nd,LATE again\n'), text="text", id="key"
)
COLUMNS = LabelColumns("label", "id", "text", "who")


def brought(rows, labels=(), columns=COLUMNS):
    frame = pd.DataFrame(rows, columns=["id", "text", "label", "who"]).fillna("")
    return match_labels(labels_in_table(frame, columns, "old.csv"), CORPUS, labels)


def test_rows_are_matched_by_id_then_by_text_then_by_what_looks_alike():
    found = brought(
        [
            ("a", "another text", "delay", ""),
            ("zz", "Lovely  crew", "crew", ""),
            ("", "lost   BAG", "bag", ""),
            ("?", "unheard of", "bag", ""),
            ("b", "", "", ""),
        ]
    )
    assert {x.document: x.class_name for x in found.new} == {"a": "delay", "b": "crew", "c": "bag"}
    assert (found.by_id, found.by_text, found.by_alike, found.not_found) == (1, 1, 1, ("unheard of",))
    assert found.sentence() == (
        "3 rows found (1 by id, 1 by text, 1 by text but for blanks and capitals); 1 row of no text here."
    )


def test_a_text_that_looks_like_several_labels_them_all():
    assert {x.document for x in brought([("", "late AGAIN", "delay", "")]).new} == {"a", "d"}


def test_what_rows_of_one_text_mostly_say_counts():
    found = brought([("a", "", "bag", ""), ("a", "", "delay", ""), ("a", "", "delay", "")])
    assert [x.class_name for x in found.new] == ["delay"]
    assert found.clashes == 1


def test_who_said_it_is_the_file_or_whom_it_names_and_never_the_person_at_the_page():
    found = brought([("a", "", "delay", "anna"), ("b", "", "crew", ""), ("c", "", "bag", "human")])
    assert [x.who for x in found.new] == ["file:anna", "file:old.csv", "file:human"]


def test_a_label_that_is_no_name_is_counted_and_left():
    found = brought([("a", "", "x" * 200, ""), ("b", "", "crew", "")])
    assert (found.unusable, len(found.new)) == (1, 1)


@pytest.mark.parametrize("mine", [HUMAN, "column:stars", "file:old.csv", LLM])
def test_what_contradicts_is_left_or_takes_the_place_of_what_counts(mine):
    labels = [Label("a", "crew", mine, "2025"), Label("b", "crew", mine, "2025")]
    found = brought([("a", "", "delay", ""), ("b", "", "crew", ""), ("c", "", "bag", "")], labels)
    assert [(t.class_name, m.class_name) for t, m in found.contradicting] == [("delay", "crew")]
    assert [x.document for x in found.same] == ["b"]
    assert [x.document for x in found.to_write(theirs=False)] == ["c"]
    assert found.to_remove(labels, theirs=False) == ()
    gone = set(found.to_remove(labels, theirs=True))
    after = [x for x in labels if (x.document, x.who) not in gone and x.who != "file:old.csv"]
    said = deciding_labels([*after, *found.to_write(theirs=True)])
    assert said["a"].class_name == "delay"


def test_without_ids_and_texts_nobody_knows_whose_labels_they_are():
    with pytest.raises(WorkspaceError, match="ids or the texts"):
        brought([("a", "", "delay", "")], columns=LabelColumns("label"))


def test_other_tools_columns_are_guessed_by_their_names():
    frame = pd.DataFrame(columns=["Doc_ID", "Sentence", "note", "Category", "Annotator"])
    assert guess_label_columns(frame) == LabelColumns("Category", "Doc_ID", "Sentence", "Annotator")
    assert guess_label_columns(pd.DataFrame(columns=["text", "stars"])) is None


texts = st.lists(st.text(min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=6, unique=True)
names = st.sampled_from(["good", "Good", "007", "1.0", "NA", "=1+1", "two words", "नया", "-", "'quoted"])
people = st.sampled_from([(HUMAN, ""), (LLM, "small"), ("column:stars ", ""), ("file:old.csv", "")])
WRITERS = {
    "lens.csv": table_as_csv,
    "lens-spreadsheet.csv": lambda table: table_as_csv(table, spreadsheet=True),
    "lens.parquet": table_as_parquet,
}


@settings(max_examples=40, deadline=None)
@given(texts, st.data(), st.sampled_from(sorted(WRITERS)))
def test_what_was_exported_comes_back_with_its_ids_texts_and_labels(written, data, name):
    corpus = read_corpus(file(table_as_csv(pd.DataFrame({"text": written, "label": "theirs"})).decode()), text="text")
    labels = {}
    for document in corpus.ids:
        if data.draw(st.booleans()):
            who, model = data.draw(people)
            sure = 0.5 if who == LLM else None
            labels[document] = Label(document, data.draw(names), who, "", sure, model)
    points = np.zeros((len(corpus), 2), dtype=np.float32)
    frame = Frame(points, np.zeros(len(corpus), np.int32), "clusters", 0.0, True, points)
    source = io.BytesIO(WRITERS[name](lens_table(corpus, frame, labels)))
    source.name = name
    table = read_table(source).frame
    columns = guess_label_columns(table)
    found = match_labels(labels_in_table(table, columns, name), corpus, [])
    assert {x.document: x for x in found.new} == labels
    assert found.by_id == len(labels)
    by_text = LabelColumns(columns.label, None, columns.text, columns.who)
    again = match_labels(labels_in_table(table, by_text, name), corpus, [])
    assert not again.not_found
