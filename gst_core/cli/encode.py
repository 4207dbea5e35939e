"""`gst-studio encode`: encode the texts of a file once."""

import argparse

import numpy as np

from gst_core.atomic_files import save_array
from gst_core.cli.inputs import encoder_views, given_corpus, opened_workspace
from gst_core.cli.options import add_corpus_options
from gst_core.cli.outputs import output_file
from gst_core.cli.screen import screen


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = (
        "Encode the texts of a file once; the embeddings are kept in the workspace, where later commands find them."
    )
    add_corpus_options(parser)
    parser.add_argument("--out", type=output_file, help="also write the embeddings (n, d) as this .npy file")
    parser.add_argument(
        "--views",
        choices=("final", "all"),
        default="all",
        help="which of the encoder's views --out holds; `fit` uses all, and a lexical one (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> None:
    """Encode what has no embeddings yet."""
    corpus = given_corpus(options)
    X = encoder_views(corpus, options, opened_workspace(options), options.views).matrix
    if options.out is not None:
        save_array(options.out, np.asarray(X))
        screen.print(f"Wrote {len(X):,} × {X.shape[1]} to {options.out}", highlight=False)
