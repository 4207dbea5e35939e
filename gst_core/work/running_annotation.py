"""One piece of a language model's work on a lens: whom it asks, what that took, and how it is stopped."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gst_core.annotate import NotedBudget, Provider, Spent, TimedChat, first_model

if TYPE_CHECKING:
    from gst_core.workspace import AnnotationRun


class RunningAnnotation:
    """One piece of work: its model, what was sent for it, and when.

    Attributes
    ----------
    provider : Provider
    cancelled, ended : threading.Event
        Set when someone asked to stop, and when it cannot go on.
    record : AnnotationRun or None
        How far a labelling has come.
    spent_before : Spent
        By the run that it goes on with.
    stopped : str
        Why it ended before its end.
    lock : threading.Lock
        Held while `record` is replaced and saved.
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.cancelled, self.ended = threading.Event(), threading.Event()
        self.record: AnnotationRun | None = None
        self.spent_before = Spent()
        self.stopped = ""
        self.lock = threading.Lock()
        self._begun = time.monotonic()
        self._chat: TimedChat | None = None

    def find_model(self) -> None:
        """Take the provider's first model where none was said.

        Raises
        ------
        AnnotationError
            It gives no list of models.
        """
        if not self.provider.model:
            self.provider = replace(self.provider, model=first_model(self.provider))

    def chat(self, budget: int, note: Callable[[int], None] = lambda _: None) -> TimedChat:
        """Return the model, with a budget for all of the work; see `NotedBudget`."""
        self._chat = TimedChat(self.provider, budget=NotedBudget(budget, note), cancelled=self._stops)
        return self._chat

    def _stops(self) -> bool:
        return self.cancelled.is_set() or self.ended.is_set()

    @property
    def spent(self) -> Spent:
        """Return what was sent so far, by the run before too."""
        now, before = self._chat.spent if self._chat else Spent(), self.spent_before
        return Spent(
            before.requests + now.requests,
            before.prompt_tokens + now.prompt_tokens,
            before.completion_tokens + now.completion_tokens,
        )

    @property
    def seconds_outside(self) -> float:
        """Return the seconds in which no question was under way."""
        return time.monotonic() - self._begun - (self._chat.seconds if self._chat else 0.0)

    def close(self) -> None:
        """Close the connections."""
        if self._chat is not None:
            self._chat.close()

    def without_key(self, text: str) -> str:
        """Return a text without the provider's key, should that be in it."""
        return text.replace(self.provider.key, "…") if self.provider.key else text
