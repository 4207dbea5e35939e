"""Why a provider gave no answer, as its client's errors tell it: what to say, and whether and when to try again."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from gst_core.annotate.provider import Provider

if TYPE_CHECKING:
    import openai

FIRST_WAIT = 0.5  # seconds; doubled for each further attempt
LONGEST_WAIT = 60.0  # seconds that a server may ask to wait for; limits per minute are the usual ones
RETRIED = (408, 409, 425, 429)  # and all from 500 on
REFUSED = (400, 422, 501)
LONGEST_REASON = 160  # characters of what a server says that an error repeats


@dataclass(frozen=True)
class Fault:
    """Why an attempt gave no answer: what to say, whether to try again, and when the server says to."""

    reason: str
    again: bool = False
    fatal: bool = False
    wait: float | None = None
    paid: bool = False
    refused: str = ""


def fault_of(error: Exception) -> Fault:
    """Say what an error of the client means."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return Fault("it did not answer in time", again=True, paid=True)
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error)
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
        return Fault(reason, again=True, wait=_retry_after(error.response.headers))
    return Fault(reason, fatal=status == 404)


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
