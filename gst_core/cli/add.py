"""`gst-studio add`: put the new texts of a file behind those of a corpus in the workspace."""

import argparse
from typing import get_args

from gst_core.cli.inputs import encoded, given_corpus, opened_workspace
from gst_core.cli.options import add_file_options
from gst_core.cli.screen import say, screen
from gst_core.corpus import SameId, guess_id_column, match_columns
from gst_core.errors import WorkspaceError
from gst_core.workspace import CorpusEntry, Workspace


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = (
        "Add the new texts of a file to a corpus in the workspace. Lenses, labels and ids stay; only new texts are "
        "encoded, and the page places them on every map without moving it."
    )
    parser.add_argument("corpus", help="the file with the texts, in any format that can be opened")
    parser.add_argument(
        "--to", required=True, metavar="NAME", help="the corpus in the workspace, by its name or its id"
    )
    parser.add_argument(
        "--same-id", choices=get_args(SameId), default="leave",
        help="what becomes of a new text whose id another text has here: it is left out, or added under an id of its "
        "own (default: %(default)s)",
    )  # fmt: skip
    add_file_options(parser)


def run(options: argparse.Namespace) -> None:
    """Add what is new, and encode it.

    Raises
    ------
    CorpusError
        The file cannot be read, or does not go with the corpus.
    WorkspaceError
        There is no corpus of that name, or several.
    EncoderError
        The corpus' encoder cannot be had.
    """
    workspace = opened_workspace(options)
    entry = _named(workspace, options.to)
    ids = guess_id_column(workspace.read_corpus(entry.id))
    if options.id is None and ids is not None:
        columns = given_corpus(options, quiet=True).rows.columns
        options.id = next(iter(match_columns([ids], list(columns))), None)
    new = given_corpus(options)
    added = workspace.add_documents(entry.id, new, same_id=options.same_id)
    say(added.addition.sentence())
    if question := added.addition.question():
        say(question)
    if added.new and not entry.own_embeddings:
        encoded(workspace.read_corpus(entry.id), entry.encoder, workspace, long=added.entry.long or None)
    screen.print(added.sentence(), markup=False, highlight=False, soft_wrap=True)


def _named(workspace: Workspace, name: str) -> CorpusEntry:
    """Return the corpus of a name or an id."""
    entries = workspace.corpora()
    found = [entry for entry in entries if entry.id == name] or [entry for entry in entries if entry.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(entry.id for entry in found)
        raise WorkspaceError(f"There are {len(found)} corpora called “{name}”. Name one by its id: {ids}.")
    names = ", ".join(f"“{entry.name}”" for entry in entries) or "none"
    raise WorkspaceError(f"There is no corpus called “{name}” in the workspace. There is: {names}.")
