"""Re-forming: embeddings and labels (and the last frame) in, a stream of frames out.

Each frame is the whole map at one moment. The first comes as soon as the transform is known and shows where the points
are heading; closing the generator stops the work before the next frame.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from gst_core.compute.device import pick_accelerator
from gst_core.compute.vectors import check_embeddings
from gst_core.errors import TransformError
from gst_core.map.clusters import find_clusters, match_clusters
from gst_core.map.frame import Frame, Stage
from gst_core.map.lazy_embedding import Embedded
from gst_core.map.settle import Step, settle
from gst_core.transform import GuidedSpaceTransform
from gst_core.transform.validation import check_labels

_END = object()


def reform(
    X: ArrayLike,
    y: ArrayLike | Sequence[str | None] | None,
    previous: Frame | None = None,
    *,
    names: Mapping[str, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    views: Sequence[int] | None = None,
    random_state: int | None = None,
    device: str = "auto",
    cancelled: Callable[[], bool] | None = None,
    before_clusters: Callable[[], None] | None = None,
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
    weights : array-like of length n, optional
        Trust in each label, from 0 to 1; all are trusted when left out.
    views : sequence of int, optional
        The widths of the views that stand side by side in X, see `GuidedSpaceTransform`. The generic map is that of
        the first.
    random_state : int or None
        With a number the result is the same every time, and the layout runs on one core; with None it runs on all. The
        transform is the same either way.
    device : str
        Where the transform is trained. On "cuda", and with "auto" where there is a GPU, neighbours and the layout are
        computed there too, if cuML or TorchDR is installed.
    cancelled : callable, optional
        Asked during the transform's training, which raises `Cancelled` when it returns True.
    before_clusters : callable, optional
        Called when the positions have settled; whoever has to wait before grouping does it there.

    Yields
    ------
    Frame
        At least one; the last is final and has clusters.

    Raises
    ------
    TransformError
        X, y or the weights cannot be used.
    """
    frames = _frames(X, y, previous, names, weights, views, random_state, device, cancelled)
    try:
        while True:
            with threadpool_limits(1, user_api="blas"):  # small products: more threads make them slower
                frame = next(frames, _END)
            if frame is _END:
                return
            if isinstance(frame, Frame):
                yield frame
            elif before_clusters is not None:  # outside the limit, which others would find in force while this waits
                before_clusters()
    finally:
        frames.close()


def warm_up_layout() -> None:
    """Compile or load what a layout needs."""
    points = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    for seed in (0, None):
        for _ in settle(Embedded(points), None, seed):
            pass


def warm_up() -> None:
    """Compile or load everything that compiles at its first call, on a corpus of random numbers."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(160, 16)).astype(np.float32)
    y = np.array([("a", "b")[i % 2] if i < 8 else "" for i in range(len(X))])
    for seed in (0, None):
        for _ in reform(X, y, random_state=seed):
            pass


def _frames(
    X: ArrayLike,
    y: ArrayLike | Sequence[str | None] | None,
    previous: Frame | None,
    names: Mapping[str, ArrayLike] | None,
    weights: ArrayLike | None,
    views: Sequence[int] | None,
    random_state: int | None,
    device: str,
    cancelled: Callable[[], bool] | None,
) -> Generator[Frame | None, None, None]:
    """Yield frames, and None when the positions have settled and the groups are next."""
    start = time.perf_counter()
    embeddings = check_embeddings(X)
    if previous is not None and previous.positions.shape != (len(embeddings), 2):
        raise TransformError(f"The previous frame has {len(previous.positions)} rows and X has {len(embeddings)}.")
    on = pick_accelerator(device)
    embedded = _embedded(embeddings, y, names, weights, views, random_state, device, cancelled)

    def frame(step: Step, clusters: NDArray[np.int32] | None = None) -> Frame:
        if step.early and previous is not None:
            moved = replace(previous, positions=step.positions, elapsed=time.perf_counter() - start)
            return replace(moved, clusters=None, stage="transform", final=False)
        embedding, probabilities = embedded.whole
        final, elapsed = clusters is not None, time.perf_counter() - start
        stage: Stage = "clusters" if final else "projection"
        known = probabilities, embedded.classes, embedded.transform, step.around
        return Frame(step.positions, clusters, stage, elapsed, final, embedding, *known)

    for step in settle(embedded, previous, random_state, on):
        yield frame(step)
    yield None
    groups = find_clusters(step.positions, look_into_large=not embedded.classes)
    clusters = match_clusters(None if previous is None else previous.clusters, groups)
    yield frame(step, clusters)


def _embedded(
    X: NDArray[np.float32],
    y: ArrayLike | Sequence[str | None] | None,
    names: Mapping[str, ArrayLike] | None,
    weights: ArrayLike | None,
    views: Sequence[int] | None,
    random_state: int | None,
    device: str,
    cancelled: Callable[[], bool] | None,
) -> Embedded:
    classes, _ = check_labels(y, len(X))
    if not len(classes):
        return Embedded(X, None, views)
    transform = GuidedSpaceTransform(views=views, random_state=random_state or 0, device=device)
    return Embedded(X, transform.fit(X, y, weights, names=names, cancelled=cancelled))
