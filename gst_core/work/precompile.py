"""Compiling what numba compiles, before anybody waits for it."""

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

LAYOUT, ALL = "layout", "all"
COMPILE_COMMANDS = {
    LAYOUT: "from gst_core.map.reforming import warm_up; warm_up()",
    ALL: "import os; getattr(os, 'nice', int)(10); from gst_core.map.reforming import warm_up; warm_up()",
}


def compiled_mark(part: str) -> str:
    """Return the name of the file that says that numba's cache holds a part for the installed versions."""
    versions = "-".join(version(p) for p in ("numba", "hdbscan"))
    ours = hashlib.sha256((Path(__file__).parent.parent / "map" / "umap_sgd.py").read_bytes()).hexdigest()[:12]
    return f"compiled-{part}-{versions}-{ours}"


def compile_elsewhere(part: str, folder: Path) -> None:
    """Fill numba's cache from a process of its own, unless a mark in the folder of compiled code says it was done.

    The layout alone takes seconds, and everything, grouping included, half a minute, which gives way to other work.
    """
    mark = folder / compiled_mark(part)
    if mark.exists():
        return
    command = [sys.executable, "-c", COMPILE_COMMANDS[part]]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
