"""CSV as people have it: what separates, what names the columns, and rows that cannot be cut."""

import pytest

from gst_core import read_corpus
from gst_core.corpus import Reading, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, file, rows_of


def kinds(table):
    return [(p.kind, p.row, p.left_out) for p in table.problems]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found_and_may_be_chosen(mark):
    content = f"text{mark}n\n" + rows_of().replace(",", mark)
    table = read_table(file(content))
    assert table.reading.delimiter == mark
    assert mark in table.alternatives["delimiter"]
    assert list(table.frame.columns) == ["text", "n"]
    assert list(read_table(file(content), Reading(delimiter="")).frame.columns) == [f"text{mark}n"]


def test_separators_inside_quotes_and_texts_do_not_count():
    assert list(read_table(file('"Comment (short; max. 3; please)",id\n' + rows_of())).frame.columns) == [
        "Comment (short; max. 3; please)",
        "id",
    ]
    assert list(read_table(file('text,"note on\ntwo; lines; here"\n' + rows_of())).frame.columns)[1] == (
        "note on\ntwo; lines; here"
    )
    german = "Kommentar;Preis\nschön, groß, ruhig;1,5\nlaut, eng;2,5\n"
    assert read_table(file(german)).frame["Preis"].tolist() == ["1,5", "2,5"]


def test_a_file_of_one_column_keeps_its_commas():
    assert read_corpus(file("text\nlovely, quiet,, room\nsoup, cold\n")).texts == ("lovely, quiet,, room", "soup, cold")


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n"])
def test_a_line_that_says_the_separator_is_followed_and_said(line):
    table = read_table(file(line + "text;price\nlovely room;1,5\n"))
    assert table.frame["price"].tolist() == ["1,5"]
    assert table.row_numbers.tolist() == [3]
    assert kinds(table) == [("separator", 1, True)]


def test_a_ragged_row_is_left_out_and_named_and_the_others_stay():
    content = "text,n\n" + rows_of(TEXTS[:2]) + '"one too many",1,extra\n' + rows_of(TEXTS[2:]) + "alone\n"
    corpus = read_corpus(file(content))
    assert corpus.texts == TEXTS
    assert [(p.row, p.left_out) for p in corpus.report.problems] == [(4, True), (8, True)]
    assert "Row 4 has 3 fields where the header has 2, and was left out (2 such places)" in corpus.report.sentence()
    with pytest.raises(CorpusError, match="Row 4 has 3 fields"):
        read_corpus(file(content), strict=True)


def test_a_file_most_of_whose_rows_cannot_be_cut_is_refused_with_what_to_do():
    with pytest.raises(CorpusError, match=r"5 of 5 rows cannot be cut.*row 2 has 4 fields.*separator"):
        read_table(file("id,text\n" + "".join(f"{i},{t}, and, more\n" for i, t in enumerate(TEXTS))))


def test_separators_at_the_ends_of_rows_make_no_columns():
    for content in ("text,n,\n" + rows_of(), "text,n\n" + rows_of(end=",\n"), "text,n,,\n" + rows_of(end=",,\n")):
        table = read_table(file(content))
        assert (list(table.frame.columns), len(table.frame), kinds(table)) == (["text", "n"], 5, [])


def test_rows_that_end_early_throughout_are_filled_with_blanks():
    table = read_table(file("text,n,note\n" + rows_of() + '"and more",1,why\n'))
    assert table.frame["note"].tolist() == [""] * 5 + ["why"]
    assert kinds(table) == [("short", None, False)]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ('"ok" he said,1', '"ok" he said'),
        ('"He said "hi" to me",1', 'He said "hi" to me'),
        ('"He said \\"hi\\", to me",1', 'He said \\"hi\\", to me'),
        ('"never closed,1', '"never closed'),
        ('"two "odd"\nlines",1', 'two "odd"\nlines'),
    ],
)
def test_odd_quotes_stand_as_they_are_and_are_named(row, text):
    table = read_table(file("text,n\n" + row + "\n" + rows_of()))
    assert table.frame["text"].tolist() == [text, *TEXTS]
    assert kinds(table) == [("quote", 2, False)]


def test_quotes_inside_a_field_are_letters():
    table = read_table(file('text,n\nhe said "ok" twice,1\n5" screen,2\n'))
    assert table.frame["text"].tolist() == ['he said "ok" twice', '5" screen']
    assert kinds(table) == []


def test_a_return_alone_is_a_letter_where_lines_end_in_newlines_and_an_end_where_none_do():
    assert read_table(file("text,n\none\rline,1\ntwo here,2\n")).frame["text"].tolist() == ["one\rline", "two here"]
    assert read_table(file("text,n\rone here,1\rtwo here,2\r")).frame["n"].tolist() == ["1", "2"]


def test_quotes_that_never_close_cost_no_more_than_the_file_is_long():
    content = "a,b\n" + 'x","a\n' * 20_000
    assert len(read_table(file(content)).frame) == 20_000


def test_comments_are_left_out_and_said_and_a_column_called_number_sign_is_none():
    content = "# made by a tool, on Friday\n# and more\ntext,n\n" + rows_of() + "# end\n"
    table = read_table(file(content))
    assert (len(table.frame), table.reading.header) == (5, 3)
    assert kinds(table) == [("comment", 1, True), ("comment", 2, True), ("comment", 9, True)]
    assert list(read_table(file('#,text\n1,"one here"\n2,"two here"\n')).frame.columns) == ["#", "text"]


def test_a_text_that_begins_with_a_number_sign_is_a_text():
    assert read_corpus(file("text,n\n#lovely hotel,1\n#awful food,2\n")).texts == ("#lovely hotel", "#awful food")


@pytest.mark.parametrize("last", ["Total,10\n", "Summe:,10\n", "sum,10.0\n"])
def test_a_row_of_totals_is_left_out_and_said(last):
    table = read_table(file("text,n\n" + rows_of() + last))
    assert (len(table.frame), kinds(table)) == (5, [("totals", 7, True)])


def test_a_last_text_that_only_begins_like_totals_stays():
    assert len(read_table(file("text,mood\n" + rows_of().replace("0", "good") + "Total disaster,bad\n")).frame) == 6
    assert len(read_table(file("text\n" + "\n".join(TEXTS) + "\nTotal\n")).frame) == 6


def test_a_name_that_stands_twice_is_numbered_and_said():
    table = read_table(file("text,tag,tag,tag (2)\none here,a,b,c\n"))
    assert list(table.frame.columns) == ["text", "tag", "tag (3)", "tag (2)"]
    assert kinds(table) == [("name", None, False)]
    assert "called “tag”" in table.problems[0].sentence()


def test_columns_without_a_name_get_their_place():
    for content in (",text,n\n0,one here,1\n1,two here,2\n", '"text","n"\n"0","one here",1\n"1","two here",2\n'):
        table = read_table(file(content))
        assert list(table.frame.columns) == ["column 1", "text", "n"]
        assert table.frame["column 1"].tolist() == ["0", "1"]
        assert [p.kind for p in table.problems] == ([] if content.startswith(",") else ["header"])


def test_headings_keep_their_blanks_and_are_found_without():
    corpus = read_corpus(file(" text ,n \none here,1\n"), text="text")
    assert (corpus.text_column, list(corpus.rows.columns)) == (" text ", ["n "])


def test_a_header_of_many_columns_is_refused_at_once():
    with pytest.raises(CorpusError, match="40,000 columns"):
        read_table(file(",".join(["x"] * 40_000) + "\n" + ",".join(["1"] * 40_000) + "\n"))


def test_texts_keep_the_blanks_around_them():
    corpus = read_corpus(file('text,n\n" one here ",1\n"   ",2\n'))
    assert corpus.texts == (" one here ",)
    assert corpus.report.empty_rows == 1


def test_lines_that_end_in_three_ways_are_rows_all_the_same():
    ends = ("\r\n", "\n", "\r")
    content = "id,text" + "".join(ends[i % 3] + f'{i},"{TEXTS[i % 5]}, {i}"' for i in range(30))
    table = read_table(file(content))
    assert table.frame["text"].tolist() == [f"{TEXTS[i % 5]}, {i}" for i in range(30)]
    assert table.problems == ()


def test_blanks_between_separators_and_quotes_are_none_of_the_fields_and_said():
    content = "id, text, n\n" + "".join(f'{i}, "{t}, and {i}", {i}\n' for i, t in enumerate(TEXTS))
    table = read_table(file(content))
    assert list(table.frame.columns) == ["id", "text", "n"]
    assert table.frame["text"].tolist() == [f"{t}, and {i}" for i, t in enumerate(TEXTS)]
    assert [p.kind for p in table.problems] == ["separator"]
    assert read_corpus(file('id,text\n1, "Well", she said\n2,"Good, fine"\n3,Nice\n')).texts[0] == "Good, fine"
