import csv
import io

import pytest
from openpyxl import Workbook

from gst_core import read_corpus
from gst_core.corpus.reading import Reading
from gst_core.corpus.tables import read_table
from gst_core.errors import CorpusError
from tests.corpus.test_corpus import file

BLANK_LINES = {
    "a.csv": ("\nid,text\n1,one here\n\n\n1,two here\n", 3, 6),
    "a.jsonl": ('\n{"id": 1, "text": "one here"}\n\n{"id": 1, "text": "two here"}\n', 2, 4),
}


@pytest.mark.parametrize("name", BLANK_LINES)
def test_rows_are_numbered_as_the_file_itself_does_blank_lines_counted(name):
    content, first, second = BLANK_LINES[name]
    assert read_table(file(content, name)).row_numbers.tolist() == [first, second]
    with pytest.raises(CorpusError, match=f"row {first} and in row {second}"):
        read_corpus(file(content, name), text="text", id="id")


def test_a_report_names_rows_by_the_files_own_numbers():
    report = read_corpus(file("text,n\n\none here,1\n\n,2\none here,3\n"), text="text").report
    assert (report.empty_examples, report.duplicate_examples) == ((5,), (6,))


def test_a_row_of_too_many_fields_is_named_by_the_row_that_a_spreadsheet_shows():
    table = read_table(file('text,n\n"two\nlines",1\n\nhello,2,3\n'))
    assert table.row_numbers.tolist() == [2]
    assert [(p.row, p.left_out) for p in table.problems] == [(4, True)]
    assert "3 fields where the header has 2" in table.problems[0].what


def test_an_empty_row_of_a_workbook_counts_as_a_row():
    book, buffer = Workbook(), io.BytesIO()
    for row, value in ((1, "text"), (2, "one here"), (4, "two here")):
        book.active.cell(row, 1, value)
    book.save(buffer)
    table = read_table(file(buffer.getvalue(), "a.xlsx"))
    texts = table.frame["text"].fillna("")
    assert dict(zip(table.row_numbers.tolist(), texts, strict=True)) == {
        2: "one here",
        3: "",
        4: "two here",
    }


def test_a_long_document_in_one_cell_is_read_and_the_limit_of_others_stays_as_it_was():
    before = csv.field_size_limit()
    assert len(read_table(file("text\n" + "x" * (before + 1) + "\n")).frame["text"][0]) == before + 1
    with pytest.raises(CorpusError):
        read_corpus(file('text\n"never closed\n'), strict=True)
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("name", "data", "choice"),
    [
        ("a.csv", b"text,n\none,1\ntwo,2\n", {"sheet": "Answers"}),
        ("a.csv", b"text,n\none,1\ntwo,2\n", {"records": "data"}),
        ("a.jsonl", b'{"text": "one"}\n{"text": "two"}\n', {"header": 1}),
        ("a.json", b'[{"text": "one"}, {"text": "two"}]', {"delimiter": ";"}),
        ("a.txt", b"one\ntwo\n", {"header": 0}),
    ],
)
def test_a_choice_that_a_file_does_not_leave_is_refused_not_ignored(name, data, choice):
    with pytest.raises(CorpusError, match=f"Leave out “{next(iter(choice))}”"):
        read_table(file(data.decode(), name), Reading(**choice))
