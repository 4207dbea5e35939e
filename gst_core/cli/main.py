"""The same core without a browser: encode, fit, transform, annotate, export, bench."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from gst_core.atomic_files import atomic_file, atomic_folder, save_array
from gst_core.cli.annotate import add_annotate
from gst_core.cli.bench import add_bench
from gst_core.cli.options import (
    add_corpus_options,
    bar,
    encoded,
    given_corpus,
    given_embeddings,
    given_views,
    printable,
    screen,
)
from gst_core.corpus.corpus import Corpus
from gst_core.errors import (
    AnnotationError,
    Cancelled,
    CorpusError,
    EncoderError,
    GstError,
    TransformError,
    WorkspaceError,
)
from gst_core.workspace.records import Label, deciding_labels
from gst_core.workspace.workspace import CorpusEntry, Lens, Workspace

if TYPE_CHECKING:
    from gst_core.map.frame import Frame
    from gst_core.work.jobs import Jobs
    from gst_core.work.map_job import MapState

Named = TypeVar("Named", CorpusEntry, Lens)
DONE, FAILED, INTERRUPTED = 0, 1, 130
EXIT_CODES: tuple[tuple[type[GstError], int, str], ...] = (
    (CorpusError, 3, "the corpus file cannot be used"),
    (EncoderError, 4, "the encoder cannot be had"),
    (TransformError, 5, "the labels, embeddings or saved transform cannot be used"),
    (WorkspaceError, 6, "something in the workspace is missing or damaged"),
    (AnnotationError, 7, "the language model cannot be asked, or its answers cannot be used"),
)
FILE = "file"  # who said the labels of a file's column, as nothing tells whether a person did
FRAMES_OF_A_MAP = 8  # a bar's length; the layout says a frame a chunk
A_WHILE = 3600.0  # seconds of one wait for a map


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except (KeyboardInterrupt, Cancelled):
        screen.print("Stopped. What was encoded or answered is kept; the same command goes on from there.")
        return INTERRUPTED
    except (GstError, OSError) as error:
        screen.print(printable(str(error)), style="red", markup=False, highlight=False, soft_wrap=True)
        return next((code for kind, code, _ in EXIT_CODES if isinstance(error, kind)), FAILED)
    return DONE


def _parser() -> argparse.ArgumentParser:
    codes = ", ".join(f"{code} {meaning}" for _, code, meaning in EXIT_CODES)
    parser = argparse.ArgumentParser(
        prog="python -m gst_core",
        description="Steer text embeddings with an instruction and a few labels, without a browser.",
        epilog=f"Exit codes: 0 done, 1 failed, 2 wrong usage, {codes}, 130 interrupted.",
    )
    commands = parser.add_subparsers(required=True, metavar="encode|fit|transform|annotate|export|bench")
    _encode_command(commands)
    _fit_command(commands)
    _transform_command(commands)
    add_annotate(commands)
    _export_command(commands)
    add_bench(commands)
    return parser


def _encode_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("encode", help="encode the texts of a file once; later commands find them")
    add_corpus_options(parser)
    parser.add_argument("--out", type=Path, help="also write the embeddings (n, d) as this .npy file")
    parser.add_argument(
        "--views",
        choices=("final", "all"),
        default="all",
        help="what --out holds; `fit` uses all (default: %(default)s)",
    )
    parser.set_defaults(command=_encode)


def _fit_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("fit", help="learn a transform from a file with a label column")
    add_corpus_options(parser)
    _label_options(parser, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the transform (safetensors and JSON)")
    parser.set_defaults(command=_fit)


def _transform_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("transform", help="apply a learned transform to the texts of a file")
    parser.add_argument("transform", type=Path, help="folder that `fit` or `export` wrote")
    add_corpus_options(parser)
    parser.add_argument("--out", type=Path, required=True, help=".npy file for the instruction-following embeddings")
    parser.add_argument("--predictions", type=Path, help="also write each text's class and probability as this CSV")
    parser.set_defaults(command=_transform)


def _export_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "export",
        help="write a whole lens: table, embeddings, transform",
        description="Re-form the map of a file with a label column, or of a lens in the workspace, and write "
        "documents.csv, documents.parquet, embeddings.npy and transform/ into a folder.",
    )
    add_corpus_options(parser, "a file, or the name of a corpus in the workspace")
    _label_options(parser, required=False)
    parser.add_argument("--lens", help="the name of a lens of that corpus in the workspace")
    parser.add_argument("--out", type=Path, required=True, help="folder to write, new or empty")
    parser.set_defaults(command=_export)


def _label_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--label", metavar="COLUMN", required=required, help="the column with labels, empty where none")
    parser.add_argument("--instruction", default="", help="what the labels are about, in words")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same result (default: %(default)s)")


def _encode(options: argparse.Namespace) -> None:
    corpus = given_corpus(options)
    X = given_embeddings(corpus, options, options.views)
    if options.out is not None:
        save_array(options.out, np.asarray(X))
        screen.print(f"Wrote {len(X):,} × {X.shape[1]} to {options.out}", highlight=False)


def _fit(options: argparse.Namespace) -> None:
    from gst_core.transform import GuidedSpaceTransform

    corpus = given_corpus(options)
    y = _labels(corpus, options.label)
    X = given_embeddings(corpus, options)
    gst = GuidedSpaceTransform(views=given_views(corpus, options), random_state=options.seed)
    with screen.status("Fitting the transform"):
        gst.fit(X, y, names=_names(options, y))
    gst.save(options.out)
    counts = ", ".join(f"{c} {n}" for c, n in zip(gst.classes_, gst.label_counts_, strict=True))
    screen.print(f"Wrote {options.out}; labels: {counts}", highlight=False, markup=False)


def _transform(options: argparse.Namespace) -> None:
    from gst_core.transform import GuidedSpaceTransform

    gst = GuidedSpaceTransform.load(options.transform)
    corpus = given_corpus(options)
    X = given_embeddings(corpus, options, "all" if gst.views is not None else "final")
    Z = gst.transform(X)
    save_array(options.out, Z)
    screen.print(f"Wrote {len(Z):,} × {Z.shape[1]} to {options.out}", highlight=False)
    if options.predictions is not None:
        from gst_core.export import predictions_table, table_as_csv

        table = predictions_table(corpus, gst.classes_, gst.predict_proba(X))
        with atomic_file(options.predictions) as file:
            file.write(table_as_csv(table))
        screen.print(f"Wrote {options.predictions}", highlight=False)


def _export(options: argparse.Namespace) -> None:
    from gst_core.export import write_lens

    if options.out.exists() and (options.out.is_file() or any(options.out.iterdir())):
        raise WorkspaceError(f"{options.out} is not an empty folder. Give a new one.")
    if options.lens is not None:
        corpus, labels, frame = _stored_lens(options)
    else:
        corpus = given_corpus(options)
        y = _labels(corpus, options.label)
        labels = {i: Label(i, c, FILE, created="") for i, c in zip(corpus.ids, y, strict=True) if c is not None}
        frame = _settled(given_embeddings(corpus, options), y, options, given_views(corpus, options))
    with atomic_folder(options.out) as folder:
        write_lens(folder, corpus, frame, labels)
    screen.print(f"Wrote the lens to {options.out}", highlight=False)


def _labels(corpus: Corpus, column: str | None) -> list[str | None]:
    """Return each document's class from a metadata column."""
    if column is None:
        return [None] * len(corpus)
    if column not in corpus.metadata.columns:
        known = ", ".join(str(c) for c in corpus.metadata.columns) or "none"
        raise CorpusError(
            f"{corpus.name} has no column “{column}” to take labels from; its other columns are: {known}."
        )
    values = corpus.metadata[column]
    return [
        None if missing or not str(v).strip() else str(v).strip()
        for v, missing in zip(values, values.isna(), strict=True)
    ]


def _names(options: argparse.Namespace, y: Sequence[str | None]) -> dict[str, NDArray[np.float32]]:
    """Return the encoded class names, or none when the embeddings came from elsewhere."""
    from gst_core.encoding.class_names import encode_class_names

    if options.embeddings is not None:
        return {}
    classes = sorted({c for c in y if c is not None})
    return encode_class_names(options.instruction, classes, options.encoder, Workspace(options.workspace).class_names)


def _stored_lens(options: argparse.Namespace) -> tuple[Corpus, dict[str, Label], "Frame"]:
    """Return a lens of the workspace with the map that the pages show."""
    from gst_core.work.jobs import Jobs

    workspace = Workspace(options.workspace)
    entry = _named(workspace.corpora(), options.corpus, "corpus")
    lens = _named(workspace.lenses(entry.id), options.lens, f"lens of “{entry.name}”")
    jobs = Jobs(workspace)
    corpus = jobs.corpus(entry.id)
    if corpus.embeddings is None:
        encoded(corpus, entry.encoder, workspace)
        jobs.encoding(entry.id).wait()
    with screen.status("Re-forming the map"):
        state = _wait_for_map(jobs, entry.id, lens.id)
    if state.error or state.frame is None:
        raise GstError(state.error or "The map could not be made.")
    known = set(corpus.ids)
    labels = {i: label for i, label in deciding_labels(workspace.labels(lens.id)).items() if i in known}
    return corpus, labels, state.frame


def _wait_for_map(jobs: "Jobs", corpus_id: str, lens_id: str) -> "MapState":
    """Wait for the generic map, which a lens without labels shows and any other begins from, then for the lens'."""
    for lens in (None, lens_id):
        job = jobs.reforming(corpus_id, lens)
        assert job is not None
        while (state := job.wait(A_WHILE)).running:
            pass
    return state


def _named(things: Sequence[Named], wanted: str, what: str) -> Named:
    found = [t for t in things if wanted in (t.name, t.id)]
    if len(found) != 1:
        known = ", ".join(f"“{t.name}” ({t.id})" for t in things) or "none"
        raise WorkspaceError(
            f"{'No' if not found else 'More than one'} {what} is called “{wanted}”; there are: {known}."
        )
    return found[0]


def _settled(
    X: NDArray[np.float32], y: Sequence[str | None], options: argparse.Namespace, views: tuple[int, ...] | None
) -> "Frame":
    from gst_core.map.reforming import reform

    frames, names = [], _names(options, y)
    with bar("Re-forming the map", FRAMES_OF_A_MAP) as show:
        for frame in reform(X, y, names=names, views=views, random_state=options.seed):
            frames.append(frame)
            show(FRAMES_OF_A_MAP if frame.final else min(len(frames), FRAMES_OF_A_MAP - 1))
    return frames[-1]
