"""What is left of a column that is left out, and of the facet that an analyst wants, on corpora with two facets.

Pairs in which one facet refines the other (intents within domains) are passed over: without the one, nothing of the
other would be there to want.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.compute import Embeddings
from gst_core.errors import GstError
from gst_core.evaluation import sampling
from gst_core.evaluation.baselines import METHODS, OURS_ALL, code_version
from gst_core.evaluation.guided import fit_guided
from gst_core.evaluation.metrics import clustering_ami, clustering_v_measure, neighbour_purity
from gst_core.evaluation.quality import Inputs, RunPlan
from gst_core.evaluation.records import Record, RecordLog
from gst_core.evaluation.regimes import unlabelled
from gst_core.map import reform

if TYPE_CHECKING:
    from gst_core.evaluation.datasets import Dataset
    from gst_core.workspace import Workspace

PER_CLASS = {"no label": 0, "16 labels per class": 16}
DEFAULT = next(m for m in METHODS if m.key == OURS_ALL)


def regime_of(labels: str, column: str) -> str:
    """Return the regime of a record: the labels, one of `PER_CLASS`, and the column that is left out."""
    return f"{labels}, without {column}"


def run_leaving_out(
    datasets: "Sequence[Dataset]",
    plan: RunPlan,
    records: RecordLog,
    *,
    workspace: "Workspace | None" = None,
    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None,
) -> list[str]:
    """Measure what the records lack, where it is in the plan with the default views; parameters as for `run`."""
    if DEFAULT not in plan.methods or not plan.leave_out:
        return []
    failures = []
    todo = list(_pairs(datasets, plan))
    for done, (dataset, wanted, column) in enumerate(todo):
        inputs = Inputs(dataset, workspace)
        for labels in PER_CLASS:
            for seed in range(plan.seeds if PER_CLASS[labels] else 1):
                what = f"{dataset.name}/{wanted} without {column}, {labels}, seed {seed}"
                progress(done, len(todo), what)
                row = Record(
                    dataset.name,
                    wanted,
                    regime_of(labels, column),
                    seed,
                    DEFAULT.key,
                    dataset.key(wanted, column),
                    code_version(DEFAULT),
                )
                if row.key in records.records or (E := inputs.default_views()) is None:
                    continue
                try:
                    records.add(_measure(row, dataset, column, PER_CLASS[labels], E))
                except (GstError, ValueError, RuntimeError, np.linalg.LinAlgError) as error:
                    failures.append(f"{what}: {error}")
    progress(len(todo), len(todo), "")
    return failures


def _pairs(datasets: "Sequence[Dataset]", plan: RunPlan) -> "Iterator[tuple[Dataset, str, str]]":
    for dataset in datasets:
        for wanted, column in permutations(dataset.facets, 2):
            if plan.facets and not {wanted, f"{dataset.name}/{wanted}"} & set(plan.facets):
                continue
            first, second = dataset.facets[wanted], dataset.facets[column]
            if not refines(first, second) and not refines(second, first):
                yield dataset, wanted, column


def refines(fine: NDArray[np.str_], coarse: NDArray[np.str_]) -> bool:
    """Say whether each value of a column stands beside one value of another only, texts without either aside."""
    both = (fine != "") & (coarse != "")
    pairs = set(zip(fine[both].tolist(), coarse[both].tolist(), strict=True))
    return len(pairs) == len({value for value, _ in pairs})


def groups_ami(groups: NDArray[np.int32], truth: NDArray[np.str_]) -> float:
    """Return how much the groups of a map tell of a column beyond chance; texts in no group are one of their own.

    Adjusted mutual information (Vinh et al., JMLR 2010): 0 for chance, 1 for the same groups.
    """
    from sklearn.metrics import adjusted_mutual_info_score

    return float(adjusted_mutual_info_score(truth, groups))


def _groups(E: Embeddings, y: Sequence[str | None], seed: int, leave_out: NDArray[np.str_] | None) -> NDArray[np.int32]:
    """Return the groups of the settled map of a few labels, with or without a column."""
    *_, frame = reform(E, y, leave_out=leave_out, random_state=seed)
    assert frame.clusters is not None, "the last frame is settled"
    return frame.clusters


def _measure(row: Record, dataset: "Dataset", column: str, per_class: int, E: Embeddings) -> Record:
    truth, other = dataset.facets[row.facet], dataset.facets[column]
    y = sampling.few_per_class(truth, per_class, row.seed)
    scored = unlabelled(y, truth) & (other != "")
    clusters = len(np.unique(truth[scored]))
    before = fit_guided(E, y, row.seed).Z[scored]
    after = fit_guided(E, y, row.seed, leave_out=other)
    Z = after.Z[scored]
    groups_before, groups_after = (_groups(E, y, row.seed, column) for column in (None, other))
    found = {
        "texts": int(scored.sum()),
        "classes": clusters,
        "labels": sum(label is not None for label in y),
        "v_measure": clustering_v_measure(Z, truth[scored]),
        "purity": neighbour_purity(Z, truth[scored]),
        "purity_before": neighbour_purity(before, truth[scored]),
        "left_out": clustering_ami(Z, other[scored], clusters),
        "left_out_before": clustering_ami(before, other[scored], clusters),
        "groups_left_out": groups_ami(groups_after[scored], other[scored]),
        "groups_left_out_before": groups_ami(groups_before[scored], other[scored]),
        "groups_wanted": groups_ami(groups_after[scored], truth[scored]),
        "groups_wanted_before": groups_ami(groups_before[scored], truth[scored]),
        "seconds": after.seconds,
    }
    return Record(**(row.__dict__ | found))
