"""The ways in which a map moves, a generator of positions for each kind of plan; none knows of another."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.map.frame import Frame
from gst_core.map.graph import FuzzyGraph, fuzzy_graph, guided_graph
from gst_core.map.landmarks import LandmarkWeights, weigh_landmarks
from gst_core.map.layout import (
    COLD_EPOCHS,
    DIFFUSION_STEPS,
    LayoutOptions,
    diffuse,
    layout,
    place_missing,
    start_positions,
    tiny_positions,
)
from gst_core.map.plan import Plan
from gst_core.map.space import Space

FIRST_STEP = 0.5  # of the way to the diffused positions, shown before the layout begins
COLD_CHUNKS = 2  # of the landmarks' layout from nothing
WARM_CHUNKS = 3  # of the landmarks' layout, of which the first is shown
REFINING_EPOCHS = 9  # of all points, when their landmarks have settled
MEDIUM = 20_000  # points; the more a landmark speaks for, the longer its points take to find their places
REFINING_STRENGTH = 0.6
REFINING_CHUNKS = 3


@dataclass(frozen=True, eq=False)
class Step:
    """Where the points are on their way.

    Attributes
    ----------
    positions : ndarray of shape (n, 2), float32
    landmark_weights : LandmarkWeights or None
        Of each point in the new space; None without landmarks, or not looked for yet.
    early : bool
        Whether only the landmarks' new embedding is known yet.
    """

    positions: NDArray[np.float32]
    landmark_weights: LandmarkWeights | None = None
    early: bool = False


def move(plan: Plan, space: Space, previous: Frame | None, options: LayoutOptions) -> Iterator[Step]:
    """Carry a plan out.

    Parameters
    ----------
    plan : Plan
        Of `plan_move`.
    space : Space
    previous : Frame or None
        The frame that the plan was made for.
    options : LayoutOptions

    Yields
    ------
    Step
        At least one; the last is settled.
    """
    weights = None if previous is None else previous.landmark_weights
    if plan.kind == "tiny":
        return iter([Step(tiny_positions(len(space)))])
    if plan.kind == "cold":
        return map(Step, _cold(space, options))
    if plan.kind == "cold by landmarks":
        return _cold_by_landmarks(space, options)
    assert plan.known is not None
    if plan.kind == "stay":
        return _stay(space, plan.known, weights, options)
    if plan.kind == "warm":
        return map(Step, _warm(space, plan.known, plan, options))
    return _warm_by_landmarks(space, plan.known, plan, weights, options)


def _stay(
    space: Space, known: NDArray[np.float32], weights: LandmarkWeights | None, options: LayoutOptions
) -> Iterator[Step]:
    """Keep the last positions; the next move may want the landmarks' weights at once."""
    if space.has_landmarks and weights is None:
        weights = weigh_landmarks(space.points, space.landmarks, options.accelerator)
    yield Step(known, weights)


def _cold(space: Space, options: LayoutOptions) -> Iterator[NDArray[np.float32]]:
    """Lay all points out from their principal directions."""
    graph = _graph(space.points, space.probabilities, options)
    start = start_positions(space.points, graph, options.seed)
    yield start
    yield from layout(start, graph, options, epochs=COLD_EPOCHS)


def _cold_by_landmarks(space: Space, options: LayoutOptions) -> Iterator[Step]:
    """Lay the landmarks out from their principal directions, then all points from where their landmarks are."""
    graph = _graph(space.landmark_points, space.landmark_probabilities, options)
    start = start_positions(space.landmark_points, graph, options.seed)
    weights = weigh_landmarks(space.points, space.landmarks, options.accelerator)
    for landmarks in layout(start, graph, options, epochs=COLD_EPOCHS, chunks=COLD_CHUNKS):
        positions = weights.interpolate(landmarks)
        yield Step(positions, weights)
    for refined in _refine(positions, space, 1.0, options):
        yield Step(refined, weights)


def _warm(
    space: Space, known: NDArray[np.float32], plan: Plan, options: LayoutOptions
) -> Iterator[NDArray[np.float32]]:
    """Lay all points out from the last positions, diffused over the new graph."""
    graph = _graph(space.points, space.probabilities, options)
    before, target = _diffused(known, graph, plan)
    yield (before + FIRST_STEP * (target - before)).astype(np.float32)
    yield from layout(target, graph, options, epochs=plan.epochs, strength=plan.strength)


def _warm_by_landmarks(
    space: Space,
    known: NDArray[np.float32],
    plan: Plan,
    weights: LandmarkWeights | None,
    options: LayoutOptions,
) -> Iterator[Step]:
    """Lay the landmarks out from their last positions; all points follow them, and are then laid out themselves.

    With the weights of the last frame they follow at once, before more than the landmarks' embedding is known: who
    belongs elsewhere now is seen to with the next step.
    """
    graph = _graph(space.landmark_points, space.landmark_probabilities, options)
    before, target = _diffused(known[space.landmarks], graph, plan)
    chunks = layout(target, graph, options, epochs=plan.epochs, strength=plan.strength, chunks=WARM_CHUNKS)
    landmarks = next(chunks)
    early = weights is not None and bool(np.isfinite(known).all())
    if early and weights is not None:
        yield Step(weights.displace(known, before, landmarks), early=True)
    weights = weigh_landmarks(space.points, space.landmarks, options.accelerator)
    known = np.where(np.isfinite(known), known, weights.interpolate(before)).astype(np.float32)
    if not early:
        yield Step(weights.displace(known, before, landmarks), weights)
    *_, landmarks = landmarks, *chunks
    positions = weights.displace(known, before, landmarks)
    yield Step(positions, weights)
    for refined in _refine(positions, space, plan.strength, options):
        yield Step(refined, weights)


def _diffused(
    known: NDArray[np.float32], graph: FuzzyGraph, plan: Plan
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the last positions (m, 2) with every row placed, and these diffused over the new graph."""
    before = known if np.isfinite(known).all() else place_missing(known, graph)
    target = diffuse(before.astype(np.float64), graph, round(plan.change * DIFFUSION_STEPS))
    return before, target.astype(np.float32)


def _refine(
    positions: NDArray[np.float32], space: Space, strength: float, options: LayoutOptions
) -> Iterator[NDArray[np.float32]]:
    """Lay all points out from where their landmarks have put them."""
    graph = _graph(space.points, space.probabilities, options)
    epochs = round(REFINING_EPOCHS * max(len(space) / MEDIUM, 1.0) ** 0.45)
    strength *= REFINING_STRENGTH
    yield from layout(positions, graph, options, epochs=epochs, strength=strength, chunks=REFINING_CHUNKS)


def _graph(
    points: NDArray[np.float32], probabilities: NDArray[np.float32] | None, options: LayoutOptions
) -> FuzzyGraph:
    graph = fuzzy_graph(points, options.accelerator)
    return graph if probabilities is None else guided_graph(graph, probabilities, options.seed)
