"""The page of the benchmarks: each of them writes its own section between two markers, and JSON beside it."""

import json
from pathlib import Path
from typing import Any

from gst_core.atomic_files import atomic_file

PAGE = "benchmarks.md"
TITLE = "# Benchmarks\n"


def write_section(folder: Path, name: str, section: str, data: Any) -> tuple[Path, Path]:  # noqa: ANN401 - JSON
    """Write a section of the page and its data into a folder and return their paths; the rest of the page stays.

    Parameters
    ----------
    folder : Path
    name : str
        Of the benchmark, in the markers and in the name of the JSON file.
    section : str
        Markdown.
    data : object
        What JSON can hold.
    """
    page, file_of_data = folder / PAGE, folder / f"benchmarks-{name}.json"
    before = page.read_text(encoding="utf-8") if page.exists() else TITLE
    with atomic_file(page) as file:
        file.write(between_markers(before, name, section).encode())
    with atomic_file(file_of_data) as file:
        file.write((json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
    return page, file_of_data


def between_markers(page: str, name: str, section: str) -> str:
    """Put a section between the markers of its name, or at the end of a page that has none."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    block = f"{start}\n{section.strip()}\n{end}"
    if start in page and end in page:
        head, rest = page.split(start, 1)
        return head + block + rest.split(end, 1)[1]
    return f"{page.rstrip()}\n\n{block}\n"
