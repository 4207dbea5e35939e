"""The section of the page on a GPU, as Markdown and JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.gpu.parts import CPU, GPU
from benchmarks.gpu.schedule import CudaTests
from benchmarks.gpu.worker import Outcome
from gst_core.evaluation.machine import Machine


@dataclass(frozen=True)
class Report:
    """All that the section says; `card` is the GPU in words, `seconds` what the whole command took."""

    command: str
    card: str
    machine: Machine
    versions: dict[str, str]
    tests: CudaTests | None
    outcomes: Sequence[Outcome]
    seconds: float


def markdown(report: Report) -> str:
    """Return the section."""
    versions = ", ".join(f"{k} {v}" for k, v in report.versions.items())
    parts = [
        "## On a GPU",
        f"Made by `{report.command}` in {report.seconds:.0f} s on {report.card}, beside {report.machine.sentence()}; "
        f"{versions}. Embeddings: made up, 300 topics in 384 dimensions. What takes less than 2 s is the median of "
        "three. *Neighbours* are 15 for each text in 64 directions; the GPU's are exact. *Layout* is that of all "
        "texts, for as many epochs as a map of that size refines. *First map* has no labels; *first frame* and "
        "*settled* follow the first 5 labels for each of 10 classes.",
        _tests(report.tests),
        "\n".join(["| | rows | GPU | by | CPU | by | the GPU is |", "| --- |" + " --- |" * 6, *_rows(report.outcomes)]),
        _numbers(report.outcomes),
        _memory(report.outcomes),
    ]
    return "\n\n".join(part for part in parts if part)


def as_json(report: Report) -> dict[str, Any]:
    """Return what the JSON file holds."""
    return {
        "command": report.command,
        "card": report.card,
        "machine": asdict(report.machine),
        "versions": report.versions,
        "seconds": report.seconds,
        "tests": None if report.tests is None else asdict(report.tests),
        "outcomes": [asdict(outcome) for outcome in report.outcomes],
    }


def _tests(tests: CudaTests | None) -> str:
    if tests is None:
        return "The tests were not run."
    ended = f" ({tests.remark})" if tests.remark else ""
    return f"Tests on this device: {tests.passed} passed, {tests.failed} failed, {tests.skipped} skipped{ended}."


def _rows(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line of the table for each thing that was timed, and for each part that could not be."""
    lines = []
    for part, rows in dict.fromkeys((o.part, o.rows) for o in outcomes):
        sides = {o.side: o for o in outcomes if (o.part, o.rows) == (part, rows)}
        gpu, cpu = (sides.get(side, Outcome(part, rows, side, remark="not run")) for side in (GPU, CPU))
        for name in dict.fromkeys([*gpu.seconds, *cpu.seconds]) or [part]:
            title = name if name == part else f"{part}: {name}"
            cells = [title, f"{rows:,}", _cell(gpu, name), gpu.library, _cell(cpu, name), cpu.library]
            lines.append("| " + " | ".join([*cells, _ratio(gpu, cpu, name)]) + " |")
    return lines


def _cell(outcome: Outcome, name: str) -> str:
    if name in outcome.seconds:
        return f"{outcome.seconds[name]:.2f} s"
    return "" if outcome.seconds else outcome.remark.replace("|", "/")


def _ratio(gpu: Outcome, cpu: Outcome, name: str) -> str:
    beside = cpu.seconds.get(name, cpu.seconds.get("fp32"))  # bf16 is compared with the CPU's only encoding
    if beside is None or not gpu.seconds.get(name):
        return ""
    return f"{beside / gpu.seconds[name]:.1f} × as fast"


def _numbers(outcomes: Sequence[Outcome]) -> str:
    said = [
        f"- {o.part}, {o.rows:,} rows: {name} {value:.4g}"
        for o in outcomes
        for name, value in o.numbers.items()
        if name != "epochs" or o.side == GPU
    ]
    return "\n".join(said)


def _memory(outcomes: Sequence[Outcome]) -> str:
    most = max((o.memory for o in outcomes), default=0.0)
    return f"The process that computed held at most {most:.1f} GB of the machine's own memory." if most else ""
