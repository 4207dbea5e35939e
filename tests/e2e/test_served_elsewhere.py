"""The page under a path of its own, behind a proxy that takes the path off, and without static files."""

import http.client
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import Workspace
from tests.e2e.conftest import PATIENCE, hover_point, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
MANY = 4_500  # texts: more than are sent at once
HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


def fill(folder, rows):
    file = io.BytesIO(pd.DataFrame({"text": [f"text number {i}" for i in range(rows)]}).to_csv(index=False).encode())
    file.name = "texts.csv"
    rng = np.random.default_rng(0)
    X = np.eye(6)[np.arange(rows) % 3] * 4 + rng.normal(size=(rows, 6))
    Workspace(folder / "workspace").add_corpus(read_corpus(file, text="text", embeddings=X))


def test_under_a_path_the_map_is_drawn_and_a_text_comes_when_it_is_looked_at(tmp_path, page):
    fill(tmp_path, MANY)
    with running_server(tmp_path, path="tools/texts") as server:
        page.goto(f"{server.url}/")
        wait_for_map(page)
        wait_until_settled(page)
        hover_point(page, MANY - 1)
        expect(page.locator(".gst-tooltip .gst-text")).to_contain_text("text number")
        page.get_by_role("link", name="Corpus").first.click()
        expect(page.get_by_text("In your workspace")).to_be_visible()
        assert urlsplit(page.url).path == "/tools/texts/corpus"


def test_without_static_files_the_page_says_so_in_the_maps_place(tmp_path, page):
    fill(tmp_path, 60)
    with running_server(tmp_path, STREAMLIT_SERVER_ENABLE_STATIC_SERVING="false") as server:
        page.goto(server.url)
        expect(page.get_by_text("this server serves no static files")).to_be_visible(timeout=PATIENCE)


class Behind(BaseHTTPRequestHandler):
    """Hands on what is under /texts without that path; it knows no WebSockets."""

    server_port = 0

    def do_GET(self):
        inner = http.client.HTTPConnection("127.0.0.1", self.server_port)
        inner.request("GET", self.path.removeprefix("/texts"))
        answer = inner.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_proxy_that_takes_the_path_off_hands_on_the_maps_script(empty_server, page):
    """The script of a component finds the others beside Streamlit's own, wherever that is."""
    from gst_core.ui.map_component.assets import entry_script

    handler = type("Here", (Behind,), {"server_port": empty_server.port})
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        page.goto(f"http://127.0.0.1:{proxy.server_port}/texts/")
        page.wait_for_selector("script[type=module][src*='static/js/']", state="attached")
        kind = page.evaluate(
            "async (source) => { const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));"
            " const { default: show } = await import(url); return show.name; }",
            entry_script("map.js", ""),
        )
        assert kind == "showMap"
    finally:
        proxy.shutdown()
