"""Whose turn it is: one computes at a time, and the revisions that tell states apart."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gst_core.errors import Cancelled

# One at a time through the numeric libraries: each uses all cores by itself, and numba's built-in thread pool must not
# be entered from two threads.
computing = threading.Lock()
LONGEST_COMPILATION = 600.0  # seconds after which a map no longer waits for the compiler in the other process
LOOK_SECONDS = 0.1  # between two looks at whether what waits was given up
LONGEST_STOP = 60.0  # seconds that a deletion waits for work to stop: a chunk of texts, or an encoder that is loaded
_revisions = itertools.count(1)


def next_revision() -> int:
    """Return a number above all earlier ones, by which a browser tells one set of positions from another."""
    return next(_revisions)


def already_ready() -> threading.Event:
    """Return what to wait for where nothing has to be waited for."""
    event = threading.Event()
    event.set()
    return event


@contextmanager
def turn(given_up: Callable[[], bool]) -> Iterator[None]:
    """Compute when nobody else does.

    Raises
    ------
    Cancelled
        The work was given up while it waited.
    """
    while not computing.acquire(timeout=LOOK_SECONDS):
        if given_up():
            raise Cancelled("The work was given up before its turn came.")
    try:
        yield
    finally:
        computing.release()


def wait_for(event: threading.Event, seconds: float, given_up: Callable[[], bool]) -> None:
    """Wait for something, at most so many seconds, unless the work is given up."""
    end = time.monotonic() + seconds
    while not event.wait(LOOK_SECONDS) and not given_up() and time.monotonic() < end:
        pass
