"""How soon a label shows in a real browser: `python -m benchmarks.browser [--rows 20000] [--out docs]`.

Headless Chromium with WebGL in software, on the machine that also runs the server.
"""

import argparse
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from gst_core.evaluation import this_machine, versions, write_section
from tests.e2e.browser import ARGUMENTS, executable
from tests.e2e.conftest import Server, wait_for_map, wait_until_settled
from tests.e2e.morph import Morph, make_workspace, watch_a_label

REPEATS = 9
CACHE = Path(__file__).parent.parent / ".venv" / "numba-cache"  # as the tests: a fresh workspace would compile


def measure(rows: int, folder: Path) -> list[Morph]:
    """Give labels one after another and return what was seen of each."""
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
            return found
    finally:
        server.kill()


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options.rows, Path(folder))
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
"""
    data = {"rows": options.rows, "machine": asdict(this_machine()), "versions": versions()}
    for file in write_section(options.out, "browser", section, data | {"labels": [asdict(m) for m in found]}):
        print(f"Wrote {file}")
    print(section)


if __name__ == "__main__":
    main()
