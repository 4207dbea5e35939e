"""Which row names the columns: below titles, above data, one row or two, or none."""

import pytest

from gst_core.corpus import Reading, guess_text_column, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, file, rows_of, workbook

QUOTED = "".join(f'"{t}"\n' for t in TEXTS)


@pytest.mark.parametrize(
    "content",
    [
        QUOTED,
        rows_of(),
        "".join(f"{i},{t},2024-03-0{i + 1}\n" for i, t in enumerate(TEXTS)),
        rows_of().replace("0", "1"),
    ],
)
def test_a_first_row_that_looks_like_the_others_is_a_document_and_that_is_said(content):
    table = read_table(file(content))
    assert (len(table.frame), table.reading.header, table.row_numbers[0]) == (5, 0, 1)
    assert [(p.kind, p.row, p.left_out) for p in table.problems] == [("header", 1, False)]
    assert {0, 1} <= set(table.alternatives["header"])
    assert len(read_table(file(content), Reading(header=1)).frame) == 4


@pytest.mark.parametrize(
    "content",
    [
        "text\n" + QUOTED,
        "What did you think of your stay with us?\n" + QUOTED,
        "Timestamp,What should we improve? \n" + "".join(f"3/{i + 1}/2024 14:00:00,{t}\n" for i, t in enumerate(TEXTS)),
        "Opinion,Score\n" + rows_of(),
        "answer one,answer two\n" + "".join(f"{t},{t[::-1]}\n" for t in TEXTS),
    ],
)
def test_a_first_row_that_names_the_columns_is_a_header(content):
    table = read_table(file(content))
    assert (len(table.frame), table.reading.header, table.problems) == (5, 1, ())


def test_a_first_row_that_may_be_a_text_is_said_to_be_taken_for_a_name():
    table = read_table(file("great room\nbad food\nnice pool\nold bed\n"))
    assert [(p.kind, p.row, p.left_out) for p in table.problems] == [("header", 1, False)]
    assert "the file has no header" in table.problems[0].sentence()
    assert not read_table(file("great room\nbad food\nnice pool\n"), Reading(header=1)).problems
    assert not read_table(file("What was good?\nbad food\nnice pool\n")).problems
    assert not read_table(file("Feedback\nbad food\nnice pool\n")).problems


def test_titles_above_the_header_are_left_out_and_said():
    for titles in ("Guest survey\n\nof March 2024\n", "Guest survey,,\n,,\nof March,,\n", "Survey,,\n,,\nMarch,,\n"):
        table = read_table(file(titles + "id,text,n\n" + "".join(f"{i},{t},1\n" for i, t in enumerate(TEXTS))))
        assert list(table.frame.columns) == ["id", "text", "n"]
        assert [(p.row, p.left_out) for p in table.problems] == [(1, True), (3, True)]


def test_a_second_row_of_headings_is_joined_to_the_first():
    content = (
        "Respondent,What did you like?,,Other\n,Room,Staff,Open-Ended Response\n"
        + "".join(f"118{i},Room,,{t}\n" for i, t in enumerate(TEXTS))
    )  # fmt: skip
    table = read_table(file(content))
    assert list(table.frame.columns) == [
        "Respondent", "What did you like? – Room", "What did you like? – Staff", "Other – Open-Ended Response",
    ]  # fmt: skip
    assert guess_text_column(table) == "Other – Open-Ended Response"
    assert [(p.kind, p.row, p.left_out) for p in table.problems] == [("header", 2, True)]


def test_the_three_rows_of_qualtrics_are_one_header():
    content = (
        'StartDate,Q1\nStart Date,"What did you like?"\n"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\n'
        + "".join(f"2024-01-01 10:00:00,{t}\n" for t in TEXTS)
    )
    table = read_table(file(content))
    assert (list(table.frame.columns), len(table.frame)) == (["StartDate", "Q1"], 5)
    assert [(p.row, p.left_out) for p in table.problems] == [(2, True), (3, True)]
    assert guess_text_column(table) == "Q1"


def test_a_header_that_was_asked_for_is_taken_or_refused():
    content = "a,b\ntext,n\n" + rows_of()
    table = read_table(file(content), Reading(header=2))
    assert (list(table.frame.columns), len(table.frame)) == (["text", "n"], 5)
    with pytest.raises(CorpusError, match="no row 99"):
        read_table(file(content), Reading(header=99))
    assert len(read_table(file(content), Reading(header=0)).frame) == 7


@pytest.mark.parametrize("header", ["text,", "answer,,", "Kommentar,", ",text"])
def test_a_header_with_unnamed_columns_is_a_header_and_no_title(header):
    width = header.count(",") + 1
    content = header + "\n" + "".join(f'"{t}"' + f",{i}" * (width - 1) + "\n" for i, t in enumerate(TEXTS))
    table = read_table(file(content))
    assert (table.reading.header, len(table.frame), table.problems) == (1, 5, ())


def test_a_column_of_sentences_with_equally_many_commas_is_one_column():
    table = read_table(file("Antwort\nGut, aber teuer\nSchlecht, laut; eng\nRuhig, sauber\n"))
    assert table.frame["Antwort"].tolist() == ["Gut, aber teuer", "Schlecht, laut; eng", "Ruhig, sauber"]


def test_a_first_row_of_words_below_an_unnamed_column_is_no_second_header():
    table = read_table(file('name,comment,\nAnn,,"a note"\nBo,"The room was loud",more\nCy,"Cold soup again",\n'))
    assert (len(table.frame), table.problems) == (3, ())


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("header", ["id,text", "Frage,Antwort"])
def test_the_header_of_files_that_were_joined_is_no_document(header, start):
    part = header + "\n" + "".join(f'{i},"{t}"\n' for i, t in enumerate(TEXTS))
    table = read_table(file(part + start + part + part))
    assert (list(table.frame.columns), len(table.frame)) == (header.split(","), 15)
    assert [(p.kind, p.row, p.left_out) for p in table.problems] == [("header", 7, True), ("header", 13, True)]
    rows = [header.split(","), *([i, t] for i, t in enumerate(TEXTS))]
    table = read_table(file(workbook(A=rows + rows), "a.xlsx"))
    assert ([(p.kind, p.row) for p in table.problems], len(table.frame)) == ([("header", 7)], 10)


@pytest.mark.parametrize("header", ["1,2,3", "0,1,2"])
def test_columns_that_are_numbered_have_a_header(header):
    table = read_table(file(header + "\n" + "".join(f"{i},{t},{i}\n" for i, t in enumerate(TEXTS))))
    assert (list(table.frame.columns), len(table.frame)) == (header.split(","), 5)


def test_a_second_row_of_headings_may_name_the_first_column_too():
    rows = [[None, "Room", None, "Comments"], ["Respondent", "Single", "Double"]]
    rows += [[100 + i, "x", None, t] for i, t in enumerate(TEXTS)]
    table = read_table(file(workbook(A=rows), "a.xlsx"))
    assert list(table.frame.columns) == ["Respondent", "Room – Single", "Room – Double", "Comments"]
    assert [(p.kind, p.row) for p in table.problems] == [("header", 2)]


def test_every_row_of_totals_at_the_end_is_left_out():
    table = read_table(
        file("text,n\n" + "".join(f'"{t}",{i}\n' for i, t in enumerate(TEXTS)) + "Average:,2\nTotal,10\n")
    )
    assert ([(p.kind, p.row) for p in table.problems], len(table.frame)) == ([("totals", 7), ("totals", 8)], 5)


@pytest.mark.parametrize("titles", ["Report,May\n", "Report generated,2024-05-05\nFilter,none\n\n"])
def test_what_a_report_says_of_itself_is_no_header(titles):
    content = titles + "No,Comment,Score\n" + "".join(f"{i},{t},{i}\n" for i, t in enumerate(TEXTS))
    table = read_table(file(content))
    assert (list(table.frame.columns), len(table.frame)) == (["No", "Comment", "Score"], 5)
    assert {p.kind for p in table.problems} == {"comment"}
    rows = [line.split(",") if line else [] for line in content.splitlines()]
    assert read_table(file(workbook(A=rows), "a.xlsx")).frame["Comment"].tolist() == list(TEXTS)
