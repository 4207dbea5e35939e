"""A process in which parts run one after another; it is ended, and another started, when one takes too long."""

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.gpu.parts import Figures, Lacking, bench_on, run_part
from gst_core.evaluation.memory import memory_peak


@dataclass(frozen=True)
class Outcome:
    """What came of one part at one size on one side; `remark` says why there are no figures.

    `wall` are the seconds that it took in all, `memory` the most GB that the process has held so far.
    """

    part: str
    rows: int
    side: str
    library: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    remark: str = ""
    wall: float = 0.0
    memory: float = 0.0


class Worker:
    """Runs parts in a process of its own.

    Parameters
    ----------
    device : str
        As for `Bench`.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._spawn = multiprocessing.get_context("spawn")  # CUDA cannot be used in a forked process
        self._process = None

    def run(self, part: str, rows: int, side: str, seconds: float) -> Outcome:
        """Run a part for at most so many seconds."""
        start = time.monotonic()
        if self._process is None:
            self._connection, theirs = self._spawn.Pipe()
            self._process = self._spawn.Process(target=_serve, args=(theirs, self._device), daemon=True)
            self._process.start()
            theirs.close()
        figures, remark, memory = None, f"stopped after {seconds:.0f} s", 0.0
        try:
            self._connection.send((part, rows, side))
            if self._connection.poll(seconds):
                figures, remark, memory = self._connection.recv()
            else:
                self.close()
        except (EOFError, OSError):
            self._process.join(5.0)
            remark = f"its process ended with {self._process.exitcode}, perhaps for want of memory"
            self.close()
        wall = time.monotonic() - start
        if figures is None:
            return Outcome(part, rows, side, remark=remark, wall=wall, memory=memory)
        return Outcome(part, rows, side, figures.library, figures.seconds, figures.numbers, "", wall, memory)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = None


def _serve(connection: Connection, device: str) -> None:
    while True:
        try:
            part, rows, side = connection.recv()
        except EOFError:
            return
        figures: Figures | None = None
        remark = ""
        try:
            figures = run_part(bench_on(device), part, rows, side)
        except Lacking as lacking:
            remark = str(lacking)
        connection.send((figures, remark, memory_peak() / 1e9))
