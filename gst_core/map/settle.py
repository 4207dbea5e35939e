"""From an embedding and the last frame to settled positions, by way of the first that have visibly moved."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.compute.gpu import Accelerator
from gst_core.compute.neighbours import along, leading_directions, nearest_among, principal_directions
from gst_core.map.frame import Frame
from gst_core.map.graph import NEIGHBOURS, NeighbourGraph, guided_graph, kept_neighbours, neighbour_graph
from gst_core.map.landmarks import Surroundings, landmark_rows
from gst_core.map.layout import (
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
from gst_core.map.lazy_embedding import Embedded

FIRST_STEP = 0.5  # of the way to the diffused positions, shown before the layout begins
LEADERS_CHUNKS = 3  # of the landmarks' layout, of which the first is shown
PLACING = 32  # directions in which a point's landmarks are looked for
ASKED = 400  # landmarks, for how many neighbours they kept
SETTLED = 0.995  # share of kept neighbours from which on a map is left as it is
IN_FLIGHT = 0.5  # the most that counts as kept where points were still on their way, perhaps elsewhere
REFINING_EPOCHS = 9  # of all points, when their landmarks have settled
MEDIUM = 20_000  # points; the more a landmark speaks for, the longer its points take to find their places
REFINING_STRENGTH = 0.6
REFINING_FRAMES = 3


@dataclass(frozen=True)
class Step:
    """Where the points are on their way.

    Attributes
    ----------
    positions : ndarray of shape (n, 2), float32
    around : Surroundings or None
        The landmarks around each point in the new embedding; None without landmarks, or not looked for yet.
    early : bool
        Whether only the landmarks' new embedding is known yet.
    """

    positions: NDArray[np.float32]
    around: Surroundings | None = None
    early: bool = False


def settle(
    embedded: Embedded, previous: Frame | None, random_state: int | None, on: Accelerator | None = None
) -> Iterator[Step]:
    """Lay an embedding out, starting from where the points were.

    Parameters
    ----------
    embedded : Embedded
        Of n rows.
    previous : Frame or None
        Of the same n rows; those without a position (NaN) are placed by their neighbours.
    random_state : int or None
        None uses all cores.
    on : Accelerator, optional
        Where neighbours and layout are computed, if not on the CPU.

    Yields
    ------
    Step
        At least one; the last is settled.
    """
    n = len(embedded)
    if n < SMALLEST_LAYOUT:
        yield Step(tiny_positions(n))
        return
    rows, seed = landmark_rows(n), random_state or 0
    embedding, probabilities = embedded.of(rows)
    directions = principal_directions(embedding)
    leaders = along(embedding, directions)
    graph = _graph(leaders, probabilities, seed, on)
    led = len(rows) < n
    known = None if previous is None or not np.isfinite(previous.positions[rows]).any() else previous.positions
    if known is None or previous is None:
        start = start_positions(leaders, graph, seed)
        if led:
            yield from _led_from_nothing(start, embedded, directions, rows, graph, random_state, on)
        else:
            yield Step(start)
            yield from map(Step, layout(start, graph, epochs=COLD_EPOCHS, seed=random_state, on=on))
        return
    complete = bool(np.isfinite(known).all())
    kept = _kept(previous, embedding, probabilities, embedded.classes, rows, on)
    if complete and kept >= SETTLED:
        around = previous.around
        if led and around is None:
            around = _surroundings(along(embedded.whole[0], directions), rows, on)
        yield Step(known, around)
        return
    change = 1.0 - kept
    effort = max(change, 0.5 * (1.0 - float(np.isfinite(known).all(axis=1).mean())))
    few, many = WARM_EPOCHS
    epochs, strength = round(few + (many - few) * effort), 0.2 + 0.8 * effort
    before = known[rows] if np.isfinite(known[rows]).all() else place_missing(known[rows], graph)
    target = diffuse(before.astype(np.float64), graph, round(change * DIFFUSION_STEPS)).astype(np.float32)
    if not led:
        yield Step((before + FIRST_STEP * (target - before)).astype(np.float32))
        yield from map(Step, layout(target, graph, epochs=epochs, strength=strength, seed=random_state, on=on))
        return
    chunks = layout(target, graph, epochs=epochs, strength=strength, chunks=LEADERS_CHUNKS, seed=random_state, on=on)
    landmarks = next(chunks)
    early = complete and previous.around is not None
    if early and previous.around is not None:  # who belongs elsewhere now is seen to with the next step
        yield Step(previous.around.carry(known, before, landmarks), early=True)
    points = along(embedded.whole[0], directions)
    around = _surroundings(points, rows, on)
    known = np.where(np.isfinite(known), known, around.place(before)).astype(np.float32)
    if not early:
        yield Step(around.carry(known, before, landmarks), around)
    *_, landmarks = landmarks, *chunks
    positions = around.carry(known, before, landmarks)
    yield Step(positions, around)
    for refined in _refined(positions, points, embedded.whole[1], strength, random_state, on):
        yield Step(refined, around)


def _led_from_nothing(
    start: NDArray[np.float32],
    embedded: Embedded,
    directions: NDArray[np.float32] | None,
    rows: NDArray[np.int64],
    graph: NeighbourGraph,
    random_state: int | None,
    on: Accelerator | None,
) -> Iterator[Step]:
    points = along(embedded.whole[0], directions)
    around = _surroundings(points, rows, on)
    for landmarks in layout(start, graph, epochs=COLD_EPOCHS, seed=random_state, chunks=2, on=on):
        positions = around.place(landmarks)
        yield Step(positions, around)
    for refined in _refined(positions, points, embedded.whole[1], 1.0, random_state, on):
        yield Step(refined, around)


def _surroundings(points: NDArray[np.float32], rows: NDArray[np.int64], on: Accelerator | None) -> Surroundings:
    return Surroundings.of(leading_directions(points, PLACING), rows, on)


def _refined(
    positions: NDArray[np.float32],
    points: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    strength: float,
    random_state: int | None,
    on: Accelerator | None,
) -> Iterator[NDArray[np.float32]]:
    """Lay all points out from where their landmarks have put them."""
    epochs = round(REFINING_EPOCHS * max(len(points) / MEDIUM, 1.0) ** 0.45)
    graph = _graph(points, probabilities, random_state or 0, on)
    yield from layout(
        positions,
        graph,
        epochs=epochs,
        strength=REFINING_STRENGTH * strength,
        chunks=REFINING_FRAMES,
        seed=random_state,
        on=on,
    )


def _graph(
    points: NDArray[np.float32], probabilities: NDArray[np.float32] | None, seed: int, on: Accelerator | None
) -> NeighbourGraph:
    graph = neighbour_graph(points, on=on)
    return graph if probabilities is None else guided_graph(graph, probabilities, seed)


def _kept(
    previous: Frame,
    embedding: NDArray[np.float32],
    probabilities: NDArray[np.float32] | None,
    classes: tuple[str, ...],
    rows: NDArray[np.int64],
    on: Accelerator | None,
) -> float:
    """Return how much of the last frame still holds for the landmarks, 0 to 1: their neighbours and their classes."""
    kept = _kept_neighbours(previous, embedding, rows, on)
    kept *= 1.0 - _changed_beliefs(previous, probabilities, classes, rows)
    return kept if previous.final else min(kept, IN_FLIGHT)


def _kept_neighbours(
    previous: Frame, embedding: NDArray[np.float32], rows: NDArray[np.int64], on: Accelerator | None
) -> float:
    """Return the share of neighbours among landmarks that a sample of them kept since the last frame.

    The embedding is that of the landmarks, which are rows of the last frame's.
    """
    if len(previous.embedding) != len(previous.positions):  # the map of a part of the corpus
        return 0.0
    asked = np.random.default_rng(0).permutation(len(rows))[:ASKED]
    k = min(NEIGHBOURS, len(rows))
    return kept_neighbours(*(nearest_among(p[asked], p, k, on)[1] for p in (previous.embedding[rows], embedding)))


def _changed_beliefs(
    previous: Frame, probabilities: NDArray[np.float32] | None, classes: tuple[str, ...], rows: NDArray[np.int64]
) -> float:
    """Return the mean total variation between class probabilities of two frames, 0 to 1; a class they lack has none.

    The probabilities are those of the landmarks, which are rows of the last frame's.
    """
    names = sorted({*previous.classes, *classes})
    n = len(rows)
    if not names or len(previous.embedding) != len(previous.positions):
        return 0.0
    aligned = np.zeros((2, n, len(names)), dtype=np.float32)
    before = None if previous.probabilities is None else previous.probabilities[rows]
    for i, (known, table) in enumerate([(previous.classes, before), (classes, probabilities)]):
        if table is not None:
            aligned[i][:, [names.index(c) for c in known]] = table
    both = max(float(aligned[0].sum()), float(aligned[1].sum()), 1.0) / n
    return float(np.abs(aligned[0] - aligned[1]).sum() / n / (2 if min(aligned.sum(axis=(1, 2))) > 0 else 1) / both)
