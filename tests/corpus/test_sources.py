"""Wrappings, and what a file really is."""

import gzip

import pytest

from gst_core import read_corpus
from gst_core.corpus import Reading, read_table
from gst_core.errors import CorpusError
from tests.corpus.files import TEXTS, archive, file, rows_of, workbook

CSV = "text,n\n" + rows_of()


def test_a_gzip_and_a_zip_of_one_table_open():
    assert read_corpus(file(gzip.compress(CSV.encode()), "a.csv.gz")).texts == TEXTS
    assert read_corpus(file(gzip.compress(b'{"text": "one here"}\n'), "a.jsonl.gz")).texts == ("one here",)
    assert read_corpus(file(archive(a__csv=CSV, __MACOSX__csv="x"), "a.zip")).texts == TEXTS
    assert read_corpus(file(archive(a__xlsx=workbook(A=[["text"], ["one here"]])), "a.zip")).texts == ("one here",)


def test_the_largest_table_of_a_zip_is_chosen_and_the_others_are_offered():
    content = archive(a__csv="text\none here\n", b__csv=CSV, c__pdf="x" * 9999)
    table = read_table(file(content, "a.zip"))
    assert (table.reading.sheet, table.alternatives["sheet"]) == ("b.csv", ("a.csv", "b.csv"))
    assert len(read_table(file(content, "a.zip"), Reading(sheet="a.csv")).frame) == 1


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (gzip.compress(CSV.encode() * 99)[:-10], "a.csv.gz", "damaged or cut off"),
        (gzip.compress(bytes(70 << 20)), "a.csv.gz", "unpacks to more than 64 MB"),
        (archive(a__csv="x" * (70 << 20)), "a.zip", "unpacks to more than 64 MB"),
        (archive(a__pdf="x"), "a.zip", "without a table in it. It holds: a.pdf"),
        (archive(a__csv=CSV)[:-30], "a.zip", "damaged zip archive"),
        (gzip.compress(gzip.compress(b"text")), "a.csv.gz", "gzip archive inside another"),
        (gzip.compress(b""), "a.csv.gz", "no bytes in it"),
        (b"%PDF-1.4", "a.csv", "is a PDF"),
        (b"\x93NUMPY\x01\x00", "a.csv", "NumPy array"),
        (b"hello", "a.parquet", "not a Parquet file"),
        (b"hello", "a.docx", "no ending that can be read"),
        (b"BZh91AY", "a.csv.bz2", "bzip2 archive. Unpack it first"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a.csv", "is a web page"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",  # an archive's bytes have the time in them
)
def test_what_cannot_be_opened_is_named(content, name, says):
    with pytest.raises(CorpusError, match=says):
        read_corpus(file(content, name))


def test_a_table_with_another_ending_is_read_as_what_it_is():
    assert read_corpus(file(workbook(A=[["text"], ["one here"]]), "a.csv")).texts == ("one here",)


def test_a_file_that_was_opened_as_text_is_named():
    class Text:
        name = "a.csv"

        def seek(self, *place):
            return 0

        def read(self, size):
            return "text"

    with pytest.raises(CorpusError, match="binary mode"):
        read_table(Text())
