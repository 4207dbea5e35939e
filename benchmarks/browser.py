"""How soon a label, a filter, a sort, a search and another page show in a real browser.

`python -m benchmarks.browser [--rows 20000] [--out docs]`

Headless Chromium with WebGL in software, on the machine that also runs the server.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from gst_core.evaluation import this_machine, versions, write_section
from tests.e2e.browser import ARGUMENTS, executable
from tests.e2e.conftest import MAP, Server, wait_for_map, wait_until_settled
from tests.e2e.morph import Morph, make_workspace, watch_a_label

REPEATS = 9
CACHE = Path(__file__).parent.parent / ".venv" / "numba-cache"  # as the tests: a fresh workspace would compile


def measure(rows: int, folder: Path) -> tuple[list[Morph], dict[str, float]]:
    """Give labels one after another and return what was seen of each, and the seconds of other steps."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(CACHE))
    labels = make_workspace(folder / "workspace", rows)
    server = Server(folder / "workspace", folder / "server.log").start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(120_000)
            page.goto(server.url)
            wait_for_map(page)
            wait_until_settled(page, labels)
            page.wait_for_timeout(3_000)
            page.locator(".gst-stage").click(position={"x": 5, "y": 5})
            found = []
            for i in range(REPEATS):
                found.append(watch_a_label(page, 1 + i % 9, type_a_word=i == REPEATS - 1))
                wait_until_settled(page, labels + i + 1)
                page.wait_for_timeout(1_000)
            return found, steps(page)
    finally:
        server.kill()


def steps(page: Page) -> dict[str, float]:
    """Return the seconds from a person's step on a settled map until it is seen."""
    corpus = page.get_by_role("link", name="Corpus").first
    explore = page.get_by_role("link", name="Explore").first
    search = page.get_by_placeholder("Find words in the texts")
    search.fill("")
    search.press("Enter")
    page.wait_for_function(f"() => {MAP}?.data.highlighted.length === 0")
    seen = {}
    seen["search"] = seconds(
        page, lambda: (search.fill("train soup"), search.press("Enter")), f"{MAP}?.data.highlighted.length > 0"
    )
    filters = page.locator(".gst-filters .gst-value")
    seen["filter"] = seconds(page, filters.first.click, f"{MAP}?.data.shown")
    page.wait_for_timeout(1_000)
    page.get_by_role("button", name="clear all").click()
    page.locator(".st-key-table-controls button").first.click()
    heads = page.locator(".gst-heads button")
    seen["sort"] = seconds(
        page, heads.last.click, "![null, 'none'].includes([...document.querySelectorAll('.gst-heads button')].at(-1)"
        "?.dataset.order ?? null)"
    )  # fmt: skip
    page.locator(".st-key-table-controls button").first.click()
    seen["to Corpus"] = seconds(page, corpus.click, "/In your workspace/.test(document.body.innerText)")
    seen["to Explore"] = seconds(
        page, explore.click, f"{MAP}?.isDrawn && document.querySelector('.st-key-side-right .st-key-clusters button')"
    )
    return seen


def seconds(page: Page, act: Callable[[], object], condition: str) -> float:
    """Return how long it takes from an act until a condition holds in the browser."""
    page.wait_for_timeout(1_000)  # what came before is over
    begun = time.perf_counter()
    act()
    page.wait_for_function(f"() => {condition}", polling=20)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, took = measure(options.rows, Path(folder))
    median = {k: float(np.median([getattr(m, k) for m in found])) for k in ("first", "settled", "rate")}
    silence = max(m.longest_silence for m in found)
    section = f"""### In the browser

Made by `python -m benchmarks.browser --rows {options.rows}` on {this_machine().sentence()}: headless Chromium with
WebGL in software, server and browser on the same cores; {options.rows:,} documents, medians over {len(found)} labels.

| from the key press | |
| --- | --- |
| first frame on the screen that has moved | {median["first"]:.2f} s |
| settled, nothing flies any more | {median["settled"]:.2f} s |
| frames per second while points move | {median["rate"]:.1f} |
| longest time in which the page could not answer | {silence:.2f} s |
| a search typed in mid-flight is ringed after | {found[-1].answered:.2f} s |

| on a settled map, from the step until it is seen | |
| --- | --- |
| a search for words is ringed | {took["search"]:.2f} s |
| a filter by a class | {took["filter"]:.2f} s |
| the table sorted by a column | {took["sort"]:.2f} s |
| from Explore to Corpus | {took["to Corpus"]:.2f} s |
| from Corpus to Explore, map and groups | {took["to Explore"]:.2f} s |
"""
    data = {"rows": options.rows, "machine": asdict(this_machine()), "versions": versions()}
    for file in write_section(
        options.out, "browser", section, data | {"labels": [asdict(m) for m in found], "steps": took}
    ):
        print(f"Wrote {file}")
    print(section)


if __name__ == "__main__":
    main()
