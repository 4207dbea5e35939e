"""Bytes become text: encodings without a mark, and the few bytes that do not fit."""

import pytest

from gst_core import read_corpus
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, file

ACCENTS = "text,n\n" + "".join(f"“{t}” – déjà vu 😀,{i}\n" for i, t in enumerate(TEXTS))


def test_one_byte_of_another_encoding_is_named_and_costs_no_other_row_its_accents():
    broken = ACCENTS.encode() + b"caf\xe9,9\n"
    corpus = read_corpus(file(broken))
    assert corpus.texts == (*(f"“{t}” – déjà vu 😀" for t in TEXTS), "caf\ufffd")
    assert [(p.kind, p.row, p.left_out) for p in corpus.report.problems] == [("byte", 7, False)]
    assert "Row 7 holds a byte that is not UTF-8" in corpus.report.sentence()
    with pytest.raises(CorpusError, match="Row 7 holds a byte"):
        read_corpus(file(broken), strict=True)


def test_rows_of_two_encodings_keep_those_of_the_first():
    mixed = "text\ncafé one\nnaïve two\n".encode() + "déjà vu\n".encode("latin-1")
    assert read_corpus(file(mixed)).texts == ("café one", "naïve two", "d\ufffdj\ufffd vu")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_file_that_is_cut_inside_its_last_character_opens(cut):
    corpus = read_corpus(file(("text\ncafé one\n" + "two 😀").encode()[:-cut]))
    assert corpus.texts[0] == "café one"
    assert corpus.texts[1].startswith("two \ufffd")
    assert corpus.report.problems[0].row == 3


def test_a_character_that_was_lost_before_is_no_bad_byte():
    assert read_corpus(file("text\nlost \ufffd here\n")).report.problems == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("text", [ACCENTS, "text,n\n房间很干净,1\n员工很友好,2\n"])
def test_wide_encodings_open_with_and_without_a_byte_order_mark(encoding, text):
    corpus = read_corpus(file(text.encode(encoding)))
    assert corpus.texts == read_corpus(file(text)).texts
    assert corpus.rows["n"].dtype == "int64"


def test_a_zero_byte_is_taken_out_and_named():
    corpus = read_corpus(file(b"text,n\nhello\x00 there,1\ngood day,2\n"))
    assert corpus.texts == ("hello there", "good day")
    assert [(p.kind, p.row) for p in corpus.report.problems] == [("nul", 2)]


def test_a_file_of_zeros_is_no_text():
    with pytest.raises(CorpusError, match="not a text file"):
        read_corpus(file(b"text\n" + b"\x00" * 500))


def test_an_encoding_that_was_asked_for_names_what_does_not_fit_or_is_refused():
    few = read_corpus(file(b"text\n" + "日本語の文章です\n".encode("shift_jis") * 20 + b"\xfd\n"), encoding="shift_jis")
    assert few.texts == ("日本語の文章です", "\ufffd")
    for encoding, says in (
        ("ascii", "line 2"),
        ("hex", "no character"),
        ("klingon", "no character encoding"),
    ):
        with pytest.raises(CorpusError, match=says):
            read_corpus(file("text\ndéjà\n"), encoding=encoding)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_one_bad_byte_among_plain_letters_is_named_where_utf_8_was_asked_for_or_said(start):
    content = start + b"text\n" + b"plain words only\n" * 20 + b"caf\xe9\n"
    corpus = read_corpus(file(content), encoding=None if start else "utf-8")
    assert corpus.texts[-1] == "caf\ufffd"
    assert corpus.report.problems[0].row == 22


@pytest.mark.parametrize("rows", [8, 60])
@pytest.mark.parametrize(
    ("encoding", "text", "bad"),
    [
        ("cp1251", "Гостиница оказалась очень шумной, а завтрак был холодный", b"\x98"),
        ("cp932", "この部屋はとても静かで、朝食も美味しかったです。", b"\xff"),
        ("cp932", "とても静か", b"\xff"),
        ("cp1251", "Привет мир", b"\x98"),
        ("gb18030", "房间很安静，早餐也不错，服务员非常热情。", b"\xff"),
        ("cp949", "이 방은 매우 조용하고 아침 식사도 맛있었습니다.", b"\xff"),
        ("cp1253", "Το δωμάτιο ήταν πολύ θορυβώδες και το πρωινό κρύο", b"\xd2"),
        ("cp1252", "O quarto era muito barulhento e não é bom, coração", b"\x81"),
    ],
)
def test_one_byte_that_an_encoding_lacks_does_not_turn_a_file_into_one_of_another(encoding, text, bad, rows):
    lines = [f"“{i}”: {text}" if encoding == "cp1252" else f"{i}: {text}" for i in range(rows)]
    content = [f'{i},"{line}"\r\n'.encode(encoding) for i, line in enumerate(lines)]
    content[3] = content[3].replace(b',"', b',"' + bad)
    corpus = read_corpus(file(b"id,text\r\n" + b"".join(content)))
    assert corpus.texts[:3] + corpus.texts[4:] == (*lines[:3], *lines[4:])
    assert corpus.texts[3].startswith("\ufffd")
    assert [(p.kind, p.row) for p in corpus.report.problems] == [("byte", 5)]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Pokój był bardzo głośny, żałuję, że tu przyjechałem"),
        ("cp1254", "Oda çok gürültülüydü, şikâyetimi ilettim ama değişmedi"),
        ("cp1252", "L’été dernier, la chambre était très bruyante, où êtes-vous"),
        ("mac_roman", "L’été dernier, la chambre était très bruyante, où êtes-vous"),
    ],
)
def test_an_encoding_is_told_from_its_kin_by_what_stands_inside_words(encoding, text):
    texts = tuple(f"{text} – {i}" for i in range(30))
    content = "id,text\n" + "".join(f'{i},"{t}"\n' for i, t in enumerate(texts))
    assert read_corpus(file(content.encode(encoding))).texts == texts


def test_an_emoji_that_was_written_as_two_halves_is_one_and_a_half_is_named():
    content = b"id,text\n1,fine \xed\xa0\xbd\xed\xb8\x80\n2,torn \xed\xa0\xbd here\n"
    corpus = read_corpus(file(content))
    assert corpus.texts == ("fine 😀", "torn \ufffd here")
    assert [(p.kind, p.row) for p in corpus.report.problems] == [("surrogate", 3)]
