"""`gst-studio fit`: learn a transform from a file with a label column."""

import argparse
import warnings

from gst_core.cli.inputs import given_class_names, given_corpus, given_embeddings, given_labels, given_left_out
from gst_core.cli.options import add_corpus_options, add_label_options
from gst_core.cli.outputs import output_folder
from gst_core.cli.screen import screen
from gst_core.errors import CorpusError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = "Learn a transform from the labels in a column of a file, and write it into a folder."
    add_corpus_options(parser)
    add_label_options(parser)
    parser.add_argument(
        "--out", type=output_folder, required=True, help="folder for the transform (safetensors and JSON)"
    )


def run(options: argparse.Namespace) -> None:
    """Fit the transform and save it."""
    from gst_core.export import predictions_sentence
    from gst_core.transform import (
        GuidedSpaceTransform,  # brings torch, which a file that is not there need not wait for
    )

    corpus = given_corpus(options)
    labels = given_labels(corpus, options.label)
    if labels is None:
        raise CorpusError(f"{corpus.name} is no export with labels in it. Say which column holds labels with --label.")
    y = labels.classes
    left_out = given_left_out(corpus, options.leave_out)
    E = given_embeddings(corpus, options)
    gst = GuidedSpaceTransform(views=E.widths, random_state=options.seed)
    with screen.status("Fitting the transform"), warnings.catch_warnings(record=True) as warned:
        gst.fit(E, y, names=given_class_names(options, y, E), leave_out=left_out)
    for warning in warned:
        screen.print(str(warning.message), highlight=False, markup=False)
    gst.save(options.out)
    counts = ", ".join(f"{c} {n}" for c, n in zip(gst.classes_, gst.label_counts_, strict=True))
    screen.print(f"Wrote {options.out}; labels: {counts}", highlight=False, markup=False)
    said = predictions_sentence(gst, own_embeddings=corpus.embeddings is not None)
    screen.print(said, highlight=False, markup=False)
