"""What the transform is compared with: every method sees the same texts, the same labels and the same seed.

A baseline is a function ``(X, y, seed) -> Z``: embeddings (n, d) with unit rows, labels as the estimator takes them
(None where a text has none), and a seed; Z (n, k) is what the metrics look at. Our own transform is also given class
names, and asked for class probabilities. What a method looks at, one view or all of them or the texts themselves,
`Method.takes` says.
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

from gst_core.compute import Embeddings
from gst_core.evaluation.guided import Guided, Names, fit_guided

Embedder = Callable[[NDArray[np.float32], Sequence[str | None], int], NDArray[np.float32]]
Takes = Literal["final", "layer", "lexical", "default", "texts"]
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
        ``(X, y, seed) -> Z``; not asked where a method is guided or takes texts.
    takes : {"final", "layer", "lexical", "default", "texts"}
        The encoder's own output, another view alone, the product's default views, or the texts.
    fewest_classes : int
        Labelled classes without which the embeddings are returned as they are.
    more_labels_than_classes : bool
        Whether some class must have a second label.
    guided : bool
        Whether this is our transform, which takes names and says classes.
    """

    key: str
    title: str
    embed: Embedder
    takes: Takes = "final"
    fewest_classes: int = 2
    more_labels_than_classes: bool = False
    guided: bool = False


@dataclass(frozen=True)
class MethodResult:
    """What a method made: embeddings (n, k), its seconds for fit and transform, a remark or "", and what it says."""

    Z: NDArray[np.float32]
    seconds: float
    note: str = ""
    said: Guided | None = None


def run_method(
    method: Method, E: Embeddings, y: Sequence[str | None], seed: int, names: Names | None = None
) -> MethodResult:
    """Run a method and take its time; where its labels cannot teach it anything, return the embeddings themselves.

    Parameters
    ----------
    method : Method
    E : Embeddings
        The views that the method takes, of n texts.
    y : sequence of length n
    seed : int
    names : mapping of str to ndarray of shape (d,), optional
        Class names, as wide as E.matrix, for a method that is guided.

    Returns
    -------
    MethodResult
    """
    if method.guided:
        said = fit_guided(E, y, seed, names=names)
        return MethodResult(said.Z, said.seconds, said=said)
    classes, codes = class_codes(y)
    labels = int((codes != NO_LABEL).sum())
    if len(classes) < method.fewest_classes:
        return MethodResult(E.matrix, 0.0, f"raw embeddings: {len(classes)} labelled class")
    if method.more_labels_than_classes and labels <= len(classes):
        return MethodResult(E.matrix, 0.0, "raw embeddings: one label per class says nothing about a class's spread")
    start = time.perf_counter()
    Z = method.embed(E.matrix, y, seed)
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


METHODS = (
    Method(RAW, "raw embeddings", raw, fewest_classes=0),
    Method("logistic", "logistic regression", logistic_regression),
    Method("lda", "shrinkage LDA", shrinkage_lda, more_labels_than_classes=True),
    Method("spreading", "label spreading", label_spreading),
    Method("paper", "paper's transform", paper_transform),
    Method(OURS, "ours, final embedding", raw, guided=True),
    Method("ours-layer", "ours, layer view", raw, takes="layer", guided=True),
    Method("ours-lexical", "ours, lexical view", raw, takes="lexical", guided=True),
    Method(OURS_ALL, "ours, default views", raw, takes="default", guided=True),
    Method(SETFIT, "SetFit", raw, takes="texts"),
)


@lru_cache  # a source that is edited while a run goes on is not the one that runs
def code_version(method: Method) -> str:
    """Return what tells records of this code from older ones: for our transform a hash of its source and its views'.

    A file may have another name, and comments and docstrings other words: neither changes a number.
    """
    if not method.guided:
        return VERSION
    import gst_core.suggest
    import gst_core.transform
    from gst_core.compute import neighbours, rows, vectors
    from gst_core.encoding import class_names

    files = list(Path(gst_core.transform.__file__).parent.glob("*.py"))
    files += [Path(str(module.__file__)) for module in (neighbours, rows, vectors, class_names, gst_core.suggest)]
    digest = hashlib.sha256()
    if method.takes != "final":
        from gst_core.encoding import VIEWS_FORMAT, layer_view, lexical_learning, lexical_view, terms

        files += [Path(str(module.__file__)) for module in (layer_view, lexical_learning, lexical_view, terms)]
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
