"""The real app on a free port, a real Chromium, and helpers that act as a person does."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parent.parent.parent
SECOND = 1000
PATIENCE = 180 * SECOND  # the first start on a fresh machine compiles
LOOKS = 100  # milliseconds between two looks at the page: looking once a frame makes the browser draw every frame
MAP = "Object.values(window.gstMaps ?? {})[0]"  # Streamlit may take it off the page for a moment


class Server:
    """The app as `make run` starts it, on a workspace of its own."""

    def __init__(self, workspace, log, path="", **environment):
        self.workspace, self.log, self.path = workspace, log, path
        self.environment = {"GST_WORKSPACE": str(workspace), "STREAMLIT_SERVER_BASE_URL_PATH": path, **environment}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    @property
    def url(self):
        return "/".join((f"http://127.0.0.1:{self.port}", *filter(None, (self.path,))))

    def start(self):
        command = [sys.executable, "-m", "gst_core", "--port", str(self.port)]
        environment = os.environ | self.environment
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self.log.open("ab"), stderr=subprocess.STDOUT
        )
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.read() == b"ok":
                        return self
            except OSError:
                time.sleep(0.25)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextmanager
def running_server(folder, **how):
    """Run a server on a workspace in a folder for the length of a block; `how` is as `Server` takes it."""
    server = Server(folder / "workspace", folder / "server.log", **how)
    try:
        yield server.start()
    finally:
        server.kill()


@pytest.fixture
def server(tmp_path):
    """A server of the test's own, which it may kill."""
    with running_server(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory):
    """A server that several tests look at, and leave without a corpus."""
    with running_server(tmp_path_factory.mktemp("empty")) as running:
        yield running


@pytest.fixture(autouse=True)
def patient():
    """Wait for what is expected as long as for a click: a busy machine is slow, not wrong."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5 * SECOND)


@pytest.fixture
def page(chromium):
    """A page of a browser that was never used before."""
    with chromium.new_context(viewport={"width": 1280, "height": 720}) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def wait_for_map(page):
    """Wait until the map of the whole corpus is there; the growing one of a part has come and gone."""
    page.wait_for_function(
        "() => document.querySelector('.gst-map[data-revision]')"
        " && !/first map/.test(document.querySelector('[data-testid=map-status]').textContent)",
        timeout=PATIENCE,
        polling=LOOKS,
    )


def wait_until_settled(page, labels=0):
    """Wait until the map of so many labels no longer says that something runs, and its points have arrived."""
    page.wait_for_function(
        "labels => { const s = document.querySelector('[data-testid=map-status]');"
        f" const m = {MAP};"
        " return s && m && m.data.labelled.length === labels && !s.classList.contains('running') && !m.flying"
        " && /\\d groups?\\b/.test(s.textContent); }",
        arg=labels,
        timeout=PATIENCE,
        polling=LOOKS,
    )


def ask_map(page, expression, arg=None):
    """Return what an expression of `map` and `arg` gives, as soon as a map is on the page and it gives something."""
    found = page.wait_for_function(
        f"arg => {{ const map = {MAP}; const found = map && [{expression}]; return found?.[0] != null && found; }}",
        arg=arg,
    )
    return found.json_value()[0]


def only_field(page, label, value=None):
    """Wait until there is one field of this name, with this value if one is given: for a moment an old one stays beside
    the one that takes its place."""
    page.wait_for_function(
        "([label, value]) => { const of = (kind) => [...document.querySelectorAll(`${kind}[aria-label='${label}']`)];"
        " const found = [...of('input'), ...of('textarea')];"
        " return found.length === 1 && (value === null || found[0].value === value); }",
        arg=[label, value],
        polling=LOOKS,
    )
    return page.locator(f"input[aria-label='{label}'], textarea[aria-label='{label}']")


def instruct(page, words):
    """Type an instruction, and wait until the page shows a lens of it."""
    field = only_field(page, "Instruction")
    field.fill(words)
    field.press("Control+Enter")
    only_field(page, "Lens", f"Lens · {words}")
    only_field(page, "Instruction", words)


def positions(page):
    return ask_map(page, "map.positions()")


def wait_for_frames(page):
    """Wait until the map has drawn what has just happened to it: it looks at the mouse once in a frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def hover_point(page, row):
    """Move the mouse to a document's point until its text shows, or that of one above it; return where that is."""
    deadline = time.monotonic() + PATIENCE / SECOND
    while time.monotonic() < deadline:
        x, y = ask_map(page, "map.pixelOf(arg)", row)
        page.mouse.move(x - 4, y - 4)
        page.mouse.move(x, y, steps=3)
        wait_for_frames(page)
        if page.locator(".gst-tooltip").is_visible():
            return x, y
    raise AssertionError(f"no text shows at the point of document {row}")


def click_point(page, row):
    """Click a document's point, or one above it."""
    page.mouse.click(*hover_point(page, row))
