"""`python -m benchmarks.gpu`: the tests that compute on CUDA, and what a GPU does for a map, in eight minutes."""

import argparse
import importlib.util
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gst_core.compute.threads import bound_threads

SECONDS = 460.0  # under eight minutes, with the start of the processes and the writing
WITHOUT_CUDA = (
    "There is no CUDA device here, so nothing was measured; `--device cpu` goes through the same code on the CPU, with "
    "small sizes."
)


@dataclass(frozen=True)
class Sizes:
    """Rows of the maps, texts to encode, and rows of the first run that is not counted."""

    rows: str
    texts: int
    warm_up: int


SIZES = {"cuda": Sizes("20000,100000,1000000", 8_192, 7_000), "cpu": Sizes("600,1200", 128, 400)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run tests and measurements, write the section, and return the exit code: 2 without CUDA, 1 when tests fail."""
    options = _options(arguments)
    started = time.monotonic()
    bound_threads()
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed, so there is no CUDA device to measure.", file=sys.stderr)
        return 2
    import torch

    if options.device == "cuda" and not torch.cuda.is_available():
        print(WITHOUT_CUDA, file=sys.stderr)
        return 2
    from benchmarks.gpu.report import Report, as_json, markdown
    from benchmarks.gpu.schedule import Clock, measure, run_tests
    from gst_core.evaluation.machine import this_machine, versions
    from gst_core.evaluation.page import write_section

    clock = Clock(options.seconds)
    tests = None if options.no_tests else run_tests(clock)
    sizes = [int(rows) for rows in options.sizes.split(",")]
    outcomes = measure(clock, options.device, sizes, options.texts, SIZES[options.device].warm_up, _tell)
    took = time.monotonic() - started
    report = Report(_command(options), _card(options.device), this_machine(), versions(), tests, outcomes, took)
    print(markdown(report))
    if options.out is not None:
        for file in write_section(options.out, "gpu", markdown(report), as_json(report)):
            print(f"Wrote {file}")
    return 1 if tests is not None and (tests.failed or not tests.passed) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", choices=tuple(SIZES), default="cuda", help="cpu: the same code (%(default)s)")
    parser.add_argument("--sizes", help="rows, comma-separated (20000,100000,1000000; on the CPU 600,1200)")
    parser.add_argument("--texts", type=int, help="texts to encode (8192; on the CPU 128)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what does not fit is skipped (%(default)s)")
    parser.add_argument("--no-tests", action="store_true", help="measure only")
    parser.add_argument("--out", type=Path, help="folder of the page (docs; on the CPU it is not written)")
    options = parser.parse_args(arguments)
    options.sizes = options.sizes or SIZES[options.device].rows
    options.texts = options.texts or SIZES[options.device].texts
    if options.out is None and options.device == "cuda":
        options.out = Path("docs")
    return options


def _command(options: argparse.Namespace) -> str:
    given = f"--device {options.device} --sizes {options.sizes} --texts {options.texts} --seconds {options.seconds:g}"
    return f"python -m benchmarks.gpu {given}" + (" --no-tests" if options.no_tests else "")


def _card(device: str) -> str:
    import torch

    if device == "cpu":
        return "no GPU (the same code on the CPU)"
    card = torch.cuda.get_device_properties(0)
    capability = f"compute capability {card.major}.{card.minor}"
    return f"{card.name}, {card.total_memory / 1e9:.0f} GB, {capability}, CUDA {torch.version.cuda}"


def _tell(outcome) -> None:
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in outcome.seconds.items()) or outcome.remark
    print(f"{outcome.part}, {outcome.rows:,}, {outcome.side}: {said}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
