"""Labels that come from a file, ours or another tool's: which texts they are of, and what is said of these already."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gst_core.corpus import OwnColumn, class_name, is_own_export, whole
from gst_core.counting import counted
from gst_core.errors import WorkspaceError
from gst_core.workspace import HUMAN, LLM, OF_FILE, Label, clean_class_name, deciding_labels, is_brought

if TYPE_CHECKING:
    import pandas as pd

    from gst_core.corpus import Corpus

# What other tools call their columns, in the order in which they are looked for.
LABEL_NAMES = (OwnColumn.LABEL, "label", "labels", "class", "category", "code", "annotation", "tag")
ID_NAMES = (OwnColumn.ID, "id", "document_id", "doc_id", "text_id", "example_id")
TEXT_NAMES = ("text", "document", "sentence", "content", "body", "review", "tweet")
WHO_NAMES = (OwnColumn.SAID_BY, "who", "annotator", "annotator_id", "coder", "user", "created_by")
SHOWN = 60  # characters of a text that was not found


@dataclass(frozen=True)
class LabelColumns:
    """Which columns of a table hold labels, and what tells whose they are; None for none.

    Attributes
    ----------
    label : str
    id, text, who : str or None
    """

    label: str
    id: str | None = None
    text: str | None = None
    who: str | None = None


@dataclass(frozen=True)
class GivenLabel:
    """A row of a file with a label, as it stands there; `id` and `text` are empty where the file has none."""

    id: str
    text: str
    class_name: str
    who: str
    confidence: float | None = None
    model: str = ""


@dataclass(frozen=True)
class LabelImport:
    """What labels from elsewhere would do to a lens.

    Attributes
    ----------
    new : tuple of Label
        Of documents that have none that counts.
    same : tuple of Label
        Of documents whose label says the same.
    contradicting : tuple of (Label, Label)
        What they say, and what counts now.
    not_found : tuple of str
        The texts, or ids, of rows that are of no document.
    clashes : int
        Documents of which rows say different things; what most of them say counts, and of as many the first.
    unusable : int
        Rows whose label is no name for a class.
    by_id, by_text, by_alike : int
        Rows that were matched by their id, by their text exactly, by their text but for blanks, capitals and the form
        of its letters.
    """

    new: tuple[Label, ...]
    same: tuple[Label, ...]
    contradicting: tuple[tuple[Label, Label], ...]
    not_found: tuple[str, ...] = ()
    clashes: int = 0
    unusable: int = 0
    by_id: int = 0
    by_text: int = 0
    by_alike: int = 0

    @property
    def rows_found(self) -> int:
        """How many rows are of a document."""
        return self.by_id + self.by_text + self.by_alike

    def to_write(self, *, theirs: bool) -> tuple[Label, ...]:
        """Return the labels to write, those that contradict included where theirs count."""
        return (*self.new, *(their for their, _ in self.contradicting)) if theirs else self.new

    def to_remove(self, labels: Iterable[Label], *, theirs: bool) -> tuple[tuple[str, str], ...]:
        """Return the (document, who) whose labels theirs take the place of: those that would count before them."""
        if not theirs:
            return ()
        their = {one.document: one.who for one, _ in self.contradicting}
        return tuple(
            (x.document, x.who)
            for x in labels
            if x.document in their and x.who != their[x.document] and _counts_before(x.who, their[x.document])
        )

    def sentence(self) -> str:
        """Say how the rows were matched and what is not of use."""
        ways = [
            (self.by_id, "by id"),
            (self.by_text, "by text"),
            (self.by_alike, "by text but for blanks and capitals"),
        ]
        found = ", ".join(f"{count:,} {way}" for count, way in ways if count)
        parts = [f"{counted(self.rows_found, 'row')} found" + (f" ({found})" if found else "")]
        if self.not_found:
            parts.append(f"{counted(len(self.not_found), 'row')} of no text here")
        if self.clashes:
            parts.append(f"{counted(self.clashes, 'text')} with different labels, of which the commonest counts")
        if self.unusable:
            parts.append(f"{counted(self.unusable, 'row')} whose label is too long for a name")
        return "; ".join(parts) + "."


def guess_label_columns(frame: "pd.DataFrame") -> LabelColumns | None:
    """Return the columns of a table that most likely hold labels and tell whose they are; None without a label."""
    names = [str(name) for name in frame.columns]
    label = _first_named(names, LABEL_NAMES)
    if label is None:
        return None
    text = _first_named(names, TEXT_NAMES)
    if is_own_export(names) and names[0] == OwnColumn.ID and len(names) > 1 and names[1] not in set(OwnColumn):
        text = names[1]
    return LabelColumns(label, _first_named(names, ID_NAMES), text, _first_named(names, WHO_NAMES))


def labels_in_table(frame: "pd.DataFrame", columns: LabelColumns, source: str) -> list[GivenLabel]:
    """Return the rows of a table that have a label.

    Parameters
    ----------
    frame : DataFrame
    columns : LabelColumns
    source : str
        What the file is called: it said what the file does not say who said.

    Raises
    ------
    WorkspaceError
        A row can be matched by nothing, as neither ids nor texts are chosen.
    """
    if columns.id is None and columns.text is None:
        raise WorkspaceError("Say which column holds the ids or the texts; else nobody knows whose labels these are.")
    ours = is_own_export([str(name) for name in frame.columns])

    def column(name: str | None) -> list[str]:
        if name is None or name not in frame.columns:
            return [""] * len(frame)
        return [class_name(value) for value in frame[name].tolist()]

    def raw(name: str | None) -> list[str]:
        return [""] * len(frame) if name is None else [v if isinstance(v, str) else class_name(v) for v in frame[name]]

    models = column(OwnColumn.SAID_BY_MODEL if ours else None)
    sure = column(OwnColumn.CONFIDENCE if ours else None)
    rows = zip(
        column(columns.id), raw(columns.text), column(columns.label), raw(columns.who), sure, models, strict=True
    )
    return [
        GivenLabel(i, text, name, _who(who, source, ours=ours), _number(confidence), model)
        for i, text, name, who, confidence, model in rows
        if name
    ]


def match_labels(given: Sequence[GivenLabel], corpus: "Corpus", labels: Sequence[Label]) -> LabelImport:
    """Find the documents that rows are of, and hold what they say against what counts now.

    A row is of the document with its id, else of the one with its text exactly, else of those whose texts differ in
    blanks at the ends or in number, capitals and the form of letters only.

    Parameters
    ----------
    given : sequence of GivenLabel
    corpus : Corpus
    labels : sequence of Label
        Of the lens, everybody's.
    """
    finder = _Finder(corpus)
    said: dict[str, list[Label]] = {}
    ways: Counter[str] = Counter()
    not_found: list[str] = []
    for one in given:
        try:
            name = clean_class_name(one.class_name)
        except WorkspaceError:
            ways["unusable"] += 1
            continue
        way, documents = finder.find(one)
        ways[way] += 1
        if not documents:
            not_found.append(" ".join((one.text or one.id).split())[:SHOWN])
        for document in documents:
            said.setdefault(document, []).append(Label(document, name, one.who, "", one.confidence, one.model))
    decided, counting = {d: _commonest(found) for d, found in said.items()}, deciding_labels(labels)
    here = {document: counting[document] for document in decided if document in counting}
    return LabelImport(
        tuple(x for d, x in decided.items() if d not in here),
        tuple(x for d, x in decided.items() if d in here and here[d].class_name == x.class_name),
        tuple((x, here[d]) for d, x in decided.items() if d in here and here[d].class_name != x.class_name),
        tuple(not_found),
        sum(len({x.class_name for x in found}) > 1 for found in said.values()),
        ways["unusable"],
        ways["id"],
        ways["text"],
        ways["alike"],
    )


class _Finder:
    """Finds the documents of a corpus by id, by text, and by what texts have in common that look alike."""

    def __init__(self, corpus: "Corpus") -> None:
        self._ids = set(corpus.ids)
        self._by_text = dict(zip(corpus.texts, corpus.ids, strict=True))
        self._alike: dict[str, list[str]] = {}
        for document, text in zip(corpus.ids, corpus.texts, strict=True):
            self._alike.setdefault(_alike(text), []).append(document)

    def find(self, given: GivenLabel) -> tuple[str, list[str]]:
        """Return how a row was matched, "" for not at all, and the documents."""
        if given.id and given.id in self._ids:
            return "id", [given.id]
        if given.text in self._by_text:
            return "text", [self._by_text[given.text]]
        found = self._alike.get(_alike(given.text), []) if given.text.strip() else []
        return ("alike" if found else ""), found


def _alike(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", whole(text)).casefold().split())


def _commonest(found: Sequence[Label]) -> Label:
    """Return the first label of the class that most say, and of as many the first."""
    counts = Counter(label.class_name for label in found)
    best = max(counts, key=counts.__getitem__)
    return next(label for label in found if label.class_name == best)


def _counts_before(mine: str, theirs: str) -> bool:
    """Say whether one annotator's label would count although the other's is there."""
    first = [Label("", "mine", mine, ""), Label("", "theirs", theirs, "")]
    return deciding_labels(first)[""].who == mine or (is_brought(mine) and is_brought(theirs))


def _who(who: str, source: str, *, ours: bool) -> str:
    """Return who said a label: as our export has it, else the file, or who it says, by name."""
    if ours and is_brought(who):
        return who  # a column's name may end in a blank
    who = who.strip()
    if ours and who in (HUMAN, LLM):
        return who
    return f"{OF_FILE}{who if who and not ours else source}"


def _number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0.0 <= number <= 1.0 else None


def _first_named(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    known = {name.strip().casefold(): name for name in reversed(names)}
    return next((known[name] for one in wanted if (name := str(one).casefold()) in known), None)
