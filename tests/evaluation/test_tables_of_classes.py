"""Tables of classes, from records that are known by hand."""

from gst_core.evaluation import tables_of_classes
from gst_core.evaluation.records import Record
from gst_core.evaluation.tables import frame_of


def record(regime, method="ours-all", facet="f", seed=0, **values):
    return Record("d", facet, regime, seed, method, "data", "1", **values)


def test_the_truth_is_counted_where_it_lies_within_the_interval():
    runs = [
        record("suggested", seed=0, accuracy=0.6, estimate=0.7, low=0.55, high=0.75, calibration_error=0.0),
        record("suggested", seed=1, accuracy=0.5, estimate=0.7, low=0.65, high=0.75, calibration_error=0.0),
    ]
    table = tables_of_classes.estimates(frame_of(runs))
    assert "| 40 labels that were suggested | 2 | 50 % | ± 7.5 (largest 10.0) | +15.0 | 15.0 |" in table


def test_a_change_by_many_labels_of_one_class_is_of_the_same_seeds():
    rows = [record("4-others", seed=s, accuracy=0.7) for s in (0, 1)] + [record("4-bulk", seed=0, accuracy=0.65)]
    assert "| d, f | 70.0 | 65.0 | -5.0 |" in tables_of_classes.bulk(frame_of(rows))
    assert tables_of_classes.bulk(frame_of(rows[:2])) == ""


def test_unseen_classes_are_compared_with_the_raw_embeddings_and_averaged():
    rows = [
        record("unseen", method, facet, v_measure=v, purity=0.5)
        for method, facet, v in [
            ("raw", "f", 0.4),
            ("ours-all", "f", 0.5),
            ("raw", "g", 0.4),
            ("ours-all", "g", 0.2),
        ]
    ]
    table = tables_of_classes.unseen(frame_of(rows))
    assert "| d, g | 40.0 | 20.0 | -20.0 |" in table
    assert "| mean | 40.0 | 35.0 | -5.0 |" in table


def test_calibration_is_shown_with_the_share_of_right_classes():
    rows = [record("4", accuracy=0.6, calibration_error=0.05), record("names", accuracy=0.5, calibration_error=0.1)]
    table = tables_of_classes.calibration(frame_of(rows))
    assert "| class names only | 4 labels per class |" in table
    assert "| d, f | 0.100 (50.0 %) | 0.050 (60.0 %) |" in table


def test_a_column_that_is_left_out_is_shown_before_and_after():
    row = record("no label, without g", left_out=0.01, left_out_before=0.3, purity=0.62, purity_before=0.6)
    table = tables_of_classes.left_out(frame_of([row]))
    assert "| d, f | no label, without g | 0.300 | 0.010 | 60.0 | 62.0 |" in table


def test_without_records_there_is_no_table():
    nothing = frame_of([record("4", v_measure=0.5)])
    for table in ("calibration", "estimates", "bulk", "unseen", "left_out"):
        assert getattr(tables_of_classes, table)(nothing) == ""
