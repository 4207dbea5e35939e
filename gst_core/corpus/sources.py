"""The bytes of a file: read with a limit, taken out of a .gz or .zip, and what kind of file they really are."""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from gst_core.corpus.local_files import bytes_of
from gst_core.corpus.size_limits import MAX_BYTES
from gst_core.errors import CorpusError

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".xlsb": "xls",
    ".ods": "ods",
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
    ".gz": "gz",
    ".zip": "zip",
}
BINARY = ("parquet", "xlsx", "xls", "ods")
UNPACKED = 64 << 20  # bytes that any archive may unpack to
EXPANSION = 50  # and that a large one may, for each of its own: logs that repeat themselves shrink to a fortieth
XML_UNPACKED = 16 << 20  # bytes that any workbook may unpack to: its XML takes seconds for each ten million
XML_EXPANSION = 30
HEAD = 1 << 12  # bytes that say what a file is
MAGIC = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"ARROW1", "an Arrow file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"$FL2", "an SPSS file"),
    (b"$FL3", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60", "a SAS file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80\x04\x95", "a Python pickle"),
)
PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE | re.DOTALL)
XML = re.compile(rb"\s*<\?xml\b")


@dataclass(frozen=True)
class Source:
    """A file's bytes and what they are.

    Attributes
    ----------
    name : str
        The file's name, for messages.
    data : bytes
    format : str
        One of the values of `FORMATS` but "gz" and "zip".
    member : str or None
        Which file of a ``.zip`` it is.
    members : tuple of str
        The files of a ``.zip`` that could be read, where there are several.
    """

    name: str
    data: bytes
    format: str
    member: str | None = None
    members: tuple[str, ...] = ()


def open_source(source: str | os.PathLike[str] | IO[bytes], member: str | None = None) -> Source:
    """Read a file and take it out of its archive.

    Parameters
    ----------
    source : path or binary file object
    member : str, optional
        Which file of a ``.zip``; the largest that can be read when left out.

    Raises
    ------
    CorpusError
        The file is missing, empty, too large, or nothing that can be read.
    """
    name, data = bytes_of(source)
    if not data:
        raise CorpusError(f"{name} is empty: it has no bytes at all.")
    if data.startswith(b"\x1f\x8b"):
        inner = name[:-3] if name.lower().endswith(".gz") else name
        return _source(inner, name, _ungzipped(name, data))
    if _is_plain_zip(data):
        chosen, members, unpacked = _from_zip(name, data, member)
        opened = _source(chosen, name, unpacked)
        return Source(f"{name}/{chosen}", opened.data, opened.format, chosen, members)
    return _source(name, name, data)


def unpacked_limit(size: int, least: int = UNPACKED, times: int = EXPANSION) -> int:
    """Return how many bytes an archive of a size may unpack to."""
    return min(MAX_BYTES, max(least, times * size))


def check_zip(name: str, archive: zipfile.ZipFile, size: int) -> None:
    """Refuse a workbook that unpacks to far more than any real one does.

    Raises
    ------
    CorpusError
        It does.
    """
    limit = unpacked_limit(size, XML_UNPACKED, XML_EXPANSION)
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > limit:
        raise CorpusError(_too_much(name, limit))


def _too_much(name: str, limit: int) -> str:
    return f"{name} unpacks to more than {limit >> 20:,} MB, more than a file of its size should. It was not opened."


def _ungzipped(name: str, data: bytes) -> bytes:
    limit = unpacked_limit(len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{name} is a gzip archive that is damaged or cut off ({error}). Fetch it again.") from None
    if len(unpacked) > limit:
        raise CorpusError(_too_much(name, limit))
    return unpacked


def _is_plain_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and _zipped_kind(data) == ""


def _zipped_kind(data: bytes) -> str:
    """Return what a zip archive is: "xlsx", "xls", "ods", a phrase for other documents, "" for an archive of files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names and len(data) > HEAD // 8 else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError, zlib.error, KeyError):
        return "a damaged zip archive or workbook"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xls"  # .xlsb, which the same reader opens
    if "spreadsheet" in mimetype.decode("latin-1"):
        return "ods"
    if "word/document.xml" in names:
        return "a Word document"
    if "ppt/presentation.xml" in names:
        return "a PowerPoint file"
    return "an OpenDocument or e-book file" if mimetype else ""


def _from_zip(name: str, data: bytes, wanted: str | None) -> tuple[str, tuple[str, ...], bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [i for i in archive.infolist() if _is_table(i.filename)]
        if not files:
            raise CorpusError(f"{name} is a zip archive without a table in it. It holds: {_some(archive.namelist())}.")
        names = tuple(i.filename for i in files)
        chosen = next((i for i in files if i.filename == wanted), max(files, key=lambda i: i.file_size))
        limit = unpacked_limit(len(data))
        if chosen.file_size > limit:
            raise CorpusError(_too_much(name, limit))
        try:
            return chosen.filename, names if len(names) > 1 else (), archive.read(chosen)
        except RuntimeError:
            raise CorpusError(f"{name} is locked with a password. Unpack it first.") from None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error, EOFError) as error:
            raise CorpusError(f"{name} is a zip archive that is damaged ({error}). Fetch it again.") from None


def _is_table(member: str) -> bool:
    path = PurePosixPath(member)
    hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
    return not hidden and FORMATS.get(path.suffix.lower(), "zip") not in ("zip", "gz")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "") or "nothing"


def _source(inner: str, name: str, data: bytes) -> Source:
    """Say what bytes are: by what they begin with, and for texts by their name."""
    if not data:
        raise CorpusError(f"{name} is empty: there are no bytes in it.")
    named = FORMATS.get(Path(inner).suffix.lower())
    real = _binary_kind(data)
    if real in BINARY:
        return Source(name, data, real)
    if real:
        called = f"is named like {named.upper()} but is" if named and named not in ("gz", "zip") else "is"
        what = "Unpack it first." if "archive" in real else "Export it as CSV first."
        raise CorpusError(f"{name} {called} {real}. {what}")
    if named is None or named in ("gz", "zip"):
        raise CorpusError(f"{name} has no ending that can be read; the known ones are {', '.join(FORMATS)}.")
    if named in ("xls", "xlsx", "ods"):
        return Source(name, data, _text_called_workbook(name, named, data))
    if named == "parquet":
        raise CorpusError(f"{name} is not a Parquet file: it does not begin like one. Export it again.")
    if named not in ("txt",) and PAGE.match(data[:HEAD]):
        raise CorpusError(f"{name} is named like {named.upper()} but is a web page. Download the file itself.")
    return Source(name, data, named)


def _binary_kind(data: bytes) -> str:
    """Return one of `BINARY`, a phrase for another kind of file, or "" for what may be text."""
    if data.startswith(b"PAR1"):
        return "parquet"
    if data.startswith(b"PK\x03\x04"):
        return _zipped_kind(data) or "a zip archive inside another"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if data.startswith(b"\x1f\x8b"):
        return "a gzip archive inside another"
    return next((what for magic, what in MAGIC if data.startswith(magic)), "")


def _text_called_workbook(name: str, named: str, data: bytes) -> str:
    """Programs call pages and CSV files .xls so that Excel opens them."""
    if PAGE.match(data[:HEAD]):
        raise CorpusError(
            f"{name} is named like {named.upper()} but is a web page. Open it in Excel and save as .xlsx."
        )
    if XML.match(data[:HEAD]):
        raise CorpusError(f"{name} is named like {named.upper()} but is XML. Open it in Excel and save as .xlsx.")
    if b"\x00" in data[:HEAD] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CorpusError(f"{name} is not a workbook that can be read, nor a text. Save it as .xlsx.")
    return "csv"
