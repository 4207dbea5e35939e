"""What a fit found, as plain data: what the estimator hands to saving and exporting, and takes back from a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.compute import centred_rows, check_views, first_view, pick_device
from gst_core.transform.network import ROWS_AT_ONCE, GuidedEncoder, code_share


@dataclass(frozen=True, eq=False)
class FittedTransform:
    """The parameters of a transform and what its fit found.

    Attributes
    ----------
    parameters : mapping of str to object
        The estimator's, by name: plain numbers, strings, None, or lists of these.
    classes : ndarray of shape (n_classes,)
        Sorted; empty when fitted without labels.
    label_counts : ndarray of shape (n_classes,), int64
    evidence : float
        Labels per class on average, at least 0; a class name counts as some.
    centre : ndarray of shape (d,), float32
        The mean of the embeddings that the fit looked at, d = n_features_in; zeros without labels.
    seen : tuple of int
        The widths of the views that the encoder looks at.
    n_features_in : int
    columns : tuple of str
        Names of the columns of X; empty when they had none.
    network : GuidedEncoder or None
        None when fitted without labels.
    """

    parameters: Mapping[str, Any]
    classes: NDArray[Any]
    label_counts: NDArray[np.int64]
    evidence: float
    centre: NDArray[np.float32]
    seen: tuple[int, ...]
    n_features_in: int
    columns: tuple[str, ...]
    network: GuidedEncoder | None

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths of the views that stand side by side in X, the first being the one that outputs keep.

        Raises
        ------
        TransformError
            The parameter `views` does not add up to the width of X.
        """
        return check_views(self.parameters["views"], self.n_features_in)

    @property
    def share(self) -> float:
        """The code's share in the squared length of an output, from 0 to below 1; see `code_share`."""
        return code_share(self.parameters["guidance"], len(self.classes), self.evidence)

    @property
    def n_features_out(self) -> int:
        """Columns of an output: those of the code, one per class, and those of the first view."""
        return self.widths[0] + (0 if self.network is None else self.network.out.out_features)

    def apply(self, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return instruction-following embeddings and class probabilities.

        ``z = (sqrt(share) c, sqrt(1 - share) x) / length``, with the code c = `GuidedEncoder` (x) and the centred first
        view x of length 1.

        Parameters
        ----------
        embeddings : ndarray of shape (m, n_features_in), float32
            Unit rows.

        Returns
        -------
        outputs : ndarray of shape (m, n_features_out), float32
            Unit rows; the first view itself when fitted without labels.
        probabilities : ndarray of shape (m, n_classes), float32
            Rows sum to 1; no columns when fitted without labels.

        Raises
        ------
        TransformError
            The parameter `device` does not exist here.
        """
        probabilities = np.ones((len(embeddings), len(self.classes)), dtype=np.float32)
        if self.network is None:
            return first_view(embeddings, self.widths), probabilities
        share, device = self.share, pick_device(self.parameters["device"])
        out = torch.empty((len(embeddings), self.n_features_out))
        network = self.network.to(device)
        with torch.inference_mode():
            for start in range(0, len(out), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                seen, original = self._centred(embeddings[rows])
                code = network(torch.from_numpy(seen).to(device))
                if len(self.classes) > 1:
                    probabilities[rows] = network.probabilities(code).cpu().numpy()
                coded = (share**0.5 * code).cpu()
                length = (coded.square().sum(dim=1, keepdim=True) + 1.0 - share).sqrt()  # centred rows have 1
                width = coded.shape[1]
                torch.div(coded, length, out=out[rows, :width])
                torch.mul(torch.from_numpy(original), (1.0 - share) ** 0.5 / length, out=out[rows, width:])
        return out.numpy(), probabilities

    def _centred(self, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return centred rows as the encoder sees them, and those of the first view; the same when it sees no other."""
        width = self.widths[0]
        first = centred_rows(embeddings[:, :width], self.centre[:width], (width,))
        return (first if len(self.seen) == 1 else centred_rows(embeddings, self.centre, self.seen)), first
