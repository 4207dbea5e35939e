"""What a fit found, as plain data: what the estimator hands to saving and exporting, and takes back from a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gst_core.compute import centred_rows, check_embeddings, columns_of_views, first_view, pick_device
from gst_core.transform.accuracy_report import AccuracyReport
from gst_core.transform.erasure import Erasure
from gst_core.transform.group_erasure import GroupErasure
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
    n_features_in : int
    columns : tuple of str
        Names of the columns of X; empty when they had none.
    network : GuidedEncoder or None
        None when fitted without labels and names.
    widths : tuple of int
        Of the views that stand side by side in X.
    seen : tuple of int
        The numbers of the views that the encoder looks at, rising, from 0.
    kept : tuple of int
        The numbers of the views whose original stands beside the code, rising.
    words_only : bool
        Whether it was fitted by names without any label.
    erasure : Erasure or None
        What is taken from embeddings before all else.
    erased_groups : tuple of GroupErasure
        What is taken from each view that is kept, after that; empty where nothing is left out.
    report : AccuracyReport or None
        None where nothing can be estimated.
    sharpness : float
        Inverse temperature at which class probabilities are true, above 0.
    known_share : float
        Share of the texts that are of a labelled class, from 0 to 1.
    lexical : LexicalView or None
        What is needed to make the lexical columns of later texts.
    """

    parameters: Mapping[str, Any]
    classes: NDArray[Any]
    label_counts: NDArray[np.int64]
    evidence: float
    centre: NDArray[np.float32]
    n_features_in: int
    columns: tuple[str, ...]
    network: GuidedEncoder | None
    widths: tuple[int, ...]
    seen: tuple[int, ...] = (0,)
    kept: tuple[int, ...] = (0,)
    words_only: bool = False
    erasure: Erasure | None = None
    erased_groups: tuple[GroupErasure, ...] = ()
    report: AccuracyReport | None = None
    sharpness: float = 1.0
    known_share: float = 1.0
    lexical: Any = None

    @property
    def share(self) -> float:
        """The code's share in the squared length of an output, from 0 to below 1; see `code_share`."""
        return code_share(self.parameters["guidance"], len(self.classes), self.evidence, self.known_share)

    @property
    def n_features_out(self) -> int:
        """Columns of an output: those of the code, one per class, and those of the original."""
        if self.network is None:
            return self.widths[0]
        return sum(self.widths[v] for v in self.kept) + self.network.out.out_features

    def apply(self, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return instruction-following embeddings and class probabilities.

        ``z = (sqrt(share) c, sqrt(1 - share) x) / length``, with the code c = `GuidedEncoder` (x) and the centred
        views that are kept, x, of length 1.

        Parameters
        ----------
        embeddings : ndarray of shape (m, n_features_in), float32
            Unit rows.

        Returns
        -------
        outputs : ndarray of shape (m, n_features_out), float32
            Unit rows; the first view when fitted without labels, itself if nothing is left out.
        probabilities : ndarray of shape (m, n_classes), float32
            Rows sum to 1; no columns when fitted without labels.

        Raises
        ------
        TransformError
            The parameter `device` does not exist here.
        """
        probabilities = np.ones((len(embeddings), len(self.classes)), dtype=np.float32)
        if self.network is None:
            return self._first(embeddings), probabilities
        share, device = self.share, pick_device(self.parameters["device"])
        out = torch.empty((len(embeddings), self.n_features_out))
        network = self.network.to(device)
        with torch.inference_mode():
            for start in range(0, len(out), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                some = embeddings[rows]
                seen, original = self._centred(some if self.erasure is None else self.erasure.apply(some))
                code = network(torch.from_numpy(seen).to(device))
                if len(self.classes) > 1:
                    probabilities[rows] = network.probabilities(code, self.sharpness).cpu().numpy()
                coded = (share**0.5 * code).cpu()
                length = (coded.square().sum(dim=1, keepdim=True) + 1.0 - share).sqrt()  # centred rows have 1
                width = coded.shape[1]
                torch.div(coded, length, out=out[rows, :width])
                torch.mul(torch.from_numpy(original), (1.0 - share) ** 0.5 / length, out=out[rows, width:])
        return out.numpy(), probabilities

    def _first(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.erasure is None:
            return first_view(embeddings, self.widths)
        first = check_embeddings(self.erasure.apply(embeddings[:, : self.widths[0]]))
        return self.erased_groups[0].apply(first) if self.erased_groups else first

    def _centred(self, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return centred rows as the encoder sees them, and as they are kept."""
        if self.erased_groups:
            return self._centred_views(embeddings, self.seen), self._without_groups(embeddings)
        kept = self._centred_views(embeddings, self.kept)
        return (kept if self.seen == self.kept else self._centred_views(embeddings, self.seen)), kept

    def _without_groups(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        views = [
            groups.apply(columns_of_views(embeddings, self.widths, (view,)))
            for groups, view in zip(self.erased_groups, self.kept, strict=True)
        ]
        centre = np.concatenate([groups.centre for groups in self.erased_groups])
        return centred_rows(np.hstack(views), centre, [view.shape[1] for view in views])

    def _centred_views(self, embeddings: NDArray[np.float32], views: tuple[int, ...]) -> NDArray[np.float32]:
        rows, centre = (columns_of_views(a, self.widths, views) for a in (embeddings, self.centre))
        return centred_rows(rows, centre, [self.widths[v] for v in views])
