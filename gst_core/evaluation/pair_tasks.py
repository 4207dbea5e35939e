"""The paper's tasks without classes, measured: triplets and instructed sentence pairs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import Embeddings
from gst_core.encoding import encode
from gst_core.errors import CorpusError, EncoderError
from gst_core.evaluation.baselines import RAW, Method, code_version, run_method
from gst_core.evaluation.metrics import instructed_sts_spearman, triplet_success
from gst_core.evaluation.paper_datasets import (
    PAPER_TASKS,
    PaperTask,
    SentencePairs,
    Triplets,
    local_file,
    read_clustering,
    read_sentence_pairs,
    read_triplets,
)
from gst_core.evaluation.records import Record, RecordLog
from gst_core.workspace import default_views

if TYPE_CHECKING:
    from gst_core.evaluation.datasets import Dataset
    from gst_core.workspace import Workspace

Groups = Sequence[Triplets] | Sequence[SentencePairs]
GIVEN = "given"  # the regime of these records: the labels that came with the task


def read_paper(folder: Path | None, cap: int) -> tuple["list[Dataset]", list[tuple[PaperTask, Groups]], dict[str, str]]:
    """Read the paper's datasets, as far as they can be had.

    Returns
    -------
    datasets : list of Dataset
        The clustering tasks, one facet each.
    pairs : list of (PaperTask, groups)
        Triplets and sentence pairs.
    absent : dict of str to str
        Why each of the other tasks cannot be run here.

    Raises
    ------
    CorpusError
        A file in the folder has the name of a task and cannot be used.
    """
    datasets: list[Dataset] = []
    pairs: list[tuple[PaperTask, Groups]] = []
    absent: dict[str, str] = {}
    for task in PAPER_TASKS:
        try:
            if task.kind == "clustering":
                datasets.append(read_clustering(task, folder, cap))
            elif task.kind == "triplets":
                pairs.append((task, [read_triplets(task, folder)]))
            else:
                pairs.append((task, read_sentence_pairs(task, folder)))
        except CorpusError as error:
            if local_file(task, folder) is not None:
                raise  # it is there and cannot be used, which its owner wants to know
            absent[str(task)] = str(error)
    return datasets, pairs, absent


def run_pairs(
    task: PaperTask,
    groups: Groups,
    methods: Sequence[Method],
    seeds: int,
    records: RecordLog,
    workspace: "Workspace | None" = None,
) -> list[Record]:
    """Measure a task with every method that its labels allow, as far as the records lack it.

    Parameters
    ----------
    task : PaperTask
    groups : sequence of Triplets or of SentencePairs
        One for each instruction.
    methods : sequence of Method
    seeds : int
    records : RecordLog
        What is measured is added here.
    workspace : Workspace, optional

    Returns
    -------
    list of Record
        The task's, new and old.
    """
    labelled = all(any(label is not None for label in group.y) for group in groups)
    able = [m for m in methods if m.takes in ("final", "default") and (labelled or m.key == RAW)]
    data = _fingerprint(groups)
    found = []
    for method in able:
        for seed in range(seeds if method.key != RAW else 1):
            record = Record(task.name, task.facet, GIVEN, seed, method.key, data, code_version(method))
            if record.key not in records.records and (measured := _measure(record, groups, method, workspace)):
                records.add(measured)
            if record.key in records.records:
                found.append(records.records[record.key])
    return found


def _measure(record: Record, groups: Groups, method: Method, workspace: "Workspace | None") -> Record | None:
    seconds, notes, parts = 0.0, set(), []
    for group in groups:
        try:
            E = _views(group.texts, method, workspace)
        except EncoderError:
            return None
        embedded = run_method(method, E, list(group.y), record.seed)
        seconds += embedded.seconds
        notes.add(embedded.note)
        parts.append([embedded.Z[column] for column in group.rows.T])
    values = record.__dict__ | {
        "texts": sum(len(g.texts) for g in groups),
        "labels": sum(label is not None for g in groups for label in g.y),
        "seconds": seconds,
        "note": "; ".join(sorted(notes - {""})),
    }
    return Record(**(values | _score(groups, parts)))


def _views(texts: Sequence[str], method: Method, workspace: "Workspace | None") -> Embeddings:
    if method.takes == "default":
        return default_views(texts, workspace=None if workspace is None else workspace.folder)
    X = np.asarray(encode(texts, store=None if workspace is None else workspace.embeddings))
    return Embeddings(X, (X.shape[1],))


def _score(groups: Groups, parts: list[list[NDArray[np.float32]]]) -> dict[str, float]:
    if all(isinstance(g, Triplets) for g in groups):
        return {"triplets": triplet_success(*(np.vstack(column) for column in zip(*parts, strict=True)))}
    scores = np.concatenate([g.scores for g in groups if isinstance(g, SentencePairs)])
    first, second = (np.vstack(column) for column in zip(*_padded(parts), strict=True))
    return {"spearman": instructed_sts_spearman(first, second, scores)}


def _padded(parts: list[list[NDArray[np.float32]]]) -> list[list[NDArray[np.float32]]]:
    """Give embeddings of different instructions, whose widths may differ, the same width; cosines stay."""
    width = max(Z.shape[1] for pair in parts for Z in pair)
    return [[np.pad(Z, ((0, 0), (0, width - Z.shape[1]))) for Z in pair] for pair in parts]


def _fingerprint(groups: Groups) -> str:
    digest = hashlib.sha256()
    for group in groups:
        digest.update(repr((group.texts, group.y)).encode("utf-8", "surrogatepass"))
        digest.update(group.rows.tobytes())
    return digest.hexdigest()[:16]
