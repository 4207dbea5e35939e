"""What the workspace holds, as plain records: corpora, lenses, labels and who said them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gst_core.errors import WorkspaceError


class NoLongerThere(WorkspaceError):  # noqa: N818 - it says what is
    """A corpus or lens was deleted."""


HUMAN, LLM = "human", "llm"
OF_COLUMN, OF_FILE = "column:", "file:"  # before the name of what labels were taken from, as who said them
LONGEST_CLASS_NAME = 80
# A class that a lens may have like any other, which a person gives what belongs to no other one: it teaches the map as
# they do, by its texts alone, as its name says nothing of them. A language model is not asked with it as a class.
NONE_OF_THESE = "none of these"
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
    grown_from : str
        The content that it had before texts were added to it; empty where none were.
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
    grown_from: str = ""

    @property
    def origin(self) -> str:
        """What its maps are named after: an addition leaves it as it is, and with it the maps."""
        return self.grown_from or self.content

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
    who : str
        "human", "llm", "column:NAME" or "file:NAME".
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
        In the order that a person sees them in: as they were added, or as somebody has put them.
    numbers : tuple of int
        Of each class, from 0: what its colour and its usual key follow from. A class keeps its number for life.
    keys : tuple of str
        What is pressed for each class: its number plus one, or a key of its own.
    meanings : tuple of str
        The words by which the map knows each class: its name, or the one that it had when a person renamed it only to
        read better.
    meant : str
        The instruction that the map follows: `instruction`, or the one before it was reworded.
    left_out : tuple of str
        The columns of the file that have no part in the map.
    left_out_words : tuple of str
        Words that have no part in names of groups and in the lexical view; see `gst_core.analysis.left_out_words`.
    """

    id: str
    corpus: str
    name: str
    instruction: str
    created: str
    by_words: bool = True
    classes: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    meant: str = ""
    left_out: tuple[str, ...] = ()
    left_out_words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        numbers = self.numbers or tuple(range(len(self.classes)))
        usual = {
            "numbers": numbers,
            "keys": self.keys or tuple(str(number + 1) for number in numbers),
            "meanings": self.meanings or self.classes,
            "meant": self.meant or self.instruction,
        }
        for name, value in usual.items():
            object.__setattr__(self, name, value)

    @property
    def words(self) -> tuple[str, ...]:
        """The class names that form the map while nothing is labelled: none where they may not, or cannot."""
        named = without_none_of_these(self.classes)
        return named if self.by_words and len(named) >= FEWEST_WORDS else ()


@dataclass(frozen=True)
class HistoryState:
    """What can be undone and redone on a lens: numbers of steps."""

    undo: int
    redo: int


def deciding_labels(labels: Sequence[Label]) -> dict[str, Label]:
    """Return the label that counts for each document: a person's, else what a column or file says, else an LLM's.

    Of several columns or files the one that was taken over last counts.
    """
    chosen: dict[str, Label] = {}
    for label in labels:
        before = chosen.get(label.document)
        if before is None or _rank(label.who) < _rank(before.who) or (is_brought(label.who) and is_brought(before.who)):
            chosen[label.document] = label
    return chosen


def _rank(who: str) -> int:
    return 0 if who == HUMAN else 1 if is_brought(who) else 2


def is_brought(who: str) -> bool:
    """Say whether labels of this annotator were taken from a column or a file."""
    return who.startswith((OF_COLUMN, OF_FILE)) and who not in (OF_COLUMN, OF_FILE)


def source_words(who: str) -> str:
    """Return what a person reads of an annotator whose labels were taken from a column or a file."""
    kind, _, name = who.partition(":")
    return f"{kind} {name}"


def effective_labels(labels: Sequence[Label]) -> dict[str, str]:
    """Return the class of the label that counts for each document, see `deciding_labels`."""
    return {document: label.class_name for document, label in deciding_labels(labels).items()}


def models_of(labels: Sequence[Label]) -> str:
    """Return which LLMs gave the labels, by name; "a model" where nobody noted it."""
    return " and ".join(sorted({label.model for label in labels if label.model})) or "a model"


def sources_of(labels: Iterable[Label]) -> str:
    """Return the columns and files that labels were taken from, in words; empty where none was."""
    return " and ".join(sorted({source_words(label.who) for label in labels if is_brought(label.who)}))


def without_none_of_these(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes whose names say what their texts are."""
    return tuple(name for name in classes if name != NONE_OF_THESE)


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
    return NONE_OF_THESE if name.casefold() == NONE_OF_THESE else name


def new_id() -> str:
    """Return a name that nothing else in any workspace has."""
    return uuid.uuid4().hex[:12]


def now() -> str:
    """Return the time in UTC as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
