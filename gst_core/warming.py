"""Compiling what numba compiles, before anybody waits for it."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

COMPILE_COMMAND = "from gst_core.reforming import warm_up; warm_up()"


def compiled_mark() -> str:
    """Return the name of the file that says that numba's cache is complete for the installed versions."""
    versions = "-".join(version(p) for p in ("numba", "umap-learn", "fast_hdbscan"))
    return f"numba/compiled-{versions}"


def compile_elsewhere(mark: Path) -> None:
    """Fill numba's cache from a process of its own, unless the mark says that this was done."""
    if mark.exists():
        return
    command = [sys.executable, "-c", COMPILE_COMMAND]
    subprocess.run(command, cwd=Path(__file__).parent.parent, check=True, capture_output=True)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
