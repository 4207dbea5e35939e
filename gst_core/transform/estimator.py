"""`GuidedSpaceTransform`: the estimator, as scikit-learn's users expect one."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from gst_core.compute import check_embeddings, check_views, pick_device
from gst_core.errors import TransformError
from gst_core.transform.fit_cache import FitCache, fit_cache_of, sample_rows
from gst_core.transform.fitted import FittedTransform
from gst_core.transform.network import HIDDEN, GuidedEncoder
from gst_core.transform.parameters import check_function, plain_parameters, seed_of
from gst_core.transform.persistence import load_transform, save_transform
from gst_core.transform.soft_labels import FitInputs, learn_soft_labels, stop_if, view_choices
from gst_core.transform.validation import (
    UNLABELLED,
    check_columns,
    check_labels,
    check_names,
    check_weights,
    warn_of_one_class,
    with_named,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EVIDENCE_OF_NAME = 6.0  # labels that a class name is worth


class GuidedSpaceTransform(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turn generic embeddings into embeddings that follow an instruction, guided by a few labelled texts.

    Labels are propagated to the unlabelled texts; an encoder learns the way from embedding to these soft labels. The
    output sets this code beside the original embedding, so that structure which no label mentions is not lost.

    Parameters
    ----------
    guidance : float
        Between 0 and 1: the share of the code in the squared length of an output. The rest is the original. With many
        classes or few labels the code is given less, see `gst_core.transform.network.code_share`.
    expand : bool
        Whether labels are propagated to the unlabelled rows first (pseudo-labelling). The parameter keeps this name
        because saved transforms and the settings of users hold it.
    hidden : int
        Width of the encoder's hidden layer, at least 1.
    views : tuple of int, optional
        The widths of the views that stand side by side in X, the encoder's own embedding first; see
        `gst_core.view_widths`. All of X is one view when left out.
    device : str
        "auto" (CUDA, then MPS, then CPU) or a PyTorch device name.
    random_state : int, RandomState instance or None
        The same number gives the same result on the same machine.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labelled and named classes, sorted; empty when fitted without labels.
    label_counts_ : ndarray of shape (n_classes,), int64
    evidence_ : float
        Labels per class on average, a class name counting as `EVIDENCE_OF_NAME` of them.
    seen_ : tuple of int
        The widths of the views that the encoder looks at: all, or the first alone, whichever predicted held-out labels
        better; the first where there is one label per class.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Only when X was a table whose columns have names.

    References
    ----------
    Feng et al., "Don't Reinvent the Wheel: Efficient Instruction-Following Text Embedding based on Guided Space
    Transformation", ACL 2025. HaoChen et al., "Provable Guarantees for Self-Supervised Deep Learning with Spectral
    Contrastive Loss", NeurIPS 2021. Zhou et al., "Learning with Local and Global Consistency", NIPS 2003.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 8)) + 4 * np.eye(8)[np.arange(60) % 2]
    >>> y = [None] * 60
    >>> y[0], y[1] = "calm", "cross"
    >>> gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    >>> gst.classes_.tolist(), gst.transform(X).shape[0]
    (['calm', 'cross'], 60)
    """

    def __init__(
        self,
        *,
        guidance: float = 0.875,
        expand: bool = True,
        hidden: int = HIDDEN,
        views: Sequence[int] | None = None,
        device: str = "auto",
        random_state: int | None = None,
    ) -> None:
        self.guidance = guidance
        self.expand = expand
        self.hidden = hidden
        self.views = views
        self.device = device
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | Sequence[str | None] | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        names: Mapping[str, ArrayLike] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> "GuidedSpaceTransform":
        """Learn the transform from the whole corpus and the labels of a few of its texts.

        Parameters
        ----------
        X : array-like of shape (n, d)
            Embeddings of all texts, finite.
        y : array-like of length n, optional
            The class of each text; None, NaN, "" or -1 where it has none.
        sample_weight : array-like of length n, optional
            Trust in each label, from 0 to 1.
        names : mapping of str to array-like of shape (d,), optional
            Class names and their embeddings, by the encoder that made X (its first view). They guide where labels are
            few, and a class that is named but not labelled yet is known by its name alone. How far they are trusted
            follows from how well they predict the labels.
        cancelled : callable, optional
            Asked between the parts of the fit, which stops with `Cancelled` when it returns True.

        Returns
        -------
        GuidedSpaceTransform
            Itself. Without any label the transform keeps the embeddings as they are; of one class alone it warns.

        Raises
        ------
        TransformError
            X, y or a parameter cannot be used; the message says where.
        Cancelled
            `cancelled` returned True.
        """
        plain_parameters(self.get_params())
        check_function("cancelled", cancelled)
        check_columns(self, X, reset=True)
        embeddings = check_embeddings(X)
        classes, codes = check_labels(y, len(embeddings))
        trust = check_weights(sample_weight, codes)
        named = check_names(names, check_views(self.views, embeddings.shape[1])[0])
        if len(classes) and named:
            classes, codes = with_named(classes, codes, named)
        warn_of_one_class(classes)
        self.n_features_in_ = embeddings.shape[1]
        self.classes_ = classes
        self.label_counts_ = np.bincount(codes[codes != UNLABELLED], minlength=len(classes))
        self.evidence_ = (float(self.label_counts_.sum()) + EVIDENCE_OF_NAME * len(named)) / max(len(classes), 1)
        self.centre_ = np.zeros(embeddings.shape[1], dtype=np.float32)
        self.seen_ = check_views(self.views, self.n_features_in_)[:1]
        self.network_: GuidedEncoder | None = None
        self._fit_cache: FitCache | None = None
        if len(classes):
            with threadpool_limits(1, user_api="blas"):  # small products: more threads make them thrice as slow
                self._learn(embeddings, codes, trust, named, cancelled or (lambda: False))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the instruction-following embeddings.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        ndarray of shape (m, k), float32
            L2-normalised rows: the code, then the original, of which only the first view is there. Without labels the
            code is missing; with them it has one column per class.

        Raises
        ------
        TransformError
            X has another width than the embeddings that the transform was fitted on, or is not finite.
        """
        return self.transform_and_predict_proba(X)[0]

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return class probabilities.

        Parameters
        ----------
        X : array-like of shape (m, d)

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

    def transform_and_predict_proba(self, X: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `transform` and `predict_proba` return, in the time of one of them.

        Parameters
        ----------
        X : array-like of shape (m, d)

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

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each row.

        Parameters
        ----------
        X : array-like of shape (m, d)

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

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Save the fitted transform into a folder as safetensors and JSON.

        Parameters
        ----------
        folder : path
            Made when it is not there.

        Raises
        ------
        NotFittedError
            It was not fitted.
        OSError
            The folder cannot be written to.
        """
        save_transform(self._fitted(), folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "GuidedSpaceTransform":
        """Load what `save` wrote.

        Parameters
        ----------
        folder : path

        Returns
        -------
        GuidedSpaceTransform
            Fitted.

        Raises
        ------
        TransformError
            The folder holds no transform, or a damaged one.
        """
        fitted = load_transform(folder)
        try:
            return cls(**fitted.parameters)._with(fitted)
        except TypeError as error:
            raise TransformError(f"The transform in {folder} is damaged ({error}). Export it again.") from error

    def to_sentence_transformer(
        self,
        encoder: str = "all-MiniLM-L6-v2",
        *,
        instruction: str = "",
        scores: Mapping[str, float] | None = None,
    ) -> "SentenceTransformer":
        """Return an ordinary sentence-transformers model that gives instruction-following embeddings in one call.

        It is made of sentence-transformers' own modules, so that its `save` and `SentenceTransformer(folder)` work
        where GST Studio is not installed. The card that is saved with it names the instruction, classes and scores.

        Parameters
        ----------
        encoder : str
            The encoder that made the embeddings of the fit; see `gst_core.encode`.
        instruction : str
            What the labels mean, for the card.
        scores : mapping of str to float, optional
            Measures and their values, for the card.

        Returns
        -------
        SentenceTransformer
            On the CPU, in single precision. Its `encode(texts)` equals `transform(gst_core.encode(texts, encoder))`,
            with all views where the transform was fitted on these and looks at the first alone.

        Raises
        ------
        TransformError
            The transform looks at several views, or was fitted on embeddings of another width.
        EncoderError
            The encoder cannot be had.
        """
        from gst_core.transform.sentence_transformer import sentence_transformer  # sentence_transformers takes seconds

        return sentence_transformer(self._fitted(), encoder, instruction=instruction, scores=scores)

    def _fitted(self) -> FittedTransform:
        """Return what the fit found, with the parameters as they are now."""
        check_is_fitted(self, "classes_")
        return FittedTransform(
            parameters=plain_parameters(self.get_params()),
            classes=self.classes_,
            label_counts=self.label_counts_,
            evidence=self.evidence_,
            centre=self.centre_,
            seen=self.seen_,
            n_features_in=self.n_features_in_,
            columns=tuple(getattr(self, "feature_names_in_", ())),
            network=self.network_,
        )

    def _with(self, fitted: FittedTransform) -> "GuidedSpaceTransform":
        """Take over what a fit found; return itself."""
        self.classes_, self.label_counts_, self.evidence_ = fitted.classes, fitted.label_counts, fitted.evidence
        self.centre_, self.seen_, self.network_ = fitted.centre, fitted.seen, fitted.network
        self.n_features_in_ = fitted.n_features_in
        if fitted.columns:
            self.feature_names_in_ = np.array(fitted.columns, dtype=object)
        return self

    @property
    def _n_features_out(self) -> int:
        return self._fitted().n_features_out

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own type moves between versions
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _learn(
        self,
        embeddings: NDArray[np.float32],
        codes: NDArray[np.int64],
        trust: NDArray[np.float32],
        named: Mapping[str, NDArray[np.float32]],
        cancelled: Callable[[], bool],
    ) -> None:
        sample, more = sample_rows(codes)
        order = np.concatenate([sample, more])
        rows = embeddings if len(sample) == len(embeddings) else embeddings[order]
        cache = fit_cache_of(rows[: len(sample)], self.hidden, seed_of(self.random_state), pick_device(self.device))
        self._fit_cache, self.centre_ = cache, cache.centre.copy()
        inputs = FitInputs(codes[order], trust[order], tuple(self.classes_.tolist()), named, self.expand)
        choices = view_choices(check_views(self.views, rows.shape[1]), inputs)
        features = {widths: cache.view_features(rows, widths) for widths in choices}
        del rows  # of a large corpus a copy, which the rest of the fit needs no more
        learned = learn_soft_labels(features, inputs, cancelled)
        stop_if(cancelled)
        self.seen_ = learned.widths
        self.network_ = learned.encoder_fit.encoder(learned.probabilities)
        stop_if(cancelled)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what a fit on the same corpus would find again."""
        return {name: value for name, value in super().__getstate__().items() if name != "_fit_cache"}

    def _checked(self, X: ArrayLike) -> NDArray[np.float32]:
        check_is_fitted(self, "classes_")
        check_columns(self, X, reset=False)
        embeddings = check_embeddings(X)
        if embeddings.shape[1] != self.n_features_in_:
            raise TransformError(
                f"X has {embeddings.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input. Use the encoder that made the embeddings of the fit."
            )
        return embeddings
