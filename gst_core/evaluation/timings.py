"""Time and memory of the transform at the sizes that a user meets, on made-up embeddings, in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gst_core.errors import GstError
from gst_core.evaluation.memory import forget_peak, memory_now, memory_peak

WIDTH = 384
FIT_ROWS, TRANSFORM_ROWS = 20_000, 100_000
CLASSES, PER_CLASS = 10, 16
REPEATS = 5
WARM_UP_ROWS = 1_000


@dataclass(frozen=True)
class Timings:
    """Medians over the repeats, and memory of the first fit.

    Attributes
    ----------
    width, fit_rows, transform_rows : int
    fit_seconds, transform_seconds : float
    fit_memory : float
        How far the process' memory rose at most during a fit, as a multiple of its input's bytes.
    """

    width: int
    fit_rows: int
    transform_rows: int
    fit_seconds: float
    transform_seconds: float
    fit_memory: float


def measure_in_own_process(
    width: int = WIDTH, fit_rows: int = FIT_ROWS, transform_rows: int = TRANSFORM_ROWS
) -> Timings:
    """Start a fresh Python, whose memory nothing else used, and measure there.

    Raises
    ------
    GstError
        It failed; the message ends with its last words.
    """
    code = f"from gst_core.evaluation.timings import main; main({width}, {fit_rows}, {transform_rows})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise GstError(f"Time and memory could not be measured: {reason}")
    return Timings(**json.loads(done.stdout.splitlines()[-1]))


def main(width: int, fit_rows: int, transform_rows: int) -> None:
    """Measure in this process and write the result as a line of JSON."""
    sys.stdout.write(json.dumps(asdict(measure(width, fit_rows, transform_rows))) + "\n")


def measure(width: int, fit_rows: int, transform_rows: int) -> Timings:
    """Measure in this process; memory is only right when nothing larger ran here before."""
    from gst_core.transform import GuidedSpaceTransform

    X, y = made_up_corpus(WARM_UP_ROWS, width)
    GuidedSpaceTransform(random_state=0).fit(X, y).transform(X)
    X, y = made_up_corpus(fit_rows, width)
    before = memory_now()
    forget_peak()
    GuidedSpaceTransform(random_state=0).fit(X, y)  # held by nobody, so that the next fits cannot build on it
    memory = max(memory_peak() - before, 0) / X.nbytes
    fit_seconds = _median(lambda: GuidedSpaceTransform(random_state=0).fit(X, y))
    gst = GuidedSpaceTransform(random_state=0).fit(X, y)
    many, _ = made_up_corpus(transform_rows, width)
    transform_seconds = _median(lambda: gst.transform(many))
    return Timings(width, fit_rows, transform_rows, fit_seconds, transform_seconds, memory)


def made_up_corpus(rows: int, width: int) -> tuple[NDArray[np.float32], list[str | None]]:
    """Return unit rows (n, width), float32, around ten centres, and labels for sixteen rows of each."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, width), dtype=np.float32)
    codes = rng.integers(0, CLASSES, rows)
    centres = 3.0 * rng.standard_normal((CLASSES, width), dtype=np.float32)
    for code in range(CLASSES):
        X[codes == code] += centres[code]
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    y: list[str | None] = [None] * rows
    for code in range(CLASSES):
        for row in np.flatnonzero(codes == code)[:PER_CLASS]:
            y[row] = f"class {code}"
    return X, y


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
