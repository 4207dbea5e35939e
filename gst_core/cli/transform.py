"""`gst-studio transform`: apply a learned transform to the texts of a file."""

import argparse
from pathlib import Path

from gst_core.atomic_files import atomic_file, save_array
from gst_core.cli.inputs import embeddings_for, given_corpus
from gst_core.cli.options import add_corpus_options, add_spreadsheet_option
from gst_core.cli.outputs import output_file
from gst_core.cli.screen import screen
from gst_core.errors import TransformError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = "Apply a transform that `fit` or `export` wrote to the texts of a file."
    parser.add_argument("transform", type=Path, help="folder that `fit` or `export` wrote")
    add_corpus_options(parser)
    parser.add_argument("--out", type=output_file, required=True, help=".npy file for the guided embeddings")
    parser.add_argument("--predictions", type=output_file, help="also write each text's likeliest class as this CSV")
    add_spreadsheet_option(parser)


def run(options: argparse.Namespace) -> None:
    """Transform the embeddings, and predict classes if asked to."""
    from gst_core.transform import GuidedSpaceTransform, accuracy_sentence  # brings torch, which the help does without

    gst = GuidedSpaceTransform.load(options.transform)
    if options.predictions is not None and not len(gst.classes_):
        raise TransformError("The transform knows no class: it was fitted without labels. Leave out --predictions.")
    corpus = given_corpus(options)
    X = embeddings_for(gst, corpus, options).matrix
    Z = gst.transform(X)
    save_array(options.out, Z)
    screen.print(f"Wrote {len(Z):,} × {Z.shape[1]} to {options.out}", highlight=False)
    if options.predictions is not None:
        from gst_core.corpus import table_as_csv
        from gst_core.export import predictions_table

        table = predictions_table(corpus, gst.classes_, gst.predict_proba(X), gst.label_counts_)
        with atomic_file(options.predictions) as file:
            file.write(table_as_csv(table, spreadsheet=options.spreadsheet))
        screen.print(f"Wrote {options.predictions}", highlight=False)
        screen.print(accuracy_sentence(gst.report_, gst.words_only_), highlight=False)
