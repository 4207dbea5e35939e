"""A random check: texts that are drawn, not chosen, so that the share of right ones among them holds for all texts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gst_core.workspace import HUMAN, Label, RandomCheck

DRAWN_AT_ONCE = 20  # 13 of 20 right is 65 % between 47 and 80: wide, but of no choice


@dataclass(frozen=True)
class CheckCount:
    """How far a random check is, and what it has found.

    Attributes
    ----------
    drawn : int
        Texts that were drawn and are still in the corpus.
    labelled : int
        Of these, those that a person has labelled.
    right : int
        Of those, the ones whose predicted class is the label.
    following : str or None
        The document to label next; None where all are labelled.
    apart : bool
        Whether the map does not learn from them: only then do they say how right it is.
    """

    drawn: int = 0
    labelled: int = 0
    right: int = 0
    following: str | None = None
    apart: bool = True


def draw_at_random(
    documents: Sequence[str], taken: Collection[str], count: int = DRAWN_AT_ONCE, random_state: int | None = None
) -> list[str]:
    """Draw documents that are not taken, each with the same chance.

    Parameters
    ----------
    documents : sequence of str
        Of the corpus.
    taken : collection of str
        Those that are labelled, or were drawn before.
    count : int
    random_state : int, optional
        The same number draws the same; without one nobody knows beforehand.

    Returns
    -------
    list of str
        At most `count`, in the order in which they were drawn.
    """
    taken = set(taken)
    free = [document for document in documents if document not in taken]
    order = np.random.default_rng(random_state).permutation(len(free))
    return [free[i] for i in order[:count]]


def count_check(
    check: RandomCheck, labels: Sequence[Label], predicted: Mapping[str, str], documents: Collection[str]
) -> CheckCount:
    """Count how many of the drawn texts are labelled, and how many of these the map has right.

    Parameters
    ----------
    check : RandomCheck
    labels : sequence of Label
        Of the lens. A model's do not count: they are no truth.
    predicted : mapping of str to str
        The likeliest class of each drawn document, by a transform that has not seen their labels.
    documents : collection of str
        Of the corpus.
    """
    said = {label.document: label.class_name for label in labels if label.who == HUMAN}
    drawn = [document for document in check.documents if document in documents]
    labelled = [document for document in drawn if document in said]
    right = sum(predicted.get(document) == said[document] for document in labelled)
    following = next((document for document in drawn if document not in said), None)
    return CheckCount(len(drawn), len(labelled), right, following, check.apart)
