"""Guesses from nothing but class names and an instruction, encoded by the corpus' own encoder.

They are suggestions with a confidence, shown as such and never stored as labels: an encoder knows what words have to do
with each other, not what the analyst means by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import DEFAULT_ENCODER
from gst_core.errors import AnnotationError

if TYPE_CHECKING:
    from gst_core.encoding import EmbeddingStore
    from gst_core.suggest import Suggestion

SUGGESTIONS = 8  # that are made at once
# Logits per standard deviation of the similarity, and how many more for each e-fold of classes: weaker than the
# transform's prior, which labels correct, so that the stated confidence is about the share of guesses that are right.
# Least squares over the strengths of largest likelihood on 18 facets of ten corpora, 2 to 96 classes, that no table of
# the benchmarks uses; they are from 0.25 to 1.95, so that single facets are off by much.
LEAST_STRENGTH, STRENGTH_OF_MORE = 0.6, 0.18


@dataclass(frozen=True)
class Guesses:
    """What each text may be, by the class names alone.

    Attributes
    ----------
    classes : tuple of str
        The columns of `probabilities`.
    probabilities : ndarray of shape (n, n_classes), float32
        Rows sum to 1.
    """

    classes: tuple[str, ...]
    probabilities: NDArray[np.float32]

    @property
    def likeliest(self) -> NDArray[np.int64]:
        """The column of the likeliest class of each text, shape (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The probability of the likeliest class of each text, shape (n,)."""
        return np.asarray(self.probabilities.max(axis=1), dtype=np.float32)


def guess(
    X: NDArray[np.float32],
    instruction: str,
    classes: Sequence[str],
    encoder: str = DEFAULT_ENCODER,
    store: "EmbeddingStore | None" = None,
    *,
    views: Sequence[int] | None = None,
) -> Guesses:
    """Guess the class of each text from the names of the classes.

    Texts are compared with names as the transform compares them, see `gst_core.transform.name_prior`.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Embeddings of the texts by `encoder`.
    instruction : str
        "How does the guest feel?"; may be empty.
    classes : sequence of str
        At least two names.
    encoder : str
        The encoder that made X.
    store : EmbeddingStore, optional
        Where the embeddings of class names are kept.
    views : sequence of int, optional
        The widths of the views in X, see `gst_core.view_widths`; only the first is compared.

    Returns
    -------
    Guesses

    Raises
    ------
    AnnotationError
        There are fewer than two classes, the encoder cannot be had, or it did not make X.
    TransformError
        X or `views` cannot be used.
    """
    known = tuple(dict.fromkeys(classes))
    if len(known) < 2:
        raise AnnotationError("Guesses need at least two class names. Add another class.")
    # torch and SciPy: when something is guessed, not when the page is drawn
    from scipy.special import softmax

    from gst_core.compute import centred_rows, check_embeddings, first_view
    from gst_core.encoding import class_name_vectors_if_any
    from gst_core.transform import name_scores

    names = class_name_vectors_if_any(instruction, known, encoder, store)
    if not names:
        raise AnnotationError(
            f"Nothing can be guessed because the encoder “{encoder}” cannot be had. Label some texts."
        )
    first = first_view(check_embeddings(X), views)
    if first.shape[1] != len(names[known[0]]):
        raise AnnotationError(f"Nothing can be guessed because the encoder “{encoder}” did not encode these texts.")
    centred = centred_rows(first, first.mean(axis=0), first.shape[1:])
    scores = name_scores(centred, known, names)
    assert scores is not None, "every class has an embedding"
    return Guesses(known, np.asarray(softmax(_strength(len(known)) * scores, axis=1), dtype=np.float32))


def most_useful(
    guesses: Guesses,
    X: NDArray[np.float32],
    labelled: NDArray[np.bool_],
    count: int = SUGGESTIONS,
    random_state: int = 0,
    skipped: NDArray[np.bool_] | None = None,
) -> "list[Suggestion]":
    """Say which texts a person should label first when there are guesses.

    Before the first label they are spread over the texts and over the guesses alike, the least sure guess first. After
    it `suggest` takes the guesses for the transform's probabilities.

    Parameters
    ----------
    guesses : Guesses
    X : ndarray of shape (n, d), float32
        Generic embeddings, unit rows.
    labelled : ndarray of shape (n,), bool
    count : int
    random_state : int
    skipped : ndarray of shape (n,), bool, optional
        As for `suggest`.

    Returns
    -------
    list of Suggestion
        At most `count`, most useful first; the reason names the guess and its confidence.
    """
    from gst_core.compute import check_embeddings  # SciPy and scikit-learn: when something is suggested
    from gst_core.suggest import suggest

    if labelled.any():
        chosen = suggest(X, labelled, guesses.probabilities, guesses.classes, count, random_state, skipped)
    else:
        sureness = guesses.confidence
        beside = check_embeddings(np.hstack([X, np.sqrt(guesses.probabilities)]))  # both halves have unit rows
        chosen = suggest(beside, labelled, count=count, random_state=random_state, skipped=skipped)
        chosen.sort(key=lambda one: sureness[one.index])
    return [replace(one, reason=_guessed(guesses, one.index)) for one in chosen]


def _strength(n_classes: int) -> float:
    return LEAST_STRENGTH + STRENGTH_OF_MORE * float(np.log(n_classes))


def _guessed(guesses: Guesses, row: int) -> str:
    first, second = np.argsort(-guesses.probabilities[row], kind="stable")[:2]
    share = guesses.probabilities[row, first]
    return f"{guesses.classes[first]} ({share:.0%} sure) or {guesses.classes[second]}?"
