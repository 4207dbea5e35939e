"""`gst-studio`, or `python -m gst_core`: the page, and the same core without a browser.

A command is a module of this package that is imported only when it is chosen: help comes at once, and the number of
threads is bounded before a numeric library is loaded. Such a module has two functions, ``add_options(parser)`` and
``run(options)``.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from gst_core import __version__
from gst_core.compute import bound_threads, keep_compiled_code
from gst_core.errors import (
    AnnotationError,
    Cancelled,
    CorpusError,
    EncoderError,
    GstError,
    TransformError,
    WorkspaceError,
)
from gst_core.installation import workspace_folder
from gst_core.workspace import WorkspaceFiles

PROGRAM = "gst-studio"
DONE, FAILED, INTERRUPTED = 0, 1, 130
EXIT_CODES: tuple[tuple[type[GstError], int, str], ...] = (
    (CorpusError, 3, "the corpus file cannot be used"),
    (EncoderError, 4, "the encoder cannot be had"),
    (TransformError, 5, "the labels, embeddings or saved transform cannot be used"),
    (WorkspaceError, 6, "something in the workspace is missing or damaged"),
    (AnnotationError, 7, "the language model cannot be asked, or its answers cannot be used"),
)


@dataclass(frozen=True)
class Command:
    """A line of the help, and the module that is imported when the command is chosen."""

    help: str
    module: str


PAGE = "open"
COMMANDS = {
    PAGE: Command("open the page, on a file if one is named; the word may be left out", "gst_core.cli.open"),
    "add": Command("add the new texts of a file to a corpus in the workspace", "gst_core.cli.add"),
    "encode": Command("encode the texts of a file once; later commands find them", "gst_core.cli.encode"),
    "fit": Command("learn a transform from a file with a label column", "gst_core.cli.fit"),
    "transform": Command("apply a learned transform to the texts of a file", "gst_core.cli.transform"),
    "annotate": Command("have a language model label a sample of a file", "gst_core.cli.annotate"),
    "export": Command("write a whole lens: table, embeddings, transform", "gst_core.cli.export"),
    "bench": Command("measure on labelled corpora", "gst_core.cli.bench"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    bound_threads()
    logging.getLogger("gst_core").addHandler(logging.NullHandler())  # what a person should know is said in sentences
    name, rest = _chosen(list(sys.argv[1:] if arguments is None else arguments))
    module = import_module(COMMANDS[name].module)
    options = _options(name, module, rest)
    try:
        keep_compiled_code(WorkspaceFiles(getattr(options, "workspace", None) or workspace_folder()).compiled_code)
        module.run(options)
    except (KeyboardInterrupt, Cancelled):
        _complain("Stopped. What was encoded or answered is kept; the same command goes on from there.")
        return INTERRUPTED
    except (GstError, OSError) as error:
        _complain(str(error))
        return next((code for kind, code, _ in EXIT_CODES if isinstance(error, kind)), FAILED)
    return DONE


def _chosen(words: list[str]) -> tuple[str, list[str]]:
    """Return the command's name and the words behind it; what names no command is for the page."""
    first = words[0] if words else PAGE
    if first in COMMANDS:
        return first, words[1:]
    if first in ("-h", "--help", "--version"):
        _overview().parse_args([first])  # tells it and ends the program
    if not first.startswith("-") and not Path(first).suffix and not Path(first).exists():
        _overview().error(f"“{first}” is neither a file nor a command; the commands are {', '.join(COMMANDS)}")
    return PAGE, words


def _options(name: str, module: ModuleType, words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {name}")
    module.add_options(parser)
    return parser.parse_args(words)


def _overview() -> argparse.ArgumentParser:
    """Return a parser that knows the commands by their names alone, to tell of them."""
    codes = ", ".join(f"{code} {meaning}" for _, code, meaning in EXIT_CODES)
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [FILE] [options]\n       {PROGRAM} COMMAND …",
        description="Steer a text map with words and a few clicks: on a page in the browser, or without one. "
        f"`{PROGRAM} COMMAND --help` tells the options of a command, `{PROGRAM} {PAGE} --help` those of the page.",
        epilog=f"Exit codes: {DONE} done, {FAILED} failed, 2 wrong usage, {codes}, {INTERRUPTED} interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"GST Studio {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.help, add_help=False)
    return parser


def _complain(sentence: str) -> None:
    from gst_core.cli.screen import printable, screen  # brings rich, which help does without

    screen.print(printable(sentence), style="red", markup=False, highlight=False, soft_wrap=True)
