"""Whose turn it is: one computes at a time, and the revisions that tell states apart."""

import itertools
import threading

# One at a time through the numeric libraries: each uses all cores by itself, and numba's built-in thread pool must not
# be entered from two threads.
computing = threading.Lock()
LONGEST_COMPILATION = 600.0  # seconds after which a map no longer waits for the compiler in the other process
_revisions = itertools.count(1)


def next_revision() -> int:
    """Return a number above all earlier ones, by which a browser tells one set of positions from another."""
    return next(_revisions)


def already_ready() -> threading.Event:
    """Return what to wait for where nothing has to be waited for."""
    event = threading.Event()
    event.set()
    return event
