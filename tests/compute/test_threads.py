"""How many threads there are."""

import os

import pytest

from gst_core.compute import threads


@pytest.mark.parametrize(("quota", "cores"), [("150000 100000", 2), ("max 100000", 8), ("5000 100000", 1), ("", 8)])
def test_a_container_gets_the_threads_that_its_quota_lets_compute(tmp_path, monkeypatch, quota, cores):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(threads, "CPU_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert threads.usable_cores() == cores
