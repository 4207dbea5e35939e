"""The classes that texts are sorted into, and how an analyst edits them; every edit gives a new set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gst_core.errors import AnnotationError
from gst_core.workspace.records import NONE_OF_THESE, clean_class_name

LONGEST_DEFINITION = 300  # characters: a line or two, as it goes into every question


@dataclass(frozen=True)
class ClassDefinition:
    """A class with a line that says what belongs to it.

    Attributes
    ----------
    name : str
    definition : str
        One line; may be empty.
    examples : tuple of str
        Ids of documents, or statements about them.
    was : tuple of str
        What it was called in the lens that it was read from, several after a merge, so that labels go where their class
        went; empty for a new class. Two classes are equal wherever they come from.
    """

    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()
    was: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def with_documents(self, new_ids: Mapping[str, str], gone: Collection[str]) -> "ClassDefinition":
        """Give examples that are documents the ids that these have now, and drop those of documents that are gone."""
        return replace(self, examples=tuple(new_ids.get(e, e) for e in self.examples if e not in gone))


@dataclass(frozen=True)
class LabelSet:
    """Classes in their order.

    Names and definitions are cleaned when a set is made.

    Attributes
    ----------
    classes : tuple of ClassDefinition
        Names differ, also without regard to case.
    none_of_these : bool
        Whether a text may be of none of them.

    Raises
    ------
    AnnotationError
        Two classes have one name, or one is called as "none of these" is.
    WorkspaceError
        A name is empty or too long.
    """

    classes: tuple[ClassDefinition, ...] = ()
    none_of_these: bool = True

    def __post_init__(self) -> None:
        cleaned = tuple(_cleaned(c) for c in self.classes)
        seen: set[str] = {NONE_OF_THESE}
        for item in cleaned:
            if item.name.casefold() == NONE_OF_THESE:
                raise AnnotationError(f"“{item.name}” is not a class. Switch “{NONE_OF_THESE}” on or off instead.")
            if item.name.casefold() in seen:
                raise AnnotationError(f"There are two classes called “{item.name}”. Rename one, or merge them.")
            seen.add(item.name.casefold())
        object.__setattr__(self, "classes", cleaned)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the classes, without "none of these"."""
        return tuple(c.name for c in self.classes)

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what a text can be: the names, and "none of these" when that is allowed."""
        return (*self.names, NONE_OF_THESE) if self.none_of_these else self.names

    def definition(self, name: str) -> ClassDefinition:
        """Return one class.

        Raises
        ------
        AnnotationError
            There is none of that name.
        """
        return self.classes[self._position(name)]

    def rename(self, name: str, new: str) -> "LabelSet":
        """Give a class another name."""
        position = self._position(name)
        return self._with(position, (replace(self.classes[position], name=new),))

    def merge(self, names: Sequence[str], into: str) -> "LabelSet":
        """Put classes together under a name, at the place of the first of them.

        The definition is that of `into` when it is one of them, else all definitions in a row.
        """
        positions = sorted({self._position(n) for n in names})
        if len(positions) < 2:
            raise AnnotationError("Choose at least two classes to merge.")
        parts = [self.classes[p] for p in positions]
        kept = [c.definition for c in parts if c.name.casefold() == into.casefold() and c.definition]
        text = kept[0] if kept else " ".join(c.definition for c in parts if c.definition)
        examples = tuple(dict.fromkeys(e for c in parts for e in c.examples))
        merged = ClassDefinition(into, text, examples, tuple(dict.fromkeys(w for c in parts for w in c.was)))
        rest = [c for i, c in enumerate(self.classes) if i not in positions]
        rest.insert(positions[0], merged)
        return replace(self, classes=tuple(rest))

    def split(self, name: str, parts: Sequence[str | ClassDefinition]) -> "LabelSet":
        """Put at least two classes in the place of one; its examples are dropped, as nobody knows whose they are."""
        if len(parts) < 2:
            raise AnnotationError(f"Name at least two classes to split “{name}” into.")
        new = tuple(p if isinstance(p, ClassDefinition) else ClassDefinition(p) for p in parts)
        return self._with(self._position(name), new)

    def delete(self, name: str) -> "LabelSet":
        """Take a class out."""
        return self._with(self._position(name), ())

    def with_documents(self, new_ids: Mapping[str, str], gone: Collection[str]) -> "LabelSet":
        """Give examples that are documents the ids that these have now, and drop those of documents that are gone."""
        return replace(self, classes=tuple(one.with_documents(new_ids, gone) for one in self.classes))

    def add(self, name: str, definition: str = "", examples: Sequence[str] = ()) -> "LabelSet":
        """Add a class at the end."""
        return replace(self, classes=(*self.classes, ClassDefinition(name, definition, tuple(examples))))

    def redefine(self, name: str, definition: str) -> "LabelSet":
        """Give a class another definition."""
        position = self._position(name)
        return self._with(position, (replace(self.classes[position], definition=definition),))

    def _with(self, position: int, new: tuple[ClassDefinition, ...]) -> "LabelSet":
        return replace(self, classes=(*self.classes[:position], *new, *self.classes[position + 1 :]))

    def _position(self, name: str) -> int:
        wanted = " ".join(name.split()).casefold()
        for i, item in enumerate(self.classes):
            if item.name.casefold() == wanted:
                return i
        raise AnnotationError(f"There is no class called “{name}” in this label set.")


def clean_definition(definition: str) -> str:
    """Return a definition on one line, without spaces at its ends, cut to what goes into a question."""
    return " ".join(definition.split())[:LONGEST_DEFINITION].rstrip()


def _cleaned(item: ClassDefinition) -> ClassDefinition:
    definition = clean_definition(item.definition)
    return ClassDefinition(clean_class_name(item.name), definition, tuple(item.examples), tuple(item.was))
