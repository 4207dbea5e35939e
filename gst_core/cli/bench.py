"""`gst-studio bench`: the benchmarks from the command line; nothing heavy is imported before one runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gst_core.cli.screen import progress_bars, screen
from gst_core.errors import GstError

if TYPE_CHECKING:
    from gst_core.encoding import EncodingProgress
    from gst_core.evaluation import Dataset, EncodingSpeed, Record, RecordLog, RunPlan, Timings
    from gst_core.workspace import Workspace

LEAVE_OUT = "leave-out"
RECORDS = Path("benchmarks") / "quality.jsonl"  # inside the workspace


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the two benchmarks with their options."""
    parser.description = "Measure on labelled corpora."
    kinds = parser.add_subparsers(required=True, metavar="quality|realtime")
    _add_quality(kinds)
    _add_realtime(kinds)


def run(options: argparse.Namespace) -> None:
    """Run the benchmark that was chosen."""
    options.benchmark(options)


def _add_quality(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser(
        "quality",
        help="how well embeddings follow a few labels, beside other methods",
        description="Measure the transform and its baselines on every Parquet and CSV file of a folder that has "
        "columns of class names, and write the tables. Rows are kept as they come: the same command goes on where it "
        "was stopped. The filters choose what is run; the tables show all rows that were measured with this code.",
    )
    parser.add_argument("folder", type=Path, help="Parquet or CSV files with a text column and class columns")
    parser.add_argument("--paper", type=Path, metavar="FOLDER", help="where the paper's datasets are, by name")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the tables (default: %(default)s)")
    parser.add_argument("--methods", help="comma-separated; all but setfit, which takes minutes per row, when left out")
    parser.add_argument("--facets", help="comma-separated, as facet or dataset/facet")
    parser.add_argument("--headline", help="comma-separated dataset/facet that the summary is over (default: all)")
    parser.add_argument(
        "--regimes",
        help="comma-separated: names, 1, 2-names, 4, 16, 16-names, 3000, 3000-noisy, unseen, 4-others, 4-bulk, "
        "suggested, leave-out",
    )
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to this minus one (default: %(default)s)")
    parser.add_argument("--cap", type=int, default=5_000, help="most texts of a corpus (default: %(default)s)")
    parser.add_argument("--records", type=Path, help="JSON lines with the rows (default: in the workspace)")
    parser.add_argument(
        "--take-over",
        metavar="VERSION",
        action="append",
        default=[],
        help="count rows of this older version of the transform as measured, because nothing but names changed since",
    )
    parser.add_argument("--workspace", type=Path, help="folder of what is kept (default: GST_WORKSPACE, or your own)")
    parser.add_argument("--no-timings", action="store_true", help="leave out time and memory on made-up embeddings")
    parser.set_defaults(benchmark=quality)


def _add_realtime(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser(
        "realtime",
        help="how soon a map re-forms after a label, beside umap-learn and hdbscan",
        description="Measure re-forming at several sizes, each in a process of its own, and encoding, and write the "
        "tables. Needs umap-learn and hdbscan, which requirements-dev.txt brings.",
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", help="NAME.minilm.npy and labelled files; made-up embeddings when left out"
    )
    parser.add_argument("--sizes", default="10000,20000,50000,100000,200000,500000", help="default: %(default)s")
    parser.add_argument("--ordinary", default="20000,100000", help="sizes of umap-learn and hdbscan (%(default)s)")
    parser.add_argument("--encode", default="clinc150/domain", help="dataset/facet to re-encode (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the tables (default: %(default)s)")
    parser.set_defaults(benchmark=realtime)


def realtime(options: argparse.Namespace) -> None:
    """Run the benchmark of re-forming and write its tables."""
    import torch

    from gst_core.evaluation import (
        RealtimeReport,
        measure_in_own_process,
        this_machine,
        versions,
        write_realtime_report,
    )

    sizes, ordinary = _numbers(options.sizes), _numbers(options.ordinary)
    found, on_gpu = [], []
    for rows in sizes:
        with screen.status(f"{rows:,} documents"):
            found.append(measure_in_own_process(rows, options.folder, ordinary=rows in ordinary, device="cpu"))
            if torch.cuda.is_available():
                on_gpu.append(measure_in_own_process(rows, options.folder, ordinary=False, device="cuda"))
        screen.print(f"{rows:,} documents: first {found[-1].first:.2f} s, settled {found[-1].settled:.2f} s")
    with screen.status("Encoding"):
        encoding = _encoding_speed(options.folder, options.encode)
    given = "" if options.folder is None else " FOLDER"
    data = "made up, 300 topics in 384 dimensions"
    if options.folder is not None:
        data = "all NAME.minilm.npy of the folder; where there are fewer than rows, copies that are moved a little"
    command = f"gst-studio bench realtime{given} --sizes {options.sizes} --ordinary {options.ordinary}"
    report = RealtimeReport(found, on_gpu, encoding, this_machine(), versions(), command, data)
    for file in write_realtime_report(report, options.out):
        screen.print(f"Wrote {file}", highlight=False, markup=False)


def _encoding_speed(folder: Path | None, chosen: str) -> "EncodingSpeed | None":
    from gst_core.evaluation import measure_encoding, read_datasets

    name, _, facet = chosen.partition("/")
    if folder is None:
        return None
    for dataset in read_datasets(folder, sys.maxsize):
        if dataset.name == name and facet in dataset.facets:
            return measure_encoding(name, facet, dataset.texts, dataset.facets[facet].tolist())
    screen.print(f"The folder has no {chosen}, so encoding is not measured.", style="yellow")
    return None


def _numbers(value: str) -> list[int]:
    try:
        return [int(part) for part in _listed(value)]
    except ValueError:
        raise GstError(f"“{value}” is no list of whole numbers. Write them as 20000,100000.") from None


def quality(options: argparse.Namespace) -> None:
    """Run the quality benchmark and write its tables."""
    from gst_core.cli.inputs import opened_workspace
    from gst_core.evaluation import (
        RecordLog,
        Report,
        read_datasets,
        read_paper,
        run_pairs,
        this_machine,
        versions,
        write_report,
    )

    plan = _plan(options)
    workspace = opened_workspace(options)
    records = RecordLog(options.records or workspace.folder / RECORDS)
    _take_over(records, options.take_over)
    datasets = read_datasets(options.folder, options.cap, [f.rpartition("/")[2] for f in plan.facets])
    papers, pairs, absent = read_paper(options.paper, options.cap)
    _run([*datasets, *papers], plan, records, workspace)
    paper_records = _current(records, papers, options.seeds)
    for task, groups in pairs:
        paper_records += run_pairs(task, groups, plan.methods, plan.seeds, records, workspace)
    report = Report(
        _current(records, datasets, options.seeds),
        paper_records,
        this_machine(),
        versions(),
        _command(options),
        options.cap,
        _listed(options.headline),
        [] if options.no_timings else _timings(),
        absent,
    )
    for file in write_report(report, options.out):
        screen.print(f"Wrote {file}", highlight=False, markup=False)


def _take_over(records: "RecordLog", versions: Sequence[str]) -> None:
    """Take rows of older versions over, and say of which there are others that are not shown."""
    from gst_core.evaluation import METHODS, code_version

    now = {method.key: code_version(method) for method in METHODS}
    for version in versions:
        taken = records.take_over(version, now)
        screen.print(f"Took over {taken:,} rows of version {version}.", highlight=False, markup=False)
    if left := records.older_versions(now):
        listed = ", ".join(f"{version} ({count:,} rows)" for version, count in left.items())
        screen.print(
            f"There are rows of older versions of the code: {listed}. They are measured again, unless --take-over "
            "says that nothing but names changed since.",
            style="yellow",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _run(datasets: "Sequence[Dataset]", plan: "RunPlan", records: "RecordLog", workspace: "Workspace") -> None:
    """Measure what the records lack, with bars, and say what failed."""
    from gst_core.evaluation import run, run_leaving_out

    with progress_bars() as bars:
        rows, texts = bars.add_task("Starting", total=None), bars.add_task("Encoding", total=None, visible=False)

        def show(done: int, total: int, what: str) -> None:
            bars.update(rows, completed=done, total=total, description=what or "Measured")
            bars.update(texts, visible=False)

        def encoding(now: "EncodingProgress") -> None:
            bars.update(texts, completed=now.done, total=now.total, visible=now.done < now.total)

        failures = run(datasets, plan, records, workspace=workspace, progress=show, encoding=encoding)
        failures += run_leaving_out(datasets, plan, records, workspace=workspace, progress=show)
    for sentence in failures:
        screen.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _plan(options: argparse.Namespace) -> "RunPlan":
    from gst_core.evaluation import METHODS, REGIMES, SETFIT, RunPlan

    methods = _chosen("method", options.methods, [m.key for m in METHODS], [m.key for m in METHODS if m.key != SETFIT])
    every = [*(r.key for r in REGIMES), LEAVE_OUT]
    regimes = _chosen("regime", options.regimes, every, every)
    return RunPlan(
        tuple(m for m in METHODS if m.key in methods),
        tuple(r for r in REGIMES if r.key in regimes),
        options.seeds,
        tuple(_listed(options.facets)),
        LEAVE_OUT in regimes,
    )


def _chosen(what: str, wanted: str | None, known: Sequence[str], usual: Sequence[str]) -> list[str]:
    chosen = _listed(wanted) or list(usual)
    unknown = [c for c in chosen if c not in known]
    if unknown:
        raise GstError(f"There is no {what} “{unknown[0]}”; there are: {', '.join(known)}.")
    return chosen


def _listed(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split(",") if part.strip()]


def _current(records: "RecordLog", datasets: "Sequence[Dataset]", seeds: int) -> "list[Record]":
    """Return the records of these datasets, this code and these seeds."""
    from gst_core.evaluation import METHODS, code_version

    data = {(d.name, f): {d.key(f), *(d.key(f, c) for c in d.facets if c != f)} for d in datasets for f in d.facets}
    codes = {m.key: code_version(m) for m in METHODS}
    return [
        r
        for r in records.records.values()
        if r.data in data.get((r.dataset, r.facet), ()) and codes.get(r.method) == r.code and r.seed < seeds
    ]


def _timings() -> "list[Timings]":
    from gst_core.evaluation import WIDTH
    from gst_core.evaluation.timings import measure_in_own_process

    try:
        with screen.status("Measuring time and memory"):
            return [measure_in_own_process(width) for width in (WIDTH, *_width_of_all_views())]
    except GstError as error:  # the rows that were measured are worth a table without it
        screen.print(str(error), style="yellow", markup=False, highlight=False, soft_wrap=True)
        return []


def _width_of_all_views() -> list[int]:
    """Return the columns of the default views of a large corpus."""
    from gst_core.encoding import encode
    from gst_core.encoding.lexical_learning import COLUMNS
    from gst_core.errors import EncoderError

    try:
        return [encode(["one text", "another"], views="all").shape[1] + COLUMNS]
    except EncoderError:
        return []


def _command(options: argparse.Namespace) -> str:
    """Return the command that was given, without the names of folders."""
    parts = ["gst-studio bench quality FOLDER"]
    parts += ["--paper FOLDER"] if options.paper else []
    for name in ("methods", "facets", "headline", "regimes"):
        parts += [f"--{name} {value}"] if (value := getattr(options, name)) else []
    parts += [f"--seeds {options.seeds}", f"--cap {options.cap}"]
    return " ".join(parts)
