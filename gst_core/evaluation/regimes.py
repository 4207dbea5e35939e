"""How many labels are given in a row of the benchmark, which, and what is scored."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.evaluation import sampling

MANY = 3_000
LEFT = 1_000  # texts that the random labels must leave to measure on
CLASSES_TO_HALVE = 4  # fewer leave a single class on one side
BULK = 600  # texts of one group that a lasso labels
SUGGESTED = 40


@dataclass(frozen=True)
class Regime:
    """How many labels are given, and which.

    Attributes
    ----------
    key, title : str
    per_class : int
        Labels per class; 0 for random or suggested ones, or for none.
    total : int
        Random labels.
    wrong : float
        Share of them that are flipped to another class.
    unseen : bool
        Label half of the classes and measure on the other half.
    names : bool
        Class names and an instruction are given too.
    bulk : int
        More labels of the largest class.
    others : bool
        Measure on the texts of the other classes than the largest.
    suggested : int
        Labels of texts that *Label next* suggests.
    """

    key: str
    title: str
    per_class: int = 0
    total: int = 0
    wrong: float = 0.0
    unseen: bool = False
    names: bool = False
    bulk: int = 0
    others: bool = False
    suggested: int = 0

    @property
    def of_the_space(self) -> bool:
        """Whether the embeddings of all texts are what is measured; of the other regimes it is the class, or a part."""
        return not (self.unseen or self.others or self.suggested)


REGIMES = (
    Regime("names", "class names only", names=True),
    Regime("1", "1 label per class", per_class=1),
    Regime("2-names", "2 labels per class and names", per_class=2, names=True),
    Regime("4", "4 labels per class", per_class=4),
    Regime("16", "16 labels per class", per_class=16),
    Regime("16-names", "16 labels per class and names", per_class=16, names=True),
    Regime("3000", "3,000 random labels", total=MANY),
    Regime("3000-noisy", "3,000 random labels, 20 % wrong", total=MANY, wrong=0.2),
    Regime("unseen", "16 labels per class for half of the classes, measured on the other half", 16, unseen=True),
    Regime("4-others", "4 labels per class, measured on all classes but the largest", 4, others=True),
    Regime("4-bulk", "the same and 600 labels of the largest class", 4, bulk=BULK, others=True),
    Regime("suggested", "40 labels that were suggested", suggested=SUGGESTED),
)


def applies(regime: Regime, truth: NDArray[np.str_]) -> bool:
    """Say whether a facet, shape (n,) with "" where there is no class, has enough texts and classes for a regime."""
    known = truth[truth != ""]
    if regime.unseen:
        return len(np.unique(known)) >= CLASSES_TO_HALVE
    if regime.suggested:
        return len(known) > LEFT
    return len(known) - regime.total >= (LEFT if regime.total else 1)


def draw(regime: Regime, truth: NDArray[np.str_], seed: int) -> tuple[sampling.Labels, NDArray[np.bool_]]:
    """Return the labels of a regime and seed, length n, and which texts are scored, shape (n,), bool.

    Labels that are suggested depend on what was learned from the labels before: `suggested_labels` has these.
    """
    if regime.unseen:
        return sampling.few_of_half_the_classes(truth, regime.per_class, seed)
    if regime.total:
        y = sampling.some_at_random(truth, regime.total, seed, wrong=regime.wrong)
    else:
        y = sampling.few_per_class(truth, regime.per_class, seed)
    if regime.bulk:
        y = sampling.many_of_the_largest(truth, y, regime.bulk, seed)
    scored = unlabelled(y, truth)
    if regime.others:
        scored &= truth != sampling.largest_class(truth)
    return y, scored


def unlabelled(y: sampling.Labels, truth: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return which texts have a class and no label, shape (n,), bool."""
    return np.array([label is None for label in y], dtype=np.bool_) & (truth != "")
