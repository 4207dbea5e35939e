"""The table of aims, from records that are known by hand."""

from gst_core.evaluation.aims import aims
from gst_core.evaluation.records import Record
from gst_core.evaluation.tables import frame_of


def record(regime, method="ours-all", facet="f", seed=0, **values):
    return Record("d", facet, regime, seed, method, "data", "1", **values)


def row_of(records, what, headline=None):
    frame = frame_of(records)
    chosen = frame if headline is None else frame[frame["facet"].isin(headline)]
    rows = [line.split(" | ") for line in aims(frame, chosen).splitlines()]
    return next((row[-1].removesuffix(" |") for row in rows if what in row[0]), None)


def test_names_alone_are_compared_with_the_raw_embeddings_and_the_worst_purity_is_named():
    records = [
        record("names", method, facet, v_measure=v, purity=purity)
        for method, facet, v, purity in [
            ("raw", "f", 0.4, 0.6),
            ("ours-all", "f", 0.5, 0.7),
            ("raw", "g", 0.4, 0.6),
            ("ours-all", "g", 0.44, 0.59),
            ("raw", "elsewhere", 0.1, 0.1),
            ("ours-all", "elsewhere", 0.9, 0.9),
        ]
    ]
    assert row_of(records, "class names only", ["f", "g"]) == "+7.0 / +4.5; purity of d by g -1.0"


def test_two_labels_are_held_against_names_alone():
    records = [record(regime, m, v_measure=0.4, purity=0.6) for regime in ("names", "2-names") for m in ("raw",)]
    records += [record("names", v_measure=0.5, purity=0.7), record("2-names", v_measure=0.6, purity=0.68)]
    assert row_of(records, "2 labels") == "+20.0 / +8.0; purity of d by f +8.0; against names alone -2.0 (d by f)"


def test_facets_below_setfit_are_named():
    records = [record("16-names", facet=f, v_measure=0.5, purity=p) for f, p in (("f", 0.7), ("g", 0.8))]
    records += [record("16", "setfit", f, purity=0.75) for f in ("f", "g")]
    assert row_of(records, "16 labels per class and names") == "50.0 / 75.0; below SetFit's purity: d by f -5.0"


def test_the_worst_facet_stands_for_wrong_labels_bulk_and_calibration():
    records = [
        record(regime, facet=facet, **{score: value})
        for regime, facet, score, value in [
            ("3000", "f", "v_measure", 0.5),
            ("3000-noisy", "f", "v_measure", 0.48),
            ("3000", "g", "v_measure", 0.5),
            ("3000-noisy", "g", "v_measure", 0.4),
            ("4-others", "f", "accuracy", 0.7),
            ("4-bulk", "f", "accuracy", 0.69),
            ("4", "f", "calibration_error", 0.02),
            ("4", "g", "calibration_error", 0.09),
        ]
    ]
    assert row_of(records, "wrong") == "-10.0 (d by g); mean -6.0"
    assert row_of(records, "600 labels") == "-1.0 (d by f); mean -1.0"
    assert row_of(records, "calibration") == "4: 0.090 (d by g)"


def test_intervals_and_columns_left_out_are_counted_over_runs():
    records = [
        record("suggested", seed=0, accuracy=0.6, estimate=0.6, low=0.5, high=0.7),
        record("suggested", seed=1, accuracy=0.8, estimate=0.6, low=0.5, high=0.7),
        record("no label, without g", left_out=0.01, purity=0.62, purity_before=0.6),
    ]
    assert row_of(records, "interval") == "50 % of 2 runs, at most ± 10.0"
    assert row_of(records, "left out") == "at most 0.010; purity of the other +2.0 to +2.0"


def test_what_was_not_measured_has_no_row():
    assert aims(frame_of([record("1", v_measure=0.5)]), frame_of([])) == ""
