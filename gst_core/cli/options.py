"""Options that several commands have."""

import argparse
from collections.abc import Callable
from pathlib import Path

from gst_core.encoding import DEFAULT_ENCODER, WAYS

LARGEST_SEED = 2**32 - 1
LAST_ROW = 2**31 - 1


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number from `low` to `high` for argparse, which says what is wrong with any other."""

    def read(typed: str) -> int:
        if not typed.isdecimal() or not low <= int(typed) <= high:
            raise argparse.ArgumentTypeError(f"{typed} is not a whole number from {low} to {high}")
        return int(typed)

    return read


def add_seed_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option that says what is drawn at random."""
    parser.add_argument(
        "--seed", type=whole_number(0, LARGEST_SEED), default=0, help=f"same seed, same {what} (default: %(default)s)"
    )


def add_corpus_options(
    parser: argparse.ArgumentParser,
    what: str = "CSV, TSV, JSONL, JSON, Parquet, XLSX, XLS, ODS or TXT, also in .gz or .zip",
) -> None:
    """Add the options that say which corpus is meant and where its embeddings are."""
    parser.add_argument("corpus", help=what)
    add_reading_options(parser)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a corpus file is read and encoded."""
    add_file_options(parser)
    parser.add_argument(
        "--encoder", default=DEFAULT_ENCODER, help="sentence-transformers name or folder (default: %(default)s)"
    )
    parser.add_argument(
        "--long",
        choices=WAYS,
        help="what becomes of texts that are longer than the encoder reads: the rest is cut off, or they are read in "
        "chunks whose mean stands for the text (default: chunks where more than a tenth is cut)",
    )


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a corpus file is read, and where the workspace is."""
    parser.add_argument("--text", metavar="COLUMN", help="the column with the texts (guessed when left out)")
    parser.add_argument("--id", metavar="COLUMN", help="the column with unique ids")
    parser.add_argument("--encoding", help="character encoding of the file (guessed when left out)")
    parser.add_argument(
        "--delimiter", type=_delimiter, help="sign between columns, “tab” or “none” (guessed when left out)"
    )
    parser.add_argument(
        "--header", type=_header, metavar="ROW", help="the row with the headings, or “none” (guessed when left out)"
    )
    parser.add_argument("--sheet", help="the sheet of a workbook, or the file in a .zip (guessed when left out)")
    parser.add_argument(
        "--records", metavar="PATH", help="where in a JSON object the list is, data.items say (guessed when left out)"
    )
    parser.add_argument(
        "--strict", action="store_true", help="refuse a file with a bad place in it, instead of naming the place"
    )
    parser.add_argument(
        "--embeddings",
        type=Path,
        metavar="FILE",
        help="precomputed embeddings (.npy), one row per row",
    )
    parser.add_argument("--workspace", type=Path, help="folder of what is kept (default: GST_WORKSPACE, or your own)")


def _delimiter(typed: str) -> str:
    sign = {"tab": "\t", "\\t": "\t", "space": " ", "none": ""}.get(typed.lower(), typed)
    if sign and (len(sign) != 1 or sign in '"\r\n'):
        raise argparse.ArgumentTypeError(
            f"“{typed}” is not one sign such as “;”, nor one of the words “tab”, “space” and “none”"
        )
    return sign


def _header(typed: str) -> int:
    return 0 if typed.lower() == "none" else whole_number(0, LAST_ROW)(typed)


def add_label_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which labels there are, and what they are about."""
    parser.add_argument(
        "--label", metavar="COLUMN", help="the column with labels, empty where none (gst:label in what was exported)"
    )
    parser.add_argument("--instruction", default="", help="what the labels are about, in words")
    parser.add_argument(
        "--leave-out",
        metavar="COLUMN",
        action="append",
        help="a column with what is to have no part in the result: what the texts say of it is erased first, also from "
        "texts that come later; may be given several times",
    )
    add_seed_option(parser, "result")


def add_spreadsheet_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says whom a CSV is for."""
    parser.add_argument(
        "--spreadsheet",
        action="store_true",
        help="write the CSV for Excel and the like: an apostrophe stands before what they would run as a formula (our "
        "reader takes it off again); without this it is for programs, RFC 4180 and every text as it is",
    )
