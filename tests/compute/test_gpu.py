"""Neighbours and layout by the libraries for GPUs: on CUDA where there is one, and otherwise on the CPU.

TorchDR computes on tensors of any device. cuML needs CUDA: without it, its two functions are stood in for by
scikit-learn and by umap-learn's own sgd, which keep to the same signatures and count epochs in the same way.
"""

import logging
import sys
from types import ModuleType

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from sklearn.manifold import trustworthiness

from gst_core import reform
from gst_core.compute.device import pick_accelerator
from gst_core.compute.gpu import Accelerator, installed_library
from gst_core.compute.neighbours import nearest_among, pca_projection
from gst_core.errors import TransformError
from gst_core.map.gpu_layout import layout
from gst_core.map.graph import fuzzy_graph
from gst_core.map.layout import start_positions
from gst_core.map.umap_sgd import UmapSGD
from tests.conftest import few
from tests.map import test_landmarks, test_reforming
from tests.map.test_landmarks import corpus, last, led_by_landmarks  # noqa: F401

HERE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _stand_in_for_cuml(monkeypatch):
    from sklearn.neighbors import NearestNeighbors
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import make_epochs_per_sample

    def search(n_neighbors, algorithm, metric, output_type):
        assert output_type == "numpy"
        return NearestNeighbors(n_neighbors=n_neighbors, algorithm=algorithm, metric=metric)

    def simplicial_set_embedding(
        data, graph, n_components, initial_alpha, a, b, negative_sample_rate, n_epochs, init, random_state
    ):
        assert data.shape == init.shape == (graph.shape[0], n_components)
        edges = graph.tocoo()
        edges.data[edges.data < edges.data.max() / n_epochs] = 0
        edges.eliminate_zeros()
        every = make_epochs_per_sample(edges.data, n_epochs)
        times = np.zeros(graph.shape)
        times[edges.row, edges.col] = np.floor((n_epochs - 1) / every + 1e-6)  # none is followed in the first epoch
        modules["cuml"].followed.append(times)
        moved = init.copy()
        optimize_layout_euclidean(
            moved,
            moved,
            edges.row,
            edges.col,
            n_epochs,
            len(init),
            every,
            a,
            b,
            np.random.RandomState(random_state).randint(-(2**31) + 1, 2**31 - 1, 3).astype(np.int64),
            initial_alpha=initial_alpha,
            negative_sample_rate=negative_sample_rate,
            move_other=True,
        )
        return moved

    modules = {name: ModuleType(name) for name in ("cuml", "cuml.neighbors", "cuml.manifold", "cuml.manifold.umap")}
    modules["cuml"].followed = []
    modules["cuml.neighbors"].NearestNeighbors = search
    modules["cuml.manifold.umap"].simplicial_set_embedding = simplicial_set_embedding
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def torchdr():
    pytest.importorskip("torchdr")
    return Accelerator(HERE, "torchdr")


@pytest.fixture
def cuml(monkeypatch):
    if HERE.type != "cuda":
        _stand_in_for_cuml(monkeypatch)
    pytest.importorskip("cuml")
    return Accelerator(HERE, "cuml")


@pytest.fixture(params=["torchdr", "cuml"])
def accelerator(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def maps_by_torchdr(monkeypatch, torchdr):
    monkeypatch.setattr("gst_core.map.reforming.pick_accelerator", lambda device: torchdr)


@pytest.fixture
def asked_again():
    """What is installed is found out once; here it changes."""
    installed_library.cache_clear()
    yield
    installed_library.cache_clear()


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


def test_a_label_more_moves_a_map_far_less_than_the_first_labels(corpus, maps_by_torchdr):  # noqa: F811
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
def test_a_map_led_by_landmarks_is_as_true_as_on_the_cpu(corpus, torchdr, monkeypatch):  # noqa: F811
    X, _ = corpus
    on_cpu = last(reform(X, None, random_state=0))
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


def test_neighbours_are_those_of_the_cpu(blobs, accelerator):
    points = pca_projection(blobs[0])
    similarity, index = nearest_among(points[::2], points, 15)
    there_similarity, there = nearest_among(points[::2], points, 15, accelerator)
    assert (there == index).mean() > 0.99  # two as near as each other may change places
    assert np.allclose(there_similarity, similarity, atol=1e-5)
    assert (there_similarity.dtype, there.dtype) == (np.float32, np.int64)


def test_neighbours_are_the_same_a_block_at_a_time(blobs, torchdr, monkeypatch):
    points = pca_projection(blobs[0])
    _, whole = nearest_among(points, points, 5, torchdr)
    monkeypatch.setattr("gst_core.compute.gpu.DISTANCES_AT_ONCE", 7 * len(points))
    _, by_blocks = nearest_among(points, points, 5, torchdr)
    assert (whole == by_blocks).mean() > 0.99


@pytest.mark.parametrize("chunks", [1, 6])
def test_a_layout_is_as_true_as_on_the_cpu(corpus, accelerator, chunks):  # noqa: F811
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


def test_no_frame_is_much_wider_than_the_settled_map(corpus, torchdr):  # noqa: F811
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


@pytest.mark.usefixtures("asked_again")
def test_cuml_is_taken_before_torchdr(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchdr", ModuleType("torchdr"))
    monkeypatch.setitem(sys.modules, "cuml", ModuleType("cuml"))
    assert installed_library() == "cuml"
    installed_library.cache_clear()
    monkeypatch.setitem(sys.modules, "cuml", None)  # cannot be imported
    assert installed_library() == "torchdr"


@pytest.mark.usefixtures("asked_again")
def test_a_gpu_without_a_library_leaves_maps_to_the_cpu_and_the_log_says_so_once(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "cuml", None)
    monkeypatch.setitem(sys.modules, "torchdr", None)
    monkeypatch.setattr("gst_core.compute.device.pick_device", lambda device: torch.device("cuda"))
    with caplog.at_level(logging.WARNING, "gst_core.compute.gpu"):
        assert pick_accelerator("auto") is None
        assert pick_accelerator("cuda") is None
    assert [r.getMessage() for r in caplog.records if "requirements-gpu.txt" in r.getMessage()] == [
        record.getMessage() for record in caplog.records
    ]
    assert len(caplog.records) == 1


def test_the_cpu_computes_when_it_is_asked_to():
    assert pick_accelerator("cpu") is None


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_one_cannot_be_asked_for_and_is_not_taken(blobs):
    assert pick_accelerator("auto") is None
    with pytest.raises(TransformError, match="cuda"):
        next(reform(blobs[0], None, device="cuda"))
