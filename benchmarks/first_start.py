"""How long a first visit waits: `python -m benchmarks.first_start [--repeats 3] [--out docs]`.

Each repeat has a server of its own on an empty workspace, without anything that an earlier start has compiled, and a
new browser. The page is opened, the first demo is clicked as soon as its button is there, and the map is watched.
"""

import argparse
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gst_core.evaluation import this_machine, versions, write_section
from tests.e2e.browser import ARGUMENTS, executable
from tests.e2e.conftest import Server, wait_for_map, wait_until_settled

NAMED = "() => document.querySelectorAll('.gst-names span').length > 1"
DRAWN = "() => Object.values(window.gstMaps ?? {}).length > 0"


@dataclass(frozen=True)
class FirstVisit:
    """Seconds of one first visit.

    Attributes
    ----------
    painted : float
        From asking for the page, on a server that has just answered that it is well, to the demo's button.
    drawn, named : float
        From the click on the demo to points, and to names of groups, on the map of what is encoded by then.
    settled : float
        To the settled and named map of the whole demo.
    """

    painted: float
    drawn: float
    named: float
    settled: float


def visit(page: Page, url: str) -> FirstVisit:
    """Open the page, click the first demo, and watch."""
    asked = time.perf_counter()
    page.goto(url)
    button = page.get_by_role("button", name="Open hotel reviews")
    button.wait_for()
    painted = time.perf_counter() - asked
    button.click()
    clicked = time.perf_counter()
    page.wait_for_function(DRAWN)
    drawn = time.perf_counter() - clicked
    page.wait_for_function(NAMED)
    named = time.perf_counter() - clicked
    wait_for_map(page)
    wait_until_settled(page, page.evaluate("() => Object.values(window.gstMaps)[0].data.labelled.length"))
    return FirstVisit(painted, drawn, named, time.perf_counter() - clicked)


def measure() -> FirstVisit:
    """Return what one first visit took."""
    os.environ.pop("NUMBA_CACHE_DIR", None)  # the server's own, in its empty workspace
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "workspace", Path(folder) / "server.log").start()
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(180_000)
            return visit(page, server.url)
        finally:
            browser.close()
            server.kill()


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    visits = [measure() for _ in range(options.repeats)]

    def row(words: str, name: str) -> str:
        seconds = [getattr(v, name) for v in visits]
        return f"| {words} | {np.median(seconds):.1f} s | {min(seconds):.1f} to {max(seconds):.1f} s |"

    rows = [
        row("from asking for the page to the first page, a demo's button on it", "painted"),
        row("from the click on the demo to the first points", "drawn"),
        row("to the first named groups", "named"),
        row("to the settled map of all 2,038 texts, with its groups", "settled"),
    ]
    section = f"""## The first start

Made by `python -m benchmarks.first_start --repeats {options.repeats}` on {this_machine().sentence()}: an empty
workspace, nothing compiled by an earlier start, server and headless Chromium on the same cores. Medians of
{len(visits)} first visits.

| | median | |
| --- | ---: | ---: |
{chr(10).join(rows)}
"""
    data = {"machine": asdict(this_machine()), "versions": versions(), "visits": [asdict(v) for v in visits]}
    for file in write_section(options.out, "first-start", section, data):
        print(f"Wrote {file}")
    print(section)


if __name__ == "__main__":
    main()
