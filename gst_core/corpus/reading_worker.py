"""The process that reads files for another one: see `gst_core.corpus.reading_process`.

It takes requests from its standard input and answers on its standard output, and ends when the input does, as it does
when the other process is gone, however that came about.
"""

import gc
import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from gst_core.corpus.reading_answers import LENGTH, write_answer
from gst_core.corpus.size_limits import ReadingLimits
from gst_core.errors import GstError

TAKEN, ANSWER = b"+", b"="
DONE, GIVEN_UP, OUT_OF_MEMORY = 0, 1, 86  # what an answer begins with; the last is an exit code too
LONGEST_SENTENCE = 600  # letters
IDLE_SECONDS = 120.0
MEMORY_KEPT = 256 << 20  # bytes beyond what it began with: with more it ends, and the memory goes back
OBJECTS_BETWEEN = 50_000  # looks for what is no longer used: a table is many lists, all of which are
LOOK = 0.05  # seconds between two looks at the memory where the system cannot bound it
OOM_SCORE = Path("/proc/self/oom_score_adj")  # Linux: who goes first when the machine's memory is at its end
STATM = Path("/proc/self/statm")  # Linux: pages of address space, and those in memory


@dataclass(frozen=True, eq=False)
class Request:
    """A task, and what it may take."""

    task: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    limits: ReadingLimits


def serve() -> None:
    """Answer requests until there are none for a while, or nobody who could make them."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    with suppress(OSError):
        OOM_SCORE.write_text("1000")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the other process, which ends this one
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    _load()
    gc.set_threshold(OBJECTS_BETWEEN)
    first = _memory(1)
    while True:
        try:
            message = requests.get(timeout=IDLE_SECONDS)
        except Empty:
            break
        out.write(TAKEN)
        out.flush()
        out.write(ANSWER)
        write_answer(out, *_answer(message))
        out.flush()
        del message
        if _memory(1) - first > MEMORY_KEPT:
            break
    os._exit(0)


def _receive(requests: "SimpleQueue[bytes]") -> None:
    """Hand requests on; end the process, whatever it does, when there will be no more."""
    while True:
        head = _exactly(sys.stdin.buffer, struct.calcsize(LENGTH))
        requests.put(_exactly(sys.stdin.buffer, *struct.unpack(LENGTH, head)))


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        os._exit(0)
    return data


def _load() -> None:
    """Load what almost every file needs, before there are limits."""
    import pandas as pd  # noqa: F401
    import pyarrow as pa
    import pyarrow.parquet

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _answer(message: bytes) -> tuple[int, Any]:
    """Run a task within its limits and return how it went, and what it returned or raised."""
    request: Request = pickle.loads(message)  # from the process that started this one, and no other
    try:
        with bounded(request.limits):
            return DONE, request.task(*request.arguments, **request.options)
    except MemoryError:
        return OUT_OF_MEMORY, None
    except GstError as error:
        short = _by_memory(error)
        return (OUT_OF_MEMORY, None) if short else (DONE, type(error)(_cut(str(error))))
    except Exception as error:  # the sentence is the other process' business, and no text of the file is in it
        return (OUT_OF_MEMORY, None) if _by_memory(error) else (GIVEN_UP, type(error).__name__)


def _cut(sentence: str) -> str:
    """Return a sentence that fits on a page, however long the names in the file are."""
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[:LONGEST_SENTENCE] + " …"


def _by_memory(error: BaseException | None) -> bool:
    """Say whether an error came of one that says that there is no memory left."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def bounded(limits: ReadingLimits) -> Iterator[None]:
    """Bound the memory and the computing time of this process for the length of a block.

    Where it computes for longer the system ends it. Memory that it is refused is a `MemoryError`; where the system
    cannot bound it, as on macOS, the process ends itself when it has too much.
    """
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + limits.seconds
    before = {kind: resource.getrlimit(kind) for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS)}
    _lower(resource.RLIMIT_CPU, most)
    _lower(resource.RLIMIT_CORE, 0)
    done = threading.Event()
    if STATM.exists():
        _lower(resource.RLIMIT_AS, _memory(0) + limits.memory)
    else:
        threading.Thread(target=_watch_memory, args=(limits.memory, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        for kind, limit in before.items():
            resource.setrlimit(kind, limit)


def _lower(kind: int, to: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    soft = to if hard == resource.RLIM_INFINITY else min(to, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))


def _memory(which: int) -> int:
    """Return bytes of address space (0) or of memory (1); the most so far where there is no better."""
    if STATM.exists():
        return int(STATM.read_text().split()[which]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def _watch_memory(most: int, done: threading.Event) -> None:
    """End the process when it takes more memory than it may."""
    first = _memory(1)
    while not done.wait(LOOK):
        if _memory(1) - first > most:
            os._exit(OUT_OF_MEMORY)
