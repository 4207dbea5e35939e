"""A corpus' embedding as a map needs it: that of a few rows at once, that of all when it is asked for."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gst_core.compute.vectors import first_view
from gst_core.transform import GuidedSpaceTransform


class Embedded:
    """Instruction-following embeddings and class probabilities of a corpus.

    Parameters
    ----------
    X : ndarray of shape (n, d), float32
        Generic embeddings.
    transform : GuidedSpaceTransform or None
        Fitted; None leaves the embeddings as they are.
    views : sequence of int, optional
        The widths of the views in X.

    Attributes
    ----------
    transform : GuidedSpaceTransform or None
    classes : tuple of str
    """

    def __init__(
        self,
        X: NDArray[np.float32],
        transform: GuidedSpaceTransform | None = None,
        views: Sequence[int] | None = None,
    ) -> None:
        self._X, self.transform, self._views = X, transform, views
        self.classes = () if transform is None else tuple(str(c) for c in transform.classes_)

    def __len__(self) -> int:
        return len(self._X)

    def of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return the embedding (m, k) and probabilities (m, n_classes) of some rows; None without labels."""
        if len(rows) == len(self) or "whole" in self.__dict__:
            embedding, probabilities = self.whole
            return embedding[rows], None if probabilities is None else probabilities[rows]
        return self._made(self._X[rows])

    @cached_property
    def whole(self) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """The embedding and the probabilities of all rows."""
        return self._made(self._X)

    def _made(self, X: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        if self.transform is None:
            return first_view(X, self._views), None
        return self.transform.transform_and_predict_proba(X)
