"""Questions to a language model and its answers, within a budget, with retries."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gst_core.annotate.budget import Budget, Spent
from gst_core.annotate.faults import LONGEST_WAIT, Fault, fault_of, refused_part, scrubbed, waiting_time
from gst_core.annotate.prompts import CHARACTERS_PER_TOKEN, Question
from gst_core.annotate.provider import MODEL_SETTING, Provider
from gst_core.errors import AnnotationError, Cancelled

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

log = logging.getLogger(__name__)

NO_KEY = "none"  # servers on this machine want some key, and look at none
TIMEOUT = 60.0  # seconds for one answer: a small model on two cores that are busy takes up to twenty
RETRIES = 5
LOOK_EVERY = 0.05  # seconds between two looks whether to stop
LIST_SECONDS = 10.0  # for the list of models
TOP_LOGPROBS = 20  # the most that OpenAI gives
THINKING_TOKENS = 2_000  # a model that takes `max_completion_tokens` counts its thinking among them
LISTED_MODELS = 10  # that an error names


class ProviderUnusable(AnnotationError):  # noqa: N818 - it says what is
    """No question can be answered: the key, the model or the address is wrong. Trying the next text is of no use."""


@dataclass(frozen=True)
class TokenChoice:
    """One token of an answer: its text, its log-probability, and those of the likeliest others at its place."""

    text: str
    logprob: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Reply:
    """What came back: its text, the tokens that it took, and why it ended ("stop", "length", …)."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str
    tokens: tuple[TokenChoice, ...] = ()


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
        with _client(provider, LIST_SECONDS) as client:
            names = [model.id for model in client.models.list()]
    except (openai.OpenAIError, ValueError, AttributeError, TypeError) as error:
        reason = scrubbed(fault_of(error).reason, provider)
        names = None
    if names is None:  # outside the handler, so that the error holds no request and no header
        raise AnnotationError(f"{provider.host} gave no list of models ({reason}). Say which model to use.")
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
    log-probabilities, temperature, ``max_tokens``) is left out from then on.

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

    def __repr__(self) -> str:
        return f"ChatModel({self.provider!r})"

    @property
    def spent(self) -> Spent:
        """Return the running count of the budget."""
        return self.budget.spent

    def ask(self, question: Question) -> Reply:
        """Ask a question.

        Returns
        -------
        Reply

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
        attempt = 0
        while True:
            self._stop_when_cancelled()
            left_out = self._left_out
            outcome = self._attempt(question, left_out)
            if isinstance(outcome, Reply):
                return outcome
            if outcome.refused:
                with self._lock:
                    self._left_out |= {outcome.refused}
                log.info("%s takes no %s; asking without", self.provider.host, outcome.refused)
                continue
            wait = waiting_time(attempt, outcome.wait)
            if not outcome.again or attempt >= self.retries or wait > LONGEST_WAIT:
                raise self._gave_up(outcome, attempt + 1, wait)
            log.info("%s gave no answer; trying again in %.1f s", self.provider.host, wait)
            self._sleep(wait)
            attempt += 1

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _attempt(self, question: Question, left_out: frozenset[str]) -> Reply | Fault:
        self.budget.take()
        outcome = self._send(question, left_out)
        if isinstance(outcome, Reply):
            self.budget.count(outcome.prompt_tokens, outcome.completion_tokens)
        elif outcome.paid:  # nobody says what it cost: count what it can have
            thinking = THINKING_TOKENS if "max_tokens" in left_out else 0
            self.budget.count(question.prompt_tokens, question.max_tokens + thinking)
        return outcome

    def _send(self, question: Question, left_out: frozenset[str]) -> Reply | Fault:
        import openai

        try:
            with self._lock:
                if self._client is None:
                    self._client = _client(self.provider, self._timeout)
                client = self._client
            completion = client.chat.completions.create(**_request(question, self.provider.model, left_out))
            return _reply(completion, question)
        except (openai.OpenAIError, ValueError, AttributeError, TypeError, IndexError) as error:
            fault = fault_of(error)
            refused = refused_part(error, left_out)
        return Fault(scrubbed(fault.reason, self.provider), fault.again, fault.fatal, fault.wait, fault.paid, refused)

    def _gave_up(self, fault: Fault, attempts: int, wait: float) -> AnnotationError:
        times = "" if attempts == 1 else f" {attempts} times"
        text = f"{self.provider.host} gave no answer{times}: {fault.reason}."
        if fault.fatal:
            return ProviderUnusable(f"{text} Check the address, the model and the key.")
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


def _client(provider: Provider, timeout: float) -> "openai.OpenAI":
    import openai

    # What goes to this machine must not pass a proxy of the environment.
    own = openai.DefaultHttpxClient(trust_env=False) if provider.local else None
    return openai.OpenAI(
        base_url=provider.base_url, api_key=provider.key or NO_KEY, timeout=timeout, max_retries=0, http_client=own
    )


def _request(question: Question, model: str, left_out: frozenset[str]) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in question.messages],
    }
    if "temperature" not in left_out:
        request["temperature"] = 0.0
    if "max_tokens" in left_out:
        request["max_completion_tokens"] = question.max_tokens + THINKING_TOKENS
    else:
        request["max_tokens"] = question.max_tokens
    if question.logprobs and "logprobs" not in left_out:
        request |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
    if "response_format" not in left_out:
        schema = {"name": question.name, "strict": True, "schema": question.schema}
        request["response_format"] = {"type": "json_schema", "json_schema": schema}
    return request


def _reply(completion: "ChatCompletion", question: Question) -> Reply:
    """Read an answer; what is no answer at all raises one of the errors that `_send` handles."""
    choice = completion.choices[0]
    text = choice.message.content or ""
    usage = completion.usage
    prompt = usage.prompt_tokens if usage else question.prompt_tokens
    answered = usage.completion_tokens if usage else -(-len(text) // CHARACTERS_PER_TOKEN)
    return Reply(text, int(prompt or 0), int(answered or 0), choice.finish_reason or "", _tokens(choice.logprobs))


def _tokens(logprobs: Any) -> tuple[TokenChoice, ...]:  # noqa: ANN401 - servers send what they like here
    try:
        return tuple(
            TokenChoice(
                str(t.token), float(t.logprob), tuple((str(o.token), float(o.logprob)) for o in t.top_logprobs or ())
            )
            for t in (logprobs.content or ())
        )
    except (AttributeError, TypeError, ValueError):
        return ()
