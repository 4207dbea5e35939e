"""The page's server: what it tells browsers to forbid, whom it speaks with, and what it asks of others (nothing)."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st

from gst_core.ui import server

ROOT = Path(__file__).parent.parent.parent
SOCKET = {"type": "websocket", "path": "/_stcore/stream"}


def scope(**headers):
    return SOCKET | {"headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


def spoken(middleware, scope):
    """Return what a middleware sends for a request, and whether it handed it on."""
    sent, handed_on = [], []

    async def app(scope, receive, send):
        handed_on.append(True)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have a loop in this thread
        apart.submit(asyncio.run, middleware(app)(scope, receive, send)).result()
    return sent, bool(handed_on)


@pytest.fixture
def no_network(monkeypatch):
    """Let nothing connect or look up a name."""

    def refuse(*_, **__):
        raise AssertionError("something wants to speak with another host")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://evil.example:8501", "null", "http://", "file://", ""]
)
def test_a_page_of_another_host_is_refused_without_asking_anybody(no_network, origin):
    sent, handed_on = spoken(server.SameOrigin, scope(origin=origin, host="localhost:8501"))
    assert not handed_on
    assert sent[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8501", "127.0.0.1:8501"),
        ("http://texts.example:8080", "texts.example:8080"),
        ("http://[::1]:8501", "[::1]:8501"),
    ],
)
def test_the_pages_own_socket_is_handed_on(no_network, origin, host):
    assert spoken(server.SameOrigin, scope(origin=origin, host=host))[1]


def test_what_is_no_browser_sends_no_origin_and_is_handed_on(no_network):
    assert spoken(server.SameOrigin, scope(host="localhost:8501"))[1]


def test_an_origin_that_the_settings_name_is_handed_on(no_network, monkeypatch):
    named = {"server.corsAllowedOrigins": ["https://texts.example"], "browser.serverAddress": "maps.example"}
    monkeypatch.setattr(st, "get_option", named.__getitem__)
    for origin in ("https://texts.example", "https://maps.example"):
        assert spoken(server.SameOrigin, scope(origin=origin, host="127.0.0.1:8501"))[1]
    assert not spoken(server.SameOrigin, scope(origin="https://other.example", host="127.0.0.1:8501"))[1]


def test_each_answer_tells_the_browser_what_to_forbid():
    sent, _ = spoken(server.SecurityHeaders, {"type": "http", "headers": []})
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    policy = told["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "http" not in policy.replace("https:", ""), "no other host is named"
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"


def test_streamlits_own_script_in_the_page_is_allowed_by_its_hash_alone():
    policy = server.content_security_policy()
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'sha256-" in script
    assert "'unsafe-inline'" not in script


def test_an_upload_may_have_what_the_machine_can_hold():
    assert server.upload_limit(4 * 10**9) == 62
    assert server.upload_limit(10**9) == server.SMALLEST_UPLOAD
    assert server.upload_limit(10**12) == server.LARGEST_UPLOAD
    assert 15 * server.upload_limit(server.memory()) * 1e6 < max(server.memory(), 2e9)


def test_a_container_has_less_memory_than_its_machine(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(server, "CONTAINER_LIMIT", limit)
    whole = server.memory()
    limit.write_text("1000000\n")
    assert server.memory() == 1_000_000
    limit.write_text("max\n")
    assert server.memory() == whole


def test_no_traceback_is_shown_and_nothing_is_told_to_others():
    settings = (ROOT / ".streamlit" / "config.toml").read_text()
    assert 'showErrorDetails = "none"' in settings
    assert "gatherUsageStats = false" in settings
