"""Answers that come one by one, and slowly, taken in batches."""

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


def in_batches(items: Iterator[Item], most: int, seconds: float) -> Iterator[list[Item]]:
    """Collect items that come slowly, and yield those that have come after so many or so many seconds.

    Parameters
    ----------
    items : iterator
        Gone through in a thread of its own.
    most : int
        A batch ends with so many, but takes with it what has come meanwhile.
    seconds : float
        A batch ends after so many, also when it is empty.

    Raises
    ------
    Exception
        What `items` raised, after the items before it.
    """
    arrived: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()

    def go_through() -> None:
        try:
            for item in items:
                arrived.put(item)
            arrived.put(_End())
        except Exception as error:
            arrived.put(_End(error))

    threading.Thread(target=go_through, name="annotation-answers", daemon=True).start()
    end = None
    while end is None:
        batch, end = _batch(arrived, most, seconds)
        yield batch
    if end.error is not None:
        raise end.error


@dataclass(frozen=True)
class _End:
    """Nothing more comes, perhaps because of an error."""

    error: Exception | None = None


def _batch(arrived: "queue.SimpleQueue[Item | _End]", most: int, seconds: float) -> tuple[list[Item], _End | None]:
    """Take what comes, see `in_batches`, and the end when it is among it."""
    batch: list[Item] = []
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic() if len(batch) < most else 0.0
        try:
            item = arrived.get(timeout=left) if left > 0 else arrived.get_nowait()
        except queue.Empty:
            return batch, None
        if isinstance(item, _End):
            return batch, item
        batch.append(item)
