import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core import read_corpus
from gst_core.errors import CorpusError


def file(content, name="reviews.csv"):
    handle = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    handle.name = name
    return handle


def test_empty_and_repeated_texts_are_kept_once_and_mapped_back():
    corpus = read_corpus(file("text,stars\nlovely stay,5\n,1\ncold soup,2\nlovely stay,4\n"), text="text")
    assert corpus.texts == ("lovely stay", "cold soup")
    assert corpus.document_of_row.tolist() == [0, -1, 1, 0]
    assert corpus.rows["stars"].tolist() == [5, 1, 2, 4]
    assert "1 row has no text (row 3)" in corpus.report.sentence()
    assert "1 row repeats an earlier text (row 5)" in corpus.report.sentence()


def test_the_text_column_is_guessed():
    corpus = read_corpus(file("id,review\n1,the room was quiet and clean\n2,we would not come again\n"))
    assert corpus.text_column == "review"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.parquet", lambda frame, path: frame.to_parquet(path)),
        ("a.xlsx", lambda frame, path: frame.to_excel(path, index=False)),
        ("a.jsonl", lambda frame, path: frame.to_json(path, orient="records", lines=True)),
        ("a.json", lambda frame, path: frame.to_json(path, orient="records")),
        ("a.tsv", lambda frame, path: frame.to_csv(path, index=False, sep="\t")),
    ],
)
def test_every_format_gives_the_same_corpus(tmp_path, name, write):
    frame = pd.DataFrame({"text": ["naïve café", "line one\nline two"], "n": [1, 2]})
    write(frame, tmp_path / name)
    corpus = read_corpus(tmp_path / name, text="text")
    assert corpus.texts == ("naïve café", "line one\nline two")
    assert corpus.metadata["n"].tolist() == [1, 2]


def test_a_text_file_is_a_document_a_line(tmp_path):
    (tmp_path / "a.txt").write_text("first\nsecond\n\nthird\n", encoding="utf-8")
    assert read_corpus(tmp_path / "a.txt").texts == ("first", "second", "third")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        ("a,b\n1,2\n", "a.csv", "no column with text"),
        ("text\n\n\n", "a.csv", "a.csv"),
        ("text,n\nhello,2,3,4\nhello there,1,2\n", "a.csv", "row 2"),
        (b"PK\x03\x04\x00\x00\x00garbage\x00\x01", "a.csv", "a.csv"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "a.csv", "a.csv"),
        ('{"text": fine}\n{"text": "well"}\n{"text": broken\n', "a.jsonl", "row 1"),
    ],
)
def test_bad_files_get_a_sentence_that_says_where(content, name, says):
    with pytest.raises(CorpusError) as refused:
        read_corpus(file(content, name))
    assert says in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_a_repeated_id_is_refused_with_both_rows():
    with pytest.raises(CorpusError, match="row 2 and in row 4"):
        read_corpus(file("id,text\n7,one text\n8,two texts\n7,three texts\n"), text="text", id="id")


def test_a_missing_column_is_named_with_the_ones_that_are_there():
    with pytest.raises(CorpusError, match=r"no column “body”.*text"):
        read_corpus(file("text\nhello world\n"), text="body")


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.ones((3, 4)), "2 rows|has 3 rows"),
        (np.array([[1.0, np.nan], [1.0, 2.0]]), "NaN"),
        (np.array([[1.0, np.inf], [1.0, 2.0]]), "NaN or infinity"),
        (np.ones(2), "shape"),
        (np.array([["a", "b"], ["c", "d"]]), "numbers"),
        (np.array([[0.0, 0.0], [1.0, 2.0]]), "zeros"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(array, says):
    with pytest.raises(CorpusError, match=says):
        read_corpus(file("text\none here\ntwo here\n"), text="text", embeddings=array)


def test_embeddings_follow_their_documents_when_rows_are_dropped():
    corpus = read_corpus(file('text\n"one"\n""\n"two"\n"one"\n'), text="text", embeddings=np.eye(4))
    assert corpus.embeddings.argmax(axis=1).tolist() == [0, 2]


LETTERS = st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(LETTERS, max_size=30),
        min_size=1,
        max_size=12,
    )
)
def test_any_texts_survive_a_csv_or_are_refused_with_a_sentence(texts):
    buffer = io.BytesIO()
    pd.DataFrame({"text": texts, "n": range(len(texts))}).to_csv(
        buffer, index=False, encoding="utf-8", errors="replace"
    )
    if not any(t.strip() for t in texts):
        with pytest.raises(CorpusError):
            read_corpus(file(buffer.getvalue()), text="text")
        return
    corpus = read_corpus(file(buffer.getvalue()), text="text")
    assert len(set(corpus.texts)) == len(corpus.texts) == corpus.document_of_row.max() + 1
    assert all(t.strip() for t in corpus.texts)


def test_windows_quotes_and_accents_are_read_as_such(tmp_path):
    line = "We couldn’t sleep: £40 for a “quiet” room, déjà vu at the café.\n"
    for rows in (1, 3, 40):
        path = tmp_path / f"{rows}.csv"
        path.write_bytes(("text\n" + "plain words only\n" * 30 + f'"{line.strip()}"\n' * rows).encode("cp1252"))
        assert read_corpus(path).texts[1] == line.strip()


def test_accents_far_into_a_file_and_other_alphabets_are_found(tmp_path):
    late = tmp_path / "late.csv"
    late.write_bytes(("text\n" + "no accent at all here\n" * 60_000 + "très bon séjour\n").encode("latin-1"))
    assert read_corpus(late).texts[1] == "très bon séjour"
    polish = (
        "Pokój był bardzo ładny, śniadanie wyśmienite, a obsługa hotelu zawsze pomocna i życzliwa. Wrócę tu jeszcze."
    )
    path = tmp_path / "polish.txt"
    path.write_bytes((polish + "\n").encode("cp1250"))
    assert read_corpus(path).texts == (polish,)
    russian = "Номер был холодный, завтрак хороший, персонал очень приветливый и внимательный."
    path = tmp_path / "russian.txt"
    path.write_bytes((russian + "\n").encode("cp1251"))
    assert read_corpus(path).texts == (russian,)


@pytest.mark.parametrize("path", ["~nobody-of-that-name/x.csv", "x" * 300 + ".csv", "a\0b.csv"])
def test_a_path_that_makes_no_sense_gets_a_sentence(path):
    with pytest.raises(CorpusError, match="path"):
        read_corpus(path)


def test_a_line_separator_inside_a_text_ends_no_line():
    assert read_corpus(file('{"text": "one\u2028two"}\n{"text": "three"}\n', "a.jsonl")).texts == (
        "one\u2028two",
        "three",
    )
    assert read_corpus(file("one\u0085two\nthree\n", "a.txt")).texts == ("one\u0085two", "three")


def test_a_header_without_rows_is_called_that():
    with pytest.raises(CorpusError, match="header and no rows"):
        read_corpus(file("text,stars\n"))


def test_addresses_of_pages_are_longer_than_texts_and_no_texts():
    page = "https://example.org/" + "a" * 80
    assert read_corpus(file(f"link,said\n{page}1,the room was quiet\n{page}2,cold soup again\n")).text_column == "said"
