"""SetFit as a baseline: the encoder itself is fine-tuned on pairs of labelled texts, and all texts are encoded again.

Tunstall et al., "Efficient Few-Shot Learning Without Prompts", 2022, arXiv 2209.11055, by the authors' own package; it
comes with ``pip install -r requirements-bench.txt``. Pairs of the same and of different labels are drawn evenly, and
their cosine similarity is trained towards 1 and 0.
"""

import copy
import logging
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.encoding import DEFAULT_ENCODER, load_encoder
from gst_core.errors import EncoderError

STEPS = 150
BATCH = 16
PER_CLASS = 16  # labels per class that pairs are made of: 150 steps of 16 pairs see each of them often enough
ENCODE_BATCH = 32


@dataclass(frozen=True)
class FineTuned:
    """Embeddings (n, d), float32, of all texts by the tuned encoder, seconds of its training and of encoding."""

    Z: NDArray[np.float32]
    train_seconds: float
    encode_seconds: float
    note: str = ""


def fine_tuned_embeddings(
    texts: Sequence[str],
    y: Sequence[str | None],
    seed: int,
    *,
    encoder: str = DEFAULT_ENCODER,
    steps: int = STEPS,
) -> FineTuned:
    """Fine-tune a copy of the encoder on the labelled texts and encode all texts with it.

    Parameters
    ----------
    texts : sequence of str, length n
    y : sequence of length n
        The class of each text, None where it has none; two classes or more.
    seed : int
    encoder : str
    steps : int
        Training steps of 16 pairs each.

    Returns
    -------
    FineTuned

    Raises
    ------
    EncoderError
        The package is not installed, or the encoder cannot be had.
    """
    try:
        from datasets import Dataset, disable_progress_bars  # type: ignore[import-not-found, unused-ignore]
        from setfit import SetFitModel, Trainer, TrainingArguments  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise EncoderError("SetFit is not installed. Run: pip install -r requirements-bench.txt") from None
    from sklearn.linear_model import LogisticRegression
    from transformers.trainer_callback import ProgressCallback

    disable_progress_bars()
    logging.getLogger("setfit").setLevel(logging.WARNING)
    rows = labelled_rows(y, PER_CLASS, seed)
    body = copy.deepcopy(load_encoder(encoder))
    start = time.perf_counter()
    model = SetFitModel(model_body=body, model_head=LogisticRegression())
    examples = Dataset.from_dict({"text": [texts[i] for i in rows], "label": [str(y[i]) for i in rows]})
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            output_dir=folder,
            batch_size=BATCH,
            max_steps=steps,
            seed=seed,
            show_progress_bar=False,
            report_to="none",
            logging_strategy="no",
            save_strategy="no",
        )
        trainer = Trainer(model=model, args=settings, train_dataset=examples)
        trainer.remove_callback(ProgressCallback)
        trainer.train()
    trained = time.perf_counter()
    Z = model.model_body.encode(
        list(texts), batch_size=ENCODE_BATCH, normalize_embeddings=True, show_progress_bar=False
    )
    return FineTuned(np.asarray(Z, dtype=np.float32), trained - start, time.perf_counter() - trained)


def labelled_rows(y: Sequence[str | None], per_class: int, seed: int) -> list[int]:
    """Return the rows with a label, at most some per class, drawn with a seed."""
    rng = np.random.default_rng(seed)
    by_class: dict[str, list[int]] = {}
    for row in rng.permutation(len(y)).tolist():
        if (label := y[row]) is not None:
            by_class.setdefault(str(label), []).append(row)
    return sorted(row for rows in by_class.values() for row in rows[:per_class])
