"""The space that a map is drawn from: embedding and class probabilities, those of the landmarks before those of all."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gst_core.compute import Embeddings, principal_directions, project
from gst_core.map.landmarks import landmark_rows
from gst_core.transform import (
    GuidedSpaceTransform,
    check_groups,
    check_labels,
    check_names,
    check_weights,
    class_name,
)


def fit_space(
    embeddings: Embeddings,
    y: ArrayLike | Sequence[str | None] | None,
    *,
    names: Mapping[str, ArrayLike] | None,
    leave_out: ArrayLike | None,
    weights: ArrayLike | None,
    groups: ArrayLike | Sequence[str | None] | None,
    random_state: int | None,
    device: str,
    cancelled: Callable[[], bool] | None,
) -> "Space":
    """Fit the transform to labels and names; without any the space is the first view's, without what is left out.

    Parameters as for `reform`.
    """
    classes, codes = check_labels(y, len(embeddings))
    check_weights(weights, codes)
    check_groups(groups, len(embeddings))
    if not len(classes) and not check_names(names, embeddings.widths) and leave_out is None:
        return Space(embeddings)
    transform = GuidedSpaceTransform(views=embeddings.widths, random_state=random_state or 0, device=device)
    fitted = transform.fit(embeddings, y, weights, names=names, leave_out=leave_out, groups=groups, cancelled=cancelled)
    return Space(embeddings, fitted)


class Space:
    """Instruction-following embedding and class probabilities of a corpus, each computed when it is first asked for.

    Parameters
    ----------
    embeddings : Embeddings
        Generic ones, of n documents.
    transform : GuidedSpaceTransform, optional
        Fitted; without one the embedding is the first view.

    Attributes
    ----------
    transform : GuidedSpaceTransform or None
    classes : tuple of str
        Empty without a transform.
    landmarks : ndarray of shape (m,), int64
        The rows that go ahead, rising; all n rows of a small corpus.
    """

    def __init__(self, embeddings: Embeddings, transform: GuidedSpaceTransform | None = None) -> None:
        self._embeddings, self.transform = embeddings, transform
        self.classes = () if transform is None else tuple(class_name(c) for c in transform.classes_.tolist())
        self.landmarks = landmark_rows(len(embeddings))

    def __len__(self) -> int:
        return len(self._embeddings)

    @property
    def has_landmarks(self) -> bool:
        """Whether the landmarks are fewer than all rows."""
        return len(self.landmarks) < len(self)

    @property
    def embedding(self) -> NDArray[np.float32]:
        """Of all rows, shape (n, k), float32, with unit rows."""
        return self._of_all[0]

    @property
    def probabilities(self) -> NDArray[np.float32] | None:
        """Of all rows, shape (n, n_classes), float32; None without a transform."""
        return self._of_all[1]

    @property
    def landmark_embedding(self) -> NDArray[np.float32]:
        """Of the landmarks, shape (m, k), float32, with unit rows."""
        return self._of_landmarks[0]

    @property
    def landmark_probabilities(self) -> NDArray[np.float32] | None:
        """Of the landmarks, shape (m, n_classes), float32; None without a transform."""
        return self._of_landmarks[1]

    @cached_property
    def landmark_points(self) -> NDArray[np.float32]:
        """The landmarks' embedding along its leading principal directions, which searches look at, with unit rows."""
        return project(self.landmark_embedding, self._directions)

    @cached_property
    def points(self) -> NDArray[np.float32]:
        """The embedding of all rows along the principal directions of the landmarks, with unit rows."""
        return project(self.embedding, self._directions) if self.has_landmarks else self.landmark_points

    @cached_property
    def _directions(self) -> NDArray[np.float32] | None:
        return principal_directions(self.landmark_embedding)

    @cached_property
    def _of_all(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        if self.transform is None:
            return self._embeddings.first, None
        return self.transform.transform_and_predict_proba(self._embeddings.matrix)

    @cached_property
    def _of_landmarks(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        if not self.has_landmarks or self.transform is None:
            embedding, probabilities = self._of_all
            if not self.has_landmarks:
                return embedding, probabilities
            return embedding[self.landmarks], None
        return self.transform.transform_and_predict_proba(self._embeddings.matrix[self.landmarks])
