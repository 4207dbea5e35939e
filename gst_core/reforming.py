"""Re-forming: embeddings and labels (and the last frame) in, a stream of frames out.

Each frame is the whole map at one moment. The first comes as soon as the transform is known and shows where the points
are heading; closing the generator stops the work before the next frame.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gst_core.clustering import find_clusters, match_clusters
from gst_core.errors import TransformError
from gst_core.frames import Frame, Stage
from gst_core.projection import (
    COLD_EPOCHS,
    DIFFUSION_STEPS,
    SMALLEST_LAYOUT,
    WARM_EPOCHS,
    NeighbourGraph,
    diffuse,
    guided_graph,
    kept_neighbours,
    layout,
    neighbour_graph,
    place_missing,
    start_positions,
    tiny_positions,
)
from gst_core.transform import GuidedSpaceTransform
from gst_core.transform.validation import check_embeddings, check_labels, first_view

FIRST_STEP = 0.5  # of the way to the diffused positions, shown before the layout begins
SETTLED = 0.995  # share of kept neighbours from which on a map is left as it is


def reform(
    X: ArrayLike,
    y: ArrayLike | Sequence[str | None] | None,
    previous: Frame | None = None,
    *,
    names: Mapping[str, ArrayLike] | None = None,
    views: Sequence[int] | None = None,
    random_state: int | None = 0,
    device: str = "auto",
    cancelled: Callable[[], bool] | None = None,
) -> Generator[Frame, None, None]:
    """Re-form a map around labels.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Generic embeddings.
    y : array-like of length n, or None
        The class of each text; None, NaN, "" or -1 where it has none. Without any label the map is the generic one.
    previous : Frame, optional
        The last frame; its positions are where the points start from. Rows without a position (NaN) are placed by
        their neighbours.
    names : mapping of str to array-like of shape (d,), optional
        Class names and their embeddings, see `GuidedSpaceTransform.fit`.
    views : sequence of int, optional
        The widths of the views that stand side by side in X, see `GuidedSpaceTransform`. The generic map is that of
        the first.
    random_state : int or None
        With a number the result is the same every time, at about half the layout's speed; with None the layout runs on
        all cores.
    device : str
        Where the transform is trained.
    cancelled : callable, optional
        Asked during the transform's training, which raises `Cancelled` when it returns True.

    Yields
    ------
    Frame
        At least one; the last is final and has clusters.

    Raises
    ------
    TransformError
        X or y cannot be used.
    """
    start = time.perf_counter()
    embeddings = check_embeddings(X)
    embedding, fields = _transformed(embeddings, y, names, views, random_state, device, cancelled)

    def frame(positions: NDArray[np.float32], stage: Stage, clusters: NDArray[np.int32] | None = None) -> Frame:
        elapsed = time.perf_counter() - start
        return Frame(positions, clusters, stage, elapsed, clusters is not None, embedding, **fields)

    known = _known_positions(previous, len(embedding))
    positions = tiny_positions(len(embedding))
    if len(embedding) >= SMALLEST_LAYOUT:
        for positions in _settle(
            embedding, fields.get("probabilities"), fields.get("classes", ()), known, previous, random_state
        ):
            yield frame(positions, "projection")
    clusters = match_clusters(None if previous is None else previous.clusters, find_clusters(positions))
    yield frame(positions, "clusters", clusters)


def warm_up() -> None:
    """Compile everything that compiles at its first call, on a corpus of random numbers."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 16)).astype(np.float32)
    y = np.array([("a", "b")[i % 2] if i < 8 else "" for i in range(len(X))])
    for seed in (0, None):
        for _ in reform(X, y, random_state=seed):
            pass


def _transformed(
    X: NDArray[np.float32],
    y: ArrayLike | Sequence[str | None] | None,
    names: Mapping[str, ArrayLike] | None,
    views: Sequence[int] | None,
    random_state: int | None,
    device: str,
    cancelled: Callable[[], bool] | None,
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    classes, _ = check_labels(y, len(X))
    if not len(classes):
        return first_view(X, views), {}
    transform = GuidedSpaceTransform(views=views, random_state=random_state, device=device)
    transform.fit(X, y, names=names, cancelled=cancelled)
    return transform.transform(X), {
        "probabilities": transform.predict_proba(X),
        "classes": tuple(str(c) for c in transform.classes_),
        "transform": transform,
    }


def _known_positions(previous: Frame | None, n: int) -> NDArray[np.float32] | None:
    if previous is None:
        return None
    if previous.positions.shape != (n, 2):
        raise TransformError(f"The previous frame has {len(previous.positions)} rows and X has {n}.")
    return previous.positions if np.isfinite(previous.positions).any() else None


def _settle(
    embedding: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    classes: tuple[str, ...],
    known: NDArray[np.float32] | None,
    previous: Frame | None,
    random_state: int | None,
) -> Iterator[NDArray[np.float32]]:
    """Yield positions from the first that has moved to the settled ones."""
    graph = neighbour_graph(embedding)
    if probabilities is not None:
        graph = guided_graph(graph, probabilities, random_state or 0)
    if known is None or previous is None:
        positions = start_positions(embedding, graph, random_state or 0)
        yield positions
        yield from layout(positions, graph, epochs=COLD_EPOCHS, seed=random_state)
        return
    complete = np.isfinite(known).all()
    kept = _kept(previous, graph, embedding) * (1.0 - _changed_beliefs(previous, probabilities, classes))
    if complete and kept >= SETTLED:
        yield known
        return
    positions = known if complete else place_missing(known, graph)
    steps = round((1.0 - kept) * DIFFUSION_STEPS)
    target = diffuse(positions.astype(np.float64), graph, steps).astype(np.float32)
    yield (positions + FIRST_STEP * (target - positions)).astype(np.float32)
    few, many = WARM_EPOCHS
    epochs = round(few + (many - few) * (1.0 - kept))
    yield from layout(target, graph, epochs=epochs, strength=0.2 + 0.8 * (1.0 - kept), seed=random_state)


def _kept(previous: Frame, graph: NeighbourGraph, embedding: NDArray[np.float32]) -> float:
    if previous.embedding.shape == embedding.shape and np.array_equal(previous.embedding, embedding):
        return 1.0
    if len(previous.embedding) != len(embedding):
        return 0.0
    return kept_neighbours(neighbour_graph(previous.embedding).index, graph.index)


def _changed_beliefs(previous: Frame, probabilities: NDArray[np.float32] | None, classes: tuple[str, ...]) -> float:
    """Return the mean total variation between two frames' class probabilities, 0 to 1; a class they lack has none."""
    names = sorted({*previous.classes, *classes})
    if not names or len(previous.embedding) == 0:
        return 0.0
    n = len(previous.embedding)
    aligned = np.zeros((2, n, len(names)), dtype=np.float32)
    for i, (known, table) in enumerate([(previous.classes, previous.probabilities), (classes, probabilities)]):
        if table is not None and len(table) == n:
            aligned[i][:, [names.index(c) for c in known]] = table
    both = max(float(aligned[0].sum()), float(aligned[1].sum()), 1.0) / n
    return float(np.abs(aligned[0] - aligned[1]).sum() / n / (2 if min(aligned.sum(axis=(1, 2))) > 0 else 1) / both)
