"""Chats: a column of lists of turns, from which a column of texts is made."""

from collections.abc import Mapping, Sequence
from typing import Any

from gst_core.corpus.own_columns import is_own_export
from gst_core.corpus.parts import Column

WHO, WHAT = ("role", "from", "speaker", "author", "name"), ("content", "value", "text", "message")
TEXT_COLUMN, CHAT_COLUMN = "text", "text of the chat"
LOOKED_AT = 50  # cells that say whether a column holds chats


def add_chat_text(columns: Mapping[str, Column], raw: Mapping[str, Sequence[Any]]) -> Mapping[str, Column]:
    """Add the texts of the first column of chats, before the others unless one is called “text”; the chats stay.

    Parameters
    ----------
    columns : mapping of str to column
        As they will be kept.
    raw : mapping of str to sequence
        The same as plain values, under their names in the file.
    """
    import pandas as pd

    if is_own_export(list(columns)):  # which has its text already
        return columns
    for values in raw.values():
        if is_chat(values):
            texts = pd.Series([None if v is None else chat_text(v) for v in values], dtype="str")
            if TEXT_COLUMN not in columns:
                return {TEXT_COLUMN: texts, **columns}
            known = CHAT_COLUMN in columns or list(columns[TEXT_COLUMN]) == list(texts)  # as in an export of ours
            return columns if known else {**columns, CHAT_COLUMN: texts}
    return columns


def is_chat(values: Sequence[Any]) -> bool:
    """Say whether the values are lists of turns: objects that say who speaks and what."""
    chats = [v for v in values[:LOOKED_AT] if v is not None]
    return (
        bool(chats)
        and all(isinstance(turns, list) and all(_said(t) is not None and _who(t) for t in turns) for turns in chats)
        and any(chats)
    )


def chat_text(turns: Any) -> str:  # noqa: ANN401 - what JSON holds
    """Return the turns as one text, a line for each."""
    if not isinstance(turns, list):
        return ""
    lines = [f"{_who(t)}: {_said(t)}" if _who(t) else str(_said(t)) for t in turns if _said(t)]
    return "\n".join(lines)


def _who(turn: Any) -> str:  # noqa: ANN401
    if not isinstance(turn, dict):
        return ""
    return next((turn[k] for k in WHO if isinstance(turn.get(k), str)), "")


def _said(turn: Any) -> str | None:  # noqa: ANN401
    """Return what a turn says; the texts of its parts, where it has parts; None where it is no turn."""
    if not isinstance(turn, dict):
        return None
    for key in WHAT:
        said = turn.get(key)
        if isinstance(said, str):
            return said
        if isinstance(said, list):
            return "\n".join(p["text"] for p in said if isinstance(p, dict) and isinstance(p.get("text"), str))
        if key in turn and said is None:
            return ""
    return None
