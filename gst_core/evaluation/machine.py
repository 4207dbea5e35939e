"""What a measurement was made on: hardware and versions, without names of computers, people or folders."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "torch", "transformers", "sentence-transformers", "faiss-cpu", "numba"),
    *("umap-learn", "hdbscan", "setfit", "torchdr", "cuml-cu12", "cuml-cu13"),
)


@dataclass(frozen=True)
class Machine:
    """Processor, cores that may be used, memory in GB, threads of the numeric libraries, operating system."""

    processor: str
    cores: int
    memory_gb: float | None
    threads: int
    system: str

    def sentence(self) -> str:
        """Return it in words."""
        memory = "" if self.memory_gb is None else f", {self.memory_gb:.0f} GB of memory"
        return f"{self.processor}, {self.cores} cores ({self.threads} threads used){memory}, {self.system}"


def this_machine() -> Machine:
    """Describe the computer that this runs on."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(_processor(), cores, _memory_gb(), torch.get_num_threads(), platform.system())


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers depend on, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None
