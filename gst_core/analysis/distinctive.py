"""What differs: the words, kinds and numbers that some texts have more often, or higher, than the rest.

Every word, kind and number column is a try, and of thousands of tries some succeed by chance. All p-values of one
question are therefore corrected together, by Benjamini and Hochberg's procedure: of what is said to differ, at most one
in twenty is expected to be a fluke. Holm's, which guards against a single fluke, would hide most of what an analyst
looks for; and the tries hang together positively (words come with each other), under which the procedure holds
(Benjamini and Yekutieli, Annals of Statistics 2001).

A group of a map was chosen for what its texts say. That it differs is then no discovery: its p-values tell what is more
than noise, and not that the group is real.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gst_core.analysis.text_columns import TextColumn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from gst_core.map import Keywords

ALPHA = 0.05  # the share of flukes among what is said to differ
FEWEST = 3  # texts that have a word or a kind; of fewer nothing can be said
FEWEST_NUMBERS = 5  # on either side; fewer numbers have no order to speak of
WORTH_TESTING = 1.0  # standard errors above what chance would give; below, p is far over 0.05 and taken for 1
NORMAL = 1.96  # standard errors on either side that hold 95 % of a normal distribution
NEGLIGIBLE = 0.147  # Cliff's delta up to which nobody would notice (Romano et al., 2006), however surely it is not 0

Feature = Literal["word", "category"]
Kind = Literal["word", "category", "number"]


_Test = tuple[NDArray[np.float64], Callable[[int, float], "Difference"]]  # p-values, and what one of them says


@dataclass(frozen=True, eq=False)
class Features:
    """What texts may have or not have: words, or the kinds of a column.

    Attributes
    ----------
    kind : {"word", "category"}
    key : str
        The column's; empty for words.
    names : sequence of str, length m
    counts : csr_matrix of shape (n, m)
        1 where a text has it.
    known : ndarray of shape (n,), bool, or None
        The texts of which it is known at all; None for all.
    telling : ndarray of shape (m,), bool, or None
        Those that are worth a try; None for all.
    """

    kind: Feature
    key: str
    names: Sequence[str]
    counts: "csr_matrix"
    known: NDArray[np.bool_] | None = None
    telling: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers or dates.

    Attributes
    ----------
    key : str
    values : ndarray of shape (n,), float64
        NaN where a text has none.
    """

    key: str
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """One thing in which some texts differ from the rest.

    Attributes
    ----------
    kind : {"word", "category", "number"}
    key : str
        The column's; empty for a word.
    name : str
        The word or the kind; empty for a number.
    effect : float
        How many times as often, the ratio of both shares, infinite where the rest has none; for a number Cliff's
        delta, from -1 to 1: how much likelier one of these is higher than one of the rest, than lower (Cliff,
        Psychological Bulletin 1993).
    at_least : float
        What things are sorted by: the lower end of the 95 % interval of the ratio's logarithm, with half a text added
        to each count (Haldane and Anscombe); for a number the size of the effect.
    p : float
        Corrected for all that was tried.
    count, of : int
        How many of these texts have it, and how many there are of which it is known.
    rest, of_rest : int
        The same of the others.
    middle, middle_of_rest : float
        Both medians of a number; NaN otherwise.
    """

    kind: Kind
    key: str
    name: str
    effect: float
    at_least: float
    p: float
    count: int
    of: int
    rest: int
    of_rest: int
    middle: float = float("nan")
    middle_of_rest: float = float("nan")


@dataclass(frozen=True)
class Differences:
    """What differs, the strongest first, and among how many tries it was found."""

    found: tuple[Difference, ...]
    tried: int

    def of_kind(self, kind: Kind) -> tuple[Difference, ...]:
        """Return the words, the kinds or the numbers."""
        return tuple(one for one in self.found if one.kind == kind)


def word_features(keywords: "Keywords", without: Collection[str] = ()) -> Features:
    """Return the words of texts as features.

    Parameters
    ----------
    keywords : Keywords
        Words that tell nothing, stop words say, are not tried.
    without : collection of str
        Others that are not.
    """
    heard = np.array([word not in without for word in keywords.words], dtype=np.bool_)
    return Features("word", "", keywords.words, keywords.counts, telling=keywords.telling & heard)


def category_features(key: str, codes: NDArray[np.int32], names: Sequence[str]) -> Features:
    """Return the kinds of a column as features.

    Parameters
    ----------
    key : str
    codes : ndarray of shape (n,), int32
        Numbers into `names`, -1 where a text has none.
    names : sequence of str
    """
    from scipy.sparse import csr_matrix

    known = codes >= 0
    ones = np.ones(int(known.sum()), dtype=np.int64)
    counts = csr_matrix((ones, (np.flatnonzero(known), codes[known])), shape=(len(codes), len(names)))
    return Features("category", key, names, counts, known)


def column_features(columns: Iterable[TextColumn]) -> tuple[list[Features], list[Numbers]]:
    """Return what can be asked of columns: the kinds of categories, and numbers, dates and durations as they are."""
    features, numbers = [], []
    for column in columns:
        if column.codes is not None:
            features.append(category_features(column.key, column.codes, column.categories))
        elif column.numbers is not None:
            numbers.append(Numbers(column.key, column.numbers))
    return features, numbers


def what_differs(
    inside: NDArray[np.bool_],
    features: Sequence[Features],
    numbers: Sequence[Numbers] = (),
    among: NDArray[np.bool_] | None = None,
) -> Differences:
    """Return in what some texts differ from the rest.

    Parameters
    ----------
    inside : ndarray of shape (n,), bool
        The texts in question.
    features : sequence of Features
        Tested one-sided, for what these texts have more often, by Fisher's exact test.
    numbers : sequence of Numbers
        Tested two-sided by Mann and Whitney's.
    among : ndarray of shape (n,), bool, optional
        The texts that count, on both sides; all when left out.

    Returns
    -------
    Differences
        Those whose corrected p-value is at most `ALPHA`.
    """
    considered = np.ones(len(inside), dtype=np.bool_) if among is None else among
    these, rest = inside & considered, ~inside & considered
    tables = [_Table.of(feature, these, rest) for feature in features]
    of_features: Iterator[_Test] = ((table.p, table.difference) for table in tables)
    of_numbers = (_rank_test(column, these, rest) for column in numbers)
    tests = [*of_features, *(test for test in of_numbers if test is not None)]
    p = np.concatenate([p for p, _ in tests]) if tests else np.array([])
    if not len(p):
        return Differences((), 0)
    from scipy.stats import false_discovery_control  # not on the way to a first page

    corrected = false_discovery_control(p, method="bh")
    found: list[Difference] = []
    start = 0
    for own, difference in tests:
        part = corrected[start : start + len(own)]
        found += [difference(int(i), float(part[i])) for i in np.flatnonzero(part <= ALPHA)]
        start += len(own)
    telling = (one for one in found if one.kind != "number" or abs(one.effect) > NEGLIGIBLE)
    return Differences(tuple(sorted(telling, key=lambda one: -one.at_least)), len(p))


@dataclass(frozen=True, eq=False)
class _Table:
    """What is counted of the features that are tried: texts that have each, here and in the rest, and p-values."""

    features: Features
    tried: NDArray[np.int64]
    here: NDArray[np.int64]
    there: NDArray[np.int64]
    of_here: int
    of_there: int
    p: NDArray[np.float64]

    @classmethod
    def of(cls, features: Features, these: NDArray[np.bool_], rest: NDArray[np.bool_]) -> "_Table":
        if features.known is not None:
            these, rest = these & features.known, rest & features.known
        here, there = (features.counts.T @ part.astype(np.float32) for part in (these, rest))
        a, c, of_here, of_there = here.astype(np.int64), there.astype(np.int64), int(these.sum()), int(rest.sum())
        total = a + c  # a choice that looks at both together favours neither
        tellable = (total >= FEWEST) & (total < of_here + of_there) & (of_here > 0) & (of_there > 0)
        tried = np.flatnonzero(tellable if features.telling is None else tellable & features.telling)
        a, c = a[tried], c[tried]
        return cls(features, tried, a, c, of_here, of_there, _fisher(a, c, of_here, of_there))

    def difference(self, place: int, p: float) -> Difference:
        a, c, name = int(self.here[place]), int(self.there[place]), str(self.features.names[self.tried[place]])
        ratio = (a / self.of_here) / (c / self.of_there) if c else float("inf")
        at_least = _lowest_log_ratio(a, self.of_here, c, self.of_there)
        counts = (a, self.of_here, c, self.of_there)
        return Difference(self.features.kind, self.features.key, name, ratio, at_least, p, *counts)


def _fisher(here: NDArray[np.int64], there: NDArray[np.int64], of_here: int, of_there: int) -> NDArray[np.float64]:
    """Return how likely as many texts here, or more, would have each feature by chance; 1 where it is no surprise."""
    from scipy.stats import hypergeom

    total, n = here + there, of_here + of_there
    share = total / max(n, 1)
    error = np.sqrt(np.maximum(share * (1 - share) * of_here * of_there / max(n, 1), 1e-12))
    p = np.ones(len(here))
    surprising = np.flatnonzero(here - share * of_here > WORTH_TESTING * error)
    if len(surprising):
        pairs, which = np.unique(np.stack([here, total])[:, surprising], axis=1, return_inverse=True)
        p[surprising] = hypergeom.sf(pairs[0] - 1, n, pairs[1], of_here)[which]
    return np.clip(p, 0.0, 1.0)


def _lowest_log_ratio(a: int, of_a: int, c: int, of_c: int) -> float:
    """Return the lower end of the 95 % interval of the logarithm of a ratio of shares."""
    ratio = np.log((a + 0.5) / (of_a + 0.5)) - np.log((c + 0.5) / (of_c + 0.5))
    variance = 1 / (a + 0.5) - 1 / (of_a + 0.5) + 1 / (c + 0.5) - 1 / (of_c + 0.5)
    return float(ratio - NORMAL * np.sqrt(variance))


def _rank_test(column: Numbers, these: NDArray[np.bool_], rest: NDArray[np.bool_]) -> "_Test | None":
    """Return the test of a column of numbers; None where too few texts have one."""
    here, there = (column.values[part & np.isfinite(column.values)] for part in (these, rest))
    if min(len(here), len(there)) < FEWEST_NUMBERS:
        return None
    from scipy.stats import mannwhitneyu

    u, p = mannwhitneyu(here, there, method="asymptotic")
    delta = float(2 * u / (len(here) * len(there)) - 1)

    def difference(_place: int, corrected: float) -> Difference:
        counts = (len(here), len(here), len(there), len(there))
        middles = (float(np.median(here)), float(np.median(there)))
        return Difference("number", column.key, "", delta, abs(delta), corrected, *counts, *middles)

    return np.array([1.0 if np.isnan(p) else float(p)]), difference
