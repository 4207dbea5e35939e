"""The benchmark's tables in Markdown, each made of the records alone."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from gst_core.evaluation.baselines import METHODS, OURS, OURS_ALL, RAW, SETFIT
from gst_core.evaluation.metrics import harmonic_mean
from gst_core.evaluation.records import Record
from gst_core.evaluation.regimes import REGIMES, Regime

TITLES = {m.key: m.title for m in METHODS}
REGIME_TITLES = {r.key: r.title for r in REGIMES}
SEEN = tuple(r for r in REGIMES if r.of_the_space)
UNSEEN = next(r for r in REGIMES if r.unseen)
ALLOWED_HARM = 1.0  # points of purity
METRICS = ("v_measure", "purity")
NOTHING = "–"


def frame_of(records: Sequence[Record]) -> pd.DataFrame:
    """Return records as a table with scores in points (0 to 100) and a column `where` ("dataset, facet")."""
    frame = pd.DataFrame([asdict(r) for r in records], columns=list(Record.__dataclass_fields__))
    frame["where"] = frame["dataset"] + ", " + frame["facet"]
    for score in ("v_measure", "purity", "triplets", "spearman"):
        frame[score] = 100.0 * frame[score].astype(float)
    return frame


def summary(frame: pd.DataFrame) -> str:
    """Return methods × regimes, each the mean over facets, with the spread of that mean over seeds."""
    regimes = _regimes_in(frame)
    rows = []
    for method in methods_in(frame):
        cells = []
        for regime in regimes:
            part = frame[frame["regime"] == regime.key]
            cells.append(_mean_over_facets(part[part["method"] == method], part["where"].nunique()))
        rows.append([TITLES[method], *cells])
    return grid(["V-measure / purity", *(r.title for r in regimes)], rows)


def per_facet(frame: pd.DataFrame, regime: str) -> str:
    """Return facets × methods for one regime, "" when it was not run."""
    part = frame[frame["regime"] == regime]
    if part.empty:
        return ""
    methods = methods_in(part)
    rows = []
    for where in sorted(part["where"].unique()):
        facet = part[part["where"] == where]
        shape = facet.iloc[0]
        named = f"{where} ({shape['classes']} classes, {shape['texts']:,} texts)"
        rows.append([named, *(_scores(facet[facet["method"] == m]) for m in methods)])
    return grid(["V-measure / purity", *(TITLES[m] for m in methods)], rows)


def no_harm(frame: pd.DataFrame) -> str:
    """Return facets × regimes: purity above (+) or below (−) the raw embeddings', in points, of our methods."""
    tables = []
    frame = frame[frame["regime"].isin([r.key for r in (*SEEN, UNSEEN)])]
    for method, against in ((OURS, RAW), (OURS_ALL, RAW), (OURS_ALL, OURS)):
        table = _differences(frame, method, against)
        if table is not None:
            tables.append(f"Purity, {TITLES[method]} minus {TITLES[against]}:\n\n{table}")
    return "\n\n".join(tables)


def noise_loss(frame: pd.DataFrame) -> str:
    """Return facets × methods: V-measure points that 20 % wrong labels cost, "" where they were not tried."""
    part = frame[frame["regime"].isin(["3000", "3000-noisy"])]
    if part["regime"].nunique() < 2:
        return ""
    means = part.groupby(["where", "method", "regime"])["v_measure"].mean().unstack("regime")
    loss = (means["3000"] - means["3000-noisy"]).unstack("method")
    methods = [m for m in methods_in(part) if m in loss]
    rows = [[str(where), *(_points(loss.loc[where, m]) for m in methods)] for where in loss.index]
    rows.append(["mean", *(_points(loss[m].mean()) for m in methods)])
    return grid(["V-measure lost", *(TITLES[m] for m in methods)], rows)


def triplets(frame: pd.DataFrame) -> str:
    """Return methods × regimes: triplet success, the mean over facets."""
    regimes = _regimes_in(frame)
    rows = []
    for method in methods_in(frame):
        mine = frame[frame["method"] == method]
        rows.append([TITLES[method], *(_one_mean(mine[mine["regime"] == r.key], "triplets") for r in regimes)])
    return grid(["triplet success", *(r.title for r in regimes)], rows)


def harmonic_means(frame: pd.DataFrame) -> str:
    """Return harmonic means over the two instructions of corpora that have two facets, "" without such a corpus."""
    rows = []
    methods = methods_in(frame)
    two = frame.groupby("dataset")["facet"].nunique()
    for dataset in two[two == 2].index:
        for regime in SEEN:
            part = frame[(frame["dataset"] == dataset) & (frame["regime"] == regime.key)]
            if part["facet"].nunique() == 2:
                rows.append([dataset, regime.title, *(_harmonic(part[part["method"] == m]) for m in methods)])
    if not rows:
        return ""
    return grid(["corpus", "V-measure / purity / triplets", *(TITLES[m] for m in methods)], rows)


def seconds(frame: pd.DataFrame) -> str:
    """Return methods × regimes: mean seconds for fit and transform of a corpus, and for encoding it again."""
    regimes = _regimes_in(frame)
    rows = []
    for method in methods_in(frame):
        cells = []
        for regime in regimes:
            part = frame[(frame["method"] == method) & (frame["regime"] == regime.key)]
            again = part["encode_seconds"].mean()
            more = f" + {again:.1f}" if again > 0 else ""
            cells.append(f"{part['seconds'].mean():.2f}{more}" if len(part) else NOTHING)
        rows.append([TITLES[method], *cells])
    return grid(["seconds", *(r.title for r in regimes)], rows)


def against_setfit(frame: pd.DataFrame) -> str:
    """Return our methods beside SetFit on the rows where SetFit was run, "" where it was not."""
    same = ["where", "regime", "seed"]
    ran = frame[(frame["method"] == SETFIT) & frame["regime"].isin([r.key for r in SEEN])]
    if ran.empty:
        return ""
    rows = []
    for (where, regime), theirs in ran.groupby(["where", "regime"], sort=False):
        for method in (SETFIT, OURS, OURS_ALL):
            mine = frame[frame["method"] == method].merge(theirs[same], on=same)
            if len(mine):
                spent = mine["seconds"].mean() + mine["encode_seconds"].mean()
                rows.append(
                    [
                        str(where),
                        REGIME_TITLES[str(regime)],
                        TITLES[method],
                        str(len(mine)),
                        _scores(mine),
                        f"{spent:.1f}",
                    ]
                )
    return grid(["facet", "regime", "method", "seeds", "V-measure / purity", "seconds"], rows)


def paper_rows(frame: pd.DataFrame, names: Sequence[tuple[str, str, str]], absent: Sequence[str]) -> str:
    """Return the paper's tasks: what was measured, or "not run here".

    Parameters
    ----------
    frame : DataFrame
        Records of these tasks.
    names : sequence of (title, dataset, facet)
    absent : sequence of str
        Titles of those that could not be had.
    """
    rows = []
    for title, dataset, facet in names:
        mine = frame[(frame["dataset"] == dataset) & (frame["facet"] == facet)]
        if title in absent or mine.empty:
            rows.append([title, "", "", "not run here"])
            continue
        rows.extend(
            [title, REGIME_TITLES.get(str(regime), str(regime)), TITLES[str(method)], _paper_score(part)]
            for (regime, method), part in mine.groupby(["regime", "method"], sort=False)
        )
    return grid(["dataset", "labels", "method", "score"], rows)


def methods_in(frame: pd.DataFrame) -> list[str]:
    """Return the keys of the methods that have records, in the table's order."""
    return [m.key for m in METHODS if (frame["method"] == m.key).any()]


def _regimes_in(frame: pd.DataFrame) -> list[Regime]:
    return [r for r in SEEN if (frame["regime"] == r.key).any()]


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def mean_over_facets(part: pd.DataFrame, score: str) -> tuple[float, float]:
    """Return the mean over facets (of means over seeds), and the spread over seeds of the mean over facets."""
    mean = part.groupby("where")[score].mean().mean()
    return float(mean), spread(part.groupby("seed")[score].mean())


def spread(values: pd.Series) -> float:
    """Return the standard deviation with n - 1; NaN for one value."""
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def with_spread(mean: float, deviation: float) -> str:
    """Return "48.8 ± 0.3", without the second half where there is no spread to speak of."""
    return f"{mean:.1f}" if pd.isna(deviation) else f"{mean:.1f} ± {deviation:.1f}"


def _mean_over_facets(part: pd.DataFrame, facets: int) -> str:
    if part.empty:
        return NOTHING
    found = part["where"].nunique()
    missing = "" if found == facets else f" ({found} of {facets} facets)"
    return " / ".join(with_spread(*mean_over_facets(part, score)) for score in METRICS) + _star(part) + missing


def _one_mean(part: pd.DataFrame, score: str) -> str:
    return with_spread(*mean_over_facets(part, score)) if len(part) else NOTHING


def _scores(part: pd.DataFrame) -> str:
    if part.empty:
        return NOTHING
    text = " / ".join(with_spread(part[score].mean(), spread(part[score])) for score in METRICS)
    return text + _star(part)


def _star(part: pd.DataFrame) -> str:
    """Mark cells in which a method fell back on something else; the remarks say on what."""
    return "*" if part["note"].astype(bool).any() else ""


def _paper_score(part: pd.DataFrame) -> str:
    for score, name in (("spearman", "Spearman"), ("v_measure", "V-measure"), ("triplets", "triplets")):
        if part[score].notna().all():
            return f"{name} {with_spread(part[score].mean(), spread(part[score]))}"
    return NOTHING


def _differences(frame: pd.DataFrame, method: str, against: str) -> str | None:
    means = frame.groupby(["where", "regime", "method"])["purity"].mean().unstack("method")
    if method not in means or against not in means:
        return None
    gap = (means[method] - means[against]).unstack("regime")
    regimes = [r for r in REGIMES if r.key in gap]
    rows = [[str(where), *(_marked(gap.loc[where, r.key]) for r in regimes)] for where in gap.index]
    return grid(["points", *("unseen classes" if r.unseen else r.title for r in regimes)], rows)


def _harmonic(part: pd.DataFrame) -> str:
    if part["facet"].nunique() != 2:
        return NOTHING
    cells = []
    for score in (*METRICS, "triplets"):
        by_seed = part.pivot_table(index="seed", columns="facet", values=score).dropna()
        both = [harmonic_mean(a, b) for a, b in by_seed.to_numpy()]
        cells.append(f"{sum(both) / len(both):.1f}" if both else NOTHING)
    return " / ".join(cells)


def _points(value: float) -> str:
    return NOTHING if pd.isna(value) else f"{value:.1f}"


def _marked(value: float) -> str:
    if pd.isna(value):
        return NOTHING
    return f"{value:+.1f}" + (" ✗" if value < -ALLOWED_HARM else "")
