"""What a piece of work spends of requests and of time, known while it runs and after a crash."""

import threading
import time
from collections.abc import Callable

from gst_core.annotate.budget import Budget
from gst_core.annotate.chat import ChatModel, Reply
from gst_core.annotate.prompts import Question
from gst_core.annotate.provider import Provider

AHEAD = 4  # requests that are noted on disk before they are sent, so that a killed run cannot pass its budget later


class NotedBudget(Budget):
    """A budget of which somebody keeps how much is spent, a few requests ahead.

    Parameters
    ----------
    requests : int
    note : callable
        Called with how many requests will have been sent, before the first of them is.
    """

    def __init__(self, requests: int, note: Callable[[int], None]) -> None:
        super().__init__(requests)
        self._note = note
        self._lock = threading.Lock()
        self._wanted = self._noted = 0

    def take(self) -> None:
        """Take one attempt, see `Budget.take`."""
        with self._lock:
            self._wanted += 1
            if self._noted < self._wanted <= self.requests:
                self._note(min(self._wanted + AHEAD - 1, self.requests))
                self._noted = min(self._wanted + AHEAD - 1, self.requests)
        super().take()


class TimedChat(ChatModel):
    """A model that knows for how long at least one question was under way.

    Parameters are those of `ChatModel`.
    """

    def __init__(self, provider: Provider, *, budget: Budget, cancelled: Callable[[], bool] | None = None) -> None:
        super().__init__(provider, budget=budget, cancelled=cancelled)
        self._clock = threading.Lock()
        self._under_way, self._since, self._seconds = 0, 0.0, 0.0

    @property
    def seconds(self) -> float:
        """Return for how long at least one question was under way so far."""
        with self._clock:
            return self._seconds + (time.monotonic() - self._since if self._under_way else 0.0)

    def ask(self, question: Question, usable: Callable[[Reply], bool] | None = None) -> Reply:
        """Ask a question, see `ChatModel.ask`."""
        self._count(1)
        try:
            return super().ask(question, usable)
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._clock:
            moment = time.monotonic()
            if self._under_way:
                self._seconds += moment - self._since
            self._under_way, self._since = self._under_way + step, moment
