"""Compiling and loading what the first map would otherwise wait for."""

import hashlib
import json
import logging
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from gst_core.atomic_files import atomic_file, remove
from gst_core.encoding import load_encoder
from gst_core.errors import EncoderError
from gst_core.work.turns import computing

log = logging.getLogger(__name__)

COMPILE_COMMAND = "from gst_core.map import compile_kernels; compile_kernels()"  # imports little beside numba
COMPILED_MODULE = Path(__file__).parent.parent / "map" / "umap_sgd.py"

# What pages, jobs and the warm-up all use. SciPy and scikit-learn look at PyTorch where it is loaded, hence the order.
LIBRARIES = ("torch", "pandas", "sklearn.feature_extraction.text", "hdbscan", "gst_core.map.reforming")


def load_libraries() -> None:
    """Load in this thread alone what several are about to use.

    Python lets a thread import from a package that another is still importing: threads that begin together find half
    of scikit-learn now and then, and fail.
    """
    for name in LIBRARIES:
        import_module(name)


def start_warm_up(layout_ready: threading.Event, folder: Path) -> threading.Thread:
    """Compile and load what the first map would otherwise wait for.

    The libraries that threads share are loaded when this returns (see `load_libraries`); the rest is done in the
    background.

    Parameters
    ----------
    layout_ready : threading.Event
        Cleared now, and set when a map can be laid out.
    folder : Path
        Where compiled code is kept.
    """
    layout_ready.clear()
    pool = ThreadPoolExecutor(1, "compiling")
    compiled = pool.submit(compile_elsewhere, folder)
    pool.shutdown(wait=False)
    load_libraries()
    thread = threading.Thread(target=_warm_up, args=(layout_ready, compiled), name="warm-up", daemon=True)
    thread.start()
    return thread


def compile_elsewhere(folder: Path) -> None:
    """Fill numba's cache, unless a mark in the folder of compiled code says that this was done for what is installed.

    It takes seconds, in a process of its own, because a compiling thread would stop all others. Compiled code that is
    not what it was when the mark was made is damaged: it is removed before anything of it runs, and compiled again.
    """
    mark = folder / _compiled_mark()
    if _is_whole(mark, folder):
        return
    command = [sys.executable, "-c", COMPILE_COMMAND]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    with atomic_file(mark) as file:
        file.write(json.dumps(_hashes(folder)).encode())


def _is_whole(mark: Path, folder: Path) -> bool:
    """Say whether the code that a mark tells of is there and what it was; remove it where it is not."""
    try:
        marked = json.loads(mark.read_text("utf-8"))
        if marked == {name: value for name, value in _hashes(folder).items() if name in marked}:
            return True
        log.warning("compiled code in %s is damaged and is compiled again", folder)
    except FileNotFoundError:
        return False
    except (OSError, TypeError, ValueError) as error:
        log.warning("compiled code in %s cannot be trusted and is compiled again: %s", folder, error)
    for path in (mark, *folder.rglob("*.nb[ci]")):
        remove(path)
    return False


def _hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each file of compiled code, by its path in the folder."""
    files = sorted(path for path in folder.rglob("*.nb[ci]") if path.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _compiled_mark() -> str:
    source = hashlib.sha256(COMPILED_MODULE.read_bytes()).hexdigest()[:12]
    return f"compiled-layout-{version('numba')}-{source}"


def _warm_up(layout_ready: threading.Event, compiled: "Future[None]") -> None:
    """Load the encoder while another process compiles: a first visitor's texts are encoded before they are laid out."""
    try:
        load_encoder()
    except EncoderError as error:
        log.warning("%s", error)
    try:
        compiled.result()
        with computing:
            from gst_core.map import warm_up  # heavy, see `gst_core.work`

            warm_up()
    except Exception:
        log.exception("the warm-up failed; the first map will be slower")
    finally:
        layout_ready.set()
