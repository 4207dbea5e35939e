"""Dates as people write them: ISO with and without a zone, “24-02-2015 11.35”, “2/24/2015 3:05 PM”, “1 Mar 2024”."""

import re

import numpy as np
from numpy.typing import NDArray

ZONE = r"( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?"
ISO = re.compile(
    rf"\d{{4}}-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d([.,]\d+)?)?)?{ZONE})?)?|\d{{8}}T\d{{4}}(\d\d)?{ZONE}", re.IGNORECASE
)
YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d)")
PARTS = re.compile(
    r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)"
    r"(?:[T ,]+(\d{1,2})[:.h](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?\s*([AaPp])?(?:\.?[Mm]\.?)?)?"
)
WORDS = (
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y %H:%M", "%b %d, %Y %H:%M",
    "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p", "%d. %B %Y",
    "%A, %B %d, %Y", "%a %d %b %Y", "%a, %d %b %Y", "%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S", "%B %d, %Y %H:%M",
    "%d %B %Y %H:%M", "%b %d, %Y at %I:%M %p", "%B %d, %Y at %I:%M %p",
    "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z", "%a %b %d %H:%M:%S %Y", "%b %Y",
    "%B %Y", "%d %b %y",
)  # fmt: skip
LOOKED_AT = 20  # strings that say whether the others are worth a look
DAY = 86_400.0
EXCEL_EPOCH = 25_569  # days from a spreadsheet's day 0, 30 December 1899, to 1970
LAST_SERIAL = 2_958_465  # of a spreadsheet: the last day of 9999
YEARS = (1_000, 2_999)
WRITTEN_DAYS = (10_000_101, 29_991_231)  # as year, month and day without a sign between
FIRST_OF_PARTS = 1e11  # seconds since 1970 have less for 3,000 years, thousandths of one have more since 1973
THIS_CENTURY = 69  # two-digit years below are of the 2000s, as for POSIX


def as_seconds(texts: list[str]) -> NDArray[np.float64] | None:
    """Read strings as seconds since 1970 in UTC; NaN for one that is no date, None where nearly all are none."""
    first = texts[:LOOKED_AT]
    half = len(first) / 2
    if not first:
        return None
    if sum(ISO.fullmatch(t) is not None for t in first) > half:
        return _seconds([_iso(t) for t in texts], "ISO8601")
    if sum(_parts(t) is not None for t in first) > half:
        return _by_parts(texts)
    if sum(any(c.isdigit() for c in t) and any(c.isalpha() for c in t) and len(t) < 40 for t in first) > half:
        return _by_words(texts, first)
    return None


def _iso(text: str) -> str:
    return (text if len(text) > 7 else f"{text}-01").replace(",", ".").replace(" UTC", "Z").replace("UTC", "Z")


def _seconds(texts: list[str], written: str) -> NDArray[np.float64]:
    import pandas as pd

    moments = pd.to_datetime(pd.Series(texts, dtype="object"), format=written, errors="coerce", utc=True)
    array = moments.dt.tz_localize(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(array), np.nan, array.astype(np.int64) / 1e6)


def _by_words(texts: list[str], first: list[str]) -> NDArray[np.float64] | None:
    """Try the forms with a month's name on the first strings."""
    for written in WORDS:
        if np.isfinite(_seconds(first, written)).sum() > len(first) / 2:
            return _seconds(texts, written)
    return None


def _by_parts(texts: list[str]) -> NDArray[np.float64] | None:
    """Read three numbers with a sign between; which of the first two is the day, all of them say together."""
    found = [_parts(t) for t in texts]
    short = [m for m in found if m is not None and len(m[1]) < 3]
    day_first = any(int(m[1]) > 12 for m in short)
    month_first = any(int(m[3]) > 12 for m in short)
    if day_first and month_first:
        return None
    if not day_first and not month_first:
        day_first = any(m[2] != "/" for m in short)  # 3/4/2024 is the American way more often than not
    return _seconds(["" if m is None else _as_iso(m, day_first) for m in found], "ISO8601")


def _parts(text: str) -> "re.Match[str] | None":
    """Find three numbers with a sign between; behind a year a month and a day may have one digit."""
    return PARTS.fullmatch(text) or PARTS.fullmatch(
        YEAR_FIRST.sub(lambda m: f"{m[1]}{m[2]}{m[3]:0>2}{m[2]}{m[4]:0>2}", text, count=1)
    )


def _as_iso(found: "re.Match[str]", day_first: bool) -> str:
    one, _, two, three, hour, minute, second, half = found.groups()
    if len(one) >= 3:
        year, month, day = one, two, three
    else:
        year, (day, month) = three, (one, two) if day_first else (two, one)
    full = int(year) + (0 if len(year) > 2 else 2000 if int(year) < THIS_CENTURY else 1900)
    hours = int(hour or 0)
    if half is not None:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return f"{full:04d}-{month:0>2}-{day:0>2}T{hours:02d}:{minute or '00'}:{second or '00'}"


def seconds_of_numbers(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Read the numbers of a column that holds dates, as their size says: all of them are read in one way.

    Years; days as 20150224; days as a spreadsheet counts them; seconds since 1970, or thousandths and less of them.

    Returns
    -------
    ndarray of shape (n,), float64
        Seconds since 1970 in UTC; NaN where there is no date.
    """
    known = np.abs(numbers[np.isfinite(numbers)])
    usual = float(np.median(known)) if len(known) else 0.0
    parts = next(parts for parts in (1.0, 1e3, 1e6, 1e9) if usual / parts < FIRST_OF_PARTS or parts == 1e9)
    if YEARS[0] <= usual <= YEARS[1] or WRITTEN_DAYS[0] <= usual <= WRITTEN_DAYS[1]:
        texts = ["" if not np.isfinite(n) else f"{n:.0f}" for n in numbers]
        return _seconds(texts, "%Y" if usual <= YEARS[1] else "%Y%m%d")
    if usual <= LAST_SERIAL:
        return (numbers - EXCEL_EPOCH) * DAY
    return numbers / parts
