"""What a workspace's methods take, checked by its name before anything is done: one sentence for what is none of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import wraps
from inspect import Parameter, Signature, isfunction, signature
from numbers import Real
from pathlib import PurePath
from typing import Any, TypeVar

from gst_core.errors import WorkspaceError
from gst_core.workspace.annotation_runs import AnnotationRun
from gst_core.workspace.label_set import LabelSet
from gst_core.workspace.records import Label

Class = TypeVar("Class", bound=type)

SHOWN = 60  # characters of what was given


def checks_arguments(cls: Class) -> Class:
    """Let the public methods of a class refuse what they cannot take with a `WorkspaceError`."""
    for name, method in list(vars(cls).items()):
        if isfunction(method) and not name.startswith("_"):
            setattr(cls, name, _checked(method))
    return cls


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    takes = signature(method)

    @wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        given = takes.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if name in CHECKS and not _is_default(takes, name, value):
                given.arguments[name] = CHECKS[name](name, value)
        return method(*given.args, **given.kwargs)

    return checked


def _is_default(takes: Signature, name: str, value: object) -> bool:
    default = takes.parameters[name].default
    return default is not Parameter.empty and value is default


def _refused(name: str, value: object, wanted: str) -> WorkspaceError:
    return WorkspaceError(f"{name} is {repr(value)[:SHOWN]}; it must be {wanted}.")


def _text(name: str, value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str):
        raise _refused(name, value, "a text")
    return whole_characters(value)


def _id(name: str, value: Any) -> str:  # noqa: ANN401
    text = _text(name, value)
    if PurePath(text).name != text or "\x00" in text:
        raise _refused(name, value, "the id of something in the workspace")
    return text


def _texts(name: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _refused(name, value, "a list of texts")
    return tuple(_text(name, one) for one in value)


def _labels(name: str, value: Any) -> dict[str, str | None]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise _refused(name, value, "{id of a document: its class, or None}")
    return {_text(name, k): None if v is None else _text(name, v) for k, v in value.items()}


def _brought(name: str, value: Any) -> tuple[Label, ...]:  # noqa: ANN401
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _refused(name, value, "a list of labels")
    given = tuple(value)
    for one in given:
        if not isinstance(one, Label):
            raise _refused(name, one, "a label")
    return tuple(map(_label, given))


def _label(given: Label) -> Label:
    document, name = _text("document", given.document), _text("class_name", given.class_name)
    who, model = _text("who", given.who), _text("model", given.model)
    if all(word.isascii() for word in (document, name, who, model)):
        return given
    return replace(given, document=document, class_name=name, who=who, model=model)


def _pairs(name: str, value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _refused(name, value, "a list of (document, who)")
    given = tuple(value)
    for one in given:
        if not isinstance(one, tuple) or len(one) != 2:
            raise _refused(name, one, "a document and who said its label")
    return tuple((_text(name, document), _text(name, who)) for document, who in given)


def _confidences(name: str, value: Any) -> dict[str, float]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise _refused(name, value, "{id of a document: a number from 0 to 1}")
    for number in value.values():
        if not isinstance(number, Real) or not 0.0 <= float(number) <= 1.0:
            raise _refused(name, number, "a number from 0 to 1 for each document")
    return {_text(name, k): float(v) for k, v in value.items()}


def _kind(kind: Callable[[], type], wanted: str) -> Callable[[str, Any], Any]:
    def check(name: str, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, kind()):
            raise _refused(name, value, wanted)
        return value

    return check


def _corpus() -> type:
    from gst_core.corpus import Corpus  # heavy, and who asks has one

    return Corpus


def whole_characters(text: str) -> str:
    """Return a text that can be stored: halves of a character that stand alone become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _kinds(name: str, value: Any) -> dict[str, str | None]:  # noqa: ANN401
    if not isinstance(value, Mapping):
        raise _refused(name, value, "{name of a column: its kind, or None}")
    return {_text(name, k): None if v is None else _text(name, v) for k, v in value.items()}


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("corpus_id", "lens_id"), _id),
    **dict.fromkeys(("instruction", "name", "old", "new", "document", "machine", "key", "definition"), _text),
    **dict.fromkeys(("who", "model", "step", "session", "encoder", "long"), _text),
    **dict.fromkeys(("documents", "classes", "texts", "columns", "words"), _texts),
    **dict.fromkeys(("apart", "by_words"), _kind(lambda: bool, "True or False")),
    "labels": _labels,
    "brought": _brought,
    "gone": _pairs,
    "kinds": _kinds,
    "confidences": _confidences,
    "label_set": _kind(lambda: LabelSet, "a label set"),
    "run": _kind(lambda: AnnotationRun, "an annotation run"),
    "corpus": _kind(_corpus, "a corpus, as `read_corpus` gives one"),
}
