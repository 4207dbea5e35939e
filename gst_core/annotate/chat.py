"""Questions to a language model and its answers, within a budget, with retries."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gst_core.annotate.budget import Budget, Spent
from gst_core.annotate.faults import LONGEST_WAIT, Fault, fault_of, refused_part, scrubbed, waiting_time
from gst_core.annotate.prompts import Question
from gst_core.annotate.protocol import (
    FILTERED,
    THINKING_TOKENS,
    Reply,
    client_of,
    once,
    reply_of,
    request_of,
)
from gst_core.annotate.provider import MODEL_SETTING, Provider
from gst_core.counting import counted
from gst_core.errors import AnnotationError, Cancelled

if TYPE_CHECKING:
    import openai

log = logging.getLogger(__name__)

TIMEOUT = 60.0  # seconds for one answer: a small model on two cores that are busy takes up to twenty
RETRIES = 5
LOOK_EVERY = 0.05  # seconds between two looks whether to stop
LIST_SECONDS = 10.0  # for the list of models
ROOM = 256  # tokens more for an answer that was cut off
THINKING_ROOM = (2_000, 8_000)  # and for a model that thinks aloud before it answers
LISTED_MODELS = 10  # that an error names


class ProviderUnusable(AnnotationError):  # noqa: N818 - it says what is
    """No question can be answered: the key, the model or the address is wrong. Trying the next text is of no use."""


def first_model(provider: Provider) -> str:
    """Ask a provider for its models and return the first one's name; costs nothing.

    Of several models the first is taken on this machine only: elsewhere it may cost much, or be no chat model.

    Raises
    ------
    AnnotationError
        The list cannot be had, is empty, or holds several models of a provider that is not on this machine.
    """
    import openai

    try:
        with client_of(provider, LIST_SECONDS) as client:
            names = [model.id for model in client.models.list()]
    except (openai.OpenAIError, ImportError, ValueError, AttributeError, TypeError) as error:
        fault = fault_of(error)
        reason, advice = scrubbed(fault.reason, provider), fault.advice or "Say which model to use."
        names = None
    if names is None:  # outside the handler, so that the error holds no request and no header
        raise AnnotationError(f"{provider.host} gave no list of models ({reason}). {advice}")
    if not names:
        raise AnnotationError(f"{provider.host} has no model. Load one there, or say which model to use.")
    if len(names) > 1 and not provider.local:
        more = ", …" if len(names) > LISTED_MODELS else ""
        listed = ", ".join(map(str, names[:LISTED_MODELS])) + more
        raise AnnotationError(f"Say which model of {provider.host} to use, with --model or {MODEL_SETTING}: {listed}.")
    return str(names[0])


class ChatModel:
    """A model that answers questions, within a budget; safe to use from many threads.

    Attempts that fail for a passing reason (429, 5xx, time-outs, dropped connections) are repeated after a wait that
    doubles, with jitter, or as long as the server says. What a server refuses of a request (JSON schema,
    log-probabilities, temperature, ``max_tokens``) is left out from then on. A request that is sent again is marked as
    the same, so that a server that knows such marks answers and charges it once.

    Parameters
    ----------
    provider : Provider
        With a model.
    budget : Budget
        Every attempt is taken from it before it is sent.
    timeout : float
        Seconds for one attempt.
    retries : int
        Attempts after the first.
    cancelled : callable, optional
        Asked before every attempt and while waiting.

    Attributes
    ----------
    cut : int
        Answers that had no room for their end, however much they got.
    filtered : int
        Questions that a content filter refused.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        budget: Budget,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.provider = provider
        self.budget = budget
        self.retries = retries
        self.cancelled = cancelled or (lambda: False)
        self._timeout = timeout
        self._client: openai.OpenAI | None = None
        self._lock = threading.Lock()
        self._left_out: frozenset[str] = frozenset()
        self._room = 0
        self.cut = self.filtered = 0

    def __repr__(self) -> str:
        return f"ChatModel({self.provider!r})"

    @property
    def spent(self) -> Spent:
        """Return the running count of the budget."""
        return self.budget.spent

    def ask(self, question: Question, usable: Callable[[Reply], bool] | None = None) -> Reply:
        """Ask a question.

        Parameters
        ----------
        question : Question
        usable : callable, optional
            Says whether an answer that was cut off is of use all the same; if not, it is asked for again with more
            room. A model that thinks aloud gets it for all that follow.

        Returns
        -------
        Reply
            Empty, with the reason "content_filter", where a content filter refused the question.

        Raises
        ------
        BudgetSpent
            The next attempt would pass the budget.
        ProviderUnusable
            The key, the model or the address is wrong.
        AnnotationError
            The provider gave no answer in all attempts, or refused the question.
        Cancelled
            Someone asked to stop.
        """
        room = self._room
        while True:
            reply = self._answer(question, room)
            if reply.finish_reason == FILTERED:
                with self._lock:
                    self.filtered += 1
            if not reply.cut or usable is None or usable(reply):
                return reply
            more = next((r for r in (THINKING_ROOM if reply.thought else (ROOM,)) if r > room), None)
            if more is None:
                with self._lock:
                    self.cut += 1
                return reply
            log.info("%s was cut off; asking with room for %d tokens more", self.provider.host, more)
            room = more
            if reply.thought:
                with self._lock:
                    self._room = max(self._room, more)

    def _answer(self, question: Question, room: int) -> Reply:
        """Ask until there is an answer, or no hope of one."""
        attempt = refusals = 0
        while True:
            self._stop_when_cancelled()
            left_out = self._left_out
            outcome = self._attempt(question, left_out, room, refusals)
            if isinstance(outcome, Reply):
                return outcome
            if outcome.filtered:
                return Reply("", 0, 0, FILTERED)
            if outcome.refused:
                with self._lock:
                    self._left_out |= {outcome.refused}
                log.info("%s takes no %s; asking without", self.provider.host, outcome.refused)
                continue
            refusals += outcome.answered
            wait = waiting_time(attempt, outcome.wait)
            if not outcome.again or attempt >= self.retries or wait > LONGEST_WAIT:
                raise self._gave_up(outcome, attempt + 1, wait)
            log.info("%s gave no answer; trying again in %.1f s", self.provider.host, wait)
            self._sleep(wait)
            attempt += 1

    def remarks(self) -> str:
        """Return what became of answers that were cut off or filtered in a sentence or two; empty without any."""
        with self._lock:
            cut, filtered = self.cut, self.filtered
        said = []
        if cut:
            said.append(
                f"{counted(cut, 'answer was', 'answers were')} cut off, also with more room: turn the model's thinking "
                "off, or take another model."
            )
        if filtered:
            said.append(f"{counted(filtered, 'question was', 'questions were')} refused by the content filter.")
        return " ".join(said)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _attempt(self, question: Question, left_out: frozenset[str], room: int, refusals: int) -> Reply | Fault:
        self.budget.take()
        outcome = self._send(question, left_out, room, refusals)
        if isinstance(outcome, Reply):
            self.budget.count(outcome.prompt_tokens, outcome.completion_tokens)
        elif outcome.paid:  # nobody says what it cost: count what it can have
            thinking = THINKING_TOKENS if "max_tokens" in left_out else 0
            self.budget.count(question.prompt_tokens, question.max_tokens + thinking + room)
        return outcome

    def _send(self, question: Question, left_out: frozenset[str], room: int, refusals: int) -> Reply | Fault:
        import openai

        try:
            with self._lock:
                if self._client is None:
                    self._client = client_of(self.provider, self._timeout)
                client = self._client
            request = request_of(question, self.provider.model, left_out, room)
            completion = client.chat.completions.create(**request, extra_headers=once(request, refusals))
            return reply_of(completion, question)
        except (openai.OpenAIError, ImportError, ValueError, AttributeError, TypeError, IndexError) as error:
            fault = fault_of(error)
            refused = "" if fault.filtered else refused_part(error, left_out)
        return replace(fault, reason=scrubbed(fault.reason, self.provider), refused=refused)

    def _gave_up(self, fault: Fault, attempts: int, wait: float) -> AnnotationError:
        times = "" if attempts == 1 else f" {attempts} times"
        text = f"{self.provider.host} gave no answer{times}: {fault.reason}."
        if fault.fatal:
            return ProviderUnusable(f"{text} {fault.advice or 'Check the address, the model and the key.'}")
        if fault.again and wait > LONGEST_WAIT:
            return AnnotationError(f"{text} It asks to wait {wait:,.0f} s. What was answered is kept; go on then.")
        return AnnotationError(f"{text} What was answered is kept; go on later.")

    def _stop_when_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled("Stopped. What was answered is kept.")

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._stop_when_cancelled()
            time.sleep(min(left, LOOK_EVERY))
