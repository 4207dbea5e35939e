"""`GuidedSpaceTransform`: the estimator, as scikit-learn's users expect one."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from gst_core.errors import TransformError
from gst_core.transform.device import pick_device
from gst_core.transform.expansion import UNLABELLED, expand_labels
from gst_core.transform.network import EncoderDecoder
from gst_core.transform.persistence import load_transform, save_transform
from gst_core.transform.prior import name_scores, trusted
from gst_core.transform.training import TrainingPlan, train
from gst_core.transform.validation import check_embeddings, check_labels, check_names, check_weights, with_named

ROWS_AT_ONCE = 16_384  # rows that go through the network together; more only costs memory
BASIS_ROWS = 20_000  # rows that the principal directions are estimated on


class GuidedSpaceTransform(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turn generic embeddings into embeddings that follow an instruction, guided by a few labelled texts.

    A light encoder-decoder is trained with a contrastive loss on the labels, which were first expanded over the
    unlabelled texts, and with a reconstruction loss that keeps what the labels say nothing about. The output sets the
    trained code beside the original embedding, so that structure which no label mentions is not lost.

    Parameters
    ----------
    dimensions : int
        Columns of the code; the output has these and the original ones.
    guidance : float
        Between 0 and 1: the share of the code in the cosine similarity of two outputs. The rest is the original.
    expand : bool
        Whether labels are expanded over the unlabelled rows before training.
    steps : int
        Training steps.
    batch : int
        Labelled (or believed) rows in a step.
    learning_rate : float
    temperature : float
        Of the contrastive loss; smaller separates classes more sharply.
    reconstruction : float
        Weight of the reconstruction loss.
    device : str
        "auto" (CUDA, then MPS, then CPU) or a PyTorch device name.
    random_state : int or None
        The same number gives the same result on the same machine.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labelled and named classes, sorted; empty when fitted without labels.
    label_counts_ : ndarray of shape (n_classes,), int64
    n_features_in_ : int
    losses_ : list of float
        The training loss at every step.

    References
    ----------
    Feng et al., "Don't Reinvent the Wheel: Efficient Instruction-Following Text Embedding based on Guided Space
    Transformation", ACL 2025. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020. Zhou et al., "Learning
    with Local and Global Consistency", NIPS 2003.

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
        dimensions: int = 128,
        *,
        guidance: float = 0.85,
        expand: bool = True,
        steps: int = 120,
        batch: int = 256,
        learning_rate: float = 2e-3,
        temperature: float = 0.1,
        reconstruction: float = 1.0,
        device: str = "auto",
        random_state: int | None = None,
    ) -> None:
        self.dimensions = dimensions
        self.guidance = guidance
        self.expand = expand
        self.steps = steps
        self.batch = batch
        self.learning_rate = learning_rate
        self.temperature = temperature
        self.reconstruction = reconstruction
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
            Class names and their embeddings, by the encoder that made X. They guide where labels are few, and a class
            that is named but not labelled yet is known by its name alone. How far they are trusted follows from how
            well they foretell the labels.
        cancelled : callable, optional
            Asked during training; the fit stops with `Cancelled` when it returns True.

        Returns
        -------
        GuidedSpaceTransform
            Itself. Without any label the transform keeps the embeddings as they are.

        Raises
        ------
        TransformError
            X, y or a parameter cannot be used; the message says where.
        Cancelled
            `cancelled` returned True.
        """
        self._check_parameters()
        embeddings = check_embeddings(X)
        classes, codes = check_labels(y, len(embeddings))
        trust = check_weights(sample_weight, len(embeddings))
        named = check_names(names, embeddings.shape[1])
        if len(classes) and named:
            classes, codes = with_named(classes, codes, named)
        self.n_features_in_ = embeddings.shape[1]
        self.classes_ = classes
        self.label_counts_ = np.bincount(codes[codes != UNLABELLED], minlength=len(classes))
        self.losses_: list[float] = []
        self.centre_ = np.zeros(embeddings.shape[1], dtype=np.float32)
        self.network_: EncoderDecoder | None = None
        if len(classes):
            self._train(embeddings, codes, trust, named, cancelled or (lambda: False))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the instruction-following embeddings.

        Parameters
        ----------
        X : array-like of shape (m, d)

        Returns
        -------
        ndarray of shape (m, k), float32
            L2-normalised rows; k is d without labels, else `dimensions` (at most d) more.

        Raises
        ------
        TransformError
            X has another width than the embeddings that the transform was fitted on, or is not finite.
        """
        embeddings = self._checked(X)
        if self.network_ is None:
            return embeddings
        code_share, rest_share = np.sqrt(self.guidance), np.sqrt(1.0 - self.guidance)
        centred = unit_rows(embeddings - self.centre_)
        return np.hstack([code_share * self._codes(centred), rest_share * centred]).astype(np.float32)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return class probabilities.

        Returns
        -------
        ndarray of shape (m, n_classes), float32
            Rows sum to 1; no columns when fitted without labels.

        Raises
        ------
        TransformError
            As for `transform`.
        """
        embeddings = self._checked(X)
        if self.network_ is None:
            return np.zeros((len(embeddings), 0), dtype=np.float32)
        codes = torch.from_numpy(self._codes(unit_rows(embeddings - self.centre_)))
        with torch.inference_mode():
            logits = self.network_.cpu().logits(codes)
        return torch.softmax(logits, dim=1).numpy()

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each row, shape (m,).

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
        """Save the fitted transform into a folder as safetensors and JSON."""
        check_is_fitted(self, "classes_")
        save_transform(self, folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "GuidedSpaceTransform":
        """Load what `save` wrote.

        Raises
        ------
        TransformError
            The folder holds no transform, or a damaged one.
        """
        return load_transform(cls, folder)

    @property
    def _n_features_out(self) -> int:
        return self.n_features_in_ + (0 if self.network_ is None else self.network_.linear.out_features)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own type moves between versions
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        return tags

    def _train(
        self,
        embeddings: NDArray[np.float32],
        codes: NDArray[np.int64],
        trust: NDArray[np.float32],
        named: Mapping[str, NDArray[np.float32]],
        cancelled: Callable[[], bool],
    ) -> None:
        device = pick_device(self.device)
        self.centre_ = embeddings.mean(axis=0)
        centred = unit_rows(embeddings - self.centre_)
        rounds = 2 if self.expand else 0
        scores = name_scores(centred, self.classes_.tolist(), named)
        prior = None if scores is None else trusted(scores, codes)
        beliefs = expand_labels(centred, codes, len(self.classes_), trust, rounds, prior)
        seed = int(np.random.default_rng().integers(2**31)) if self.random_state is None else int(self.random_state)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self._network(centred, device)
        plan = TrainingPlan(self.steps, self.batch, self.learning_rate, self.temperature, self.reconstruction)
        self.losses_ = train(network, centred, beliefs, plan, seed, device, cancelled)
        self.network_ = network

    def _network(self, centred: NDArray[np.float32], device: torch.device) -> EncoderDecoder:
        code = min(self.dimensions, centred.shape[1])
        basis = torch.from_numpy(principal_directions(centred, code))
        hidden = max(16, code)
        return EncoderDecoder(centred.shape[1], code, hidden, len(self.classes_), basis).to(device)

    def _codes(self, centred: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self.network_ is not None
        device = pick_device(self.device)
        network = self.network_.to(device).eval()
        chunks = []
        with torch.inference_mode():
            for start in range(0, len(centred), ROWS_AT_ONCE):
                rows = torch.from_numpy(np.ascontiguousarray(centred[start : start + ROWS_AT_ONCE]))
                chunks.append(network.encode(rows.to(device)).cpu().numpy())
        return np.vstack(chunks)

    def _checked(self, X: ArrayLike) -> NDArray[np.float32]:
        check_is_fitted(self, "classes_")
        embeddings = check_embeddings(X)
        if embeddings.shape[1] != self.n_features_in_:
            raise TransformError(
                f"The embeddings have {embeddings.shape[1]} columns; the transform was fitted on "
                f"{self.n_features_in_}. Use the same encoder for both."
            )
        return embeddings

    def _check_parameters(self) -> None:
        rules = (
            ("dimensions", self.dimensions >= 1, "at least 1"),
            ("guidance", 0.0 <= self.guidance <= 1.0, "between 0 and 1"),
            ("steps", self.steps >= 2, "at least 2"),
            ("batch", self.batch >= 2, "at least 2"),
            ("learning_rate", self.learning_rate > 0, "above 0"),
            ("temperature", self.temperature > 0, "above 0"),
            ("reconstruction", self.reconstruction >= 0, "at least 0"),
        )
        for name, holds, expected in rules:
            if not holds:
                raise TransformError(f"{name} is {getattr(self, name)}; it must be {expected}.")


def unit_rows(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length 1; a row of zeros, which points nowhere, is given the first axis."""
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    nowhere = norms[:, 0] < 1e-8
    out = X / np.where(norms < 1e-8, 1.0, norms)
    if nowhere.any():
        out[nowhere] = np.eye(1, X.shape[1], dtype=out.dtype)
    return np.asarray(out, dtype=np.float32)


def principal_directions(X: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """Return the k leading principal directions of rows that are centred already, shape (k, d), orthonormal."""
    sample = X[np.linspace(0, len(X) - 1, min(len(X), BASIS_ROWS)).astype(np.int64)]
    _, vectors = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    return np.ascontiguousarray(vectors[:, ::-1][:, :k].T, dtype=np.float32)
