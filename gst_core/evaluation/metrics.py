"""The numbers that the benchmark reports, each from plain arrays: shares, from 0 to 1, unless said otherwise."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

KMEANS_SEEDS = (0, 1, 2)
NEIGHBOURS = 10
ROWS_AT_ONCE = 1_024  # rows of the similarity matrix that are in memory together
TRIPLETS = 5_000  # of one corpus: the standard error of a share is below 0.7 points
CALIBRATION_BINS = 15  # as Guo et al. (ICML 2017) and most after them
TINY = 1e-12


def clustering_v_measure(
    Z: NDArray[np.float32], truth: Sequence[Any] | NDArray[Any], seeds: Iterable[int] = KMEANS_SEEDS
) -> float:
    """Cluster with the true number of clusters and compare with the true classes.

    Mini-batch k-means on unit rows, which orders neighbours as the cosine does, as in the evaluations of InBedder
    (Zhang et al., "Answer is All You Need", ACL 2024) and of GSTransform (Feng et al., ACL 2025).

    Parameters
    ----------
    Z : ndarray of shape (n, k)
        Embeddings.
    truth : array-like of length n
        The class of each row.
    seeds : iterable of int
        Of k-means; the score is the mean over them.

    Returns
    -------
    float
        From 0 to 1: the harmonic mean of homogeneity and completeness (Rosenberg and Hirschberg, EMNLP 2007).
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.metrics import v_measure_score

    classes, codes = np.unique(np.asarray(truth).astype(str), return_inverse=True)
    rows = unit_rows(Z)
    scores = []
    for seed in seeds:
        kmeans = MiniBatchKMeans(len(classes), n_init=3, batch_size=1024, random_state=seed)
        scores.append(v_measure_score(codes, kmeans.fit_predict(rows)))
    return float(np.mean(scores))


def neighbour_purity(
    Z: NDArray[np.float32], truth: Sequence[Any] | NDArray[Any], neighbours: int = NEIGHBOURS
) -> float:
    """Return the mean share of a row's nearest other rows, by cosine, that have its class.

    Parameters
    ----------
    Z : ndarray of shape (n, k)
    truth : array-like of length n
    neighbours : int
        How many are looked at; all others where there are fewer.

    Returns
    -------
    float
        From 0 to 1; NaN for fewer than two rows.
    """
    _, codes = np.unique(np.asarray(truth).astype(str), return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(len(Z))  # of equally near rows none is preferred for its place
    rows, codes = unit_rows(Z)[shuffled], codes[shuffled]
    n = len(rows)
    k = min(neighbours, n - 1)
    if k < 1:
        return float("nan")
    alike = 0
    for start in range(0, n, ROWS_AT_ONCE):
        similarity = rows[start : start + ROWS_AT_ONCE] @ rows.T
        own = np.arange(len(similarity))
        similarity[own, start + own] = -np.inf
        nearest = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
        alike += int((codes[nearest] == codes[start + own][:, None]).sum())
    return alike / (n * k)


def clustering_ami(
    Z: NDArray[np.float32],
    truth: Sequence[Any] | NDArray[Any],
    clusters: int,
    seeds: Iterable[int] = KMEANS_SEEDS,
) -> float:
    """Cluster, and return how much the clusters tell of a column beyond chance.

    Parameters
    ----------
    Z : ndarray of shape (n, k)
    truth : array-like of length n
        The column.
    clusters : int
        How many; they need not be as many as the column has values.
    seeds : iterable of int
        Of mini-batch k-means; the score is the mean over them.

    Returns
    -------
    float
        Adjusted mutual information (Vinh et al., JMLR 2010): 0 for chance, 1 for the same groups.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.metrics import adjusted_mutual_info_score

    _, codes = np.unique(np.asarray(truth).astype(str), return_inverse=True)
    rows = unit_rows(Z)
    found = [MiniBatchKMeans(clusters, n_init=3, batch_size=1024, random_state=s).fit_predict(rows) for s in seeds]
    return float(np.mean([adjusted_mutual_info_score(codes, groups) for groups in found]))


def share_right(probabilities: NDArray[np.float32], classes: Sequence[Any], truth: NDArray[np.str_]) -> float:
    """Return the share of rows whose likeliest class is the true one.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    classes : sequence of length n_classes
    truth : ndarray of shape (n,), str
        Classes that nobody named are wrong, whatever is predicted.
    """
    return float((np.asarray(classes).astype(str)[probabilities.argmax(axis=1)] == truth).mean())


def expected_calibration_error(
    probabilities: NDArray[np.float32], classes: Sequence[Any], truth: NDArray[np.str_], bins: int = CALIBRATION_BINS
) -> float:
    """Return how far the stated probability of the likeliest class is from how often that class is right.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    classes : sequence of length n_classes
    truth : ndarray of shape (n,), str
    bins : int
        Of equal width.

    Returns
    -------
    float
        From 0 to 1: the mean over bins of the difference, each weighted with its rows (Guo et al., ICML 2017).
    """
    stated = probabilities.max(axis=1)
    right = np.asarray(classes).astype(str)[probabilities.argmax(axis=1)] == truth
    bin_of = np.minimum((stated * bins).astype(np.int64), bins - 1)
    excess = np.bincount(bin_of, weights=stated - right, minlength=bins)
    return float(np.abs(excess).sum() / max(len(stated), 1))


def sample_triplets(truth: Sequence[Any] | NDArray[Any], count: int = TRIPLETS, seed: int = 0) -> NDArray[np.int64]:
    """Draw rows (anchor, positive, negative): the first two share a class and the third has another.

    Parameters
    ----------
    truth : array-like of length n
    count : int
    seed : int

    Returns
    -------
    ndarray of shape (count, 3), int64
        No rows when no class has two rows or there is one class only.
    """
    _, codes = np.unique(np.asarray(truth).astype(str), return_inverse=True)
    sizes = np.bincount(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    able = np.flatnonzero(sizes[codes] > 1) if len(sizes) > 1 else np.zeros(0, dtype=np.int64)
    if not len(able):
        return np.zeros((0, 3), dtype=np.int64)
    rng = np.random.default_rng(seed)
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    place = np.empty(len(codes), dtype=np.int64)  # of each row within its class
    place[order] = np.arange(len(codes)) - np.repeat(starts[:-1], sizes)
    anchor = rng.choice(able, count)
    size, start = sizes[codes[anchor]], starts[codes[anchor]]
    step = rng.integers(1, size)
    positive = order[start + (place[anchor] + step) % size]
    outside = rng.integers(0, len(codes) - size)
    negative = order[np.where(outside < start, outside, outside + size)]
    return np.stack([anchor, positive, negative], axis=1)


def triplet_success(
    anchors: NDArray[np.float32], positives: NDArray[np.float32], negatives: NDArray[np.float32]
) -> float:
    """Return the share of triplets whose anchor is nearer, by cosine, to the positive than to the negative.

    As in the triplet alignment of InBedder (Zhang et al., ACL 2024). A tie is no success.

    Parameters
    ----------
    anchors, positives, negatives : ndarray of shape (m, k)

    Returns
    -------
    float
        From 0 to 1; NaN without triplets.
    """
    if not len(anchors):
        return float("nan")
    a, p, n = unit_rows(anchors), unit_rows(positives), unit_rows(negatives)
    return float(np.mean((a * p).sum(axis=1) > (a * n).sum(axis=1)))


def class_triplet_success(Z: NDArray[np.float32], truth: Sequence[Any] | NDArray[Any], seed: int = 0) -> float:
    """Return the success rate on triplets drawn from class labels; from 0 to 1, NaN where none can be drawn."""
    triplets = sample_triplets(truth, seed=seed)
    return triplet_success(Z[triplets[:, 0]], Z[triplets[:, 1]], Z[triplets[:, 2]])


def harmonic_mean(first: float, second: float) -> float:
    """Return ``2ab / (a + b)``, in the range of its arguments: high only when both instructions are followed.

    The summary over two instructions on one corpus in InBedder (Zhang et al., ACL 2024).
    """
    total = first + second
    return 2.0 * first * second / total if total > 0 else 0.0


def instructed_sts_spearman(
    first: NDArray[np.float32], second: NDArray[np.float32], scores: Sequence[float] | NDArray[np.float64]
) -> float:
    """Return the rank correlation of cosine similarities with people's scores.

    Parameters
    ----------
    first, second : ndarray of shape (m, k)
        Embeddings of the two sentences of each row, under the row's instruction.
    scores : array-like of shape (m,)

    Returns
    -------
    float
        From -1 to 1 (Spearman's rho); NaN for fewer than two rows or where nothing varies.
    """
    from scipy.stats import spearmanr

    similarity = (unit_rows(first) * unit_rows(second)).sum(axis=1)
    wanted = np.asarray(scores, dtype=np.float64)
    if len(wanted) < 2 or np.ptp(similarity) == 0 or np.ptp(wanted) == 0:
        return float("nan")
    return float(spearmanr(similarity, wanted).statistic)


def unit_rows(Z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows of length 1 as float32; rows of zeros stay so."""
    rows = np.asarray(Z, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
