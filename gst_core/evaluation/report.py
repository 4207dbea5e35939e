"""The benchmark's result as a file: Markdown between two markers of a page, and JSON beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from gst_core.evaluation import tables, tables_of_classes
from gst_core.evaluation.aims import aims
from gst_core.evaluation.machine import Machine
from gst_core.evaluation.page import write_section
from gst_core.evaluation.paper_datasets import PAPER_TASKS
from gst_core.evaluation.records import Record
from gst_core.evaluation.regimes import REGIMES
from gst_core.evaluation.timings import Timings


@dataclass(frozen=True)
class Report:
    """All that the page says.

    Attributes
    ----------
    records, paper_records : sequence of Record
        Of the folder's datasets and of the paper's.
    machine : Machine
    versions : mapping of str to str
    command : str
        What makes the table again.
    cap : int
        The most texts of a corpus.
    headline : sequence of str
        "dataset/facet" of those that the summary is over; all when empty.
    timings : sequence of Timings
    absent : mapping of str to str
        Why each of the paper's other tasks was not run.
    """

    records: Sequence[Record]
    paper_records: Sequence[Record]
    machine: Machine
    versions: Mapping[str, str]
    command: str
    cap: int
    headline: Sequence[str] = ()
    timings: Sequence[Timings] = ()
    absent: Mapping[str, str] = field(default_factory=dict)


def write_report(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write the page and the JSON into a folder and return their paths; the rest of the page stays as it is."""
    return write_section(folder, "quality", markdown(report), as_json(report))


def markdown(report: Report) -> str:
    """Return the section of the page."""
    frame = tables.frame_of(report.records)
    chosen = _headline(frame, report.headline)
    seeds = sorted(frame["seed"].unique().tolist())
    parts = ["## Quality of the embeddings", _preamble(report, seeds)]
    parts += [_section("What is aimed at", aims(frame, chosen), AIMS), _summary_section(frame, chosen)]
    for regime in REGIMES:
        table = tables.per_facet(frame, regime.key) if regime.of_the_space else ""
        parts.append(_section(f"Each facet, {regime.title}", table))
    parts.append(_section("Unseen classes", _unseen(frame), UNSEEN))
    parts.append(_section("Many labels of one class", tables_of_classes.bulk(frame), BULK))
    parts.append(_section("How sure, and how right", tables_of_classes.calibration(frame), CALIBRATION))
    parts.append(_section("How right it believes to be", tables_of_classes.estimates(frame), ESTIMATES))
    parts.append(_section("A column left out", tables_of_classes.left_out(frame), LEFT_OUT))
    parts.append(_section("A column left out of the map", tables_of_classes.left_out_groups(frame), LEFT_OUT_GROUPS))
    parts.append(_section("No harm", tables.no_harm(frame), HARM))
    parts.append(_section("Wrong labels", tables.noise_loss(frame), NOISE))
    parts.append(_section("Triplets", tables.triplets(frame) if len(frame) else "", TRIPLETS))
    parts.append(_section("Two instructions on one corpus", tables.harmonic_means(frame), HARMONIC))
    parts.append(_section("Against SetFit", tables.against_setfit(frame), SETFIT))
    parts.append(_section("Time", _times(report, frame)))
    names = [(str(t), t.name, t.facet) for t in PAPER_TASKS]
    rows = tables.paper_rows(tables.frame_of(report.paper_records), names, list(report.absent))
    parts.append(_section("The paper's datasets", rows, PAPER))
    parts.append(_notes(frame))
    return "\n\n".join(part for part in parts if part)


AIMS = (
    "V-measure / purity are means over the facets that the summary below is over, differences of them in points; where "
    "a single facet is named, it is the worst, for the last seven rows of all facets."
)
UNSEEN = (
    "16 labels per class for a random half of the classes of facets with four classes or more; scored on the texts of "
    "the other half, whose classes no method heard of."
)
BULK = (
    "The default views, four labels per class, then 600 more true labels of the largest class, or all but one where it "
    "has fewer; the share of right classes among the texts of the other classes."
)
CALIBRATION = (
    "The default views: expected calibration error of the likeliest class in 15 bins of equal width, and in brackets "
    "the share of texts without a label whose likeliest class is right."
)
ESTIMATES = (
    "The share of right classes that the transform estimates from its labels (`report_`), with its interval at 90 %, "
    "beside the truth on the texts without a label."
)
LEFT_OUT = (
    "The default views: adjusted mutual information of k-means clusters, as many as the wanted facet has classes, "
    "with the column that is left out, and the purity of the wanted facet."
)
LEFT_OUT_GROUPS = (
    "The groups that the page shows: those of the settled map, the texts in none as one more. Their adjusted mutual "
    "information with the column that is left out, and with the wanted facet, on the texts without a label."
)
HARM = "Differences of purity; a cross marks a facet that falls more than 1 point below."
NOISE = "V-measure with 3,000 clean labels minus V-measure with the same labels of which 20 % are flipped."
TRIPLETS = (
    "The share of triplets, drawn from the facet's classes, whose anchor is nearer to the positive; mean over facets."
)
HARMONIC = "Harmonic means of the two facets' scores."
SETFIT = "On the same facets, labels and seeds; the seconds include SetFit's encoding of the corpus."
PAPER = (
    "Read from a local folder (`--paper`), else from the model hub where it can be reached. “Not run here” means just "
    "that: no figure was taken from elsewhere."
)


def as_json(report: Report) -> dict[str, object]:
    """Return the report as plain values: settings, means and every record."""
    frame = tables.frame_of(report.records)
    return {
        "machine": asdict(report.machine),
        "versions": dict(report.versions),
        "command": report.command,
        "cap": report.cap,
        "seeds": sorted(int(s) for s in frame["seed"].unique()),
        "timings": [asdict(t) for t in report.timings],
        "summary": _means(_headline(frame, report.headline)),
        "not_run": dict(report.absent),
        "records": [asdict(r) for r in (*report.records, *report.paper_records)],
    }


def _headline(frame: pd.DataFrame, facets: Sequence[str]) -> pd.DataFrame:
    return frame[(frame["dataset"] + "/" + frame["facet"]).isin(facets)] if facets else frame


def _means(frame: pd.DataFrame) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for (regime, method), part in frame.groupby(["regime", "method"], sort=False):
        row: dict[str, object] = {"regime": regime, "method": method, "facets": int(part["where"].nunique())}
        for score in ("v_measure", "purity", "triplets"):
            mean, spread = tables.mean_over_facets(part, score)
            row |= {score: round(mean, 2), f"{score}_spread": None if pd.isna(spread) else round(spread, 2)}
        found.append(row)
    return found


def _preamble(report: Report, seeds: Sequence[int]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    return (
        f"Made by `{report.command}` on {report.machine.sentence()}; {versions}. Corpora capped at {report.cap:,} "
        f"texts; seeds {', '.join(map(str, seeds)) or 'none'}; mean ± standard deviation over seeds, in points of 100. "
        "Scored on the texts that were not labelled: V-measure of mini-batch k-means with the true number of clusters "
        "(three k-means seeds), and the share of a text's 10 nearest neighbours by cosine that have its class."
    )


def _summary_section(frame: pd.DataFrame, chosen: pd.DataFrame) -> str:
    if chosen.empty:
        return "Nothing was measured yet."
    over = "; ".join(sorted(chosen["where"].unique()))
    text = f"### Means over facets\n\nOver: {over}.\n\n{tables.summary(chosen)}"
    if len(chosen) < len(frame):
        text += f"\n\nOver all facets of the folder:\n\n{tables.summary(frame)}"
    return text


def _unseen(frame: pd.DataFrame) -> str:
    parts = (tables_of_classes.unseen(frame), tables.per_facet(frame, "unseen"))
    return "\n\n".join(part for part in parts if part)


def _section(title: str, table: str, text: str = "") -> str:
    if not table:
        return ""
    return "\n\n".join(part for part in (f"### {title}", text, table) if part)


def _times(report: Report, frame: pd.DataFrame) -> str:
    rows = [
        [
            str(t.width),
            f"{t.fit_seconds:.2f} s ({t.fit_rows:,} texts)",
            f"{t.fit_memory:.1f} × input",
            f"{t.transform_seconds:.2f} s ({t.transform_rows:,} texts)",
        ]
        for t in report.timings
    ]
    parts = []
    if rows:
        made_up = "Made-up embeddings, 10 classes × 16 labels, medians of five runs in a process of its own:"
        table = tables.grid(["columns", "fit", "memory of fit", "transform"], rows)
        parts.append(f"{made_up}\n\n{table}")
    if len(frame):
        parts.append(f"Fit and transform of the corpora above, mean seconds:\n\n{tables.seconds(frame)}")
    return "\n\n".join(parts)


def _notes(frame: pd.DataFrame) -> str:
    noted = frame[frame["note"].astype(bool)]
    if noted.empty:
        return ""
    found = noted[["method", "note"]].value_counts(sort=False).reset_index()
    lines = [f"- {tables.TITLES[r['method']]}, {r['count']} rows: {r['note']}" for _, r in found.iterrows()]
    return "### Remarks\n\nCells with a star hold:\n\n" + "\n".join(lines)
