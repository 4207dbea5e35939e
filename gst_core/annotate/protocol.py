"""What goes over the wire: a question as a request, and an answer as it came."""

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gst_core.annotate.prompts import CHARACTERS_PER_TOKEN, Question
from gst_core.annotate.provider import Provider
from gst_core.annotate.thoughts import without_thoughts

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

NO_KEY = "none"  # servers on this machine want some key, and look at none
TOP_LOGPROBS = 20  # the most that OpenAI gives
THINKING_TOKENS = 2_000  # a model that takes `max_completion_tokens` counts its thinking among them
AZURE_KEY = "api-key"
ONCE = "Idempotency-Key"  # by which a server that knows it answers a request that it had already, and charges it once
CUT, FILTERED = "length", "content_filter"  # reasons why an answer ended that are no end


class NoChat(ValueError):  # noqa: N818 - it says what is
    """A web page or something else that is no chat is at the address."""


@dataclass(frozen=True)
class TokenChoice:
    """One token of an answer: its text, its log-probability, and those of the likeliest others at its place."""

    text: str
    logprob: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Reply:
    """What came back: its text, the tokens that it took, and why it ended ("stop", "length", …).

    What a model thinks aloud is neither in the text nor among its `tokens`; `thought` says that it did.
    """

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: str
    tokens: tuple[TokenChoice, ...] = ()
    thought: bool = False

    @property
    def cut(self) -> bool:
        """Whether the answer had no room for its end."""
        return self.finish_reason == CUT


def client_of(provider: Provider, timeout: float) -> "openai.OpenAI":
    """Return what sends requests to a provider.

    Raises
    ------
    ImportError, ValueError
        The environment names a proxy that cannot be used.
    """
    import openai

    # What goes to this machine must not pass a proxy of the environment.
    own = openai.DefaultHttpxClient(trust_env=False) if provider.local else None
    return openai.OpenAI(
        base_url=provider.base_url,
        api_key=provider.key or NO_KEY,
        timeout=timeout,
        max_retries=0,
        http_client=own,
        default_query=dict(provider.query) or None,
        default_headers={AZURE_KEY: provider.key} if provider.azure and provider.key else None,
    )


def request_of(question: Question, model: str, left_out: frozenset[str], room: int) -> dict[str, Any]:
    """Return a question as a request.

    Parameters
    ----------
    question : Question
    model : str
    left_out : frozenset of str
        What the server does not take.
    room : int
        Tokens beside those that the answer needs.
    """
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in question.messages],
    }
    if "temperature" not in left_out:
        request["temperature"] = 0.0
    if "max_tokens" in left_out:
        request["max_completion_tokens"] = question.max_tokens + THINKING_TOKENS + room
    else:
        request["max_tokens"] = question.max_tokens + room
    if question.logprobs and "logprobs" not in left_out:
        request |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
    if "response_format" not in left_out:
        schema = {"name": question.name, "strict": True, "schema": question.schema}
        request["response_format"] = {"type": "json_schema", "json_schema": schema}
    return request


def once(request: dict[str, Any], refusals: int) -> dict[str, str]:
    """Return the header by which a request that is sent again, after a kill say, is known to be the same.

    `refusals` are the errors that the server answered it with: it is to answer anew then.
    """
    digest = hashlib.sha256(json.dumps([request, refusals], sort_keys=True).encode("utf-8", "surrogatepass"))
    return {ONCE: digest.hexdigest()}


def reply_of(completion: "ChatCompletion", question: Question) -> Reply:
    """Read an answer.

    Raises
    ------
    NoChat
        A web page came back.
    AttributeError, IndexError, TypeError, ValueError
        It is no answer at all.
    """
    if isinstance(completion, str):  # what the client gives of anything that is no JSON
        raise NoChat
    choice = completion.choices[0]
    content = choice.message.content or ""
    text = without_thoughts(content)
    reason = FILTERED if getattr(choice.message, "refusal", None) and not text else choice.finish_reason or ""
    usage = completion.usage
    prompt = usage.prompt_tokens if usage else question.prompt_tokens
    answered = usage.completion_tokens if usage else -(-len(content) // CHARACTERS_PER_TOKEN)
    thought = text != content or not content  # servers that take thoughts out give nothing while a model thinks
    tokens = _tokens(choice.logprobs)
    return Reply(
        text, int(prompt or 0), int(answered or 0), reason, _last(tokens, text) if thought else tokens, thought
    )


def _last(tokens: tuple[TokenChoice, ...], text: str) -> tuple[TokenChoice, ...]:
    """Return the tokens that a text at the end is made of."""
    start, length = len(tokens), 0
    while start and length < len(text):
        start -= 1
        length += len(tokens[start].text)
    return tokens[start:]


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
