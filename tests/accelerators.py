"""The libraries for GPUs as tests use them: on CUDA where there is one, and otherwise on the CPU.

TorchDR computes on tensors of any device. cuML needs CUDA: without it, its two functions are stood in for by
scikit-learn and by umap-learn's own descent, which keep to the same signatures and count epochs in the same way.
"""

import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from gst_core.compute import Accelerator

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
