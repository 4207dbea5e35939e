"""Reading files in a child process that has limits of memory and time, so that no file can stop who opens it.

What decodes workbooks, Parquet and JSON are libraries that a small file can make compute for hours, fill the memory or
crash. So they run in a process of their own. It is kept for the next file, as starting one takes half a second; it does
not import the program that started it, ends itself when it is idle or when that program is gone, and never outlives a
reading that went beyond its limits.
"""

import atexit
import io
import json
import logging
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from gst_core.corpus.local_files import bytes_of, file_at
from gst_core.corpus.reading import LIKELIEST, Reading
from gst_core.corpus.reading_answers import LENGTH, read_answer
from gst_core.corpus.reading_worker import ANSWER, GIVEN_UP, OUT_OF_MEMORY, TAKEN, Request
from gst_core.corpus.size_limits import reading_limits
from gst_core.corpus.tables import Table, read_table
from gst_core.errors import Cancelled, CorpusError

log = logging.getLogger(__name__)

START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from gst_core.corpus.reading_worker import serve; serve()"
)
ENVIRONMENT = {  # one thread, and memory that is counted where it is used
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
AT_ONCE = 4  # readings; each may take memory
KEPT = 2  # processes that wait for the next file
LOOK = 0.05  # seconds between two looks at whether the reading is still wanted
PATIENCE = 10  # times its computing time that a reading may last on a machine that does other things too
START_SECONDS = 120.0  # until a process that was started takes its first file
READ_AT_ONCE = 1 << 20


def read_table_apart(
    source: str | os.PathLike[str] | IO[bytes],
    reading: Reading = LIKELIEST,
    *,
    encoding: str | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Table:
    """Read one file into a table in a process of its own.

    Parameters
    ----------
    source : path or binary file object
    reading, encoding
        As for `gst_core.corpus.read_table`.
    cancelled : callable, optional
        Asked now and then; the reading stops when it returns True.

    Returns
    -------
    Table

    Raises
    ------
    CorpusError
        As for `read_table`, or the file took more memory or time than one of its size gets, or its reader crashed.
    Cancelled
        `cancelled` returned True.
    """
    source, name, size = _carried(source)
    if not _can_start():
        return read_table(source, reading, encoding=encoding)
    table = run_apart(read_table, (source, reading), {"encoding": encoding}, name=name, size=size, cancelled=cancelled)
    assert isinstance(table, Table)
    return table


def run_apart(
    task: Callable[..., Any],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    *,
    name: str,
    size: int,
    cancelled: Callable[[], bool] | None = None,
) -> Any:  # noqa: ANN401 - what the task returns
    """Let a function of a module run in a process of its own, within the limits of a file of this size.

    Parameters
    ----------
    task : callable
        Found by its name in its module; it returns a table, or what JSON has.
    arguments, options : tuple, dict
        Of the task.
    name, size : str, int
        Of the file, in bytes.
    cancelled : callable, optional
        Asked now and then.

    Returns
    -------
    object
        Whatever the task returns.

    Raises
    ------
    CorpusError
        It went beyond its limits, or crashed; and what the task raises.
    Cancelled
        `cancelled` returned True.
    """
    request = Request(task, arguments, options, reading_limits(size))
    reading = _Reading(name, request, cancelled or (lambda: False))
    while not _turns.acquire(timeout=LOOK):
        reading.stop_if_unwanted()
    try:
        for start in (_take, _Child):  # the first may just have ended itself, being idle
            with suppress(_Gone, OSError):
                return _answer(start(), reading)
    finally:
        _turns.release()
    raise CorpusError(f"{name} cannot be read: the process that reads files does not start on this computer.")


class _Gone(Exception):  # noqa: N818 - it is told nobody
    """A child had ended before it took a request."""


class _Reading:
    """One file on its way: who asked, and until when."""

    def __init__(self, name: str, request: Request, cancelled: Callable[[], bool]) -> None:
        self.name, self.limits, self._cancelled = name, request.limits, cancelled
        self.message = pickle.dumps(request, protocol=5)

    def stop_if_unwanted(self) -> None:
        if self._cancelled():
            raise Cancelled(f"Reading {self.name} was stopped.")

    def too_long(self) -> CorpusError:
        return CorpusError(
            f"{self.name} takes longer to read than the {self.limits.seconds:,} seconds that a file of its size gets. "
            "It is damaged, or packed much tighter than tables are; save it as CSV, or split it."
        )

    def too_large(self) -> CorpusError:
        return CorpusError(
            f"{self.name} needs more memory to be read than the {self.limits.memory / 2**20:,.0f} MB that a file of "
            "its size gets. It is damaged, or packed much tighter than tables are; save it as CSV."
        )

    def crashed(self) -> CorpusError:
        return CorpusError(
            f"{self.name} cannot be read: what reads such files crashed on it. It is damaged; save it again where it "
            "was made, as CSV if you can."
        )


class _Child:
    """A process that reads files, one after the other."""

    def __init__(self) -> None:
        paths = json.dumps([str(Path(p).absolute()) for p in sys.path])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, **ENVIRONMENT},
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """Stop it, whatever it does, and forget its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            for part in (struct.pack(LENGTH, len(message)), message):
                view = memoryview(part)
                while view:
                    view = view[self._process.stdin.write(view) :]
        except OSError:
            raise _Gone from None

    def wait(self, seconds: float, unwanted: Callable[[], None]) -> bool:
        """Wait until it says something or ends; return whether it did within so many seconds."""
        assert self._process.stdout is not None
        until = time.monotonic() + seconds
        poll = select.poll()  # a server may have more files open than `select` can look at
        poll.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        while not poll.poll(1_000 * LOOK):
            unwanted()
            if time.monotonic() > until:
                return False
        return True

    def taken(self) -> bool:
        assert self._process.stdout is not None
        return self._process.stdout.read(1) == TAKEN

    def receive(self) -> tuple[int, Any]:
        """Return what it answers.

        Raises
        ------
        EOFError, ValueError, KeyError, TypeError, ArrowException
            It ended meanwhile, or said what is no answer.
        """
        assert self._process.stdout is not None
        answer = io.BufferedReader(self._process.stdout, READ_AT_ONCE)  # type: ignore[type-var]
        try:
            if answer.read(1) != ANSWER:
                raise EOFError
            return read_answer(answer)
        finally:
            answer.detach()

    def exit_code(self) -> int:
        """Return why it ended; below 0 by which signal."""
        return self._process.wait()


def _answer(child: _Child, reading: _Reading) -> Any:  # noqa: ANN401
    """Ask a child and return its answer; it is kept for the next file only if nothing went wrong."""
    keep = False
    try:
        child.send(reading.message)
        import_module("pandas")  # what the answer is made of, while a child that was just started does so too
        if not child.wait(START_SECONDS, reading.stop_if_unwanted) or not child.taken():
            raise _Gone
        if not child.wait(PATIENCE * reading.limits.seconds, reading.stop_if_unwanted):
            raise reading.too_long()
        try:
            what, value = child.receive()
        except (EOFError, AttributeError, KeyError, TypeError, ValueError, OSError):  # Arrow's are among them
            raise _why_it_ended(child, reading) from None
        if what == OUT_OF_MEMORY:
            raise reading.too_large()
        keep = what != GIVEN_UP
    finally:
        if keep:
            _keep(child)
        else:
            child.end()
    if what == GIVEN_UP:
        log.warning("A reader stopped unexpectedly: %s", value)
        raise reading.crashed()
    if isinstance(value, Exception):
        raise value
    return value


def _why_it_ended(child: _Child, reading: _Reading) -> CorpusError:
    code = child.exit_code()
    if code == -signal.SIGXCPU:
        return reading.too_long()
    if code in (OUT_OF_MEMORY, -signal.SIGKILL):  # the system ends who takes the last of the memory
        return reading.too_large()
    return reading.crashed()


_turns = threading.BoundedSemaphore(AT_ONCE)
_idle: list[_Child] = []
_lock = threading.Lock()


def _take() -> _Child:
    with _lock:
        while _idle:
            child = _idle.pop()
            if child.alive:
                return child
            child.end()
    return _Child()


def _keep(child: _Child) -> None:
    with _lock:
        if len(_idle) < KEPT:
            _idle.append(child)
            return
    child.end()


def _end_all() -> None:
    with _lock:
        while _idle:
            _idle.pop().end()


def _forget_all() -> None:
    """Leave the children to the process that this one was forked from."""
    global _turns, _lock
    _turns, _lock = threading.BoundedSemaphore(AT_ONCE), threading.Lock()
    _idle.clear()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _can_start() -> bool:
    """Say whether another Python can be started and waited for here; an embedded one has no program of its own."""
    return bool(sys.executable) and sys.platform not in ("win32", "emscripten", "wasi")


def _carried(source: str | os.PathLike[str] | IO[bytes]) -> tuple[Any, str, int]:
    """Return a source that another process can read, its name, and its bytes' number."""
    if isinstance(source, str | os.PathLike):
        file = file_at(source).absolute()
        return str(file), file.name, file.stat().st_size
    name, data = bytes_of(source)
    carried = io.BytesIO(data)
    carried.name = name
    return carried, name, len(data)
