"""What the workspace holds, as plain records: corpora, lenses, labels and who said them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gst_core.errors import WorkspaceError


class NoLongerThere(WorkspaceError):  # noqa: N818 - it says what is
    """A corpus or lens was deleted."""


HUMAN, LLM = "human", "llm"
LONGEST_CLASS_NAME = 80
FEWEST_WORDS = 2  # class names; one alone says of no text that it is more of it than another


@dataclass(frozen=True)
class CorpusEntry:
    """A corpus in the workspace.

    Attributes
    ----------
    id, name, created : str
    documents : int
    encoder : str
    own_embeddings : bool
        Whether embeddings came with it.
    content : str
        Tells its texts, and its own embeddings, from another's.
    files : str
        Which of its files count; another name for each time that the corpus was replaced.
    long : {"cut", "chunks", ""}
        What becomes of texts that are longer than the encoder reads; empty when that follows from how many they are.
    """

    id: str
    name: str
    created: str
    documents: int
    encoder: str
    own_embeddings: bool
    content: str
    files: str = ""
    long: str = ""

    @property
    def texts(self) -> str:
        """What `Corpus.key` gives of it."""
        return self.content.partition("-")[0]


@dataclass(frozen=True)
class Label:
    """A document's class, who said so and when.

    Attributes
    ----------
    document : str
    class_name : str
    who : {"human", "llm"}
    created : str
        ISO 8601, UTC.
    confidence : float or None
        What the LLM stated, from 0 to 1; None for a person.
    model : str
        Which LLM it was; empty for a person.
    """

    document: str
    class_name: str
    who: str
    created: str
    confidence: float | None = None
    model: str = ""


@dataclass(frozen=True)
class Lens:
    """An instruction on one corpus.

    Attributes
    ----------
    id, corpus, name, instruction, created : str
    by_words : bool
        Whether class names alone may form the map while nothing is labelled.
    classes : tuple of str
        In the order in which they were added.
    """

    id: str
    corpus: str
    name: str
    instruction: str
    created: str
    by_words: bool = True
    classes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The class names that form the map while nothing is labelled: none where they may not, or cannot."""
        return self.classes if self.by_words and len(self.classes) >= FEWEST_WORDS else ()


@dataclass(frozen=True)
class HistoryState:
    """What can be undone and redone on a lens: numbers of steps."""

    undo: int
    redo: int


def deciding_labels(labels: Sequence[Label]) -> dict[str, Label]:
    """Return the label that counts for each document; where a person and an LLM both spoke, the person's."""
    chosen: dict[str, Label] = {}
    for label in labels:
        if label.document not in chosen or label.who == HUMAN:
            chosen[label.document] = label
    return chosen


def effective_labels(labels: Sequence[Label]) -> dict[str, str]:
    """Return each document's class; where a person and an LLM both spoke, the person's."""
    return {document: label.class_name for document, label in deciding_labels(labels).items()}


def models_of(labels: Sequence[Label]) -> str:
    """Return which LLMs gave the labels, by name; "a model" where nobody noted it."""
    return " and ".join(sorted({label.model for label in labels if label.model})) or "a model"


def clean_class_name(name: str) -> str:
    """Return a class name on one line, without spaces at its ends.

    Raises
    ------
    WorkspaceError
        It is empty or too long.
    """
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A class needs a name.")
    if len(name) > LONGEST_CLASS_NAME:
        raise WorkspaceError(f"A class name has at most {LONGEST_CLASS_NAME} characters; this one has {len(name)}.")
    return name


def new_id() -> str:
    """Return a name that nothing else in any workspace has."""
    return uuid.uuid4().hex[:12]


def now() -> str:
    """Return the time in UTC as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
