"""A column that is left out: every pair of facets has its row, once."""

import numpy as np

from gst_core.compute import Embeddings, check_embeddings
from gst_core.evaluation import leaving_out
from gst_core.evaluation.datasets import Dataset
from gst_core.evaluation.leaving_out import refines, run_leaving_out
from gst_core.evaluation.quality import RunPlan
from gst_core.evaluation.records import RecordLog
from gst_core.evaluation.tables import frame_of
from gst_core.evaluation.tables_of_classes import left_out_groups


def a_dataset(columns):
    rng = np.random.default_rng(0)
    facets = {c: np.array(["a", "b"])[rng.integers(0, 2, 40)] for c in columns}
    return Dataset("tiny", tuple(f"text {i}" for i in range(40)), facets)


def test_each_pair_of_facets_is_measured_once_without_labels_and_with_some(tmp_path, monkeypatch):
    monkeypatch.setattr(leaving_out.Inputs, "default_views", lambda _inputs: "views")
    monkeypatch.setattr(leaving_out, "_measure", lambda row, *_given: row)
    log = RecordLog(tmp_path / "r.jsonl")
    plan = RunPlan(seeds=2)
    assert run_leaving_out([a_dataset(["mood", "topic"]), a_dataset(["alone"])], plan, log) == []
    found = sorted((r.facet, r.regime, r.seed) for r in log.records.values())
    of_a_pair = [("16 labels per class", 0), ("16 labels per class", 1), ("no label", 0)]
    assert found == [
        (facet, f"{labels}, without {column}", seed)
        for facet, column in (("mood", "topic"), ("topic", "mood"))
        for labels, seed in of_a_pair
    ]
    before = log.file.read_text()
    run_leaving_out([a_dataset(["mood", "topic"])], plan, log)
    assert log.file.read_text() == before


def test_a_facet_that_refines_another_is_not_left_out_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(leaving_out.Inputs, "default_views", lambda _inputs: "views")
    monkeypatch.setattr(leaving_out, "_measure", lambda row, *_given: row)
    domain = np.array(["a", "b"] * 20)
    intent = np.array([f"{d}{i % 5}" for i, d in enumerate(domain)])
    assert refines(intent, domain)
    assert not refines(domain, intent)
    log = RecordLog(tmp_path / "r.jsonl")
    nested = Dataset("tiny", tuple(f"text {i}" for i in range(40)), {"domain": domain, "intent": intent})
    run_leaving_out([nested], RunPlan(), log)
    assert not log.records


def test_the_groups_of_the_map_tell_nothing_of_what_is_left_out_and_more_of_what_is_wanted(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    mood, topic = rng.integers(0, 2, 240), rng.integers(0, 3, 240)
    X = check_embeddings(0.4 * rng.normal(size=(240, 10)) + 2 * np.eye(10)[topic] + np.eye(10)[mood + 5])
    texts = tuple(f"text {i}" for i in range(240))
    named = {"mood": np.array(["low", "high"])[mood], "topic": np.array(["a", "b", "c"])[topic]}
    monkeypatch.setattr(leaving_out.Inputs, "default_views", lambda _inputs: Embeddings(X, (10,)))
    log = RecordLog(tmp_path / "r.jsonl")
    assert run_leaving_out([Dataset("tiny", texts, named)], RunPlan(seeds=1, facets=("mood",)), log) == []
    (row,) = (r for r in log.records.values() if r.regime == "no label, without topic")
    assert row.groups_left_out_before > 0.2
    assert row.groups_left_out < 0.02
    assert row.groups_wanted > row.groups_wanted_before + 0.2
    table = left_out_groups(frame_of(log.records.values()))
    assert f"{row.groups_left_out_before:.3f} | {row.groups_left_out:.3f}" in table


def test_a_plan_may_be_without_it(tmp_path):
    log = RecordLog(tmp_path / "r.jsonl")
    run_leaving_out([a_dataset(["mood", "topic"])], RunPlan(leave_out=False), log)
    assert not log.records


def test_what_cannot_be_measured_costs_its_own_row_only(tmp_path, monkeypatch):
    def broken(row, *_given):
        if row.facet == "mood":
            raise ValueError("no answer")
        return row

    monkeypatch.setattr(leaving_out.Inputs, "default_views", lambda _inputs: "views")
    monkeypatch.setattr(leaving_out, "_measure", broken)
    log = RecordLog(tmp_path / "r.jsonl")
    failures = run_leaving_out([a_dataset(["mood", "topic"])], RunPlan(seeds=1), log)
    assert len(failures) == 2
    assert {r.facet for r in log.records.values()} == {"topic"}
