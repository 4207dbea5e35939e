"""Re-forming: embeddings and labels (and the last frame) in, a stream of frames out.

Each frame is the whole map at one moment. The first comes as soon as the transform is known and shows where the points
are heading; closing the generator stops the work before the next frame.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from gst_core.compute import Embeddings, as_embeddings, pick_accelerator, with_one_blas_thread
from gst_core.map.clusters import cluster_tree, match_clusters, whole_groups
from gst_core.map.frame import Frame, check_frame
from gst_core.map.layout import LayoutOptions
from gst_core.map.moves import Step, move
from gst_core.map.plan import plan_move
from gst_core.map.space import Space, fit_space
from gst_core.transform import seed_of


@with_one_blas_thread
def reform(
    X: ArrayLike | Embeddings,
    y: ArrayLike | Sequence[str | None] | None = None,
    previous: Frame | None = None,
    *,
    names: Mapping[str, ArrayLike] | None = None,
    leave_out: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | Sequence[str | None] | None = None,
    views: Sequence[int] | None = None,
    random_state: int | None = None,
    device: str = "auto",
    cancelled: Callable[[], bool] | None = None,
) -> Generator[Frame, None, None]:
    """Re-form a map around labels.

    Parameters
    ----------
    X : Embeddings, or array-like of shape (n, d)
        Generic embeddings.
    y : array-like of length n, optional
        The class of each text; None, NaN, "" or -1 where it has none. Without any label and without names the map is
        the generic one.
    previous : Frame, optional
        The last frame; its positions are where the points start from. Rows without a position (NaN) are placed by
        their neighbours.
    names : mapping of str to array-like of shape (d,), optional
        Class names and their embeddings, see `GuidedSpaceTransform.fit`.
    leave_out : array-like of shape (n,) or (n, k), Series or DataFrame, optional
        One or several columns; what the embeddings say of them has no part in the map, see `GuidedSpaceTransform.fit`.
    weights : array-like of length n, optional
        Trust in each label, from 0 to 1; all are trusted when left out.
    groups : array-like of length n, optional
        Labels of one group were given in one gesture, see `GuidedSpaceTransform.fit`.
    views : sequence of int, optional
        The widths of the views that stand side by side in X, where it is an array; one view when left out. The generic
        map is that of the first view.
    random_state : int or None
        With a number the result is the same every time, and the layout runs on one core; with None it runs on all. The
        transform is the same either way.
    device : str
        Where the transform is trained. On "cuda", and with "auto" where there is a GPU, neighbours and the layout are
        computed there too, if cuML or TorchDR is installed.
    cancelled : callable, optional
        Asked during the transform's training, which raises `Cancelled` when it returns True.

    Yields
    ------
    Frame
        At least one; the last is final and has clusters.

    Raises
    ------
    TransformError
        X, y, the weights or the last frame cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(40, 8))
    >>> *_, frame = reform(X, ["calm", "cross"] * 4 + [None] * 32, random_state=0)
    >>> frame.final, frame.positions.shape, frame.clusters.shape
    (True, (40, 2), (40,))
    """
    started = time.perf_counter()
    embeddings = as_embeddings(X, views)
    if previous is not None:
        check_frame(previous, len(embeddings))
    random_state = seed_of(random_state)
    options = LayoutOptions(random_state, pick_accelerator(device))
    space = fit_space(
        embeddings,
        y,
        names=names,
        leave_out=leave_out,
        weights=weights,
        groups=groups,
        random_state=random_state,
        device=device,
        cancelled=cancelled,
    )
    plan = plan_move(space, previous, options.accelerator)
    for step in move(plan, space, previous, options):
        frame = _frame(step, space, previous, time.perf_counter() - started)
        yield frame
    before = None if previous is None else previous.clusters
    tree = cluster_tree(frame.positions, not space.classes, before)
    found = whole_groups(tree.clusters(tree.chosen), embeddings.matrix)
    clusters = match_clusters(before, found)
    elapsed = time.perf_counter() - started
    yield replace(frame, clusters=clusters, stage="clusters", elapsed=elapsed, final=True, tree=tree)


def warm_up() -> None:
    """Load all that a page's re-forming loads at its first call, on a corpus of random numbers."""
    X = np.random.default_rng(0).normal(size=(160, 16))
    for _ in reform(X, ["a", "b"] * 4 + [None] * 152):
        pass


def _frame(step: Step, space: Space, previous: Frame | None, elapsed: float) -> Frame:
    """Return a frame of what is known by now; an early one has only moved, and is else the one before."""
    if step.early and previous is not None:
        return replace(
            previous, positions=step.positions, clusters=None, stage="transform", elapsed=elapsed, final=False
        )
    return Frame(
        step.positions,
        None,
        "projection",
        elapsed,
        False,
        space.embedding,
        space.probabilities,
        space.classes,
        space.transform,
        step.landmark_weights,
    )
