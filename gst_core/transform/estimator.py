"""`GuidedSpaceTransform`: the estimator, as scikit-learn's users expect one."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from gst_core.compute import Embeddings, as_embeddings, pick_device
from gst_core.errors import TransformError
from gst_core.transform.accuracy_report import AccuracyReport
from gst_core.transform.applying import FittedEstimator
from gst_core.transform.erasure import Erasure
from gst_core.transform.erasure_cache import ErasureCache, erasure_cache_of
from gst_core.transform.fit_cache import FitCache
from gst_core.transform.fitted import FittedTransform
from gst_core.transform.group_erasure import GroupErasure
from gst_core.transform.learning import learn
from gst_core.transform.left_out import read_left_out
from gst_core.transform.name_prior import EVIDENCE_OF_NAME
from gst_core.transform.network import HIDDEN, GuidedEncoder
from gst_core.transform.parameters import check_function, plain_parameters, seed_of
from gst_core.transform.persistence import load_transform, save_transform
from gst_core.transform.soft_labels import FitInputs
from gst_core.transform.validation import (
    UNLABELLED,
    check_columns,
    check_groups,
    check_labels,
    check_names,
    check_weights,
    warn_of_one_class,
    with_named,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class GuidedSpaceTransform(FittedEstimator):
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
    known_share_ : float
        The share of unlabelled texts that are taken to be of a labelled class, from 0 to 1; see
        `gst_core.transform.novelty`.
    label_weights_ : ndarray of shape (n_labels,), float32
        How likely each label is right, in the order of the labelled rows of y; those below a half are not heard. Not
        saved.
    evidence_ : float
        Labels that speak, see `gst_core.transform.label_balance`, per class on average; a class name counts as
        `EVIDENCE_OF_NAME` of them.
    seen_ : tuple of int
        The numbers, from 0, of the one or two views that the encoder looks at, see `gst_core.transform.view_choice`.
    kept_ : tuple of int
        The numbers of the views whose original stands beside the code.
    widths_ : tuple of int
        Of the views of X.
    report_ : AccuracyReport or None
        How right the predicted classes are, estimated from the labels; None where no label could be held out, see
        `gst_core.transform.accuracy_sentence`.
    sharpness_ : float
        Inverse temperature at which `predict_proba` is as sure on average as it is right.
    words_only_ : bool
        Whether it was fitted by names without any label.
    erasure_ : Erasure or None
        What takes away what was left out.
    erased_groups_ : tuple of GroupErasure
        What takes the rest of it from each view that is kept.
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
        X: ArrayLike | Embeddings,
        y: ArrayLike | Sequence[str | None] | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        names: Mapping[str, ArrayLike] | None = None,
        leave_out: ArrayLike | None = None,
        groups: ArrayLike | Sequence[str | None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> "GuidedSpaceTransform":
        """Learn the transform from the whole corpus and the labels of a few of its texts.

        Parameters
        ----------
        X : Embeddings, or array-like of shape (n, d)
            Embeddings of all texts, finite. `Embeddings` say the widths of their views themselves.
        y : array-like of length n, optional
            The class of each text; None, NaN, "" or -1 where it has none.
        sample_weight : array-like of length n, optional
            Trust in each label, from 0 to 1.
        names : mapping of str to array-like of shape (d,), optional
            Class names and their embeddings, as wide as X or as its first view, by the encoder that made X; see
            `gst_core.encode_class_names`. They guide where labels are few, and a class that is named but not labelled
            yet is known by its name alone. Two names or more need no label. How far they are trusted follows from how
            well they predict the labels, and before these from how far texts differ along them.
        leave_out : array-like of shape (n,) or (n, k), Series or DataFrame, optional
            One or several columns: categories, numbers or dates. What a linear function of the embeddings, or of class
            names, says of them is erased before all else, also from embeddings that are transformed later.
        groups : array-like of length n, optional
            Labels of the same value were given in one gesture and share one gesture's weight; None, NaN, "" or -1 where
            a label was given on its own.
        cancelled : callable, optional
            Asked between the parts of the fit, which stops with `Cancelled` when it returns True.

        Returns
        -------
        GuidedSpaceTransform
            Itself. Without labels and names it keeps the embeddings as they are; of one class alone it warns.

        Raises
        ------
        TransformError
            X, y or a parameter cannot be used; the message says where.
        Cancelled
            `cancelled` returned True.

        Notes
        -----
        A fit that fails or is cancelled leaves everything as it was before.
        """
        before = vars(self).copy()
        try:
            self._fit(X, y, sample_weight, names, leave_out, groups, cancelled)
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        return self

    def _fit(
        self,
        X: ArrayLike | Embeddings,
        y: ArrayLike | Sequence[str | None] | None,
        sample_weight: ArrayLike | None,
        names: Mapping[str, ArrayLike] | None,
        leave_out: ArrayLike | None,
        groups: ArrayLike | Sequence[str | None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        plain_parameters(self.get_params())
        check_function("cancelled", cancelled)
        check_columns(self, X.matrix if isinstance(X, Embeddings) else X, reset=True)
        embeddings = as_embeddings(X, self.views)
        classes, codes = check_labels(y, len(embeddings))
        trust = check_weights(sample_weight, codes)
        named = check_names(names, embeddings.widths)
        gestures = check_groups(groups, len(codes))
        labelled = len(classes) > 0
        if labelled or len(named) > 1:
            classes, codes = with_named(classes, codes, named) if named else (classes, codes)
        warn_of_one_class(classes)
        self.n_features_in_, self.widths_ = embeddings.matrix.shape[1], embeddings.widths
        self.classes_ = classes
        self.label_counts_ = np.bincount(codes[codes != UNLABELLED], minlength=len(classes))
        self.label_weights_ = np.ones(0, dtype=np.float32)
        self.evidence_ = 0.0
        self.centre_ = np.zeros(self.n_features_in_, dtype=np.float32)
        self.seen_: tuple[int, ...] = (0,)
        self.kept_: tuple[int, ...] = (0,)
        self.words_only_ = False
        self.erasure_: Erasure | None = None
        self.erased_groups_: tuple[GroupErasure, ...] = ()
        self.report_: AccuracyReport | None = None
        self.sharpness_, self.known_share_ = 1.0, 1.0
        self.lexical_ = embeddings.lexical
        self.network_: GuidedEncoder | None = None
        self._fit_cache: FitCache | None = None
        self._erasure_cache: ErasureCache | None = None
        if leave_out is not None:
            with threadpool_limits(1, user_api="blas"):
                left_out = read_left_out(leave_out, len(codes))
                self._erasure_cache = erasure_cache_of(embeddings, left_out)
            self.erasure_ = self._erasure_cache.erasure
            named = {name: self.erasure_.apply_to_names(vector[None])[0] for name, vector in named.items()}
        if len(classes):
            inputs = FitInputs(codes, trust, tuple(classes.tolist()), named, self.expand, gestures)
            seed, device = seed_of(self.random_state), pick_device(self.device)
            with threadpool_limits(1, user_api="blas"):  # small products: more threads make them thrice as slow
                learned = learn(
                    embeddings, inputs, self.hidden, seed, device, cancelled or (lambda: False), self.erasure_
                )
            self.centre_, self.network_, self._fit_cache = learned.centre, learned.network, learned.cache
            self.seen_, self.kept_, self.words_only_ = learned.seen, learned.kept, not labelled
            self.sharpness_, self.report_ = learned.sharpness, learned.report
            self.known_share_ = learned.known_share
            self.label_weights_ = learned.label_weights
            by_name = EVIDENCE_OF_NAME * learned.trust_in_names * len(named)
            self.evidence_ = (learned.speaking + by_name) / len(classes)
        if self._erasure_cache is not None:
            with threadpool_limits(1, user_api="blas"):
                self.erased_groups_ = self._erasure_cache.groups(embeddings, left_out, self.kept_)

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
        It knows the encoder's own embedding alone: no layer below it and no words, see `gst_core.default_views`.

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
            n_features_in=self.n_features_in_,
            columns=tuple(getattr(self, "feature_names_in_", ())),
            network=self.network_,
            widths=self.widths_,
            seen=self.seen_,
            kept=self.kept_,
            words_only=self.words_only_,
            erasure=self.erasure_,
            erased_groups=self.erased_groups_,
            report=self.report_,
            sharpness=self.sharpness_,
            known_share=self.known_share_,
            lexical=self.lexical_,
        )

    def _with(self, fitted: FittedTransform) -> "GuidedSpaceTransform":
        """Take over what a fit found; return itself."""
        self.classes_, self.label_counts_, self.evidence_ = fitted.classes, fitted.label_counts, fitted.evidence
        self.centre_, self.network_, self.words_only_ = fitted.centre, fitted.network, fitted.words_only
        self.n_features_in_, self.widths_ = fitted.n_features_in, fitted.widths
        self.seen_, self.kept_, self.sharpness_ = fitted.seen, fitted.kept, fitted.sharpness
        self.known_share_ = fitted.known_share
        self.erasure_, self.report_, self.lexical_ = fitted.erasure, fitted.report, fitted.lexical
        self.erased_groups_ = fitted.erased_groups
        if fitted.columns:
            self.feature_names_in_ = np.array(fitted.columns, dtype=object)
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what a fit on the same corpus would find again."""
        found_again = {"_fit_cache", "_erasure_cache"}
        return {name: value for name, value in super().__getstate__().items() if name not in found_again}
