"""Names that look like Markdown, HTML, formulas and icons stand on every page as they were typed, and load nothing."""

import io
import urllib.request
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from gst_core.corpus import read_corpus
from gst_core.workspace import LLM, Workspace
from tests.e2e.conftest import PATIENCE, click_point, running_server, wait_for_map, wait_until_settled

pytestmark = pytest.mark.e2e
ELSEWHERE = "http://elsewhere.test/x.png"
CORPUS = f"![c]({ELSEWHERE}) :red[corpus] $x$ *c*"
LENS = f"![l]({ELSEWHERE}) :material/home: *lens* <b>l</b>"
CLASSES = (f"*one* $a$ ![k]({ELSEWHERE})", ":red[two] -> <i>k</i>")
COLUMN = f":blue[column] ![m]({ELSEWHERE})"
TEXT = f'<img src="{ELSEWHERE}"> :red[text] **bold** $y$ number'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server on a workspace in which every name is hostile, labelled by a person and by a model."""
    folder = tmp_path_factory.mktemp("hostile")
    rng = np.random.default_rng(0)
    kinds = np.arange(120) % 2
    X = np.eye(8)[kinds] * 3 + rng.normal(size=(120, 8))
    file = io.BytesIO(
        pd.DataFrame({"text": [f"{TEXT} {i}" for i in range(120)], COLUMN: [f"*v{k}*" for k in kinds]})
        .to_csv(index=False)
        .encode()
    )
    file.name = "hostile.csv"
    workspace = Workspace(folder / "workspace")
    entry = workspace.add_corpus(read_corpus(file, text="text", name=CORPUS, embeddings=X))
    lens = workspace.add_lens(entry.id, LENS, classes=list(CLASSES))
    ids = workspace.read_corpus(entry.id).ids
    workspace.set_labels(lens.id, {ids[i]: CLASSES[kinds[i]] for i in range(8)})
    workspace.set_labels(lens.id, {ids[i]: CLASSES[0] for i in range(20)}, LLM)
    with running_server(folder) as running:
        yield running


@pytest.fixture
def visit(page, hostile):
    """Open a page of the server; whatever it asks of another host is noted."""
    others = []

    def note(request):
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss"):
            host = urlsplit(request.url).netloc
            others.extend([request.url] if host != f"127.0.0.1:{hostile.port}" else [])

    page.on("request", note)
    page.goto(hostile.url)
    yield page
    assert others == []
    assert page.locator('[src*="elsewhere"], [href*="elsewhere"], [style*="elsewhere"]').count() == 0


def visible(page, *texts):
    for text in texts:
        expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)


def as_typed(page, typed):
    """Wait until a text stands on the page as it was typed; what breaks words up takes no room."""
    page.wait_for_function(
        "typed => document.body.innerText.replaceAll('\\u2060', '').includes(typed)"
        " || [...document.querySelectorAll('input, textarea')].some((field) => field.value.includes(typed))",
        arg=typed,
        timeout=PATIENCE,
    )


def test_explore_shows_names_as_they_were_typed(visit):
    wait_for_map(visit)
    wait_until_settled(visit, 20)
    for typed in (CORPUS, LENS, *CLASSES):
        as_typed(visit, typed)
    click_point(visit, 100)
    visible(visit, "Selected (1)")
    as_typed(visit, TEXT)
    visit.get_by_role("button", name="Check").click()
    expect(visit.get_by_test_id("agreement")).to_be_visible(timeout=PATIENCE)
    as_typed(visit, f"you: {CLASSES[1]}")
    visit.keyboard.press("Escape")
    visit.get_by_placeholder("Find words in the texts").fill(":red[text] **bold**")
    visit.keyboard.press("Enter")
    as_typed(visit, "with “:red[text] **bold**”")


def test_a_column_can_be_coloured_by_whatever_it_is_called(visit):
    wait_for_map(visit)
    wait_until_settled(visit, 20)
    visit.get_by_role("combobox", name="Colour by").click()
    visit.get_by_role("option").filter(has_text=":blue[column]").click()
    visit.wait_for_function(
        "() => Object.values(window.gstMaps)[0]?.data.colouring.names.join() === '*v0*,*v1*'", timeout=PATIENCE
    )
    as_typed(visit, "*v1*")


def test_the_corpus_page_and_the_export_show_names_as_they_were_typed(visit):
    wait_for_map(visit)
    visit.get_by_role("link", name="Corpus").first.click()
    visible(visit, "In your workspace")
    as_typed(visit, CORPUS)
    visit.get_by_role("link", name="Export").first.click()
    visible(visit, "CSV for programs")
    as_typed(visit, LENS)


def test_a_file_called_like_markdown_is_opened_under_its_name(visit):
    visit.get_by_role("link", name="Corpus").first.click(timeout=PATIENCE)
    body = f"text,{COLUMN}\nfirst text here,1\nsecond text here,2\nbroken,row,here\n".encode()
    visit.locator("input[type=file]").first.set_input_files(
        {"name": ":red[file] *x*.csv", "mimeType": "text/csv", "buffer": body}
    )
    as_typed(visit, ":red[file] *x*")
    visible(visit, "Go on without this row")


def test_every_answer_of_the_server_tells_the_browser_what_to_forbid(hostile):
    for path in ("/", "/corpus", "/_stcore/health", "/nowhere"):
        with urllib.request.urlopen(f"{hostile.url}{path}") as answer:
            assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
