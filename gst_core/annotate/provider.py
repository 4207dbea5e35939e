"""A language model behind an OpenAI-compatible address: OpenAI, Ollama, vLLM, llama.cpp and the like.

The key lives in a `Provider` and in the headers of the requests, nowhere else: it is in no representation, no error and
no log, and nothing here writes a file.
"""

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gst_core.annotate.budget import Budget, Spent
from gst_core.annotate.prompts import CHARACTERS_A_TOKEN, Question
from gst_core.errors import AnnotationError, Cancelled

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

log = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
URL_SETTING, KEY_SETTING, MODEL_SETTING = "OPENAI_BASE_URL", "OPENAI_API_KEY", "GST_LLM_MODEL"
LOOPBACK = ("localhost", "::1")
NO_KEY = "none"  # servers on this machine want some key, and look at none
TIMEOUT = 60.0  # seconds for one answer: a small model on two cores that are busy takes up to twenty
RETRIES = 5
FIRST_WAIT = 0.5  # seconds; doubled for each further attempt
LONGEST_WAIT = 60.0  # seconds that a server may ask to wait for; limits a minute are the usual ones
LOOK_EVERY = 0.05  # seconds between two looks whether to stop
LIST_SECONDS = 10.0  # for the list of models
RETRIED = (408, 409, 425, 429)  # and all from 500 on
REFUSED = (400, 422, 501)
TOP_LOGPROBS = 20  # the most that OpenAI gives
THINKING_TOKENS = 2_000  # a model that takes `max_completion_tokens` counts its thinking among them
FRAME_TOKENS = 64  # of a request beside its messages and schema, generously
LISTED_MODELS = 10  # that an error names
LONGEST_REASON = 160  # characters of what a server says that an error repeats


class ProviderUnusable(AnnotationError):  # noqa: N818 - it says what is
    """No question can be answered: the key, the model or the address is wrong. Trying the next text is of no use."""


@dataclass(frozen=True)
class Provider:
    """Where a model is, and the key for it.

    Attributes
    ----------
    base_url : str
        Up to and with ``/v1``.
    model : str
        May be empty before `first_model` was asked.
    key : str
        Never shown. Empty for a server that wants none.
    """

    base_url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def local(self) -> bool:
        """Whether the address is a loopback address, so that nothing leaves this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdigit())

    @property
    def host(self) -> str:
        """Return the host and port, as errors and pages name the provider."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


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


@dataclass(frozen=True)
class _Fault:
    """Why an attempt gave no answer: what to say, whether to try again, and when the server says to."""

    reason: str
    again: bool = False
    fatal: bool = False
    wait: float | None = None
    paid: bool = False
    refused: str = ""


def provider_from(settings: Mapping[str, str]) -> Provider | None:
    """Read the provider from settings: the environment, secrets or options.

    Parameters
    ----------
    settings : mapping of str to str
        ``OPENAI_BASE_URL``, ``OPENAI_API_KEY``, ``GST_LLM_MODEL``; other names are ignored.

    Returns
    -------
    Provider or None
        None when neither an address nor a key is set.

    Raises
    ------
    AnnotationError
        The address is none, or a name and password are in it.
    """
    base_url, key, model = (str(settings.get(s) or "").strip() for s in (URL_SETTING, KEY_SETTING, MODEL_SETTING))
    if not base_url and not key:
        return None
    location = _location(base_url or OPENAI_URL)
    if not location:
        raise AnnotationError(f"{URL_SETTING} is no web address. Give one such as http://127.0.0.1:11434/v1.")
    if "@" in location:
        raise AnnotationError(f"Take the name and password out of {URL_SETTING}, and put the key into {KEY_SETTING}.")
    if not key.isascii() or not key.isprintable():
        raise AnnotationError(f"{KEY_SETTING} holds characters that no key has. Copy the key again.")
    return Provider((base_url or OPENAI_URL).rstrip("/"), model, key)


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
        reason = _scrubbed(_fault(error).reason, provider)
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
            wait = _wait(attempt, outcome.wait)
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

    def _attempt(self, question: Question, left_out: frozenset[str]) -> Reply | _Fault:
        thinking = THINKING_TOKENS if "max_tokens" in left_out else 0
        reserved = self.budget.reserve(question.most_tokens + FRAME_TOKENS + thinking)
        prompt, completion = 0, 0
        try:
            outcome = self._send(question, left_out)
            if isinstance(outcome, Reply):
                prompt, completion = outcome.prompt_tokens, outcome.completion_tokens
            elif outcome.paid:  # nobody says what it cost: count what it can have
                prompt, completion = question.prompt_tokens, question.max_tokens + thinking
        finally:
            self.budget.settle(reserved, prompt, completion)
        return outcome

    def _send(self, question: Question, left_out: frozenset[str]) -> Reply | _Fault:
        import openai

        try:
            with self._lock:
                if self._client is None:
                    self._client = _client(self.provider, self._timeout)
                client = self._client
            completion = client.chat.completions.create(**_request(question, self.provider.model, left_out))
            return _reply(completion, question)
        except (openai.OpenAIError, ValueError, AttributeError, TypeError, IndexError) as error:
            fault = _fault(error)
            refused = _refused_part(error, left_out)
        return _Fault(_scrubbed(fault.reason, self.provider), fault.again, fault.fatal, fault.wait, fault.paid, refused)

    def _gave_up(self, fault: _Fault, attempts: int, wait: float) -> AnnotationError:
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


def _location(url: str) -> str:
    """Return host and port of a web address, with the name and password in it; empty when it is none."""
    try:
        parts = urlsplit(url)
        return parts.netloc if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


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
    answered = usage.completion_tokens if usage else -(-len(text) // CHARACTERS_A_TOKEN)
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


def _fault(error: Exception) -> _Fault:
    """Say what an error of the client means."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return _Fault("it did not answer in time", again=True, paid=True)
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error)
    if isinstance(error, openai.APIConnectionError):
        refused = isinstance(error.__cause__, OSError) or "Connect" in type(error.__cause__).__name__
        reason = "nothing answers at this address" if refused else "the connection broke off"
        return _Fault(reason, again=True, fatal=refused, paid=not refused)
    return _Fault("what it sent is not a chat answer", again=True, paid=True)


def _status_fault(error: "openai.APIStatusError") -> _Fault:
    status = error.status_code
    if status in (401, 403):  # their bodies repeat parts of the key
        return _Fault(f"it refuses the key ({status})", fatal=True)
    if status == 429 and _code(error) == "insufficient_quota":
        return _Fault("the account has no credit left (429)", fatal=True)
    reason = f"it answered {status}" + (f" ({_said(error)})" if _said(error) else "")
    if status in RETRIED or status >= 500:
        return _Fault(reason, again=True, wait=_retry_after(error.response.headers))
    return _Fault(reason, fatal=status == 404)


def _refused_part(error: Exception, left_out: frozenset[str]) -> str:
    """Return which part of the request the server says it does not take, if that part was in it."""
    import openai

    if not isinstance(error, openai.APIStatusError) or error.status_code not in REFUSED:
        return ""
    said = json.dumps(error.body, default=str).lower() if error.body is not None else str(error).lower()
    signs = (
        ("max_tokens", ("max_completion_tokens",)),
        ("logprobs", ("logprob",)),
        ("temperature", ("temperature",)),
        ("response_format", ("response_format", "json_schema", "schema", "grammar", "structured")),
    )
    return next((p for p, words in signs if p not in left_out and any(w in said for w in words)), "")


def _code(error: "openai.APIStatusError") -> str:
    return str(error.body.get("code") or "") if isinstance(error.body, dict) else ""


def _said(error: "openai.APIStatusError") -> str:
    """Return what the server says in its message, in one short line."""
    message = error.body.get("message") if isinstance(error.body, dict) else None
    return " ".join(str(message or "").split())[:LONGEST_REASON].rstrip(". ")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait: given in milliseconds, in seconds, or as a date."""
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        value = headers.get("retry-after", "")
        if value.replace(".", "", 1).isdigit():
            return float(value)
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _wait(attempt: int, asked: float | None) -> float:
    """Return how long to wait: as the server asks, else doubling; with jitter, so that threads do not come at once."""
    if asked is not None:
        return asked * random.uniform(1.0, 1.1) if asked < LONGEST_WAIT else asked
    return float(min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0))


def _scrubbed(text: str, provider: Provider) -> str:
    """Take the key out of what a server said."""
    return text.replace(provider.key, "…") if provider.key else text
