"""Maps and layouts by the libraries for GPUs."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from sklearn.manifold import trustworthiness

from gst_core import reform
from gst_core.compute import pca_projection
from gst_core.map.gpu_layout import layout
from gst_core.map.graph import fuzzy_graph
from gst_core.map.layout import start_positions
from gst_core.map.umap_sgd import UmapSGD
from tests.accelerators import HERE, accelerator, cuml, torchdr  # noqa: F401
from tests.conftest import few
from tests.map import test_landmarks, test_reforming
from tests.map.conftest import last

pytestmark = pytest.mark.cuda


@pytest.fixture
def maps_by_torchdr(monkeypatch, torchdr):
    monkeypatch.setattr("gst_core.map.reforming.pick_accelerator", lambda device: torchdr)


@pytest.mark.usefixtures("maps_by_torchdr")
class TestMapsByTorchDRAreThoseOfTheCPU:
    test_ends_with_clusters = staticmethod(test_reforming.test_the_last_frame_is_final_and_has_clusters)
    test_seed = staticmethod(test_reforming.test_the_same_seed_gives_the_same_map)
    test_labels_move = staticmethod(test_reforming.test_labels_move_the_map_towards_their_classes)
    test_nothing_new = staticmethod(test_reforming.test_nothing_new_moves_nothing)
    test_tiny = staticmethod(test_reforming.test_tiny_corpora_have_a_map)
    test_equal_texts = staticmethod(test_reforming.test_equal_texts_have_a_map)
    test_first_frame = staticmethod(test_landmarks.test_the_first_frame_after_a_label_is_on_its_way)
    test_large_seed = staticmethod(test_landmarks.test_the_same_seed_gives_the_same_map)
    test_large_nothing_new = staticmethod(test_landmarks.test_nothing_new_moves_nothing)
    test_grown = staticmethod(test_landmarks.test_points_without_a_place_are_set_among_their_landmarks)


def test_a_label_more_moves_a_map_far_less_than_the_first_labels(corpus, maps_by_torchdr):
    X, kinds = corpus
    generic = last(reform(X, None, random_state=0))
    four = last(reform(X, few(kinds, 4), generic, random_state=0))
    five = last(reform(X, few(kinds, 5), four, random_state=0))
    first, second = (
        np.median(np.linalg.norm(after.positions - before.positions, axis=1)) / np.ptp(before.positions, axis=0).max()
        for before, after in ((generic, four), (four, five))
    )
    assert second < 0.5 * first
    assert second < 0.1


@pytest.mark.usefixtures("led_by_landmarks")
def test_a_map_led_by_landmarks_is_as_true_as_on_the_cpu(corpus, torchdr, monkeypatch):
    X, _ = corpus
    on_cpu = last(reform(X, None, random_state=0, device="cpu"))
    monkeypatch.setattr("gst_core.map.reforming.pick_accelerator", lambda device: torchdr)
    there = last(reform(X, None, random_state=0))
    assert not np.array_equal(there.positions, on_cpu.positions)
    score = [trustworthiness(X, f.positions, n_neighbors=15, metric="cosine") for f in (on_cpu, there)]
    assert score[1] > 0.98 * score[0]


def test_closing_a_map_stops_the_work_before_the_next_chunk(blobs, maps_by_torchdr, monkeypatch):
    import torchdr

    begun = []
    fit_transform = torchdr.UMAP.fit_transform
    monkeypatch.setattr(torchdr.UMAP, "fit_transform", lambda self, X: begun.append(self) or fit_transform(self, X))
    frames = reform(blobs[0], None)
    next(frames), next(frames)
    assert len(begun) == 1
    frames.close()
    assert len(begun) == 1
    assert len(list(reform(blobs[0], None))) == len(begun) - 1 + 2  # a chunk a frame, the start and the clusters


@pytest.mark.parametrize("chunks", [1, 6])
def test_a_layout_is_as_true_as_on_the_cpu(corpus, accelerator, chunks):
    X, _ = corpus
    points = pca_projection(X)
    graph = fuzzy_graph(points)
    start = start_positions(points, graph, 0)
    sgd = UmapSGD(start, graph.weights, 0)
    for epoch in range(60):
        sgd.epoch(epoch, 1 - epoch / 60)
    frames = list(layout(start, graph.weights, accelerator, epochs=60, strength=1.0, chunks=chunks, seed=0))
    assert len(frames) == chunks
    assert all(f.shape == start.shape and f.dtype == np.float32 for f in frames)
    score = [trustworthiness(X, p, n_neighbors=15, metric="cosine") for p in (sgd.positions, frames[-1])]
    assert score[1] > score[0] - 0.01
    assert 0.5 < np.ptp(frames[-1]) / np.ptp(sgd.positions) < 1.5


def test_a_weak_edge_pulls_although_it_is_due_in_few_chunks(accelerator):
    n = 20
    point = np.arange(2 * n)
    side = point // n
    ring = np.isin((point[:, None] - point) % n, [1, n - 1]) & (side[:, None] == side)
    across = np.abs(point[:, None] - point) == n
    start = np.random.default_rng(0).normal(size=(2 * n, 2)).astype(np.float32)
    start[:, 0] += 8 * side

    def gap(weights):
        graph = sp.csr_matrix(weights.astype(np.float32))
        *_, end = layout(start, graph, accelerator, epochs=300, strength=1.0, chunks=100, seed=0)
        return np.linalg.norm(end[side == 0].mean(axis=0) - end[side == 1].mean(axis=0))

    assert gap(ring + 0.2 * across) < 0.5 * gap(ring)


@pytest.mark.skipif(HERE.type == "cuda", reason="cuML does not tell")
@pytest.mark.parametrize(("epochs", "chunks"), [(60, 1), (60, 6), (20, 6), (41, 40)])
def test_each_edge_is_followed_as_often_as_on_the_cpu(blobs, cuml, epochs, chunks):
    import cuml as library

    graph = fuzzy_graph(blobs[0])
    start = start_positions(blobs[0], graph, 0)
    list(layout(start, graph.weights, cuml, epochs=epochs, strength=1.0, chunks=chunks, seed=0))
    strongest = graph.weights.data.max()
    assert np.array_equal(sum(library.followed), np.floor(epochs * (graph.weights / strongest).toarray()))


def test_no_frame_is_much_wider_than_the_settled_map(corpus, torchdr):
    points = pca_projection(corpus[0])
    graph = fuzzy_graph(points)
    start = start_positions(points, graph, 0)
    widths = [np.ptp(f) for f in layout(start, graph.weights, torchdr, epochs=120, strength=1.0, chunks=6, seed=0)]
    assert max(widths) < 1.4 * widths[-1]


def test_points_that_share_an_x_are_laid_out(accelerator):
    start = np.column_stack([np.zeros(30), np.arange(30)]).astype(np.float32)
    graph = fuzzy_graph(np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32))
    *_, end = layout(start, graph.weights, accelerator, epochs=20, strength=1.0, chunks=2, seed=0)
    assert np.isfinite(end).all()
    assert not np.allclose(end, start, atol=0.1)


def test_a_layout_leaves_everybody_elses_chances_as_they_were(blobs, torchdr):
    graph = fuzzy_graph(blobs[0])
    start = start_positions(blobs[0], graph, 0)
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    list(layout(start, graph.weights, torchdr, epochs=20, strength=1.0, chunks=2, seed=0))
    assert torch.equal(torch.rand(4), wanted)
