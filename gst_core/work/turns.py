"""Whose turn it is: one computes at a time, what has to be ready first, and the revisions that tell states apart."""

import itertools
import threading
from dataclasses import dataclass, field

from gst_core.map.frame import Stage

# One at a time through the numeric libraries: each uses all cores by itself, and numba's built-in thread pool must not
# be entered from two threads.
computing = threading.Lock()
_revisions = itertools.count(1)
LONGEST_COMPILATION = 600.0  # seconds after which a map no longer waits for the compiler in the other process


def next_revision() -> int:
    """Return a number above all earlier ones, by which a browser tells one set of positions from another."""
    return next(_revisions)


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True)
class Ready:
    """What work has to wait for after a start; set when nothing else is said.

    Attributes
    ----------
    layout, clusters : threading.Event
        Set when what positions, and what groups are computed with is compiled and loaded.
    """

    layout: threading.Event = field(default_factory=_set)
    clusters: threading.Event = field(default_factory=_set)

    def for_all_of(self, stage: Stage | None) -> bool:
        """Say whether what a stage needs is there."""
        return (self.clusters if stage == "clusters" else self.layout).is_set()
