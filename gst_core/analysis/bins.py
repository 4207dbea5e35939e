"""Bins with edges that people would choose: round numbers, and days, weeks, months or years by how long a time is.

Bins are half open, so that those side by side share nothing: each holds what is at least its lower edge and below its
upper one. The outer two also hold what lies beyond them, so that one stray value leaves the others their room.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gst_core.corpus import ColumnReading, Kind

Named = tuple[NDArray[np.float64], tuple[str, ...], tuple[str, ...]]  # edges, what ranges begin and end with

MOST = 24  # bins of numbers: of ten pixels each in a panel beside the map
MOST_DATES = 60  # so that two months are days, a year is weeks and five years are months
OUTER = (0.01, 0.99)  # quantiles; what lies so far beyond them as below is put into the outer bins
FAR = 2.0  # times the distance between these quantiles
SMALLEST, LARGEST = 1e-300, 1e300  # steps whose inverse and whose multiples are numbers yet
MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Of dates: the length in seconds, NumPy's unit, how many of it, and the number of the unit at which a bin begins.
UNITS = (
    (MINUTE, "m", 1, 0), (HOUR, "h", 1, 0), (DAY, "D", 1, 0), (7 * DAY, "D", 7, -3), (30.44 * DAY, "M", 1, 0),
    (91.3 * DAY, "M", 3, 0), (365.25 * DAY, "Y", 1, 0), (5 * 365.25 * DAY, "Y", 5, 0), (3_652.5 * DAY, "Y", 10, 0),
    (36_525 * DAY, "Y", 100, 30),
)  # fmt: skip
STEPS = (1, 5, 10, 30, MINUTE, 300, 600, 1_800, HOUR, 10_800, 21_600, 43_200, DAY, 7 * DAY, 30 * DAY)  # of durations


@dataclass(frozen=True, eq=False)
class Bins:
    """Where the bins of a column lie, and in which each value is.

    Attributes
    ----------
    edges : ndarray of shape (bins + 1,), float64
        Rising.
    codes : ndarray of shape (n,), int16
        -1 where a text has no value.
    starts, ends : tuple of str, of length bins
        What a range is called that begins, and that ends, with each bin.
    """

    edges: NDArray[np.float64]
    codes: NDArray[np.int16]
    starts: tuple[str, ...]
    ends: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.starts)


def bins_of(numbers: NDArray[np.float64], kind: Kind) -> Bins:
    """Put values into bins.

    Parameters
    ----------
    numbers : ndarray of shape (n,), float64
        As `TextColumn.numbers`; NaN where there is none.
    kind : {"number", "date", "duration"}
    """
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return Bins(np.zeros(1), np.full(len(numbers), -1, dtype=np.int16), (), ())
    low, high = _body(known)
    edges, starts, ends = _dates(low, high) if kind == "date" else _numbers(known, low, high, kind)
    if known.min() < edges[0]:
        starts = (ColumnReading(kind).shown(float(known.min())), *starts[1:])
    if known.max() > edges[-1]:
        ends = (*ends[:-1], ColumnReading(kind).shown(float(known.max())))
    codes = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, len(edges) - 2)
    return Bins(edges, np.where(np.isfinite(numbers), codes, -1).astype(np.int16), starts, ends)


def _body(known: NDArray[np.float64]) -> tuple[float, float]:
    """Return from where to where bins go: all the way, or as far as the most lie where a few are far away."""
    low, high = float(known.min()), float(known.max())
    first, last = (float(q) for q in np.quantile(known, OUTER))
    if last > first:
        low = first if first - low > FAR * (last - first) else low
        high = last if high - last > FAR * (last - first) else high
    return low, high


def _nice(step: float) -> float:
    """Return the next round number: 1, 2 or 5 with noughts before or behind."""
    if not SMALLEST < step < LARGEST:
        return step
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= step * (1 - 1e-9)))


def _numbers(known: NDArray[np.float64], low: float, high: float, kind: Kind) -> Named:
    whole = bool((known == np.floor(known)).all())
    if kind == "duration":
        step = next((float(s) for s in STEPS if s >= (high - low) / MOST), _nice((high - low) / MOST))
    else:
        step = max(_nice((high - low) / MOST), 1.0 if whole else 0.0) or 1.0
    edges = _round_edges(low, high, step, whole=whole) if SMALLEST < step < LARGEST else np.zeros(2)
    if (np.diff(edges) <= 0).any():  # no round numbers, or more of them than there are numbers in between
        even = np.linspace(low / 2, high / 2, MOST + 1) * 2
        edges = np.unique([low, *even, np.nextafter(high, 0.0), high])
    upper = edges[1:] - 1 if whole and kind == "number" else edges[1:]
    shown = ColumnReading(kind).shown
    return edges, tuple(shown(float(n)) for n in edges[:-1]), tuple(shown(float(n)) for n in upper)


def _round_edges(low: float, high: float, step: float, *, whole: bool) -> NDArray[np.float64]:
    first, last = np.floor(low / step), np.floor(high / step)
    if not whole and last > first and last * step >= high:
        last -= 1  # no bin for the largest value alone
    places = first + np.arange(int(last - first) + 2)
    return np.asarray(places / round(1 / step) if step < 1 else places * step)  # 3 / 10 is 0.3, and 3 * 0.1 not quite


def _dates(low: float, high: float) -> Named:
    _, unit, many, first = next((u for u in UNITS if (high - low) / u[0] <= MOST_DATES), UNITS[-1])

    def number(moment: float) -> int:
        return int(np.datetime64(int(np.floor(moment)), "s").astype(f"M8[{unit}]").astype(np.int64))

    start = (number(low) - first) // many * many + first
    places = start + many * np.arange((number(high) - start) // many + 2)
    seconds = places.astype(f"M8[{unit}]").astype("M8[s]")
    edges = seconds.astype(np.int64).astype(np.float64)
    lasts = (seconds[1:] - np.timedelta64(1, "s")).astype(f"M8[{unit}]")
    starts = seconds[:-1].astype(f"M8[{unit}]")
    return edges, tuple(map(_moment, starts)), tuple(map(_moment, lasts))


def _moment(moment: np.datetime64) -> str:
    return str(moment).replace("T", " ") + (":00" if np.datetime_data(moment)[0] == "h" else "")
