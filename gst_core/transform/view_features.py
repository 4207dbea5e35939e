"""Rows as a fit looks at them by some of their views, and what follows from the rows alone, whatever the labels."""

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gst_core.compute import nearest, nearest_among, project
from gst_core.transform.label_propagation import NEIGHBOURS
from gst_core.transform.network import EncoderFit, gram_matrix, hidden_features


class ViewFeatures:
    """Rows by some views, and what follows from them alone; each is computed when it is first asked for.

    Parameters
    ----------
    rows : ndarray of shape (m, d), float32
        Centred, of length 1.
    directions : ndarray of shape (d, 64), float32, or None
        Leading principal ones; None when all are.
    projected : ndarray of shape (m, min(d, 64)), float32
        The rows projected onto these directions, of length 1.
    hidden_layer : torch.nn.Linear
        The encoder's, of `gst_core.transform.network.hidden_layer`.

    Attributes
    ----------
    reused : bool
        Whether another fit asks for them, so that more is worth its memory.
    """

    def __init__(
        self,
        rows: NDArray[np.float32],
        directions: NDArray[np.float32] | None,
        projected: NDArray[np.float32],
        hidden_layer: torch.nn.Linear,
    ) -> None:
        self.rows, self.directions, self.projected, self.hidden_layer = rows, directions, projected, hidden_layer
        self.reused = False

    @cached_property
    def nearest(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Cosine and index of each row's nearest others, itself among them, shape (m, at most NEIGHBOURS + 1)."""
        return nearest(self.projected, min(NEIGHBOURS + 1, len(self.projected)))

    @cached_property
    def _gram(self) -> Tensor:
        return gram_matrix(self.rows, self.hidden_layer)

    def gram(self) -> Tensor:
        """Return a copy of the Gram matrix of the output layer's inputs, see `gst_core.transform.network.gram_matrix`.

        Returns
        -------
        Tensor of shape (hidden + d + 1, hidden + d + 1), float64
        """
        return self._gram.clone()

    @cached_property
    def hidden(self) -> Tensor:
        """The hidden features of the rows, shape (m, hidden), float32."""
        return hidden_features(self.rows, self.hidden_layer)

    def encoder_fit(self) -> EncoderFit:
        """Return the part of the encoder's fit that needs no labels."""
        return EncoderFit(self.rows, self.hidden_layer, self.gram(), self.hidden if self.reused else None)


class ExtendedViewFeatures(ViewFeatures):
    """Features of some more rows; what is known of the others is not computed again.

    Parameters
    ----------
    known : ViewFeatures
        Of m rows.
    rows : ndarray of shape (m + e, d), float32
        Centred, of length 1; first those that are known.
    """

    def __init__(self, known: ViewFeatures, rows: NDArray[np.float32]) -> None:
        self._known, self._more = known, rows[len(known.rows) :]
        projected = np.vstack([known.projected, project(self._more, known.directions)])
        super().__init__(rows, known.directions, projected, known.hidden_layer)
        self.reused = known.reused and len(self._more) <= len(known.rows)

    @cached_property
    def nearest(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """As of any rows: the others' nearest are the ones that they had, unless a new row is nearer."""
        old, k = len(self._known.projected), min(NEIGHBOURS + 1, len(self.projected))
        if len(self._more) > old:
            return nearest(self.projected, k)
        similarity, index = nearest_among(self._known.projected, self.projected[old:], min(k, len(self._more)))
        similarity = np.hstack([self._known.nearest[0], similarity])
        index = np.hstack([self._known.nearest[1], np.where(index < 0, index, index + old)])
        best = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
        own = nearest_among(self.projected[old:], self.projected, k)
        nearer, which = np.take_along_axis(similarity, best, axis=1), np.take_along_axis(index, best, axis=1)
        return np.vstack([nearer, own[0]]), np.vstack([which, own[1]])

    def gram(self) -> Tensor:
        """As of any rows: the Gram matrix of the known rows and that of the others, added."""
        return gram_matrix(self._more, self.hidden_layer).add_(self._known._gram)

    @cached_property
    def hidden(self) -> Tensor:
        """As of any rows."""
        return torch.cat([self._known.hidden, hidden_features(self._more, self.hidden_layer)])


def dense_views(views: int) -> range:
    """Return the numbers of the views whose original may be kept: of three or more not the last, which is lexical.

    Two texts that share a word are near to each other there, and most are near to none.
    """
    return range(views if views < 3 else views - 1)
