"""`gst-studio export`: write a whole lens, of a file with a label column or of the workspace."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from gst_core.atomic_files import atomic_folder
from gst_core.cli.inputs import (
    encoded,
    given_class_names,
    given_corpus,
    given_embeddings,
    given_labels,
    given_left_out,
    opened_workspace,
)
from gst_core.cli.options import add_corpus_options, add_label_options
from gst_core.cli.outputs import output_folder
from gst_core.cli.screen import bar, screen
from gst_core.corpus import Corpus
from gst_core.errors import GstError, WorkspaceError
from gst_core.workspace import CorpusEntry, Label, Lens, deciding_labels

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.compute import Embeddings
    from gst_core.map import Frame
    from gst_core.work import Jobs, MapState

Named = TypeVar("Named", CorpusEntry, Lens)
FRAMES_OF_A_MAP = 8  # a bar's length; the layout says a frame per chunk
A_WHILE = 3600.0  # seconds of one wait for a map


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.description = (
        "Re-form the map of a file with a label column, or of a lens in the workspace, and write into a folder: "
        "documents.csv for programs (RFC 4180, every text as it is), documents-spreadsheet.csv for Excel and the like "
        "(an apostrophe before what they would run as a formula), documents.parquet (lists and dates keep their "
        "types), embeddings.npy and transform/. The file's columns keep their names; ours begin with gst:, and each "
        "of the three tables can be opened here again with the same texts, ids and labels."
    )
    add_corpus_options(parser, "a file, or the name of a corpus in the workspace")
    add_label_options(parser)
    parser.add_argument("--lens", help="the name of a lens of that corpus in the workspace")
    parser.add_argument("--out", type=output_folder, required=True, help="folder to write, new or empty")


def run(options: argparse.Namespace) -> None:
    """Re-form the map and write the lens."""
    from gst_core.export import file_labels, predictions_sentence, write_lens

    if options.out.exists() and any(options.out.iterdir()):
        raise WorkspaceError(f"{options.out} is not an empty folder. Give a new one.")
    if options.lens is not None and options.leave_out:
        raise WorkspaceError("A lens of the workspace leaves nothing out. Use --leave-out with a file, without --lens.")
    if options.lens is not None:
        corpus, labels, frame, given = _stored_lens(options)
    else:
        given = {}
        corpus = given_corpus(options)
        said = given_labels(corpus, options.label)
        y = [None] * len(corpus) if said is None else said.classes
        labels = None if said is None else file_labels(corpus, said)
        left_out = given_left_out(corpus, options.leave_out)
        frame = _settled(given_embeddings(corpus, options), y, left_out, options)
    with atomic_folder(options.out) as folder:
        write_lens(folder, corpus, frame, labels, _group_names(corpus, frame, given))
    screen.print(f"Wrote the lens to {options.out}", highlight=False)
    if frame.transform is not None:
        sentence = predictions_sentence(frame.transform, own_embeddings=corpus.embeddings is not None)
        screen.print(sentence, highlight=False, markup=False)


def _group_names(corpus: Corpus, frame: "Frame", given: Mapping[int, str]) -> dict[int, str]:
    """Return what the groups of a map are called: as people said, else by their words."""
    from gst_core.map import Keywords, name_clusters

    if frame.clusters is None:
        return {}
    names = name_clusters(Keywords(corpus.texts).best(frame.clusters), frame.positions, frame.clusters, moving=True)
    return {x.cluster: given.get(x.cluster, x.title) for x in names}


def _stored_lens(
    options: argparse.Namespace,
) -> tuple[Corpus, dict[str, Label] | None, "Frame", Mapping[int, str]]:
    """Return a lens of the workspace with the map that the pages show, and what people called its groups."""
    from gst_core.analysis import do_group_steps
    from gst_core.work import Jobs

    workspace = opened_workspace(options)
    entry = _named(workspace.corpora(), options.corpus, "corpus")
    lens = _named(workspace.lenses(entry.id), options.lens, f"lens of “{entry.name}”")
    jobs = Jobs(workspace)
    corpus = jobs.corpus(entry.id)
    if corpus.embeddings is None:
        encoded(corpus, entry.encoder, workspace, long=entry.long or None)
        jobs.encoding(entry.id).wait()
    with screen.status("Re-forming the map"):
        state = _wait_for_map(jobs, entry.id, lens.id)
    if state.error or state.frame is None:
        raise GstError(state.error or "The map could not be made.")
    known = set(corpus.ids)
    labels = {i: label for i, label in deciding_labels(workspace.labels(lens.id)).items() if i in known}
    frame = state.frame
    if frame.clusters is None:
        return corpus, labels, frame, {}
    rows, steps = {i: row for row, i in enumerate(corpus.ids)}, workspace.group_steps(entry.id, lens.id)
    groups = do_group_steps(steps, frame.clusters, rows, frame.positions, frame.tree, embedding=frame.embedding)
    return corpus, labels, replace(frame, clusters=groups.clusters), groups.names


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
    embeddings: "Embeddings", y: Sequence[str | None], left_out: "pd.DataFrame | None", options: argparse.Namespace
) -> "Frame":
    from gst_core.map import reform

    frames, names = [], given_class_names(options, y, embeddings)
    with bar("Re-forming the map", FRAMES_OF_A_MAP) as show:
        for frame in reform(embeddings, y, names=names, leave_out=left_out, random_state=options.seed):
            frames.append(frame)
            show(FRAMES_OF_A_MAP if frame.final else min(len(frames), FRAMES_OF_A_MAP - 1))
    return frames[-1]
