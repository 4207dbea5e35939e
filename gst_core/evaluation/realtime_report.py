"""The section on re-forming in real time, as Markdown and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gst_core.evaluation.encoding_speed import EncodingSpeed
from gst_core.evaluation.machine import Machine
from gst_core.evaluation.page import write_section
from gst_core.evaluation.realtime import AFTER, BEFORE, CLASSES, FAR_ENOUGH, JUDGED, SAME_WAY, Reforming

GROWTH_FROM = 10_000  # rows; the growth of the cost is told from there on


@dataclass(frozen=True)
class RealtimeReport:
    """All that the section says.

    Attributes
    ----------
    reformings : sequence of Reforming
    on_gpu : sequence of Reforming
        The same with the transform on a GPU; empty without one.
    encoding : EncodingSpeed or None
    machine : Machine
    versions : mapping of str to str
    command : str
    data : str
        What the embeddings are.
    """

    reformings: Sequence[Reforming]
    on_gpu: Sequence[Reforming]
    encoding: EncodingSpeed | None
    machine: Machine
    versions: Mapping[str, str]
    command: str
    data: str


def write_realtime_report(report: RealtimeReport, folder: Path) -> tuple[Path, Path]:
    """Write the section and its JSON into a folder and return their paths."""
    return write_section(folder, "realtime", realtime_markdown(report), _as_json(report))


def realtime_markdown(report: RealtimeReport) -> str:
    """Return the section of the page."""
    versions = ", ".join(f"{k} {v}" for k, v in report.versions.items())
    parts = [
        "## Re-forming in real time",
        f"Made by `{report.command}` on {report.machine.sentence()}; {versions}. Embeddings: {report.data}.",
        f"A map of {CLASSES} classes with {BEFORE} labels each gets one more label of each. *First frame* is the first "
        f"on which the median point has gone {FAR_ENOUGH:.0%} of its way or more and in its final direction (cosine "
        f"{SAME_WAY} or more); *settled* is the last, with clusters. Both start from cached embeddings and include the "
        "transform's fit, which builds on what the last map's found of the corpus, as it does in the product; "
        '*transform* is that fit and its output for all rows. *Ordinary* is `umap.UMAP(metric="cosine").fit_transform` '
        "on the same embedding and "
        "`hdbscan.HDBSCAN().fit` on the result, warm, in the same process. Seconds are medians of three.",
        _table(
            [
                "documents",
                "first map",
                "transform",
                "first frame",
                "settled",
                "ordinary",
                "first frame is",
                "settled is",
            ],
            [_speed(r) for r in report.reformings],
        ),
        f"Trustworthiness (k = 15, {JUDGED} points against all), how far the median point moves when nothing changed, "
        "and memory: what the process held at most, libraries included and embeddings not, and how much of it came "
        "while maps re-formed.",
        _table(
            ["documents", "trustworthiness", "of UMAP's", "moved with nothing new", "memory", "of it re-forming"],
            [_truth(r) for r in report.reformings],
        ),
        _growth(report.reformings),
        _gpu(report),
        _encoding(report.encoding),
    ]
    return "\n\n".join(part for part in parts if part)


def _speed(r: Reforming) -> list[str]:
    whole = None if r.ordinary_map is None or r.ordinary_groups is None else r.ordinary_map + r.ordinary_groups
    return [
        f"{r.rows:,}",
        f"{r.cold:.2f} s",
        f"{r.fit:.2f} s",
        f"{r.first:.2f} s",
        f"{r.settled:.2f} s",
        "not run" if whole is None else f"{r.ordinary_map:.1f} + {r.ordinary_groups:.1f} s",
        "" if whole is None else f"{whole / r.first:.0f} × sooner",
        "" if whole is None else f"{whole / r.settled:.1f} × sooner",
    ]


def _truth(r: Reforming) -> list[str]:
    share = "" if r.ordinary_truth is None else f"{r.truth / r.ordinary_truth:.3f} ×"
    return [f"{r.rows:,}", f"{r.truth:.3f}", share, f"{r.still:.1%}", f"{r.memory:.2f} GB", f"{r.growth:.2f} GB"]


def growth_exponent(reformings: Sequence[Reforming]) -> float | None:
    """Return the power of n log n that the settled seconds grow with, by least squares; None for fewer than 3 sizes."""
    sizes = [r for r in reformings if r.rows >= GROWTH_FROM]
    if len(sizes) < 3:
        return None
    n = np.array([r.rows for r in sizes], dtype=np.float64)
    return float(np.polyfit(np.log(n * np.log(n)), np.log([r.settled for r in sizes]), 1)[0])


def _growth(reformings: Sequence[Reforming]) -> str:
    power = growth_exponent(reformings)
    if power is None:
        return ""
    return f"Over these sizes the settled seconds grow with (n log n) to the power of {power:.2f}."


def _gpu(report: RealtimeReport) -> str:
    if not report.on_gpu:
        return "With a GPU: not run here."
    return "With a GPU:\n\n" + _table(
        ["documents", "transform", "first frame", "settled"],
        [[f"{r.rows:,}", f"{r.fit:.2f} s", f"{r.first:.2f} s", f"{r.settled:.2f} s"] for r in report.on_gpu],
    )


def _encoding(e: EncodingSpeed | None) -> str:
    if e is None:
        return ""
    rows: list[tuple[str, float, str]] = [
        ("sentence-transformers' `encode`", e.theirs, ""),
        ("`gst_core.encode`", e.ours, f"{e.theirs / e.ours:.2f} × as fast"),
        ("`gst_core.encode`, all views", e.ours_all, f"{e.theirs / e.ours_all:.2f} × as fast"),
        ("fit and transform", e.fit + e.transform, f"{e.theirs / (e.fit + e.transform):.0f} × as fast"),
        ("transform alone", e.transform, f"{e.theirs / e.transform:.0f} × as fast"),
    ]
    return (
        f"### Against re-encoding\n\n{e.corpus}, {e.texts:,} texts, all-MiniLM-L6-v2; the transform learns {e.facet} "
        f"({e.classes} classes) from {AFTER} labels each.\n\n"
        + _table(["", "seconds", "against sentence-transformers"], [[a, f"{s:.2f}", c] for a, s, c in rows])
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _as_json(report: RealtimeReport) -> dict[str, Any]:
    return {
        "command": report.command,
        "machine": asdict(report.machine),
        "versions": dict(report.versions),
        "data": report.data,
        "reforming": [asdict(r) for r in report.reformings],
        "on_gpu": [asdict(r) for r in report.on_gpu],
        "growth_exponent": growth_exponent(report.reformings),
        "encoding": None if report.encoding is None else asdict(report.encoding),
    }
