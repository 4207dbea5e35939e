"""How much memory this process holds and has held."""

import resource
import sys
from pathlib import Path


def memory_now() -> int:
    """Return the bytes that the process holds now; where the system does not say, its peak so far."""
    listing = Path("/proc/self/statm")
    if listing.exists():
        return int(listing.read_text().split()[1]) * resource.getpagesize()
    return memory_peak()


def forget_peak() -> None:
    """Start a new peak where the system can: on Linux a process takes over the peak of the one that started it."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")


def memory_peak() -> int:
    """Return the most bytes that the process has held, since `forget_peak` where that works."""
    status = Path("/proc/self/status")
    if status.exists():
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
