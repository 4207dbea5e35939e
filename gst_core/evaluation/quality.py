"""The benchmark's run: every method on every facet, under several regimes of labels and seeds."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import GstError
from gst_core.evaluation import sampling
from gst_core.evaluation.baselines import METHODS, SETFIT, Method, MethodResult, code_version, run_method
from gst_core.evaluation.datasets import Dataset, all_views, final_embeddings
from gst_core.evaluation.metrics import class_triplet_success, clustering_v_measure, neighbour_purity
from gst_core.evaluation.records import Record, RecordLog

if TYPE_CHECKING:
    from gst_core.encoding import EmbeddingStore, EncodingProgress

log = logging.getLogger(__name__)

MANY = 3_000
LEFT = 1_000  # texts that the random labels must leave to measure on
CLASSES_TO_HALVE = 20  # fewer leave too few classes on either side
SEEDS = 3


@dataclass(frozen=True)
class Regime:
    """How many labels are given, and which.

    Attributes
    ----------
    key, title : str
    per_class : int
        Labels per class; 0 for random ones.
    total : int
        Random labels.
    wrong : float
        Share of them that are flipped to another class.
    unseen : bool
        Label half of the classes and measure on the other half.
    """

    key: str
    title: str
    per_class: int = 0
    total: int = 0
    wrong: float = 0.0
    unseen: bool = False


REGIMES = (
    Regime("1", "1 label per class", per_class=1),
    Regime("4", "4 labels per class", per_class=4),
    Regime("16", "16 labels per class", per_class=16),
    Regime("3000", "3,000 random labels", total=MANY),
    Regime("3000-noisy", "3,000 random labels, 20 % wrong", total=MANY, wrong=0.2),
    Regime("unseen", "16 labels per class for half of the classes, measured on the other half", 16, unseen=True),
)


@dataclass(frozen=True)
class RunPlan:
    """What is run: seeds are 0 to `seeds` - 1; facets are "facet" or "dataset/facet", and all of them when empty."""

    methods: tuple[Method, ...] = tuple(m for m in METHODS if m.key != SETFIT)
    regimes: tuple[Regime, ...] = REGIMES
    seeds: int = SEEDS
    facets: tuple[str, ...] = ()


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
    store : EmbeddingStore, optional
        Where embeddings are kept.
    progress : callable, optional
        Told of the encoding.
    """

    def __init__(
        self,
        dataset: Dataset,
        store: "EmbeddingStore | None" = None,
        progress: "Callable[[EncodingProgress], None] | None" = None,
    ) -> None:
        self.dataset, self._store, self._progress = dataset, store, progress
        self._made: dict[str, NDArray[np.float32] | None] = {}

    def of(self, method: Method) -> NDArray[np.float32] | None:
        """Return the embeddings that a method takes, or None where they cannot be had."""
        takes = "all" if method.takes == "all" else "final"
        if takes not in self._made:
            make = all_views if takes == "all" else final_embeddings
            self._made[takes] = make(self.dataset, self._store, self._progress)
        return self._made[takes]


def trials(datasets: Sequence[Dataset], plan: RunPlan) -> Iterator[Trial]:
    """Yield all rows to measure, dataset by dataset."""
    for dataset in datasets:
        for facet, truth in dataset.facets.items():
            if plan.facets and not {facet, f"{dataset.name}/{facet}"} & set(plan.facets):
                continue
            for regime in plan.regimes:
                if not applies(regime, truth):
                    continue
                for seed in range(plan.seeds):
                    for method in plan.methods:
                        yield Trial(dataset, facet, regime, seed, method)


def applies(regime: Regime, truth: NDArray[np.str_]) -> bool:
    """Say whether a facet, shape (n,) with "" where there is no class, has enough texts and classes for a regime."""
    known = truth[truth != ""]
    if regime.unseen:
        return len(np.unique(known)) >= CLASSES_TO_HALVE
    return len(known) - regime.total >= (LEFT if regime.total else 1)


def draw(regime: Regime, truth: NDArray[np.str_], seed: int) -> tuple[sampling.Labels, NDArray[np.bool_]]:
    """Return the labels of a regime and seed, length n, and which texts are scored, shape (n,), bool."""
    if regime.unseen:
        return sampling.few_of_half_the_classes(truth, regime.per_class, seed)
    if regime.total:
        y = sampling.some_at_random(truth, regime.total, seed, wrong=regime.wrong)
    else:
        y = sampling.few_per_class(truth, regime.per_class, seed)
    return y, np.array([label is None for label in y]) & (truth != "")


def run(
    datasets: Sequence[Dataset],
    plan: RunPlan,
    records: RecordLog,
    *,
    store: "EmbeddingStore | None" = None,
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
    store : EmbeddingStore, optional
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
            inputs = Inputs(trial.dataset, store, encoding)
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
    X = inputs.of(trial.method)
    if X is None:
        return None
    truth = trial.dataset.facets[trial.facet]
    y, scored = draw(trial.regime, truth, trial.seed)
    embedded, encode_seconds = _embed(trial, X, y)
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
    return Record(**values)


def _embed(trial: Trial, X: NDArray[np.float32], y: sampling.Labels) -> tuple[MethodResult, float]:
    if trial.method.takes != "texts":
        return run_method(trial.method, X, y, trial.seed), 0.0
    from gst_core.evaluation.setfit import fine_tuned_embeddings

    if len({label for label in y if label is not None}) < trial.method.fewest_classes:
        return run_method(trial.method, X, y, trial.seed), 0.0
    tuned = fine_tuned_embeddings(trial.dataset.texts, y, trial.seed)
    return MethodResult(tuned.Z, tuned.train_seconds, tuned.note), tuned.encode_seconds
