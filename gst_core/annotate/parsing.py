"""From what a model wrote to what can be used of it. No string makes these functions raise.

A class is taken only when it is the whole answer or the whole value of ``label``: a name that merely occurs in a
sentence is never taken for the answer.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gst_core.annotate.prompts import LONGEST_STATEMENT
from gst_core.workspace import AnswerStatus

LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.05, 0.99  # a model is never as sure as it says
UNSAID_CONFIDENCE = 0.7  # when it says nothing: about the accuracy of a small model on two classes
LONGEST_BARE = 120  # characters of an answer without JSON that can still be a name: the longest name and quotes
LONGEST_NAME = 50  # characters of a name that a model proposes; longer ones are sentences
MOST_WORDS = 6  # of such a name
MOST_OBJECTS = 20  # places where an object may begin that are tried
MARKUP = frozenset("<>{}[]|\\`#=@")  # not in a name that a model proposes
OPEN_STRING = r'"((?:[^"\\]|\\[^u])*)'
STRING = r'"((?:[^"\\]|\\.)*)"'
QUOTES = " \t\r\n\"'`*_.,:;!?“”„‘’«»()"


@dataclass(frozen=True)
class ParsedLabel:
    """An answer to `prompts.label`: the class as the label set has it when it is usable, and the stated confidence."""

    status: AnswerStatus
    class_name: str = ""
    confidence: float | None = None


@dataclass(frozen=True)
class ParsedName:
    """A name for a group and its definition, which may be empty."""

    name: str
    definition: str = ""


def parse_label(text: str, choices: Sequence[str]) -> ParsedLabel:
    """Read the class of a text.

    Parameters
    ----------
    text : str
        JSON, JSON in a fence or in prose, JSON that was cut off after the class, or a bare class name.
    choices : sequence of str
        What can be answered.

    Returns
    -------
    ParsedLabel
        Malformed when no class can be read, or when two different ones are given.
    """
    found = [o for o in _objects(text) if "label" in o] or _cut_off(text, "label", "confidence")
    if not found:
        return _bare_label(text, choices)
    if any(not isinstance(o["label"], str) for o in found):
        return ParsedLabel(AnswerStatus.MALFORMED)
    names = {_matching(o["label"], choices) for o in found}
    if len(names) > 1:
        return ParsedLabel(AnswerStatus.MALFORMED)
    (name,) = names
    if name is None:
        return ParsedLabel(AnswerStatus.OUT_OF_SET)
    return ParsedLabel(AnswerStatus.USABLE, name, stated_confidence(found[0].get("confidence")))


def parse_statement(text: str) -> str | None:
    """Read a statement, on one line and cut at `LONGEST_STATEMENT`; None when there is none."""
    value = _field(text, "statement")
    if value is None and (cut := re.search(rf'"statement"\s*:\s*{OPEN_STRING}$', text)):
        value = cut[1]  # a statement without its end still says something
    if value is None and not _looks_like_json(text):
        lines = [line for line in text.splitlines() if line.strip()]
        value = lines[0] if lines else None
    cleaned = _one_line(value or "").strip(QUOTES)[:LONGEST_STATEMENT].strip()
    return cleaned if any(c.isalnum() for c in cleaned) else None


def parse_name(text: str) -> ParsedName | None:
    """Read a group's name and definition; None when there is no name, or one with markup or of too many words."""
    name = _field(text, "name")
    if name is None and not _looks_like_json(text) and len(text.strip().splitlines()) == 1:
        name = text
    cleaned = usable_name(name or "")
    if not cleaned:
        return None
    definition = _one_line(_field(text, "definition") or "")
    return ParsedName(cleaned, "" if MARKUP.intersection(definition) else definition)


def usable_name(text: str) -> str:
    """Return a text as a class name; empty when it has no letters, has markup or is too long for one."""
    name = _one_line(text).strip(QUOTES)
    return name if _is_name(name) else ""


def parse_synonyms(text: str, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Read which of the names mean the same: groups of two or more; what is not one of the names is left out."""
    groups: list[tuple[str, ...]] = []
    for found in _objects(text):
        same = found.get("same")
        for group in same if isinstance(same, list) else []:
            members = [_matching(m, names) for m in group if isinstance(m, str)] if isinstance(group, list) else []
            known = tuple(dict.fromkeys(m for m in members if m is not None))
            if len(known) > 1:
                groups.append(known)
    return groups


def stated_confidence(value: object) -> float | None:
    """Return a confidence of 0..1, read also from per cent and from strings, clamped; None when there is none."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,20})?)\s*(%?)\s*", value)
        if match is None:
            return None
        value = float(match[1]) / (100 if match[2] else 1)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= 100 or math.isnan(value):
        return None
    return clamped(value / 100 if value > 1 else float(value))


def clamped(confidence: float) -> float:
    """Return a confidence within `LEAST_CONFIDENCE` and `MOST_CONFIDENCE`."""
    return min(max(confidence, LEAST_CONFIDENCE), MOST_CONFIDENCE)


def _bare_label(text: str, choices: Sequence[str]) -> ParsedLabel:
    bare = text.strip()
    if not bare or len(bare) > LONGEST_BARE or _looks_like_json(bare) or len(bare.splitlines()) > 1:
        return ParsedLabel(AnswerStatus.MALFORMED)
    name = _matching(bare, choices)
    if name is not None:
        return ParsedLabel(AnswerStatus.USABLE, name)
    is_name = len(bare.split()) <= MOST_WORDS and any(c.isalnum() for c in bare)
    return ParsedLabel(AnswerStatus.OUT_OF_SET if is_name else AnswerStatus.MALFORMED)


def _matching(given: str, choices: Sequence[str]) -> str | None:
    """Return the choice that is meant: the same, else the same but for case, else but for signs at the ends."""
    for like in (_one_line, lambda s: _one_line(s).casefold(), lambda s: _one_line(s).casefold().strip(QUOTES)):
        wanted = like(given)
        matches = [c for c in choices if wanted and like(c) == wanted]
        if len(matches) == 1:
            return matches[0]
    return None


def _objects(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects in a text: the whole, or those in a fence or among words."""
    whole = _loaded(text)
    if isinstance(whole, dict):
        return [whole]
    found, end = [], 0
    for start in _starts(text):
        if start < end:
            continue  # inside an object that was read
        value, stop = _decoded(text, start)
        if isinstance(value, dict):
            found.append(value)
            end = stop
    return found


def _starts(text: str) -> Iterator[int]:
    for count, match in enumerate(re.finditer(r"\{", text)):
        if count >= MOST_OBJECTS:
            return
        yield match.start()


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decoded(text: str, start: int) -> tuple[object, int]:
    try:
        value, stop = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
    return value, stop


def _cut_off(text: str, *fields: str) -> list[dict[str, Any]]:
    """Return what can be read of an object that has no end: strings that are closed, and numbers."""
    if "{" not in text:
        return []
    rest = text[text.index("{") :]
    found: dict[str, Any] = {}
    for field in fields:
        strings = re.findall(rf'"{field}"\s*:\s*{STRING}', rest)
        numbers = re.findall(rf'"{field}"\s*:\s*(\d(?:\.\d{{1,20}})?)\s*[,}}\s]', rest)
        if len(set(strings)) == 1:
            found[field] = _loaded(f'"{strings[0]}"')
        elif numbers:
            found[field] = float(numbers[0])
    return [found] if fields[0] in found else []


def _field(text: str, field: str) -> str | None:
    for found in [*_objects(text), *_cut_off(text, field)]:
        value = found.get(field)
        if isinstance(value, str):
            return value
    return None


def _looks_like_json(text: str) -> bool:
    return any(sign in text for sign in "{}")


def _one_line(text: str) -> str:
    """Return a text in one Unicode form on one line, without characters that do not show."""
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(" " if c.isspace() else c for c in composed if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(seen.split())


def _is_name(name: str) -> bool:
    return (
        0 < len(name) <= LONGEST_NAME
        and len(name.split()) <= MOST_WORDS
        and any(c.isalpha() for c in name)
        and not MARKUP.intersection(name)
        and "://" not in name
    )
