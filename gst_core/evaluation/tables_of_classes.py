"""Tables of what the transform says of classes: how right, how sure, what it believes of itself, what it left out."""

import pandas as pd

from gst_core.evaluation.baselines import OURS_ALL, RAW
from gst_core.evaluation.regimes import REGIMES
from gst_core.evaluation.tables import NOTHING, grid, spread, with_spread


def calibration(frame: pd.DataFrame) -> str:
    """Return facets × regimes: expected calibration error and share of right classes of the default views."""
    mine = frame[(frame["method"] == OURS_ALL) & frame["calibration_error"].notna()]
    regimes = [r for r in REGIMES if not r.others and (mine["regime"] == r.key).any()]
    if not regimes:
        return ""
    rows = []
    for where, facet in mine.groupby("where"):
        cells = []
        for regime in regimes:
            part = facet[facet["regime"] == regime.key]
            right = f"{100 * part['accuracy'].mean():.1f}"
            cells.append(f"{part['calibration_error'].mean():.3f} ({right} %)" if len(part) else NOTHING)
        rows.append([str(where), *cells])
    return grid(["calibration error (right)", *(r.title for r in regimes)], rows)


def estimates(frame: pd.DataFrame) -> str:
    """Return regimes: how often the truth lies within the interval that was stated, and how wide that is."""
    mine = frame[(frame["method"] == OURS_ALL) & frame["estimate"].notna()]
    rows = []
    for regime in REGIMES:
        part = mine[mine["regime"] == regime.key]
        if part.empty or regime.others:
            continue
        inside = (part["low"] <= part["accuracy"]) & (part["accuracy"] <= part["high"])
        half = (part["high"] - part["low"]) / 2
        away = part["estimate"] - part["accuracy"]
        rows.append(
            [
                regime.title,
                str(len(part)),
                f"{100 * inside.mean():.0f} %",
                f"± {100 * half.mean():.1f} (largest {100 * half.max():.1f})",
                f"{100 * away.mean():+.1f}",
                f"{100 * away.abs().mean():.1f}",
            ]
        )
    if not rows:
        return ""
    header = ["labels", "runs", "truth within the interval", "interval", "estimate − truth", "mean distance"]
    return grid(header, rows)


def bulk(frame: pd.DataFrame) -> str:
    """Return facets: the share of right classes among the other classes before and after many labels of one class."""
    mine = frame[frame["method"] == OURS_ALL]
    rows = []
    for where, facet in mine[mine["regime"].isin(["4-others", "4-bulk"])].groupby("where"):
        both = facet.pivot_table(index="seed", columns="regime", values="accuracy").dropna()
        if len(both) and both.shape[1] == 2:
            before, after = 100 * both["4-others"], 100 * both["4-bulk"]
            change = after - before
            rows.append(
                [
                    str(where),
                    with_spread(before.mean(), spread(before)),
                    with_spread(after.mean(), spread(after)),
                    f"{change.mean():+.1f}",
                ]
            )
    header = ["% right on the other classes", "4 labels per class", "and 600 of the largest class", "change"]
    return grid(header, rows) if rows else ""


def unseen(frame: pd.DataFrame) -> str:
    """Return facets: V-measure and purity of the classes that nobody labelled, ours and the raw embeddings'."""
    part = frame[(frame["regime"] == "unseen") & frame["method"].isin([RAW, OURS_ALL])]
    means = part.groupby(["where", "method"])[["v_measure", "purity"]].mean().unstack("method").dropna()
    if means.empty or OURS_ALL not in means["v_measure"] or RAW not in means["v_measure"]:
        return ""
    rows = []
    for where, row in [*means.iterrows(), ("mean", means.mean())]:
        cells = []
        for score in ("v_measure", "purity"):
            ours, theirs = row[score, OURS_ALL], row[score, RAW]
            cells += [f"{theirs:.1f}", f"{ours:.1f}", f"{ours - theirs:+.1f}"]
        rows.append([str(where), *cells])
    return grid(["", "V, raw", "V, ours", "difference", "purity, raw", "purity, ours", "difference"], rows)


def left_out(frame: pd.DataFrame) -> str:
    """Return pairs of facets: what clusters tell of the column that was left out, and the purity of the other."""
    part = frame[frame["left_out"].notna()]
    rows = []
    for (where, regime), found in part.groupby(["where", "regime"], sort=False):
        mean = found[["left_out_before", "left_out", "purity_before", "purity"]].mean()
        cells = [f"{mean['left_out_before']:.3f}", f"{mean['left_out']:.3f}"]
        cells += [f"{100 * mean['purity_before']:.1f}", f"{mean['purity']:.1f}"]
        rows.append([str(where), str(regime), *cells])
    header = ["wanted", "given", "AMI with the column, before", "after", "purity of the wanted, before", "after"]
    return grid(header, rows) if rows else ""


def left_out_groups(frame: pd.DataFrame) -> str:
    """Return pairs of facets: what the map's groups tell of the column that was left out, and of the other."""
    part = frame[frame["groups_left_out"].notna()] if "groups_left_out" in frame else frame.iloc[:0]
    scores = ["groups_left_out_before", "groups_left_out", "groups_wanted_before", "groups_wanted"]
    rows = []
    for (where, regime), found in part.groupby(["where", "regime"], sort=False):
        texts, mean = int(found["texts"].max()), found[scores].mean()
        rows.append([str(where), str(regime), f"{texts:,}", *(f"{mean[score]:.3f}" for score in scores)])
    header = ["wanted", "given", "texts", "AMI with the column, before", "after", "with the wanted, before", "after"]
    return grid(header, rows) if rows else ""
