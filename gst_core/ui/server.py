"""What the page's server says and does not say: to browsers, to pages of other servers, and to other hosts.

`app.py` puts it before Streamlit's own server.
"""

import base64
import hashlib
import logging
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

UPLOAD_SETTING = "server.maxUploadSize"  # in megabytes
READING_COSTS = 16.0  # bytes of memory for each of an uploaded file: 150 MB of CSV took 2.2 GB
FOR_READING = 0.25  # of the machine's memory
SMALLEST_UPLOAD, LARGEST_UPLOAD = 20, 1024  # megabytes
UNKNOWN_MEMORY = 8_000_000_000  # bytes
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
THIS_COMPUTER = frozenset(("localhost", "127.0.0.1", "::1"))
REFUSED = 4403  # a WebSocket's code for "not from there"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def settle(_app: object) -> AsyncGenerator[None, None]:
    """Bound uploads by the machine's memory when the settings have been read, unless a person has set a bound."""
    if not config.is_manually_set(UPLOAD_SETTING):
        config.set_option(UPLOAD_SETTING, upload_limit(memory()))
    yield


def upload_limit(memory: int) -> int:
    """Return the megabytes that an upload may have, so that a machine with so many bytes of memory can read it."""
    return max(SMALLEST_UPLOAD, min(LARGEST_UPLOAD, int(memory * FOR_READING / READING_COSTS / 1e6)))


def memory() -> int:
    """Return the bytes of memory that this machine, or the container that the server runs in, has."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a Unix
        return UNKNOWN_MEMORY
    try:
        return min(machine, int(CONTAINER_LIMIT.read_text()))
    except (OSError, ValueError):  # none, or "max"
        return machine


class SecurityHeaders:
    """What each answer forbids a browser: other hosts, guessed types, telling where it came from, being framed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "SAMEORIGIN",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to an answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def content_security_policy() -> str:
    """Return what a page may load: nothing of other hosts.

    Streamlit writes styles into the page and runs a component's script from memory (blob:); Plotly.js makes programs of
    its WebGL drawings while it runs, which counts as eval.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'unsafe-eval' {' '.join(_inline_scripts())}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def _inline_scripts() -> list[str]:
    """Return the hashes of the scripts that stand in Streamlit's own page."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return [f"'sha256-{digest}'" for digest in digests]


class SameOrigin:
    """Refuse the page's WebSocket to the pages of other servers.

    Streamlit does so too, but asks a host on the Internet for the address of this machine to decide it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what comes from where it may."""
        headers = Headers(scope=scope) if scope["type"] == "websocket" else {}
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None or is_allowed(origin, host):
            await self.app(scope, receive, send)
            return
        logger.warning("A WebSocket from %s was refused; server.corsAllowedOrigins may name it.", origin)
        await receive()
        await send({"type": "websocket.close", "code": REFUSED})


def is_allowed(origin: str, host: str) -> bool:
    """Say whether a page of `origin` may speak to this server, which the browser calls `host`."""
    page = urlsplit(origin)
    if page.netloc and page.netloc == host:
        return True
    named = {urlsplit(one if "//" in one else f"//{one}").hostname for one in _known_hosts()}
    return page.hostname is not None and page.hostname in THIS_COMPUTER | named


def _known_hosts() -> list[str]:
    address = st.get_option("browser.serverAddress")
    return [*st.get_option("server.corsAllowedOrigins"), *([address] if address else [])]


# Streamlit takes a folder called pages for an older kind of app until app.py has run once, and would show whoever comes
# to /corpus first that page alone, without what app.py puts around it.
PagesManager.uses_pages_directory = False

MIDDLEWARE = (Middleware(SecurityHeaders), Middleware(SameOrigin))
