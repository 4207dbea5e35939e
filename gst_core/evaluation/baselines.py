"""What the transform is compared with: every method sees the same embeddings, the same labels and the same seed.

A method is a function ``(X, y, seed) -> Z``: embeddings (n, d) with unit rows, labels as the estimator takes them
(None where a text has none), and a seed; Z (n, k) is what the metrics look at. Those that need the texts themselves
or all views of the encoder say so in `Method.takes`.
"""

import ast
import hashlib
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Embedder = Callable[[NDArray[np.float32], Sequence[str | None], int], NDArray[np.float32]]
Takes = Literal["final", "all", "texts"]
NO_LABEL = -1
PROBE_C = 10.0
GRAPH_NEIGHBOURS = 15
VERSION = "1"  # of the baselines, the draws and the metrics: raise it when their numbers change
RAW, OURS, OURS_ALL, SETFIT = "raw", "ours", "ours-all", "setfit"


@dataclass(frozen=True)
class Method:
    """One way to turn embeddings and labels into better embeddings.

    Attributes
    ----------
    key : str
        For the command line and the records.
    title : str
        For the table.
    embed : callable
        ``(X, y, seed) -> Z``; not asked where a method takes texts.
    takes : {"final", "all", "texts"}
        The encoder's own output, all of its views, or the texts.
    fewest_classes : int
        Labelled classes without which the embeddings are returned as they are.
    more_labels_than_classes : bool
        Whether some class must have a second label.
    """

    key: str
    title: str
    embed: Embedder
    takes: Takes = "final"
    fewest_classes: int = 2
    more_labels_than_classes: bool = False


@dataclass(frozen=True)
class MethodResult:
    """What a method made: embeddings (n, k), its seconds for fit and transform, and a remark or ""."""

    Z: NDArray[np.float32]
    seconds: float
    note: str = ""


def run_method(method: Method, X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> MethodResult:
    """Run a method and take its time; where its labels cannot teach it anything, return the embeddings themselves."""
    classes, codes = class_codes(y)
    labels = int((codes != NO_LABEL).sum())
    if len(classes) < method.fewest_classes:
        return MethodResult(X, 0.0, f"raw embeddings: {len(classes)} labelled class")
    if method.more_labels_than_classes and labels <= len(classes):
        return MethodResult(X, 0.0, "raw embeddings: one label per class says nothing about a class's spread")
    start = time.perf_counter()
    Z = method.embed(X, y, seed)
    return MethodResult(np.asarray(Z, dtype=np.float32), time.perf_counter() - start)


def class_codes(y: Sequence[str | None]) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Return the sorted classes and each row's class number, -1 where it has no label."""
    labelled = np.array([label is not None for label in y], dtype=bool)
    codes = np.full(len(y), NO_LABEL, dtype=np.int64)
    classes, codes[labelled] = np.unique([str(label) for label in y if label is not None], return_inverse=True)
    return classes, codes


def raw(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return the embeddings as they are."""
    return X


def logistic_regression(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return class probabilities of a linear probe (scikit-learn, C = 10), shape (n, classes)."""
    from sklearn.linear_model import LogisticRegression

    _, codes = class_codes(y)
    labelled = codes != NO_LABEL
    probe = LogisticRegression(C=PROBE_C, max_iter=1_000, random_state=seed).fit(X[labelled], codes[labelled])
    return probe.predict_proba(X)


def shrinkage_lda(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return class posteriors of linear discriminant analysis, shape (n, classes).

    The covariance is shrunk by Ledoit and Wolf's estimate (scikit-learn, ``solver="lsqr", shrinkage="auto"``).
    Posteriors rather than the projection: for two classes the projection is one number, and cosines see its sign only.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    _, codes = class_codes(y)
    labelled = codes != NO_LABEL
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(X[labelled], codes[labelled])
    return lda.predict_proba(X)


def label_spreading(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return class distributions after spreading labels over a neighbour graph, shape (n, classes).

    scikit-learn's `LabelSpreading` with its defaults on a graph of 15 neighbours (Zhou et al., NIPS 2003). A row that
    no label reaches is given even chances.
    """
    from sklearn.semi_supervised import LabelSpreading

    classes, codes = class_codes(y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero for rows that no label reaches
        spreading = LabelSpreading(kernel="knn", n_neighbors=min(GRAPH_NEIGHBOURS, len(X) - 1)).fit(X, codes)
    return np.nan_to_num(spreading.label_distributions_, nan=1.0 / len(classes))


def paper_transform(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return the code of the GSTransform paper's encoder-decoder, shape (n, 128); see `paper_transform`."""
    from gst_core.evaluation.paper_transform import paper_embeddings

    return paper_embeddings(X, class_codes(y)[1], seed)


def ours(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return the output of `GuidedSpaceTransform` with its defaults."""
    from gst_core.transform import GuidedSpaceTransform

    return GuidedSpaceTransform(random_state=seed).fit(X, list(y)).transform(X)


def ours_on_views(X: NDArray[np.float32], y: Sequence[str | None], seed: int) -> NDArray[np.float32]:
    """Return the output of `GuidedSpaceTransform` on all views of the default encoder."""
    from gst_core.encoding import view_widths
    from gst_core.transform import GuidedSpaceTransform

    return GuidedSpaceTransform(views=view_widths(), random_state=seed).fit(X, list(y)).transform(X)


METHODS = (
    Method(RAW, "raw embeddings", raw, fewest_classes=0),
    Method("logistic", "logistic regression", logistic_regression),
    Method("lda", "shrinkage LDA", shrinkage_lda, more_labels_than_classes=True),
    Method("spreading", "label spreading", label_spreading),
    Method("paper", "paper's transform", paper_transform),
    Method(OURS, "ours", ours, fewest_classes=0),
    Method(OURS_ALL, "ours, all views", ours_on_views, takes="all", fewest_classes=0),
    Method(SETFIT, "SetFit", raw, takes="texts"),
)


@lru_cache  # a source that is edited while a run goes on is not the one that runs
def code_version(method: Method) -> str:
    """Return what tells records of this code from older ones: for our transform a hash of its source (and views').

    A file may have another name, and comments and docstrings other words: neither changes a number.
    """
    if method.embed not in (ours, ours_on_views):
        return VERSION
    import gst_core.transform
    from gst_core.compute import neighbours, rows, vectors

    files = list(Path(gst_core.transform.__file__).parent.glob("*.py"))
    files += [Path(str(module.__file__)) for module in (neighbours, rows, vectors)]
    digest = hashlib.sha256()
    if method.takes == "all":
        from gst_core.encoding import VIEWS_FORMAT, layer_view

        files.append(Path(layer_view.__file__))
        digest.update(VIEWS_FORMAT.encode())
    for code in sorted(map(_code_alone, files)):
        digest.update(code.encode())
    return f"{VERSION}-{digest.hexdigest()[:12]}"


def _code_alone(file: Path) -> str:
    """Return what a file's code is, without comments, docstrings and layout."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            del body[0]
    return ast.dump(tree)
