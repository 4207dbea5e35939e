"""`gst-studio open`, or `gst-studio` alone: the page, on a file if one is named."""

import argparse
import os
import runpy
import shutil
import sys
from pathlib import Path

from gst_core.cli.options import add_reading_options, whole_number
from gst_core.errors import GstError, WorkspaceError
from gst_core.installation import CORPUS_SETTING, WORKSPACE_SETTING, app_folder, is_installed, page_folder

PORT = 8501
REPLACE, KEEP_BOTH = "replace", "keep-both"  # what becomes of a file that was edited
SCRIPT = "app.py"
SETTINGS = Path(".streamlit") / "config.toml"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = (
        "Serve the page on this machine until Ctrl-C. A file that is named is read into the workspace first, and the "
        "page opens on it; the same file again is found there with its labels."
    )
    parser.add_argument(
        "corpus", nargs="?", help="CSV, TSV, JSONL, JSON, Parquet, XLSX, XLS, ODS or TXT, also in .gz or .zip"
    )
    add_reading_options(parser)
    parser.add_argument(
        "--changed", choices=(REPLACE, KEEP_BOTH),
        help="when the file was edited since it was read into the workspace: replace what was read, in which labels "
        "follow their texts, or keep both",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=whole_number(1, 65_535), default=PORT, help="where the page is served (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> None:
    """Read the file, and serve the page.

    Raises
    ------
    CorpusError
        The file cannot be read.
    EncoderError
        The encoder cannot be had.
    WorkspaceError
        The file was edited since it was read into the workspace, and `--changed` does not say what to do.
    GstError
        The page is not where this installation should have it, or cannot be served.
    """
    if options.workspace is not None:
        os.environ[WORKSPACE_SETTING] = str(options.workspace.expanduser().resolve())
    os.environ.pop(CORPUS_SETTING, None)
    if options.corpus is not None:
        os.environ[CORPUS_SETTING] = _read_into_workspace(options)
    _serve(_page(), options.port)


def _read_into_workspace(options: argparse.Namespace) -> str:
    """Put the file into the workspace, or find it there, and return the corpus' id."""
    from gst_core.cli.inputs import (  # brings pandas, which the page alone need not wait for
        given_corpus,
        opened_workspace,
    )
    from gst_core.cli.screen import screen
    from gst_core.encoding import encoder_identity
    from gst_core.workspace import CorpusChanged

    corpus = given_corpus(options)
    if corpus.embeddings is None:
        encoder_identity(options.encoder)  # a name that cannot be had is refused here, before anything is stored
    workspace = opened_workspace(options)
    try:
        keep_both = options.changed == KEEP_BOTH
        return workspace.add_corpus(corpus, options.encoder, keep_both=keep_both, long=options.long).id
    except CorpusChanged as error:
        if options.changed != REPLACE:
            raise WorkspaceError(
                f"{error.changes.sentence()} Say --changed {REPLACE}, or --changed {KEEP_BOTH}."
            ) from error
        replaced = workspace.replace_corpus(error.changes.entry.id, corpus, options.long)
        screen.print(replaced.sentence(), markup=False, highlight=False, soft_wrap=True)
        return replaced.entry.id


def _page() -> Path:
    """Return the script; in an installed package it is copied to where Streamlit may write beside it."""
    source, target = app_folder(), page_folder()
    if not (source / SCRIPT).is_file():
        raise GstError(f"There is no {SCRIPT} in {source}: this installation is not whole. Install it again.")
    if is_installed():
        (target / SETTINGS).parent.mkdir(parents=True, exist_ok=True)
        for file in (SCRIPT, SETTINGS):
            shutil.copyfile(source / file, target / file)
        shutil.copytree(source / "pages", target / "pages", dirs_exist_ok=True)
    (target / "static").mkdir(exist_ok=True)
    return target / SCRIPT


def _serve(script: Path, port: int) -> None:
    """Become `streamlit run`, in this process, whose threads are bounded already."""
    sys.argv = ["streamlit", "run", str(script), "--server.port", str(port)]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
