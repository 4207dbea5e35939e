"""Why a provider gave no answer, as its client's errors tell it: what to say, and whether and when to try again."""

import json
import random
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from gst_core.annotate.protocol import NoChat
from gst_core.annotate.provider import Provider

if TYPE_CHECKING:
    import openai

FIRST_WAIT = 0.5  # seconds; doubled for each further attempt
LONGEST_WAIT = 60.0  # seconds that a server may ask to wait for; limits per minute are the usual ones
RETRIED = (408, 409, 425, 429)  # and all from 500 on
REFUSED = (400, 422, 501)
NOT_THERE = (404, 405)
FILTERS = ("content_filter", "content_policy", "responsibleaipolicy", "content management policy", "data_inspection")
ADDRESS = "Check the model's name, and the address: it ends in /v1 as a rule."
LONGEST_REASON = 160  # characters of what a server says that an error repeats


@dataclass(frozen=True)
class Fault:
    """Why an attempt gave no answer: what to say, whether to try again, and when the server says to.

    Attributes
    ----------
    reason : str
    again : bool
        Whether trying again may help.
    fatal : bool
        Whether no other question would be answered either.
    wait : float or None
        Seconds that the server asks to wait.
    paid : bool
        Whether it may have cost something.
    refused : str
        A part of the request that the server does not take.
    answered : bool
        Whether the server said itself that it failed.
    filtered : bool
        Whether a content filter refused the question.
    advice : str
        What to do; empty for the usual.
    """

    reason: str
    again: bool = False
    fatal: bool = False
    wait: float | None = None
    paid: bool = False
    refused: str = ""
    answered: bool = False
    filtered: bool = False
    advice: str = ""


def fault_of(error: Exception) -> Fault:
    """Say what an error of the client means."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return Fault("it did not answer in time", again=True, paid=True)
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error)
    if isinstance(error, openai.APIConnectionError) and (known := _known_obstacle(error)) is not None:
        return known
    if isinstance(error, ImportError | ValueError) and "proxy" in str(error).lower():
        return _proxy_fault(error)
    if isinstance(error, NoChat):
        return Fault("a web page is at this address, and no chat", fatal=True, advice=ADDRESS)
    if isinstance(error, openai.APIConnectionError):
        refused = isinstance(error.__cause__, OSError) or "Connect" in type(error.__cause__).__name__
        reason = "nothing answers at this address" if refused else "the connection broke off"
        return Fault(reason, again=True, fatal=refused, paid=not refused)
    return Fault("what it sent is not a chat answer", again=True, paid=True)


def refused_part(error: Exception, left_out: frozenset[str]) -> str:
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


def waiting_time(attempt: int, asked: float | None) -> float:
    """Return how long to wait: as the server asks, else doubling; with jitter, so that threads do not come at once."""
    if asked is not None:
        return asked * random.uniform(1.0, 1.1) if asked < LONGEST_WAIT else asked
    return float(min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0))


def scrubbed(text: str, provider: Provider) -> str:
    """Take the key out of what a server said."""
    return text.replace(provider.key, "…") if provider.key else text


def _status_fault(error: "openai.APIStatusError") -> Fault:
    status = error.status_code
    if status in (401, 403):  # their bodies repeat parts of the key
        return Fault(f"it refuses the key ({status})", fatal=True)
    if status == 429 and _code(error) == "insufficient_quota":
        return Fault("the account has no credit left (429)", fatal=True)
    reason = f"it answered {status}" + (f" ({_said(error)})" if _said(error) else "")
    if status in RETRIED or status >= 500:
        return Fault(reason, again=True, wait=_retry_after(error.response.headers), answered=True)
    if status in NOT_THERE:
        what = "it knows no such model or address" if status == NOT_THERE[0] else "there is no chat at this address"
        said = f" ({_said(error)})" if _said(error) else ""
        return Fault(f"{what} ({status}){said}", fatal=True, answered=True, advice=ADDRESS)
    return Fault(reason, answered=True, filtered=_is_filter(error))


def _known_obstacle(error: Exception) -> Fault | None:
    """Return what stood in the way of a connection where its kind is known, and trying again is of no use."""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = (cause.verify_message or "unknown issuer").rstrip(".")
            return Fault(
                f"its certificate is not trusted here ({why})",
                fatal=True,
                advice="Set SSL_CERT_FILE to a file with your organisation's certificates, or check the address.",
            )
        if isinstance(cause, ssl.SSLError):
            return Fault("it does not speak https", fatal=True, advice="Check whether its address begins with http://.")
        if "proxy" in type(cause).__name__.lower():
            return _proxy_fault(cause)
        if isinstance(cause, socket.gaierror):
            return Fault("no host of this name is known", again=True, fatal=True)
    return None


def _proxy_fault(error: BaseException) -> Fault:
    kind = "a SOCKS proxy, which is not supported" if "socks" in str(error).lower() else "a proxy that does not let it"
    return Fault(
        f"the environment names {kind}",
        fatal=True,
        advice="Look at ALL_PROXY, HTTPS_PROXY and HTTP_PROXY: name an HTTP proxy there, or the host in NO_PROXY.",
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_filter(error: "openai.APIStatusError") -> bool:
    said = json.dumps(error.body, default=str).lower() if error.body is not None else ""
    return error.status_code in REFUSED and any(sign in said for sign in FILTERS)


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
