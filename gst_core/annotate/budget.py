"""A hard limit on what is sent to a language model, and a running count of what was."""

import threading
from dataclasses import dataclass

from gst_core.errors import AnnotationError

PRICED_TOKENS = 1_000_000  # providers give their prices for a million tokens


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
    """Requests, and perhaps tokens, that may be spent; safe to use from many threads.

    Every HTTP attempt is reserved before it is sent and settled after it. Attempts are never given back. A reservation
    of tokens is an upper bound, and the part of it that was not used is given back when it is settled; a request that
    fits only then waits for those before it.

    Parameters
    ----------
    requests : int
        Attempts that may be sent, retries included.
    tokens : int, optional
        Prompt and answer tokens together; no limit when left out.
    """

    def __init__(self, requests: int, tokens: int | None = None) -> None:
        self.requests = requests
        self.tokens = tokens
        self._spent = Spent()
        self._reserved = 0
        self._change = threading.Condition()

    @property
    def spent(self) -> Spent:
        """Return the running count."""
        with self._change:
            return self._spent

    @property
    def requests_left(self) -> int:
        """Return how many attempts may still be sent."""
        return self.requests - self.spent.requests

    def reserve(self, tokens: int) -> int:
        """Take one attempt and room for its tokens.

        Parameters
        ----------
        tokens : int
            The most that the attempt can use.

        Returns
        -------
        int
            `tokens`, to be given to `settle`.

        Raises
        ------
        BudgetSpent
            There is no attempt left, or no room for the tokens.
        """
        with self._change:
            while True:
                if self._spent.requests >= self.requests:
                    raise BudgetSpent(
                        f"The budget of {self.requests:,} requests is spent. Raise it to go on from here."
                    )
                if self.tokens is None or self._spent.tokens + self._reserved + tokens <= self.tokens:
                    break
                if self._reserved == 0 or self._spent.tokens + tokens > self.tokens:
                    raise BudgetSpent(f"The budget of {self.tokens:,} tokens is spent. Raise it to go on from here.")
                self._change.wait()
            self._spent = Spent(self._spent.requests + 1, self._spent.prompt_tokens, self._spent.completion_tokens)
            self._reserved += tokens
            return tokens

    def settle(self, reserved: int, prompt_tokens: int, completion_tokens: int) -> None:
        """Give a reservation back and count what was used in its place."""
        with self._change:
            self._reserved -= reserved
            self._spent = Spent(
                self._spent.requests,
                self._spent.prompt_tokens + prompt_tokens,
                self._spent.completion_tokens + completion_tokens,
            )
            self._change.notify_all()
