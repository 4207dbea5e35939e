"""The nine datasets of the GSTransform paper, by name: from a local folder, else from the model hub.

A local file is ``<folder>/<NAME>/<config>`` or, for a dataset without configs, ``<folder>/<NAME>``, with the ending
.parquet, .csv or .jsonl. Triplets and sentence pairs come without class labels; a file with the same name and
``.labels`` before its ending (rows ``text, label``, and ``instruction`` for sentence pairs) gives some, as an analyst
or a language model would, and without it only the raw embeddings can be measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gst_core.corpus import read_table
from gst_core.errors import CorpusError
from gst_core.evaluation.datasets import CAP, Dataset, capped_rows

Kind = Literal["clustering", "triplets", "sts"]
OWNER = "BrandonZYW"
ENDINGS = (".parquet", ".csv", ".jsonl")
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "clustering": ("text", "cluster"),
    "triplets": ("anchor", "positive", "negative"),
    "sts": ("sentence1", "sentence2", "instruction", "score"),
}
HUB_SECONDS = 10.0


@dataclass(frozen=True)
class PaperTask:
    """One row of the paper's tables.

    Attributes
    ----------
    name : str
        The dataset on the hub, without its owner.
    kind : {"clustering", "triplets", "sts"}
    config : str
        "" where the dataset has one only.
    instruction : str
        "" where the dataset's description gives none.
    """

    name: str
    kind: Kind
    config: str = ""
    instruction: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.config})" if self.config else self.name

    @property
    def facet(self) -> str:
        """What its classes are called in records."""
        return self.config or ("cluster" if self.kind == "clustering" else self.kind)


PAPER_TASKS = (
    PaperTask("NYTClustering", "clustering", "topic"),
    PaperTask("NYTClustering", "clustering", "location"),
    PaperTask("RateMyProfClustering", "clustering"),
    PaperTask("FeedbacksClustering", "clustering"),
    PaperTask("FewRelClustering", "clustering"),
    PaperTask("FewNerdClustering", "clustering"),
    PaperTask("FewEventClustering", "clustering"),
    PaperTask("IntentEmotion", "triplets", "emotion", "How does the customer feel?"),
    PaperTask("IntentEmotion", "triplets", "intent", "What does the customer need?"),
    PaperTask("InstructSTSB", "sts"),
)


@dataclass(frozen=True)
class Triplets:
    """Texts and rows (m, 3), int64, of anchor, positive and negative; y holds labels, None where there is none."""

    texts: tuple[str, ...]
    rows: NDArray[np.int64]
    y: tuple[str | None, ...]


@dataclass(frozen=True)
class SentencePairs:
    """Pairs under one instruction: texts, rows (m, 2), int64, scores (m,), and labels, None where there is none."""

    instruction: str
    texts: tuple[str, ...]
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    y: tuple[str | None, ...]


def read_clustering(task: PaperTask, folder: Path | None, cap: int = CAP) -> Dataset:
    """Read rows ``text, cluster`` as a dataset with one facet.

    Raises
    ------
    CorpusError
        It is neither in the folder nor to be had from the hub, or has other columns; so for all readers here.
    """
    frame = read_paper_table(task, folder)
    frame = frame[frame["text"].astype(str).str.strip() != ""]
    frame = frame.iloc[capped_rows(len(frame), cap)]
    clusters = np.array(["" if pd.isna(v) else str(v).strip() for v in frame["cluster"]])
    return Dataset(task.name, tuple(str(t).strip() for t in frame["text"]), {task.facet: clusters})


def read_triplets(task: PaperTask, folder: Path | None) -> Triplets:
    """Read rows ``anchor, positive, negative``, and labels where there are any."""
    frame = read_paper_table(task, folder)
    labels = _read_labels(task, folder, ("text", "label"))
    given = {} if labels is None else dict(zip(labels["text"], labels["label"], strict=True))
    texts, rows = _numbered(frame[list(COLUMNS["triplets"])], list(given))
    return Triplets(texts, rows, tuple(given.get(t) for t in texts))


def read_sentence_pairs(task: PaperTask, folder: Path | None) -> list[SentencePairs]:
    """Read rows ``sentence1, sentence2, instruction, score``, one group per instruction, and labels if any."""
    frame = read_paper_table(task, folder)
    labels = _read_labels(task, folder, ("text", "instruction", "label"))
    groups = []
    for instruction, group in frame.groupby("instruction", sort=True):
        mine = None if labels is None else labels[labels["instruction"] == instruction]
        given = {} if mine is None else dict(zip(mine["text"], mine["label"], strict=True))
        texts, rows = _numbered(group[["sentence1", "sentence2"]], list(given))
        scores = pd.to_numeric(group["score"], errors="coerce").to_numpy(dtype=np.float64)
        if not np.isfinite(scores).all():
            raise CorpusError(f"{task}: the column “score” holds something else than numbers.")
        groups.append(SentencePairs(str(instruction), texts, rows, scores, tuple(given.get(t) for t in texts)))
    return groups


def read_paper_table(task: PaperTask, folder: Path | None) -> pd.DataFrame:
    """Return the rows of a task with the columns of its kind."""
    file = local_file(task, folder)
    frame = _from_hub(task) if file is None else read_table(file).frame
    missing = [c for c in COLUMNS[task.kind] if c not in frame.columns]
    if missing:
        raise CorpusError(
            f"{task} has no column “{missing[0]}”; its columns are: {', '.join(map(str, frame.columns))}."
        )
    return frame


def local_file(task: PaperTask, folder: Path | None, mark: str = "") -> Path | None:
    """Return the file of a task in a folder, or None; `mark` stands before the ending."""
    if folder is None:
        return None
    stems = [folder / task.name / task.config] if task.config else [folder / task.name, folder / task.name / task.name]
    files = [stem.with_name(f"{stem.name}{mark}{ending}") for stem in stems for ending in ENDINGS]
    return next((f for f in files if f.is_file()), None)


def _from_hub(task: PaperTask) -> pd.DataFrame:
    try:
        from datasets import load_dataset  # type: ignore[import-not-found, unused-ignore]
        from huggingface_hub import HfApi
    except ImportError:
        raise CorpusError(f"{task} is in no local folder, and the package `datasets` is not installed.") from None
    repository = f"{OWNER}/{task.name}"
    try:
        HfApi().dataset_info(repository, timeout=HUB_SECONDS)
        splits = load_dataset(repository, task.config or None)
    except Exception as error:  # the hub's clients raise errors of many kinds
        raise CorpusError(
            f"{task} is in no local folder, and not to be had from the hub ({type(error).__name__})."
        ) from error
    split = "test" if "test" in splits else next(iter(splits))
    return splits[split].to_pandas()


def _read_labels(task: PaperTask, folder: Path | None, columns: Sequence[str]) -> pd.DataFrame | None:
    file = local_file(task, folder, ".labels")
    if file is None:
        return None
    frame = read_table(file).frame
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise CorpusError(f"{file.name} has no column “{missing[0]}”.")
    return frame.astype(str)


def _numbered(columns: pd.DataFrame, more: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the different texts of some columns (and more), and the columns as numbers of texts."""
    values = columns.astype(str).to_numpy()
    number: dict[str, int] = {}
    for text in [*values.ravel().tolist(), *more]:
        number.setdefault(text, len(number))
    rows = np.array([[number[t] for t in row] for row in values.tolist()], dtype=np.int64)
    return tuple(number), rows.reshape(-1, values.shape[1])
