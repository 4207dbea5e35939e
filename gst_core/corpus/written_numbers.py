"""Numbers as people write them: “1.234,50 €”, “1,234.5”, “12 %”, “1 234”."""

import re

import numpy as np
from numpy.typing import NDArray

CURRENCY = r"(?:[€$£¥₹₽₩]|EUR|USD|GBP|CHF|JPY|kr\.?|zł|%|‰)"
AROUND = re.compile(rf"^([+\-−]?)\s*{CURRENCY}?\s*([+\-−]?)|\s*{CURRENCY}$", re.IGNORECASE)
BETWEEN = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))")  # between groups of three
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
PADDED = re.compile(r"[+-]?0\d")  # a postcode or another code
COMMA_DECIMAL = re.compile(r",(\d{1,2}|\d{4,})$|\..*,|^0,")
POINT_DECIMAL = re.compile(r"\.(\d{1,2}|\d{4,})$|,.*\.|^0\.|[eE]")
COMMA_GROUPS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(?=\.|$)")
POINT_GROUPS = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(?=,|$)")
LOOKED_AT = 100  # strings that say whether the others are worth a look


def as_numbers(texts: list[str]) -> NDArray[np.float64] | None:
    """Read strings as numbers; NaN for one that is none, None where nearly all are none.

    Which of point and comma is the decimal sign, all of them say together.
    """
    if sum(any(c.isdigit() for c in t) for t in texts[:LOOKED_AT]) < len(texts[:LOOKED_AT]) / 2:
        return None
    bare = [_bare(t) for t in texts]
    if any(PADDED.match(t) for t in bare):
        return None
    decimal = _decimal_sign(bare)
    if decimal is None:
        return None
    return np.array([_number(t, decimal) for t in bare], dtype=np.float64)


def _bare(text: str) -> str:
    """Take off currency and percent signs, and the blanks between groups of digits."""
    if text.isascii() and text[-1:].isdigit() and (text[0].isdigit() or text[0] in "+-") and " " not in text:
        return text.removeprefix("+").replace("'", "")
    bare = AROUND.sub(lambda m: (m[1] or "") + (m[2] or ""), text.strip()).replace("−", "-")
    return BETWEEN.sub("", bare).removeprefix("+")


def _decimal_sign(texts: list[str]) -> str | None:
    """Return the decimal sign; None where some strings have one and some the other."""
    comma = any(COMMA_DECIMAL.search(t) for t in texts if "," in t)
    point = any(POINT_DECIMAL.search(t) for t in texts if "." in t)
    if comma and point:
        return None
    if comma:
        return ","
    dotted = [t for t in texts if "." in t]
    grouped = bool(dotted) and all(POINT_GROUPS.fullmatch(t) for t in dotted)
    # 950, 1.100 and 2.300: who writes three decimals writes them behind every number
    if not point and grouped and (len(dotted) < len(texts) or any(t.count(".") > 1 for t in dotted)):
        return ","
    return "."


def _number(text: str, decimal: str) -> float:
    group, groups = (".", POINT_GROUPS) if decimal == "," else (",", COMMA_GROUPS)
    if group in text:
        if not groups.match(text):
            return np.nan
        text = text.replace(group, "")
    text = text.replace(decimal, ".")
    return float(text) if NUMBER.fullmatch(text) else np.nan
