"""How many threads numeric libraries may use, and where compiled code is cached.

Both are said in environment variables, which the libraries read when they are loaded: call these functions first. This
module imports nothing that loads one of them.
"""

import os
import sys
from collections.abc import Callable, Generator
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Item = TypeVar("Item")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
COMPILED_CODE = "NUMBA_CACHE_DIR"
FIXED = {
    "GOMP_SPINCOUNT": "1000",  # a thread that waits in a loop for long takes a core from the page and the browser
    "OPENBLAS_NUM_THREADS": "1",  # its products here are small, and slower on more
    "TOKENIZERS_PARALLELISM": "false",
}


CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds of computing in so many


def usable_cores() -> int:
    """Return how many cores this process may use: those it is kept to, and in a container its quota, rounded up.

    More threads than that wait for each other in loops.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = CPU_QUOTA.read_text().split()
        cores = min(cores, -(-int(quota) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):  # no container, or "max"
        pass
    return max(cores, 1)


def bound_threads() -> None:
    """Bound every library to the cores that there are; variables that are set already stay as they are."""
    cores = str(usable_cores())
    for variable in THREAD_VARIABLES:
        os.environ.setdefault(variable, cores)
    for variable, value in FIXED.items():
        os.environ.setdefault(variable, value)
    if "numpy" in sys.modules:
        _bound_what_is_loaded()


def keep_compiled_code(folder: Path) -> None:
    """Keep numba's compiled code in a folder, unless a variable says where; numba makes the folder."""
    os.environ.setdefault(COMPILED_CODE, str(folder.expanduser().resolve()))


def compiled_code_folder(folder: Path) -> Path:
    """Return where numba keeps compiled code: what the variable says, or else a folder."""
    return Path(os.environ.get(COMPILED_CODE, folder))


@cache
def _bound_what_is_loaded() -> None:
    """Bound BLAS where it was loaded before the variables were set; once, because the page runs again and again.

    Without this, two threads that each bound it for a while may leave it unbounded inside another library's loop.
    """
    from threadpoolctl import threadpool_limits  # not before the variables are set

    threadpool_limits(int(os.environ["OPENBLAS_NUM_THREADS"]), user_api="blas")


def with_one_blas_thread(
    generator: Callable[Parameters, Generator[Item, None, None]],
) -> Callable[Parameters, Generator[Item, None, None]]:
    """Let a generator compute with one BLAS thread: its products are small, and more threads make them slower.

    Between two items, while others compute, the limit is not in force.
    """

    @wraps(generator)
    def limited(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Generator[Item, None, None]:
        from threadpoolctl import threadpool_limits

        items = generator(*args, **kwargs)
        try:
            while True:
                with threadpool_limits(1, user_api="blas"):
                    try:
                        item = next(items)
                    except StopIteration:
                        return
                yield item
        finally:
            items.close()

    return limited
