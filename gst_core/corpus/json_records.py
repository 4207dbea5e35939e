"""JSON and JSONL: records with nested fields as dotted columns, numbers with their characters, and chats as texts."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from gst_core.corpus.characters import MARKS, Mender
from gst_core.corpus.chats import add_chat_text
from gst_core.corpus.headers import unique_names
from gst_core.corpus.parts import Parts
from gst_core.corpus.reading import Problems, Reading
from gst_core.corpus.size_limits import check_size
from gst_core.corpus.values import Written, column_of_objects
from gst_core.errors import CorpusError

TEXT_COLUMN = "text"
KEY_COLUMN = "key"
INDEX_COLUMN = "index"
SCANNED = 200  # records of a list that say how much text it has
WORDY = frozenset({"text", "full_text", "body", "content", "comment", "message", "review", "answer"})
NAMED_ENOUGH = 0.1  # of the text of the list with most: a list of records that are called so is likelier
DEEPEST_LIST = 4  # levels of an object in which lists of records are looked for
BLANK = re.compile(r"\s*")
AT_MOST = 5  # times a record's length: what stands behind the last whole one is no more than one, cut
ESCAPED_MARK = "\\u"

Numbered = list[tuple[int, Any]]


def read_jsonl(name: str, text: str, reading: Reading, mender: Mender, problems: Problems) -> Parts:
    """Read one record for each line; a line that is none is named and left out. Errors as for `read_table`."""
    if text.lstrip().startswith("["):
        with suppress(CorpusError):
            return read_json(name, text, reading, mender, problems)
    decoder = _decoder(problems)
    objects: Numbered = []
    bad = 0
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = decoder.decode(line)
        except (ValueError, RecursionError) as error:
            bad += 1
            problems.add("json", f"is not valid JSON ({_reason(error)}) and was left out", row, left_out=True)
            continue
        if not isinstance(value, dict | str):
            bad += 1
            problems.add("json", 'is not an object like {"text": "…"} and was left out', row, left_out=True)
            continue
        objects.append((row, value))
    if bad > len(objects):
        first = next(p for p in problems.named if p.kind == "json")
        raise CorpusError(f"{name}, row {first.row:,} {first.what.removesuffix(' and was left out')}. Mend the file.")
    return _parts(name, objects, len(text), mender, problems)


def read_json(name: str, text: str, reading: Reading, mender: Mender, problems: Problems) -> Parts:
    """Read a list of records, alone or inside an object. Errors as for `read_table`."""
    try:
        value = _decoder(problems).decode(text)
    except RecursionError:
        raise CorpusError(f"{name} is nested too deep to be read. A corpus is a list of objects.") from None
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data") and not text.lstrip().startswith("["):
            return _read_several(name, text, reading, mender, problems)
        value = _before_the_cut(text, problems)
        if not value:
            raise CorpusError(
                f"{name} is not valid JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, "
                f"column {error.colno}."
            ) from None
    except ValueError as error:
        raise CorpusError(f"{name} is not JSON that can be read: {error}.") from None
    path: str | None = None
    alternatives: Mapping[str, tuple[str | int, ...]] = {}
    if isinstance(value, dict):
        value, path, alternatives = _list_inside(name, value, reading.records)
    if not isinstance(value, list):
        raise CorpusError(f"{name} holds a single value. A corpus is a list of objects, one for each document.")
    for row, record in enumerate(value, start=1):
        if not isinstance(record, dict | str):
            raise CorpusError(f'{name}, row {row} is not an object like {{"text": "…"}}.')
    parts = _parts(name, list(enumerate(value, start=1)), len(text), mender, problems)
    parts.reading, parts.alternatives = Reading(records=path), alternatives
    return parts


def _read_several(name: str, text: str, reading: Reading, mender: Mender, problems: Problems) -> Parts:
    """Read a text of more than one object."""
    if several := _one_after_another(text, problems):
        return _parts(name, list(enumerate(several, start=1)), len(text), mender, problems)
    return read_jsonl(name, text, reading, mender, problems)


def _one_after_another(text: str, problems: Problems) -> list[Any]:
    """Return objects that stand one after another over several lines; none where each has a line, or for others."""
    start = text.lstrip()
    decoder, found, at = _decoder(problems), list[Any](), len(text) - len(start)
    with suppress(ValueError, RecursionError):
        decoder.decode(start.split("\n", 1)[0])
        return []
    with suppress(ValueError, RecursionError):
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            found.append(value)
            after = BLANK.match(text, end)
            at = end if after is None else after.end()
        return found if all(isinstance(v, dict) for v in found) else []
    return []


def _before_the_cut(text: str, problems: Problems) -> list[Any]:
    """Return the whole records of a list whose file ends inside the last; none where more than that is wrong."""
    decoder, found = _decoder(problems), list[Any]()
    at = len(text) - len(text.lstrip())
    if text[at : at + 1] != "[":
        return found
    with suppress(ValueError, RecursionError):
        while text[at : at + 1] in "[,":
            start = BLANK.match(text, at + 1)
            assert start is not None  # it matches nothing too
            value, end = decoder.raw_decode(text, start.end())
            found.append(value)
            after = BLANK.match(text, end)
            at = end if after is None else after.end()
    if not found or len(text) - at > AT_MOST * at / len(found):
        return []
    problems.add("json", "is cut off at the end of the file, and was left out", len(found) + 1, left_out=True)
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return (
        f"{error.msg.removesuffix(' at')} at column {error.colno}"
        if isinstance(error, json.JSONDecodeError)
        else str(error)
    )


def _decoder(problems: Problems) -> json.JSONDecoder:
    """Return a decoder that keeps the characters of numbers, and both of two fields with one name."""

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) == len(pairs):
            return record
        return dict(zip(unique_names([k for k, _ in pairs], problems), (v for _, v in pairs), strict=True))

    return json.JSONDecoder(
        parse_float=_real, parse_int=_integer, parse_constant=_constant, strict=False, object_pairs_hook=fields
    )


def _real(text: str) -> float | Written:
    number = float(text)
    return number if repr(number) == text else Written(text)


def _integer(text: str) -> int | Written:
    return int(text) if len(text) < 20 and text != "-0" else Written(text)


def _constant(text: str) -> float | Written:
    return float("nan") if text == "NaN" else Written(text)


def _list_inside(
    name: str, value: dict[str, Any], wanted: str | None
) -> tuple[Any, str | None, Mapping[str, tuple[str | int, ...]]]:
    """Return the list of records in an object: the one of most text, or the one that was asked for."""
    lists = dict(_lists(value, "", DEEPEST_LIST))
    if wanted is not None and wanted in lists:
        return lists[wanted], wanted, _choice(lists)
    if wanted is not None:
        raise CorpusError(f"{name} has no list “{wanted}”. Its lists are: {', '.join(lists) or 'none'}.")
    columns = _as_columns(value)
    if columns is not None:
        return columns, None, {}
    if lists:
        best = _likeliest(lists)
        return lists[best], best, _choice(lists)
    if len(value) > 1 and all(isinstance(v, dict) for v in value.values()):
        return [{KEY_COLUMN: k, **v} for k, v in value.items()], None, {}
    raise CorpusError(f"{name} holds one object. A corpus is a list of objects, one for each document.")


def _choice(lists: Mapping[str, list[Any]]) -> Mapping[str, tuple[str | int, ...]]:
    return {"records": tuple(lists)} if len(lists) > 1 else {}


def _lists(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Go through the lists of objects, or of strings, in an object."""
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        if isinstance(inner, list) and inner and isinstance(inner[0], dict | str):
            yield place, inner
        elif isinstance(inner, dict) and depth > 1:
            yield from _lists(inner, place, depth - 1)


def _likeliest(lists: Mapping[str, list[Any]]) -> str:
    """Return the list with most text, of those whose records have a field called text or the like if it has enough.

    Who wrote often has more to say of themselves than what they wrote.
    """
    amounts = {path: _amount_of_text(records) for path, records in lists.items()}
    enough = NAMED_ENOUGH * max(amounts.values())
    named = [path for path, records in lists.items() if amounts[path] >= enough and _has_named_text(records)]
    return max(named or amounts, key=amounts.__getitem__)


def _has_named_text(records: Sequence[Any]) -> bool:
    """Say whether most of the first records have a field of words that is called text or the like, at any depth."""
    first = records[:SCANNED]
    return sum(any(_is_named_text(p, v) for p, v in _leaves(r, "")) for r in first if type(r) is dict) * 2 > len(first)


def _is_named_text(path: str, value: Any) -> bool:  # noqa: ANN401 - what JSON holds
    return path.rpartition(".")[2].lower() in WORDY and isinstance(value, str) and " " in value.strip()


def _amount_of_text(records: Sequence[Any]) -> float:
    """Estimate the letters in a list from its first records."""
    first = records[:SCANNED]
    letters = sum(_letters(r, DEEPEST_LIST) for r in first)
    return letters / len(first) * len(records)


def _letters(value: Any, depth: int) -> int:  # noqa: ANN401 - what JSON holds
    if isinstance(value, str):
        return len(value) if " " in value or not value.isascii() else 1  # ids and addresses are not what is looked for
    if depth == 0 or not isinstance(value, dict | list):
        return 0
    return sum(_letters(v, depth - 1) for v in (value.values() if isinstance(value, dict) else value))


def _as_columns(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Read an object of columns, as pandas writes: lists of one length, objects with the same row names, or split."""
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list) and data and _fits(names, data):
        records = [dict(zip(map(str, names), row, strict=True)) for row in data]
        index = value.get("index")
        return _with_index(records, index) if isinstance(index, list) and len(index) == len(data) else records
    columns = list(value.values())
    first = columns[0] if columns else None
    if len(columns) < 2 or not first or not isinstance(first, dict | list):
        return None
    if any(type(c) is not type(first) or len(c) != len(first) for c in columns):
        return None
    if isinstance(first, list):
        if any(isinstance(v, dict | list) for c in columns for v in c):
            return None
        return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    if any(c.keys() != first.keys() for c in columns) or not _are_columns(columns, first):
        return None
    return _with_index([{name: column[k] for name, column in value.items()} for k in first], list(first))


def _are_columns(columns: list[dict[str, Any]], first: dict[str, Any]) -> bool:
    """Say whether objects with the same fields are columns of many rows, and no records.

    Their fields are numbered, or are more than there are objects, and those of each object of one kind.
    """
    if all(k.isdigit() for k in first):
        return True
    return len(first) > len(columns) and all(len(set(map(_kind, c.values())) - {None}) <= 1 for c in columns)


def _kind(value: Any) -> type | None:  # noqa: ANN401 - what JSON holds
    if value is None:
        return None
    return float if type(value) in (int, float, Written) else type(value)


def _with_index(records: list[dict[str, Any]], index: list[Any]) -> list[dict[str, Any]]:
    """Put the rows' names before the other fields, unless they are the rows' places or a field is called so."""
    if INDEX_COLUMN in records[0] or [str(i) for i in index] == [str(i) for i in range(len(records))]:
        return records
    return [{INDEX_COLUMN: name, **record} for name, record in zip(index, records, strict=True)]


def _fits(names: list[Any], data: list[Any]) -> bool:
    return len(set(map(str, names))) == len(names) and all(isinstance(r, list) and len(r) == len(names) for r in data)


def _parts(name: str, objects: Numbered, size: int, mender: Mender, problems: Problems) -> Parts:
    """Turn records into columns; strings alone are the texts."""
    records = [mender.value(v if isinstance(v, dict) else {TEXT_COLUMN: v}, row) for row, v in objects]
    flat = [_flat(record) for record in records]
    names = list(dict.fromkeys(key for record in flat for key in record))
    check_size(name, len(flat), len(names), size)
    raw = {key: [record.get(key) for record in flat] for key in names}
    columns = dict(zip(unique_names(names, problems), map(column_of_objects, raw.values()), strict=True))
    return Parts(add_chat_text(columns, raw), [row for row, _ in objects])


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return nested fields under dotted names; a name that stands there already gets a number."""
    if not any(type(v) is dict for v in record.values()):
        return record
    flat: dict[str, Any] = {}
    for path, value in _leaves(record, ""):
        name, number = path, 1
        while name in flat:
            number += 1
            name = f"{path} ({number})"
        flat[name] = value
    return flat


def _leaves(record: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Go through the fields of nested objects without a stack of calls."""
    stack = [(path, iter(record.items()))]
    while stack:
        above, items = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
            continue
        place = f"{above}.{item[0]}" if above else item[0]
        if isinstance(item[1], dict) and item[1]:
            stack.append((place, iter(item[1].items())))
        else:
            yield place, item[1]


def needs_mending(text: str) -> bool:
    """Say whether a JSON text may hold characters that no text can: as they are, or escaped."""
    lowered = text if ESCAPED_MARK in text else ""
    return MARKS.search(text) is not None or any(mark in lowered for mark in ("\\ud", "\\uD", "\\u0000"))
