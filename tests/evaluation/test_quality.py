"""The benchmark as a person runs it: on small files, through the command line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gst_core import Workspace
from gst_core.cli.main import main
from gst_core.evaluation import quality
from gst_core.evaluation.baselines import METHODS
from gst_core.evaluation.datasets import read_dataset
from gst_core.evaluation.page import between_markers
from gst_core.evaluation.quality import Inputs, RunPlan, Trial, measure, run, takes_part, trials
from gst_core.evaluation.records import Record, RecordLog
from gst_core.evaluation.regimes import REGIMES, applies, draw
from gst_core.evaluation.timings import made_up_corpus
from gst_core.evaluation.timings import measure as measure_time

BY_KEY = {m.key: m for m in METHODS}
REGIME = {r.key: r for r in REGIMES}
HOTELS = Path(__file__).parents[2] / "data" / "hotel_reviews.csv"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one corpus of two facets, whose embeddings lie beside it."""
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    rng = np.random.default_rng(0)
    n = 160
    topic, mood = rng.integers(0, 4, n), rng.integers(0, 2, n)
    X = rng.normal(size=(n, 16)) + 4 * np.eye(16)[topic] + 2 * np.eye(16)[8 + mood]
    names = {"topic": np.array(["tea", "bread", "rain", "sun"])[topic], "mood": np.array(["glad", "sad"])[mood]}
    out = tmp_path / "datasets"
    out.mkdir()
    pd.DataFrame({"text": [f"text number {i}" for i in range(n)], **names}).to_parquet(out / "tiny.parquet")
    np.save(out / "tiny.minilm.npy", X.astype(np.float16))
    return out


def bench(folder, out, *more):
    usual = ["--regimes", "1,4", "--seeds", "2", "--methods", "raw,logistic,lda,ours", "--no-timings"]
    return main(["bench", "quality", str(folder), "--out", str(out), *usual, *more])


def test_the_command_writes_the_table_and_its_data_and_names_no_folder(folder, tmp_path):
    out = tmp_path / "docs"
    out.mkdir()
    (out / "benchmarks.md").write_text("# Benchmarks\n\nSpeed is elsewhere.\n")
    assert bench(folder, out) == 0
    page = (out / "benchmarks.md").read_text()
    data = json.loads((out / "benchmarks-quality.json").read_text())
    assert "Speed is elsewhere." in page
    assert "| tiny, topic (4 classes, 144 texts) |" in page
    assert page.count("not run here") == 10
    assert "one label per class" in page
    assert str(tmp_path) not in page + json.dumps(data)
    assert len(data["records"]) == 2 * 2 * 2 * 4  # facets, regimes, seeds, methods
    assert {"processor", "cores", "memory_gb"} <= set(data["machine"])
    assert data["seeds"] == [0, 1]
    for row in data["records"]:
        assert 0 <= row["v_measure"] <= 1
        assert row["labels"] + row["texts"] == 160


def test_a_second_run_measures_only_what_is_new_and_replaces_its_section(folder, tmp_path, monkeypatch):
    out = tmp_path / "docs"
    assert bench(folder, out) == 0
    measured = []
    monkeypatch.setattr(quality, "measure", lambda trial, inputs: measured.append(trial) or measure(trial, inputs))
    assert bench(folder, out) == 0
    assert measured == []
    assert bench(folder, out, "--seeds", "3", "--facets", "tiny/mood") == 0
    assert {(j.facet, j.seed) for j in measured} == {("mood", 2)}
    page = (out / "benchmarks.md").read_text()
    assert page.count("<!-- quality:start -->") == page.count("<!-- quality:end -->") == 1
    assert "tiny, topic" in page  # what was measured before stays


def test_a_dataset_of_the_paper_is_measured_where_it_is_there(folder, tmp_path):
    paper = tmp_path / "paper"
    paper.mkdir()
    aspects = {"teaching": "explains the lecture slides clearly", "manner": "smiles and is kind to everybody"}
    rows = [(f"Professor number {i} {what}", kind) for i in range(8) for kind, what in aspects.items()]
    pd.DataFrame(rows, columns=["text", "cluster"]).to_csv(paper / "RateMyProfClustering.csv", index=False)
    assert bench(folder, tmp_path / "docs", "--paper", str(paper), "--methods", "raw", "--seeds", "1") == 0
    page = (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "| RateMyProfClustering | 4 labels per class | raw embeddings | V-measure " in page
    assert page.count("not run here") == 9
    (paper / "FewRelClustering.csv").write_text("text,label\na,b\n")
    assert bench(folder, tmp_path / "docs", "--paper", str(paper)) == 3


def test_a_run_that_was_killed_goes_on_after_its_last_whole_row(folder, tmp_path):
    log = RecordLog(tmp_path / "r.jsonl")
    dataset = read_dataset(folder / "tiny.parquet")
    plan = RunPlan((BY_KEY["raw"],), (REGIME["1"], REGIME["4"]), seeds=1)
    assert run([dataset], plan, log) == []
    whole = log.file.read_text()
    log.file.write_text(whole[:-30])
    again = RecordLog(log.file)
    assert len(again.records) == len(log.records) - 1
    run([dataset], plan, again)
    scores = {key: record.v_measure for key, record in RecordLog(log.file).records.items()}
    assert scores == {key: record.v_measure for key, record in log.records.items()}


def test_a_method_that_fails_costs_its_own_row_only(folder, tmp_path):
    def broken(X, y, seed):
        raise ValueError("no answer")

    log = RecordLog(tmp_path / "r.jsonl")
    plan = RunPlan(
        (replace(BY_KEY["logistic"], embed=broken), BY_KEY["raw"]), (REGIME["4"],), seeds=1, facets=("mood",)
    )
    failures = run([read_dataset(folder / "tiny.parquet")], plan, log)
    assert [r.method for r in log.records.values()] == ["raw"]
    assert len(failures) == 1
    assert "no answer" in failures[0]


def test_regimes_apply_where_there_is_enough_to_measure_on():
    always = {"names", "1", "2-names", "4", "16", "16-names", "4-others", "4-bulk"}
    two_classes, many_classes = np.repeat(["a", "b"], 2_500), np.repeat([f"c{i:02}" for i in range(20)], 10)
    assert {r.key for r in REGIMES if applies(r, two_classes)} == always | {"3000", "3000-noisy", "suggested"}
    assert {r.key for r in REGIMES if applies(r, many_classes)} == always | {"unseen"}
    assert not applies(REGIME["3000"], two_classes[1_001:])


def test_names_are_for_our_transform_and_what_is_asked_of_classes_for_its_default():
    def methods(regime):
        return {m.key for m in METHODS if takes_part(m, REGIME[regime])}

    ours = {"ours", "ours-layer", "ours-lexical", "ours-all"}
    assert methods("names") == methods("16-names") == {"raw", *ours}
    assert methods("4-bulk") == methods("suggested") == {"ours-all"}
    assert ours - methods("3000") == {"ours-layer", "ours-lexical"}
    assert methods("4") == {m.key for m in METHODS}


def test_many_labels_of_one_class_are_scored_on_the_texts_of_the_others():
    truth = np.repeat(["a", "b", "c"], [700, 100, 100])
    few, of_others = draw(REGIME["4-others"], truth, 0)
    many, still_of_others = draw(REGIME["4-bulk"], truth, 0)
    assert [few.count(c) for c in "abc"] == [4, 4, 4]
    assert [many.count(c) for c in "abc"] == [604, 4, 4]
    assert [label for label in few if label] == [y for label, y in zip(few, many, strict=True) if label]
    assert np.array_equal(of_others, still_of_others)
    assert set(truth[of_others]) == {"b", "c"}


def test_only_texts_without_a_label_are_scored():
    truth = np.repeat([f"c{i:02}" for i in range(20)], 10)
    for key in ("1", "4", "unseen"):
        y, scored = draw(REGIME[key], truth, 0)
        assert not any(label is not None for label, s in zip(y, scored, strict=True) if s)
    y, scored = draw(REGIME["unseen"], truth, 0)
    assert not set(truth[scored]) & {label for label in y if label}


def test_facets_are_chosen_by_their_name_or_with_their_dataset(folder):
    dataset = read_dataset(folder / "tiny.parquet")
    plan = RunPlan((BY_KEY["raw"],), (REGIME["1"],), 1)
    assert {j.facet for j in trials([dataset], plan)} == {"topic", "mood"}
    for name in ("mood", "tiny/mood"):
        assert {j.facet for j in trials([dataset], replace(plan, facets=(name,)))} == {"mood"}
    assert not list(trials([dataset], replace(plan, facets=("other/mood",))))


def test_an_unknown_method_is_named_with_those_that_exist(folder, tmp_path, capsys):
    assert bench(folder, tmp_path, "--methods", "magic") == 1
    assert "no method “magic”" in capsys.readouterr().err


def test_a_page_without_markers_gets_its_section_at_the_end():
    page = between_markers("# Benchmarks\n\nWords.\n", "quality", "first")
    assert page.startswith("# Benchmarks\n\nWords.\n\n<!-- quality:start -->\nfirst\n")
    assert between_markers(page + "\nAfter.\n", "quality", "second") == page.replace("first", "second") + "\nAfter.\n"


def test_records_of_other_versions_of_the_record_are_still_read(tmp_path):
    file = tmp_path / "r.jsonl"
    row = {"dataset": "d", "facet": "f", "regime": "1", "seed": 0, "method": "raw", "data": "x", "code": "1"}
    file.write_text(json.dumps(row | {"later": 1}) + "\n" + '{"half": ')
    assert list(RecordLog(file).records.values()) == [Record(**row)]


def test_time_and_memory_are_measured_on_made_up_corpora():
    X, y = made_up_corpus(500, 16)
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert sum(label is not None for label in y) == 160
    timings = measure_time(16, 500, 600)
    assert timings.fit_seconds > 0
    assert timings.transform_seconds > 0
    assert timings.fit_memory >= 0


def test_on_hotel_reviews_our_transform_finds_the_subject_better_than_the_papers(tmp_path):
    dataset = read_dataset(HOTELS, cap=300)
    inputs = Inputs(dataset, Workspace(tmp_path))
    scores = {}
    for key in ("paper", "ours"):
        made = [measure(Trial(dataset, "about", REGIME["16"], seed, BY_KEY[key]), inputs) for seed in range(3)]
        scores[key] = np.mean([record.v_measure for record in made])
    assert scores["ours"] > scores["paper"]


def test_rows_of_an_older_version_are_taken_over_when_someone_says_so(tmp_path):
    log = RecordLog(tmp_path / "r.jsonl")
    log.add(Record("d", "f", "4", 0, "ours", "data", "1-old", v_measure=0.5))
    log.add(Record("d", "f", "4", 0, "raw", "data", "1", v_measure=0.4))
    now = {"ours": "1-new", "raw": "1"}
    assert log.older_versions(now) == {"1-old": 1}
    assert [log.take_over("1-old", now) for _ in range(2)] == [1, 0]
    found = RecordLog(log.file)
    assert found.older_versions(now) == {}
    assert {(r.method, r.code, r.v_measure) for r in found.records.values()} == {
        ("ours", "1-old", 0.5),
        ("ours", "1-new", 0.5),
        ("raw", "1", 0.4),
    }
