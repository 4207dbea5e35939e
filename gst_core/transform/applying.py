"""What a fitted transform does to embeddings, as scikit-learn's users expect it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from gst_core.compute import Embeddings, LexicalColumns, check_embeddings
from gst_core.errors import TransformError
from gst_core.transform.fitted import FittedTransform
from gst_core.transform.validation import check_columns


class FittedEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """The part of the estimator that applies what a fit found."""

    classes_: NDArray[Any]
    n_features_in_: int
    widths_: tuple[int, ...]
    lexical_: LexicalColumns | None

    def _fitted(self) -> FittedTransform:
        """Return what the fit found, with the parameters as they are now."""
        raise NotImplementedError

    def transform(self, X: ArrayLike | Embeddings) -> NDArray[np.float32]:
        """Return the instruction-following embeddings.

        Parameters
        ----------
        X : Embeddings, or array-like of shape (m, d)

        Returns
        -------
        ndarray of shape (m, k), float32
            L2-normalised rows: the code, one column per class, then the original, of which only the views `kept_` are
            there. Without labels and names the code is missing.

        Raises
        ------
        TransformError
            X has another width than the embeddings that the transform was fitted on, or other views or words, or is
            not finite.
        """
        return self.transform_and_predict_proba(X)[0]

    def predict_proba(self, X: ArrayLike | Embeddings) -> NDArray[np.float32]:
        """Return class probabilities.

        Parameters
        ----------
        X : Embeddings, or array-like of shape (m, d)

        Returns
        -------
        ndarray of shape (m, n_classes), float32
            Rows sum to 1; no columns when fitted without labels.

        Raises
        ------
        TransformError
            As for `transform`.
        """
        return self.transform_and_predict_proba(X)[1]

    def transform_and_predict_proba(self, X: ArrayLike | Embeddings) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `transform` and `predict_proba` return, in the time of one of them.

        Parameters
        ----------
        X : Embeddings, or array-like of shape (m, d)

        Returns
        -------
        outputs : ndarray of shape (m, k), float32
        probabilities : ndarray of shape (m, n_classes), float32

        Raises
        ------
        TransformError
            As for `transform`.
        """
        return self._fitted().apply(self._checked(X))

    def predict(self, X: ArrayLike | Embeddings) -> NDArray[Any]:
        """Return the likeliest class of each row.

        Parameters
        ----------
        X : Embeddings, or array-like of shape (m, d)

        Returns
        -------
        ndarray of shape (m,)
            Of the values of `classes_`.

        Raises
        ------
        TransformError
            As for `transform`, or the transform was fitted without labels.
        """
        probabilities = self.predict_proba(X)
        if probabilities.shape[1] == 0:
            raise TransformError("There is no class to predict: no text was labelled before the fit.")
        return self.classes_[probabilities.argmax(axis=1)]

    @property
    def _n_features_out(self) -> int:
        return self._fitted().n_features_out

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own type moves between versions
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _checked(self, X: ArrayLike | Embeddings) -> NDArray[np.float32]:
        check_is_fitted(self, "classes_")
        given = X if isinstance(X, Embeddings) else None
        X = X.matrix if isinstance(X, Embeddings) else X
        check_columns(self, X, reset=False)
        embeddings = check_embeddings(X)
        if embeddings.shape[1] != self.n_features_in_:
            raise TransformError(
                f"X has {embeddings.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input. Use the encoder that made the embeddings of the fit."
            )
        if given is not None:
            self._check_views(given)
        return embeddings

    def _check_views(self, given: Embeddings) -> None:
        """Refuse embeddings whose columns mean something else than those of the fit, where both say what they mean."""
        if given.widths != self.widths_ and min(len(given.widths), len(self.widths_)) > 1:
            raise TransformError(
                f"X has views of {given.widths} columns, and the transform was fitted on {self.widths_}."
            )
        ours, theirs = self.lexical_, given.lexical
        if ours is not None and theirs is not None and ours.identity != theirs.identity:
            raise TransformError(
                "The words of X were counted by another vocabulary than those of the fit. Make X by "
                "`default_views(texts, like=...)` with the transform, or with the embeddings that it was fitted on."
            )
