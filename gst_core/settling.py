"""From an embedding and the last frame to settled positions, by way of the first that have visibly moved."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gst_core.frames import Frame
from gst_core.gpu import Accelerator
from gst_core.graph import NEIGHBOURS, NeighbourGraph, guided_graph, kept_neighbours, neighbour_graph
from gst_core.landmarks import Surroundings, landmark_rows
from gst_core.neighbours import leading_directions, nearest_among
from gst_core.projection import (
    COLD_EPOCHS,
    DIFFUSION_STEPS,
    SMALLEST_LAYOUT,
    WARM_EPOCHS,
    diffuse,
    layout,
    place_missing,
    start_positions,
    tiny_positions,
)

FIRST_STEP = 0.5  # of the way to the diffused positions, shown before the layout begins
PLACING = 32  # directions in which a point's landmarks are looked for
ASKED = 400  # landmarks, for how many neighbours they kept
SETTLED = 0.995  # share of kept neighbours from which on a map is left as it is
REFINING_EPOCHS = 20  # of all points, when their landmarks have settled
REFINING_STRENGTH = 0.6
REFINING_FRAMES = 3


def settle(
    embedding: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    classes: tuple[str, ...],
    previous: Frame | None,
    random_state: int | None,
    on: Accelerator | None = None,
) -> Iterator[NDArray[np.float32]]:
    """Lay an embedding out, starting from where the points were.

    Parameters
    ----------
    embedding : ndarray of shape (n, k), float32
    probabilities : ndarray of shape (n, n_classes), float32, or None
    classes : tuple of str
    previous : Frame or None
        Of the same n rows; those without a position (NaN) are placed by their neighbours.
    random_state : int or None
        None uses all cores.
    on : Accelerator, optional
        Where neighbours and layout are computed, if not on the CPU.

    Yields
    ------
    ndarray of shape (n, 2), float32
        At least one; the last is settled.
    """
    n = len(embedding)
    if n < SMALLEST_LAYOUT:
        yield tiny_positions(n)
        return
    points, rows, seed = leading_directions(embedding), landmark_rows(n), random_state or 0
    graph = _graph(points, rows, probabilities, seed, on)
    known = None if previous is None or not np.isfinite(previous.positions[rows]).any() else previous.positions
    if known is None or previous is None:
        yield from _from_nothing(points, rows, graph, probabilities, random_state, on)
        return
    complete = bool(np.isfinite(known).all())
    kept = _kept(previous, embedding, rows, on) * (1.0 - _changed_beliefs(previous, probabilities, classes))
    if complete and kept >= SETTLED:
        yield known
        return
    change = 1.0 - kept
    effort = max(change, 0.5 * (1.0 - float(np.isfinite(known).all(axis=1).mean())))
    led = len(rows) < n
    around = Surroundings.of(leading_directions(points, PLACING), rows, on) if led else None
    before = known[rows] if np.isfinite(known[rows]).all() else place_missing(known[rows], graph)
    if around is not None:
        known = np.where(np.isfinite(known), known, around.place(before)).astype(np.float32)
    else:
        known = before
    target = diffuse(before.astype(np.float64), graph, round(change * DIFFUSION_STEPS)).astype(np.float32)

    def all_points(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        return landmarks if around is None else around.carry(known, before, landmarks)

    yield all_points((before + FIRST_STEP * (target - before)).astype(np.float32))
    few, many = WARM_EPOCHS
    epochs, strength = round(few + (many - few) * effort), 0.2 + 0.8 * effort
    chunks = layout(target, graph, epochs=epochs, strength=strength, seed=random_state, on=on)
    if around is None:
        yield from chunks
        return
    *_, landmarks = chunks
    positions = all_points(landmarks)
    yield positions
    yield from _refined(positions, points, probabilities, strength, random_state, on)


def _from_nothing(
    points: NDArray[np.float32],
    rows: NDArray[np.int64],
    graph: NeighbourGraph,
    probabilities: NDArray[np.float32] | None,
    random_state: int | None,
    on: Accelerator | None,
) -> Iterator[NDArray[np.float32]]:
    led = len(rows) < len(points)
    start = start_positions(points[rows], graph, random_state or 0)
    if not led:
        yield start
        yield from layout(start, graph, epochs=COLD_EPOCHS, seed=random_state, on=on)
        return
    around = Surroundings.of(leading_directions(points, PLACING), rows, on)
    for landmarks in layout(start, graph, epochs=COLD_EPOCHS, seed=random_state, chunks=2, on=on):
        positions = around.place(landmarks)
        yield positions
    yield from _refined(positions, points, probabilities, 1.0, random_state, on)


def _refined(
    positions: NDArray[np.float32],
    points: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    strength: float,
    random_state: int | None,
    on: Accelerator | None,
) -> Iterator[NDArray[np.float32]]:
    """Lay all points out from where their landmarks have put them."""
    graph = _graph(points, np.arange(len(points)), probabilities, random_state or 0, on)
    yield from layout(
        positions,
        graph,
        epochs=REFINING_EPOCHS,
        strength=REFINING_STRENGTH * strength,
        chunks=REFINING_FRAMES,
        seed=random_state,
        on=on,
    )


def _graph(
    points: NDArray[np.float32],
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float32] | None,
    seed: int,
    on: Accelerator | None,
) -> NeighbourGraph:
    everything = len(rows) == len(points)
    graph = neighbour_graph(points if everything else points[rows], on=on)
    if probabilities is None:
        return graph
    return guided_graph(graph, probabilities if everything else probabilities[rows], seed)


def _kept(previous: Frame, embedding: NDArray[np.float32], rows: NDArray[np.int64], on: Accelerator | None) -> float:
    """Return the share of neighbours among landmarks that a sample of them kept since the last frame."""
    if len(previous.embedding) != len(embedding):
        return 0.0
    asked = np.random.default_rng(0).permutation(len(rows))[:ASKED]
    before, now = previous.embedding[rows], embedding[rows]
    k = min(NEIGHBOURS, len(rows))
    return kept_neighbours(*(nearest_among(p[asked], p, k, on)[1] for p in (before, now)))


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
