"""The benchmark of re-forming, on corpora of a few hundred rows."""

import json

import numpy as np
import pytest
from sklearn import manifold

from gst_core.errors import GstError
from gst_core.evaluation.encoding_speed import measure_encoding
from gst_core.evaluation.machine import this_machine
from gst_core.evaluation.realtime import Reforming, embeddings, measure, stored, trustworthiness
from gst_core.evaluation.realtime_report import RealtimeReport, growth_exponent, write_realtime_report


@pytest.fixture(scope="module")
def measured():
    return measure(embeddings(600, None), ordinary=True)


def test_everything_is_measured(measured):
    assert measured.rows == 600
    assert 0 < measured.first <= measured.settled
    assert measured.still == 0
    assert 0.8 < measured.truth <= 1
    assert measured.ordinary_map > 0
    assert 0.8 < measured.ordinary_truth <= 1


def test_the_table_tells_it(measured, tmp_path):
    texts = [f"the {('soup', 'train')[i % 2]} number {i}" for i in range(60)]
    encoding = measure_encoding("made up", "kind", texts, [("food", "travel")[i % 2] for i in range(60)])
    report = RealtimeReport([measured], [], encoding, this_machine(), {"python": "3"}, "the command", "made up")
    page, data = write_realtime_report(report, tmp_path)
    write_realtime_report(report, tmp_path)
    told = page.read_text("utf-8")
    assert told.count("## Re-forming in real time") == 1
    assert "| 600 |" in told
    assert "not run here" in told
    assert json.loads(data.read_text("utf-8"))["reforming"][0]["rows"] == 600


def test_trustworthiness_is_that_of_scikit_learn():
    X = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
    positions = X[:, :2].copy()
    theirs = manifold.trustworthiness(X, positions, n_neighbors=15, metric="cosine")
    assert trustworthiness(X, positions) == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize("power", [0.8, 1.0, 1.3])
def test_growth_is_told_as_a_power_of_n_log_n(power):
    sizes = [10_000, 50_000, 200_000]
    rows = [
        Reforming(n, 0, 0, 0, 1e-6 * (n * np.log(n)) ** power, 0, 0, 1, 0)
        for n in [1_000, *sizes]  # small ones are dominated by what does not grow
    ]
    assert growth_exponent(rows) == pytest.approx(power, abs=1e-6)
    assert growth_exponent(rows[:3]) is None


def test_there_are_as_many_embeddings_as_asked_for(tmp_path):
    known = np.random.default_rng(0).normal(size=(50, 8))
    np.save(tmp_path / "some.minilm.npy", known.astype(np.float16))
    for rows in (20, 120):
        X = embeddings(rows, tmp_path)
        assert X.shape == (rows, 8)
        assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-3)
    with pytest.raises(GstError, match="minilm"):
        stored(tmp_path / "nothing")


def test_more_rows_than_are_known_are_copies_that_are_moved_a_little():
    X = embeddings(45_000, None)
    assert X.shape == (45_000, 384)
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    assert len(np.unique(X[:, 0])) > 44_000
    assert np.array_equal(embeddings(45_000, None), X)
