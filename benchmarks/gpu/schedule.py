"""What is measured in which order, and what no longer fits the time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gpu.parts import CPU, GPU, PARTS
from benchmarks.gpu.worker import Outcome, Worker

ROOT = Path(__file__).parents[2]
TESTS = ("tests/compute/test_gpu.py", "tests/map/test_gpu_layout.py")
TEST_SECONDS = 110.0
LONGEST = 150.0  # seconds of one part, so that one that hangs leaves time for others
MAP_PARTS = tuple(part for part in PARTS if part != "encoding")
GROWTH = 1.3  # beyond the growth of the rows: what is tried should be done in its time
WARM_UP_SECONDS = 120.0


class Clock:
    """How much of the time is left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Return the seconds that are left, never less than none."""
        return max(self._end - time.monotonic(), 0.0)


@dataclass(frozen=True)
class CudaTests:
    """How many tests passed, failed and were passed over, and a remark where they could not be run to their end."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remark: str = ""


def run_tests(clock: Clock, most: float = TEST_SECONDS) -> CudaTests:
    """Run the tests that compute on CUDA where there is one, for at most so many seconds."""
    command = [sys.executable, "-m", "pytest", "-v", "--no-header", "--tb=short", "-m", "cuda", *TESTS]
    seconds = min(most, clock.left)
    with tempfile.TemporaryFile("w+") as out:
        try:
            code = subprocess.run(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, timeout=seconds, env=os.environ
            ).returncode
        except subprocess.TimeoutExpired:
            code = None
        out.seek(0)
        lines = out.read().splitlines()
    counts = [sum(f" {word}" in line and "::" in line for line in lines) for word in ("PASSED", "FAILED", "SKIPPED")]
    if code is None:
        return CudaTests(*counts, f"stopped after {seconds:.0f} s")
    if not sum(counts):
        return CudaTests(*counts, (lines or ["pytest said nothing"])[-1].strip())
    return CudaTests(*counts)


def tasks(sizes: Sequence[int], texts: int) -> Iterator[tuple[str, int, str]]:
    """Yield part, rows and side in the order in which they are worth most: the CPU at the largest size comes last."""
    *smaller, largest = sorted(sizes)
    for rows in smaller:
        for part in MAP_PARTS:
            yield part, rows, GPU
            yield part, rows, CPU
    yield "encoding", texts, GPU
    yield "encoding", texts, CPU
    for side in (GPU, CPU):
        for part in MAP_PARTS:
            yield part, largest, side


def measure(
    clock: Clock, device: str, sizes: Sequence[int], texts: int, warm_up_rows: int, told: Callable[[Outcome], None]
) -> list[Outcome]:
    """Measure what fits the time.

    Parameters
    ----------
    clock : Clock
    device : str
    sizes : sequence of int
        Rows.
    texts : int
        That are encoded.
    warm_up_rows : int
        Of a first run on both sides that is not counted, in which libraries load and compile.
    told : callable
        Called with each outcome.
    """
    worker, found = Worker(device), []
    try:
        for side in (GPU, CPU):
            for part in MAP_PARTS:
                worker.run(part, warm_up_rows, side, min(WARM_UP_SECONDS, clock.left))
        for part, rows, side in tasks(sizes, texts):
            needed = expected(found, part, rows, side)
            if needed > clock.left or clock.left < 1.0:
                remark = f"skipped: {needed:.0f} s or so, of which {clock.left:.0f} s are left"
                outcome = Outcome(part, rows, side, remark=remark)
            else:
                outcome = worker.run(part, rows, side, min(LONGEST, clock.left))
            found.append(outcome)
            told(outcome)
    finally:
        worker.close()
    return found


def expected(found: Sequence[Outcome], part: str, rows: int, side: str) -> float:
    """Return how many seconds a part should take, by what it took at the last smaller size; 0 where nobody knows."""
    before = [o for o in found if (o.part, o.side) == (part, side) and o.seconds and o.rows < rows]
    if not before:
        return 0.0
    return GROWTH * before[-1].wall * rows / before[-1].rows
