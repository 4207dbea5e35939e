"""The oracle benchmark on a corpus of 60 texts."""

import numpy as np

from benchmarks.annotate import Desk, Quality, Run, difference, measure, section
from gst_core.encoding import EmbeddingStore
from gst_core.evaluation.datasets import Dataset
from tests.annotate.test_construction import ASKED, TEXTS, TRUTH
from tests.llm_server import scripted_server


def test_a_lens_that_an_oracle_labelled_is_measured_beside_transforms(tmp_path):
    dataset = Dataset("reviews", tuple(TEXTS), {"topic": np.array([TRUTH[text] for text in TEXTS])})
    with scripted_server() as server:
        desk = Desk(dataset, "topic", ASKED, server, tmp_path / "desk", EmbeddingStore(tmp_path / "embeddings"))
        assert desk.counts([24]) == [24, 48]
        assert (desk.said(0.0) == desk.truth).all()
        assert 0.3 < np.mean(desk.said(0.5) != desk.truth) < 0.7
        run = measure(desk, 24, 0.0, 0, 0.0)
        assert len(server.documents()) == run.labelled == 24
    assert run.per_class is None
    assert min(run.lens.purity, run.random.purity) > 50
    assert 0 <= run.outside <= run.labelling
    page = section([run], "command", 60, 0.0)
    assert f"| reviews, topic | 24 | 0% | {run.lens.v_measure:.1f}" in page


def test_the_difference_is_to_the_better_of_the_two():
    def run(seed, lens, random, per_class):
        qualities = [Quality(v, 0.0) for v in (lens, random, per_class)]
        return Run("a/b", 16, 0.0, seed, *qualities, 16, 1.0, 0.1, 0.1)

    assert difference([run(0, 60, 50, 61), run(1, 62, 70, 61)]) == 0.0
