"""Work that takes too long for a run of the page: done once in a thread, and found again by what it is of."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

KEPT = 32  # results, of all sessions; one of 100,000 texts and ten classes takes 4 MB
THREADS = 2  # one that waits for a server does not hold up one that computes

Value = TypeVar("Value")


class Background:
    """Results and running work of all sessions."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def ask(self, key: Hashable, make: Callable[[], Value], patience: float = 0.0) -> Future[Value]:
        """Start or join the work named `key`, and wait for it no longer than `patience` seconds."""
        with self._lock:
            future = self._known.get(key)
            if future is None:
                future = self._known[key] = self._pool.submit(make)
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        if patience > 0:
            wait((future,), patience)
        return future

    def forget(self, key: Hashable) -> None:
        """Have the work done anew when it is asked for again."""
        with self._lock:
            self._known.pop(key, None)


@st.cache_resource(show_spinner=False)
def background() -> Background:
    """Return the server's background work."""
    return Background()
