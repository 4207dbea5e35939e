"""Readers on small files of the shapes that they must take."""

import numpy as np
import pandas as pd
import pytest

from gst_core.compute import Embeddings
from gst_core.errors import CorpusError
from gst_core.evaluation.baselines import METHODS
from gst_core.evaluation.datasets import capped_rows, columns_of_view, facet_columns, read_dataset, read_datasets
from gst_core.evaluation.pair_tasks import read_paper, run_pairs
from gst_core.evaluation.paper_datasets import PAPER_TASKS, read_clustering, read_sentence_pairs, read_triplets
from gst_core.evaluation.records import RecordLog

TASKS = {str(task): task for task in PAPER_TASKS}


@pytest.fixture
def table():
    n = 60
    return pd.DataFrame(
        {
            "text": [f"a text with the number {i}" for i in range(n)],
            "mood": np.array(["glad", "sad", "cross"])[np.arange(n) % 3],
            "note": [f"remark {i}" for i in range(n)],
            "stars": [str(i % 5) for i in range(n)],
            "same": "always",
            "place": [None if i % 4 == 0 else ("north" if i % 2 else "south") for i in range(n)],
        }
    )


def written(frame, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=True)
    return path


def test_facets_are_columns_of_few_words_and_what_was_named(table):
    columns = table.drop(columns=["text"])
    assert facet_columns(columns) == ["mood", "place"]
    assert facet_columns(columns, ["stars"]) == ["mood", "stars", "place"]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_stored_embeddings_line_up_with_the_rows_that_the_cap_leaves(table, tmp_path, ending):
    file = written(table, tmp_path / f"diary.{ending}")
    X = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float16)
    np.save(tmp_path / "diary.minilm.npy", X)
    dataset = read_dataset(file, cap=20)
    rows = capped_rows(60, 20)
    assert dataset.texts == tuple(table["text"].iloc[rows])
    assert dataset.facets["mood"].tolist() == table["mood"].iloc[rows].tolist()
    assert dataset.facets["place"].tolist() == table["place"].iloc[rows].fillna("").tolist()
    assert np.allclose(np.linalg.norm(dataset.stored, axis=1), 1, atol=1e-5)
    X = X.astype(np.float32)
    assert np.allclose(dataset.stored, (X / np.linalg.norm(X, axis=1, keepdims=True))[rows], atol=1e-3)


def test_the_cap_draws_the_same_rows_each_time():
    expected = np.sort(np.random.default_rng(0).permutation(100)[:10])
    assert capped_rows(100, 10).tolist() == expected.tolist()
    assert capped_rows(3, 10).tolist() == [0, 1, 2]


def test_a_folder_gives_its_labelled_files_and_says_what_is_wrong(table, tmp_path):
    with pytest.raises(CorpusError, match="no Parquet or CSV file"):
        read_datasets(tmp_path)
    written(table, tmp_path / "b.csv")
    written(table[["text", "note"]], tmp_path / "plain.csv")
    written(table, tmp_path / "a.parquet")
    assert [d.name for d in read_datasets(tmp_path)] == ["a", "b"]
    np.save(tmp_path / "a.minilm.npy", np.ones((3, 4)))
    with pytest.raises(CorpusError, match=r"has 3 rows and a\.parquet has 60"):
        read_datasets(tmp_path)
    with pytest.raises(CorpusError, match="no folder"):
        read_datasets(tmp_path / "nothing")


def test_another_class_for_one_text_is_another_dataset(table, tmp_path):
    before = read_dataset(written(table, tmp_path / "a.csv")).key("mood")
    table.loc[3, "mood"] = "glad" if table.loc[3, "mood"] != "glad" else "sad"
    assert read_dataset(written(table, tmp_path / "a.csv")).key("mood") != before


def test_a_view_has_its_columns_among_the_default_views():
    matrix = np.zeros((3, 10), dtype=np.float32)
    without_words, with_words = Embeddings(matrix, (4, 6)), Embeddings(matrix, (4, 4, 2), lexical=object())
    found = [columns_of_view(E, v) for E in (without_words, with_words) for v in ("final", "layer", "lexical")]
    assert found == [slice(0, 4), slice(4, 10), None, slice(0, 4), slice(4, 8), slice(8, 10)]
    assert columns_of_view(Embeddings(matrix, (4, 6), lexical=object()), "layer") is None


@pytest.mark.parametrize(
    "file", ["NYTClustering/topic.csv", "NYTClustering/topic.parquet", "NYTClustering/topic.jsonl"]
)
def test_a_clustering_task_of_the_paper_is_read_by_name_and_config(tmp_path, file):
    frame = pd.DataFrame(
        {"text": ["Vote today", "Match won", "Bill passed"], "cluster": ["politics", "sport", "politics"]}
    )
    written(frame, tmp_path / file)
    dataset = read_clustering(TASKS["NYTClustering (topic)"], tmp_path)
    assert (dataset.texts, dataset.facets["topic"].tolist()) == (tuple(frame["text"]), frame["cluster"].tolist())


def test_a_task_without_configs_is_a_file_of_its_name(tmp_path):
    written(pd.DataFrame({"text": ["a", "b"], "cluster": [1, 2]}), tmp_path / "FewRelClustering.parquet")
    assert read_clustering(TASKS["FewRelClustering"], tmp_path).facets["cluster"].tolist() == ["1", "2"]


def test_a_file_with_other_columns_is_refused(tmp_path):
    written(pd.DataFrame({"text": ["a"], "label": ["x"]}), tmp_path / "FewRelClustering.csv")
    with pytest.raises(CorpusError, match="FewRelClustering has no column “cluster”"):
        read_clustering(TASKS["FewRelClustering"], tmp_path)


def test_triplets_and_their_labels_are_read_as_numbered_texts(tmp_path):
    rows = [("I am cross", "This annoys me", "Thank you"), ("Thank you", "So kind", "I am cross")]
    written(pd.DataFrame(rows, columns=["anchor", "positive", "negative"]), tmp_path / "IntentEmotion/emotion.csv")
    labels = pd.DataFrame({"text": ["I am cross", "Lovely"], "label": ["angry", "happy"]})
    written(labels, tmp_path / "IntentEmotion/emotion.labels.csv")
    triplets = read_triplets(TASKS["IntentEmotion (emotion)"], tmp_path)
    assert [tuple(triplets.texts[i] for i in row) for row in triplets.rows] == rows
    assert dict(zip(triplets.texts, triplets.y, strict=True))["I am cross"] == "angry"
    assert dict(zip(triplets.texts, triplets.y, strict=True))["Lovely"] == "happy"
    assert dict(zip(triplets.texts, triplets.y, strict=True))["So kind"] is None


def test_sentence_pairs_are_grouped_by_instruction(tmp_path):
    rows = [("A red car", "A red bus", "the colour", 5), ("A red car", "A blue car", "the vehicle", 4.5)]
    frame = pd.DataFrame(rows, columns=["sentence1", "sentence2", "instruction", "score"])
    written(frame, tmp_path / "InstructSTSB.jsonl")
    groups = read_sentence_pairs(TASKS["InstructSTSB"], tmp_path)
    assert [(g.instruction, g.scores.tolist()) for g in groups] == [("the colour", [5.0]), ("the vehicle", [4.5])]
    frame["score"] = ["high", "low"]
    written(frame, tmp_path / "InstructSTSB.jsonl")
    with pytest.raises(CorpusError, match="score"):
        read_sentence_pairs(TASKS["InstructSTSB"], tmp_path)


def test_what_cannot_be_had_is_named_and_what_is_there_is_measured(tmp_path):
    rows = [("The soup was cold", "My soup was served cold", "Shares fell on Monday")] * 2
    written(pd.DataFrame(rows, columns=["anchor", "positive", "negative"]), tmp_path / "IntentEmotion/intent.csv")
    pairs = [
        ("A cat sleeps", "A kitten naps", "the animal", 5),
        ("A cat sleeps", "Stocks fell", "the animal", 0),
        ("A dog runs", "A cat sleeps", "the animal", 2),
    ]
    columns = ["sentence1", "sentence2", "instruction", "score"]
    written(pd.DataFrame(pairs, columns=columns), tmp_path / "InstructSTSB.csv")
    datasets, found, absent = read_paper(tmp_path, cap=100)
    assert (datasets, [str(task) for task, _ in found]) == ([], ["IntentEmotion (intent)", "InstructSTSB"])
    assert set(absent) == set(TASKS) - {"IntentEmotion (intent)", "InstructSTSB"}
    log = RecordLog(tmp_path / "records.jsonl")
    for task, groups in found:
        run_pairs(task, groups, METHODS, 2, log)
    scores = {(r.dataset, r.method): (r.triplets, r.spearman) for r in log.records.values()}
    assert set(scores) == {("IntentEmotion", "raw"), ("InstructSTSB", "raw")}
    assert scores["IntentEmotion", "raw"] == (1.0, None)
    assert scores["InstructSTSB", "raw"][1] == pytest.approx(1.0)


def test_labels_beside_triplets_let_the_other_methods_take_part(tmp_path):
    glad = ["I love this card", "Thanks, the app is great", "What a lovely service"]
    cross = ["I hate this card", "Why is the app so bad", "What a poor service"]
    rows = [(glad[0], glad[1], cross[0]), (cross[1], cross[2], glad[1])]
    written(pd.DataFrame(rows, columns=["anchor", "positive", "negative"]), tmp_path / "IntentEmotion/emotion.csv")
    labels = pd.DataFrame({"text": glad + cross, "label": ["glad"] * 3 + ["cross"] * 3})
    written(labels, tmp_path / "IntentEmotion/emotion.labels.csv")
    task = TASKS["IntentEmotion (emotion)"]
    log = RecordLog(tmp_path / "records.jsonl")
    methods = [m for m in METHODS if m.key in ("raw", "logistic", "paper", "setfit")]
    run_pairs(task, [read_triplets(task, tmp_path)], methods, 2, log)
    scores = {(r.method, r.seed): r.triplets for r in log.records.values()}
    assert set(scores) == {("raw", 0), ("logistic", 0), ("logistic", 1), ("paper", 0), ("paper", 1)}
    assert scores["logistic", 0] == 1.0 > scores["raw", 0]
