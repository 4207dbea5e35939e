"""Neighbours by the libraries for GPUs, and which of them is taken."""

import logging
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from gst_core import reform
from gst_core.compute.device import pick_accelerator
from gst_core.compute.gpu import installed_library
from gst_core.compute.neighbours import nearest_among, pca_projection
from gst_core.errors import TransformError
from tests.accelerators import accelerator, cuml, torchdr  # noqa: F401

pytestmark = pytest.mark.cuda


@pytest.fixture
def asked_again():
    """What is installed is found out once; here it changes."""
    installed_library.cache_clear()
    yield
    installed_library.cache_clear()


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
