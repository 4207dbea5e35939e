"""Workbooks: the likeliest sheet and header, and cells of the type that they have."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook

from gst_core import read_corpus
from gst_core.corpus import Reading, guess_text_column, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, archive, file, saved, workbook

MARCH = datetime.datetime(2024, 3, 1)
ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2" '
    + " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "table")
    )
    + '><office:body><office:spreadsheet><table:table table:name="Answers">{}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)  # fmt: skip


def ods(rows):
    def cell(value):
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", ODS.format(lines))
    return buffer.getvalue()


def test_the_sheet_with_the_texts_is_chosen_behind_a_cover_and_others_are_offered():
    content = workbook(
        Cover=[["Guest survey of March, for the board only"], ["Please keep it confidential"]],
        Codes=[["code", "meaning"], *([i, f"kind {i}"] for i in range(20))],
        Answers=[["Survey 2024"], [], ["id", "comment"], *([i, f"{t} ({i})"] for i, t in enumerate(TEXTS * 4))],
    )
    table = read_table(file(content, "a.xlsx"))
    assert (table.reading.sheet, table.reading.header) == ("Answers", 3)
    assert table.alternatives["sheet"] == ("Cover", "Codes", "Answers")
    assert guess_text_column(table) == "comment"
    assert [(p.row, p.left_out) for p in table.problems] == [(1, True)]
    assert read_table(file(content, "a.xlsx"), Reading(sheet="Codes")).reading.sheet == "Codes"
    with pytest.raises(CorpusError, match=r"no sheet “x”.*Cover, Codes, Answers"):
        read_corpus(file(content, "a.xlsx"), sheet="x")


def test_cells_have_the_type_that_they_have_in_the_workbook():
    rows = [
        ["text", "whole", "with blanks", "real", "mixed", "day", "moment", "time", "yes"],
        [TEXTS[0], 1.0, 5, 0.5, 1, MARCH, MARCH.replace(hour=10), datetime.time(10, 30), True],
        [TEXTS[1], 1e17, None, 1.25, "x", MARCH, MARCH, datetime.time(11), False],
    ]
    frame = read_table(file(workbook(A=rows), "a.xlsx")).frame
    assert frame["whole"].tolist() == [1, 10**17]
    assert frame["with blanks"].dtype == "Int64"
    assert frame["real"].tolist() == [0.5, 1.25]
    assert frame["mixed"].tolist() == ["1", "x"]
    assert frame["day"].tolist() == [MARCH.date()] * 2
    assert frame["moment"].tolist() == [MARCH.replace(hour=10), MARCH]
    assert frame["time"].tolist() == [datetime.time(10, 30), datetime.time(11)]
    assert frame["yes"].dtype == "bool"


def test_dates_among_words_are_words_without_the_midnight_of_a_workbook():
    rows = [["text", "day"], [TEXTS[0], "unknown"], [TEXTS[1], MARCH], [TEXTS[2], MARCH.replace(hour=1)]]
    frame = read_table(file(workbook(A=rows), "a.xlsx")).frame
    assert frame["day"].tolist() == ["unknown", "2024-03-01", "2024-03-01 01:00:00"]


def test_a_postcode_that_is_a_number_with_a_format_keeps_its_zeros():
    book = Workbook()
    book.active.append(["text", "zip"])
    book.active.append([TEXTS[0], 1067])
    book.active["B2"].number_format = "00000"
    assert read_table(file(saved(book), "a.xlsx")).frame["zip"].tolist() == ["01067"]


def test_a_cell_at_the_end_of_the_sheet_is_left_out_and_named():
    book = Workbook()
    for row in (["text", "n"], [TEXTS[0], 1]):
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, "astray")
    table = read_table(file(saved(book), "a.xlsx"))
    assert (list(table.frame.columns), len(table.frame)) == (["text", "n"], 1)
    assert [(p.kind, p.row, p.left_out) for p in table.problems] == [("ragged", 1_048_576, True)]


def test_two_rows_of_headings_totals_and_columns_without_a_heading():
    rows = [
        ["Respondent", "What did you like?", None, "Other"],
        [None, "Room", "Staff", "Open-Ended Response"],
        *([100 + i, "Room", None, t, "more"] for i, t in enumerate(TEXTS)),
        ["Total", 510],
    ]
    table = read_table(file(workbook(A=rows), "a.xlsx"))
    assert list(table.frame.columns) == [
        "Respondent", "What did you like? – Room", "What did you like? – Staff", "Other – Open-Ended Response",
        "column 5",
    ]  # fmt: skip
    assert table.row_numbers.tolist() == [3, 4, 5, 6, 7]
    assert [(p.kind, p.row) for p in table.problems] == [("header", 2), ("totals", 8)]


def test_an_opendocument_spreadsheet_opens():
    corpus = read_corpus(file(ods([["text", "n"], *([t, i] for i, t in enumerate(TEXTS))]), "a.ods"))
    assert corpus.texts == TEXTS
    assert corpus.rows["n"].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(100), "a.xls", "old Excel or Word file"),
        (b"<html><table><tr><td>text</td></tr></table></html>", "a.xls", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "a.xls", "XML"),
        (workbook(A=[["text"], ["one here"]])[:-200], "a.xlsx", "damaged"),
        (archive(word__x="", **{"word/document__xml": "x"}), "a.xlsx", "Word document"),
        (workbook(A=[]), "a.xlsx", "empty"),
        (archive(**{"xl/workbook__xml": "x" * (20 << 20)}), "a.xlsx", "unpacks to more"),
    ],
)
def test_what_is_no_workbook_is_named(content, name, says):
    with pytest.raises(CorpusError, match=says):
        read_corpus(file(content, name))


def test_a_csv_that_is_called_xls_opens():
    assert read_corpus(file("text\tn\none here\t1\ntwo here\t2\n".encode("utf-16"), "a.xls")).texts == (
        "one here",
        "two here",
    )


def test_a_table_that_begins_in_the_second_column_has_no_empty_one():
    rows = [[None, "Survey"], [], [None, "text", "n"], *([None, t, i] for i, t in enumerate(TEXTS))]
    table = read_table(file(workbook(A=rows), "a.xlsx"))
    assert (list(table.frame.columns), table.reading.header) == (["text", "n"], 3)


def test_years_may_head_columns_of_numbers():
    rows = [["Remark", 2019, 2020], *([t, i, i + 1] for i, t in enumerate(TEXTS))]
    assert list(read_table(file(workbook(A=rows), "a.xlsx")).frame.columns) == ["Remark", "2019", "2020"]
