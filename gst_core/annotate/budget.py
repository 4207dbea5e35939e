"""A hard limit on what is sent to a language model, and a running count of what was."""

import threading
from dataclasses import dataclass, replace

from gst_core.counting import counted
from gst_core.errors import AnnotationError

PRICED_TOKENS = 1_000_000  # providers give their prices per million tokens


class BudgetSpent(AnnotationError):  # noqa: N818 - it is a limit that was reached
    """The next request would pass the budget; it was not sent."""


@dataclass(frozen=True)
class Spent:
    """What was sent and answered so far.

    Attributes
    ----------
    requests : int
        HTTP attempts, those that failed included.
    prompt_tokens, completion_tokens : int
        As the server counted them, or estimated where it did not.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Return prompt and answer together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Estimate:
    """What a run will take at most in requests (without retries) and about in tokens."""

    requests: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        """Return prompt and answer together."""
        return self.prompt_tokens + self.completion_tokens


def price(spent: Spent | Estimate, per_million_in: float, per_million_out: float) -> float:
    """Return what tokens cost at the prices that the analyst gave for a million of them, in and out."""
    return (spent.prompt_tokens * per_million_in + spent.completion_tokens * per_million_out) / PRICED_TOKENS


class Budget:
    """Requests that may be sent, and a count of what they took; safe to use from many threads.

    Every HTTP attempt is taken from the budget before it is sent, and is never given back.

    Parameters
    ----------
    requests : int
        Attempts that may be sent, retries included.
    """

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self._spent = Spent()
        self._counting = threading.Lock()

    @property
    def spent(self) -> Spent:
        """Return the running count."""
        with self._counting:
            return self._spent

    @property
    def requests_left(self) -> int:
        """Return how many attempts may still be sent."""
        return self.requests - self.spent.requests

    def take(self) -> None:
        """Take one attempt.

        Raises
        ------
        BudgetSpent
            There is none left.
        """
        with self._counting:
            if self._spent.requests >= self.requests:
                raise BudgetSpent(f"The budget of {counted(self.requests, 'request')} is spent. Raise it to go on.")
            self._spent = replace(self._spent, requests=self._spent.requests + 1)

    def count(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count the tokens that an attempt took."""
        with self._counting:
            self._spent = Spent(
                self._spent.requests,
                self._spent.prompt_tokens + prompt_tokens,
                self._spent.completion_tokens + completion_tokens,
            )
