"""What the transform should do, as few numbers, and what it does: the first table that a reader looks for."""

from collections.abc import Callable

import pandas as pd

from gst_core.evaluation.baselines import OURS_ALL, RAW, SETFIT
from gst_core.evaluation.tables import grid


def aims(frame: pd.DataFrame, headline: pd.DataFrame) -> str:
    """Return rows (what, aim, measured) of the default views, "" where none of them was measured.

    Parameters
    ----------
    frame : DataFrame
        All records, see `frame_of`.
    headline : DataFrame
        Those of the facets that means are over.
    """
    rows = [[what, aim, found] for what, aim, measured in ROWS if (found := measured(frame, headline))]
    return grid(["default views", "aim", "measured"], rows) if rows else ""


def _by_facet(frame: pd.DataFrame, regime: str, method: str, score: str) -> pd.Series:
    part = frame[(frame["regime"] == regime) & (frame["method"] == method)]
    return part.groupby("where")[score].mean().dropna()


def _over_raw(frame: pd.DataFrame, regime: str, score: str) -> pd.Series:
    ours, raw = (_by_facet(frame, regime, method, score) for method in (OURS_ALL, RAW))
    return (ours - raw).dropna()


def _gain(headline: pd.DataFrame, regime: str) -> str:
    v, purity = (_over_raw(headline, regime, score) for score in ("v_measure", "purity"))
    if v.empty:
        return ""
    return f"{v.mean():+.1f} / {purity.mean():+.1f}; purity of {_facet(purity.idxmin())} {purity.min():+.1f}"


def _names_alone(_frame: pd.DataFrame, headline: pd.DataFrame) -> str:
    return _gain(headline, "names")


def _two_labels_and_names(_frame: pd.DataFrame, headline: pd.DataFrame) -> str:
    both, alone = (_by_facet(headline, regime, OURS_ALL, "purity") for regime in ("2-names", "names"))
    change = (both - alone).dropna()
    if change.empty or not (gain := _gain(headline, "2-names")):
        return ""
    return f"{gain}; against names alone {change.min():+.1f} ({_facet(change.idxmin())})"


def _sixteen_and_names(_frame: pd.DataFrame, headline: pd.DataFrame) -> str:
    found = _mean(headline, "16-names")
    behind = _by_facet(headline, "16-names", OURS_ALL, "purity") - _by_facet(headline, "16", SETFIT, "purity")
    worse = behind[behind < 0]
    less = ", ".join(f"{_facet(where)} {value:+.1f}" for where, value in worse.items())
    if not found or behind.dropna().empty:
        return found
    return f"{found}; below SetFit's purity: {less or 'none'}"


def _sixteen(_frame: pd.DataFrame, headline: pd.DataFrame) -> str:
    return _mean(headline, "16")


def _mean(headline: pd.DataFrame, regime: str) -> str:
    v, purity = (_by_facet(headline, regime, OURS_ALL, score) for score in ("v_measure", "purity"))
    return "" if v.empty else f"{v.mean():.1f} / {purity.mean():.1f}"


def _unseen(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    change = _over_raw(frame, "unseen", "v_measure")
    return "" if change.empty else f"{change.mean():+.1f}; {_facet(change.idxmin())} {change.min():+.1f}"


def _wrong(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    clean, noisy = (_by_facet(frame, regime, OURS_ALL, "v_measure") for regime in ("3000", "3000-noisy"))
    loss = (noisy - clean).dropna()
    return "" if loss.empty else f"{loss.min():+.1f} ({_facet(loss.idxmin())}); mean {loss.mean():+.1f}"


def _bulk(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    few, many = (_by_facet(frame, regime, OURS_ALL, "accuracy") for regime in ("4-others", "4-bulk"))
    change = 100 * (many - few).dropna()
    return "" if change.empty else f"{change.min():+.1f} ({_facet(change.idxmin())}); mean {change.mean():+.1f}"


def _calibrated(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    parts = []
    for regime, title in (("4", "4"), ("16", "16"), ("suggested", "suggested")):
        error = _by_facet(frame, regime, OURS_ALL, "calibration_error")
        if not error.empty:
            parts.append(f"{title}: {error.max():.3f} ({_facet(error.idxmax())})")
    return "; ".join(parts)


def _estimated(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    runs = frame[(frame["regime"] == "suggested") & (frame["method"] == OURS_ALL)].dropna(subset=["estimate"])
    if runs.empty:
        return ""
    inside = (runs["low"] <= runs["accuracy"]) & (runs["accuracy"] <= runs["high"])
    widest = 50 * (runs["high"] - runs["low"]).max()
    return f"{100 * inside.mean():.0f} % of {len(runs)} runs, at most ± {widest:.1f}"


def _left_out(frame: pd.DataFrame, _headline: pd.DataFrame) -> str:
    runs = frame.dropna(subset=["left_out"])
    if runs.empty:
        return ""
    change = runs["purity"] - 100 * runs["purity_before"]
    return f"at most {runs['left_out'].max():.3f}; purity of the other {change.min():+.1f} to {change.max():+.1f}"


def _facet(where: object) -> str:
    return str(where).replace(", ", " by ")


Measured = Callable[[pd.DataFrame, pd.DataFrame], str]
ROWS: tuple[tuple[str, str, Measured], ...] = (
    ("class names only, over the raw embeddings", "+ 6 / + 4, no purity below − 0.5", _names_alone),
    (
        "2 labels per class and names, over the raw embeddings",
        "+ 10 / + 5, none below names alone",
        _two_labels_and_names,
    ),
    ("16 labels per class and names", "56 / 79, each facet at least SetFit's purity", _sixteen_and_names),
    ("16 labels per class", "53.5 / 77", _sixteen),
    ("half of the classes labelled, V-measure of the others over raw, mean and worst facet", "+ 2; − 1", _unseen),
    ("20 % of 3,000 labels wrong, V-measure", "− 5 on the worst facet", _wrong),
    ("600 labels of one class more, points right on the others", "− 2 on the worst facet", _bulk),
    ("expected calibration error of the worst facet", "0.07", _calibrated),
    ("truth within the stated interval, suggested labels", "85 % of runs, at most ± 12", _estimated),
    (
        "adjusted mutual information with a column that is left out",
        "0.02, the other's purity not below before",
        _left_out,
    ),
)
