"""In which order the texts of a sample are asked about: what is known already, what can be checked, then in rounds.

A later round looks for texts where the transform is unsure, so it knows what the earlier ones taught.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.annotate import prompts
from gst_core.annotate.budget import Estimate
from gst_core.annotate.choosing import choose_next
from gst_core.annotate.labelling import Labeller, MachineLabel, estimate_labelling
from gst_core.workspace import AnswerStore, LabelSet

CHECKED, CHECKED_SHARE = 20, 0.1  # texts that a person labelled before are asked about too: at most, and of a sample
ROUND = 50  # texts between two looks at where the transform is unsure …
ROUND_SHARE = 0.25  # … or a share of those before, so that 3,000 labels do not take 60 looks
TEXTS_OF_ESTIMATE = 200  # whose mean length is taken for that of all
CANDIDATES = 24_000  # texts among which a sample is chosen: 8 for each of the most labels; 1.5 s to look up

Probabilities = Callable[[], NDArray[np.float32] | None]


@dataclass(frozen=True)
class SamplePlan:
    """Which texts a sample may hold.

    Attributes
    ----------
    first : tuple of int
        Rows that come first: those whose answer is stored, and those that check the model against the person.
    open : ndarray of shape (m,), int64
        Rows among which the others are chosen.
    total : int
        Texts in all.
    """

    first: tuple[int, ...]
    open: NDArray[np.int64]
    total: int


def candidates(n: int, labelled: Iterable[int] = (), random_state: int = 0) -> NDArray[np.int64]:
    """Return the rows of a corpus of n texts that can be in a sample, in a random order that is always the same.

    Rows that a person labelled are among them wherever there are more texts than `CANDIDATES`.
    """
    drawn = np.random.default_rng(random_state).permutation(n)[:CANDIDATES]
    more = np.setdiff1d(np.fromiter(labelled, dtype=np.int64), drawn)
    return np.concatenate([drawn, more])


def stored_rows(
    rows: Iterable[int],
    texts: Sequence[str],
    instruction: str,
    label_set: LabelSet,
    model: str,
    answers: AnswerStore,
) -> list[int]:
    """Return those of the rows whose answer, a usable one or not, is stored and costs nothing.

    Raises
    ------
    AnswersUnusable
        The stored answers cannot be read.
    """
    if not len(answers):
        return []
    keys = ((row, prompts.label(texts[row], instruction, label_set).key(model)) for row in map(int, rows))
    return [row for row, key in keys if answers.get(key) is not None]


def estimate_sample(
    texts: Sequence[str],
    count: int,
    instruction: str,
    label_set: LabelSet,
    answers: AnswerStore,
    model: str = "",
    random_state: int = 0,
) -> Estimate:
    """Return what labelling a sample of at most `count` texts takes.

    Parameters
    ----------
    texts : sequence of str
        Of the whole corpus.
    count : int
    instruction : str
    label_set : LabelSet
    answers : AnswerStore
    model : str
        With it, texts whose answer is stored are left out.
    random_state : int
        As for `candidates`.

    Raises
    ------
    AnswersUnusable
        The stored answers cannot be read.
    """
    rows = candidates(len(texts), (), random_state)
    measured = rows[:TEXTS_OF_ESTIMATE]
    estimate = estimate_labelling(texts, measured, instruction, label_set)
    stored = stored_rows(rows, texts, instruction, label_set, model, answers) if model else []
    left = max(min(count, len(texts)) - len(stored), 0)
    share = left / max(len(measured), 1)
    return Estimate(left, round(estimate.prompt_tokens * share), round(estimate.completion_tokens * share))


def plan_sample(
    rows: NDArray[np.int64],
    count: int,
    stored: Sequence[int] = (),
    labelled: Collection[int] = (),
    independent: Collection[int] = (),
) -> SamplePlan:
    """Plan a sample of at most `count` texts.

    Parameters
    ----------
    rows : ndarray of shape (m,), int64
        See `candidates`.
    count : int
        Texts in the sample, with those whose answer is stored.
    stored : sequence of int
        Rows whose answer is stored.
    labelled : collection of int
        Rows that a person labelled; they are not asked about, unless they are stored or check the model.
    independent : collection of int
        Those of `labelled` of which the person spoke before any model, so that agreement can be measured on them.

    Returns
    -------
    SamplePlan
    """
    known = set(stored)
    wanted = min(CHECKED, int(CHECKED_SHARE * count)) - sum(row in known for row in independent)
    able = [int(row) for row in rows if int(row) in independent and int(row) not in known]
    first = (*(int(row) for row in stored), *able[: max(wanted, 0)])[:count]
    taken = known.union(labelled, first)
    others = np.array([row for row in rows.tolist() if row not in taken], dtype=np.int64)
    return SamplePlan(first, others, min(count, len(first) + len(others)))


def label_in_rounds(
    labeller: Labeller,
    X: NDArray[np.float32],
    plan: SamplePlan,
    probabilities: Probabilities,
    random_state: int = 0,
) -> Iterator[MachineLabel]:
    """Label a planned sample, round by round, and yield the labels as the answers come.

    Parameters
    ----------
    labeller : Labeller
        When it stops, because the budget is spent say, no further round begins.
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    plan : SamplePlan
    probabilities : callable
        Returns those of the transform as it is then, shape (n, n_classes), or None; asked before each round.
    random_state : int

    Raises
    ------
    AnnotationError
        As `Labeller.label`.
    """
    rows = np.concatenate([np.array(plan.first, dtype=np.int64), plan.open])
    points = np.asarray(X[rows])
    asked = list(range(len(plan.first)))  # positions in `rows`
    if asked:
        yield from labeller.label(plan.first)
    while len(asked) < plan.total and not labeller.stopped:
        size = max(ROUND, int(ROUND_SHARE * len(asked)))
        known = probabilities()
        of_rows = None if known is None else known[rows]
        chosen = choose_next(points, of_rows, asked, min(size, plan.total - len(asked)), random_state)
        asked += chosen.tolist()
        yield from labeller.label(rows[chosen].tolist())
