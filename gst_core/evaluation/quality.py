"""The benchmark's run: every method on every facet, under several regimes of labels and seeds."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import Embeddings
from gst_core.errors import GstError
from gst_core.evaluation import sampling
from gst_core.evaluation.baselines import (
    METHODS,
    OURS_ALL,
    RAW,
    SETFIT,
    Method,
    MethodResult,
    code_version,
    run_method,
)
from gst_core.evaluation.datasets import Dataset, columns_of_view, default_views_of, final_embeddings
from gst_core.evaluation.guided import Guided, Names, suggested_labels
from gst_core.evaluation.instructions import instruction_of, readable_names
from gst_core.evaluation.metrics import (
    class_triplet_success,
    clustering_v_measure,
    expected_calibration_error,
    neighbour_purity,
    share_right,
)
from gst_core.evaluation.records import Record, RecordLog
from gst_core.evaluation.regimes import REGIMES, Regime, applies, draw, unlabelled

if TYPE_CHECKING:
    from gst_core.encoding import EncodingProgress
    from gst_core.workspace import Workspace

log = logging.getLogger(__name__)

SEEDS = 3


@dataclass(frozen=True)
class RunPlan:
    """What is run: seeds are 0 to `seeds` - 1; facets are "facet" or "dataset/facet", and all of them when empty.

    Whether a column is left out (`run_leaving_out`) is said by `leave_out`.
    """

    methods: tuple[Method, ...] = tuple(m for m in METHODS if m.key != SETFIT)
    regimes: tuple[Regime, ...] = REGIMES
    seeds: int = SEEDS
    facets: tuple[str, ...] = ()
    leave_out: bool = True


@dataclass(frozen=True)
class Trial:
    """One row to measure."""

    dataset: Dataset
    facet: str
    regime: Regime
    seed: int
    method: Method

    def __str__(self) -> str:
        return f"{self.dataset.name}/{self.facet}, {self.regime.key}, seed {self.seed}, {self.method.title}"

    def record(self) -> Record:
        """Return the row as it is before it was measured."""
        return Record(
            self.dataset.name,
            self.facet,
            self.regime.key,
            self.seed,
            self.method.key,
            self.dataset.key(self.facet),
            code_version(self.method),
        )


class Inputs:
    """What methods take of one dataset, made when first asked for.

    Parameters
    ----------
    dataset : Dataset
    workspace : Workspace, optional
        Where embeddings are kept.
    progress : callable, optional
        Told of the encoding.
    """

    def __init__(
        self,
        dataset: Dataset,
        workspace: "Workspace | None" = None,
        progress: "Callable[[EncodingProgress], None] | None" = None,
    ) -> None:
        self.dataset, self._workspace, self._progress = dataset, workspace, progress
        self._final: Embeddings | None = None
        self._default: Embeddings | None = None
        self._asked = False
        self._names: dict[str, dict[str, NDArray[np.float32]]] = {}

    def of(self, method: Method) -> Embeddings | None:
        """Return the views that a method takes, or None where they cannot be had."""
        if method.takes in ("final", "texts"):
            if self._final is None:
                store = None if self._workspace is None else self._workspace.embeddings
                X = final_embeddings(self.dataset, store, self._progress)
                self._final = Embeddings(X, (X.shape[1],))
            return self._final
        E = self.default_views()
        if E is None or method.takes == "default":
            return E
        columns = columns_of_view(E, method.takes)
        if columns is None:
            return None
        return Embeddings(np.ascontiguousarray(E.matrix[:, columns]), (columns.stop - columns.start,))

    def default_views(self) -> Embeddings | None:
        """Return the product's default views, or None where the encoder cannot be had."""
        if not self._asked:
            self._default, self._asked = default_views_of(self.dataset, self._workspace), True
        return self._default

    def names(self, facet: str, method: Method) -> Names | None:
        """Return the class names of a facet, as wide as what a method takes, or None where they cannot be had."""
        E = self.default_views()
        if E is None:
            return None
        if facet not in self._names:
            self._names[facet] = _encoded_names(self.dataset, facet, E, self._workspace)
        if method.takes == "default":
            return self._names[facet]
        columns = columns_of_view(E, method.takes)
        return None if columns is None else {name: vector[columns] for name, vector in self._names[facet].items()}


def _encoded_names(
    dataset: Dataset, facet: str, E: Embeddings, workspace: "Workspace | None"
) -> dict[str, NDArray[np.float32]]:
    from gst_core.workspace import encode_class_names

    truth = dataset.facets[facet]
    readable = readable_names(np.unique(truth[truth != ""]).tolist())
    folder = None if workspace is None else workspace.folder
    instruction = instruction_of(dataset.name, facet)
    vectors = encode_class_names(instruction, list(readable.values()), E, workspace=folder)
    return {name: vectors[plain] for name, plain in readable.items() if plain in vectors}


def trials(datasets: Sequence[Dataset], plan: RunPlan) -> Iterator[Trial]:
    """Yield all rows to measure, dataset by dataset."""
    for dataset in datasets:
        for facet, truth in dataset.facets.items():
            if plan.facets and not {facet, f"{dataset.name}/{facet}"} & set(plan.facets):
                continue
            for regime in plan.regimes:
                if not applies(regime, truth):
                    continue
                methods = [m for m in plan.methods if takes_part(m, regime)]
                for seed in range(plan.seeds):
                    for method in methods:
                        yield Trial(dataset, facet, regime, seed, method)


def takes_part(method: Method, regime: Regime) -> bool:
    """Say whether a method is measured under a regime.

    Names are for our transform, with the raw embeddings to compare with; what is asked of classes is asked of the
    product's default alone; single views are measured where the embeddings of all texts are scored, with few labels.
    """
    if regime.others or regime.suggested:
        return method.key == OURS_ALL
    if regime.names:
        return method.guided or method.key == RAW
    if method.takes in ("layer", "lexical"):
        return regime.of_the_space and not regime.total
    return True


def run(
    datasets: Sequence[Dataset],
    plan: RunPlan,
    records: RecordLog,
    *,
    workspace: "Workspace | None" = None,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
    encoding: "Callable[[EncodingProgress], None] | None" = None,
) -> list[str]:
    """Measure all rows that the records lack.

    Parameters
    ----------
    datasets : sequence of Dataset
    plan : RunPlan
    records : RecordLog
        Rows found there are not measured again; new ones are added as they come.
    workspace : Workspace, optional
        Where embeddings are kept.
    progress : callable, optional
        Called with rows done, rows in all, and the next row in words.
    encoding : callable, optional
        Told of texts that have to be encoded.

    Returns
    -------
    list of str
        A sentence for each row that failed; the others are measured all the same.
    """
    todo = list(trials(datasets, plan))
    failures = []
    inputs: Inputs | None = None
    for done, trial in enumerate(todo):
        record = trial.record()
        progress(done, len(todo), str(trial))
        if record.key in records.records:
            continue
        if inputs is None or inputs.dataset is not trial.dataset:
            inputs = Inputs(trial.dataset, workspace, encoding)
        try:
            measured = measure(trial, inputs)
        except (GstError, ValueError, RuntimeError, np.linalg.LinAlgError, ImportError) as error:
            log.warning("%s failed: %s", trial, error)
            failures.append(f"{trial}: {error}")
            continue
        if measured is not None:
            records.add(measured)
    progress(len(todo), len(todo), "")
    return failures


def measure(trial: Trial, inputs: Inputs) -> Record | None:
    """Run one row and score it on the texts that were not labelled; None where the method cannot be had."""
    E = inputs.of(trial.method)
    if E is None:
        return None
    truth = trial.dataset.facets[trial.facet]
    if trial.regime.suggested:
        y = suggested_labels(E, truth, trial.regime.suggested, trial.seed)
        scored = unlabelled(y, truth)
    else:
        y, scored = draw(trial.regime, truth, trial.seed)
    names = inputs.names(trial.facet, trial.method) if trial.regime.names and trial.method.guided else None
    if trial.regime.names and trial.method.guided and names is None:
        return None
    embedded, encode_seconds = _embed(trial, E, y, names)
    Z, wanted = embedded.Z[scored], truth[scored]
    values = trial.record().__dict__ | {
        "texts": int(scored.sum()),
        "classes": len(np.unique(wanted)),
        "labels": sum(label is not None for label in y),
        "v_measure": clustering_v_measure(Z, wanted),
        "purity": neighbour_purity(Z, wanted),
        "triplets": class_triplet_success(Z, wanted, trial.seed),
        "seconds": embedded.seconds,
        "encode_seconds": encode_seconds,
        "note": embedded.note,
    }
    if embedded.said is not None and not trial.regime.unseen:
        values |= _what_was_said(embedded.said, scored, wanted)
    return Record(**values)


def _what_was_said(said: Guided, scored: NDArray[np.bool_], wanted: NDArray[np.str_]) -> dict[str, float]:
    """Return how right the classes and their probabilities are, and how right the transform believes them to be."""
    if not said.classes:
        return {}
    P = said.probabilities[scored]
    found = {
        "accuracy": share_right(P, said.classes, wanted),
        "calibration_error": expected_calibration_error(P, said.classes, wanted),
    }
    if said.estimate is not None:
        found |= {"estimate": said.estimate.accuracy, "low": said.estimate.low, "high": said.estimate.high}
    return found


def _embed(trial: Trial, E: Embeddings, y: sampling.Labels, names: Names | None) -> tuple[MethodResult, float]:
    if trial.method.takes != "texts":
        return run_method(trial.method, E, y, trial.seed, names), 0.0
    from gst_core.evaluation.setfit import fine_tuned_embeddings

    if len({label for label in y if label is not None}) < trial.method.fewest_classes:
        return run_method(trial.method, E, y, trial.seed), 0.0
    tuned = fine_tuned_embeddings(trial.dataset.texts, y, trial.seed)
    return MethodResult(tuned.Z, tuned.train_seconds, tuned.note), tuned.encode_seconds
