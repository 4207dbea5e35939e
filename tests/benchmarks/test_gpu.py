"""The benchmark of the GPU, gone through on the CPU with small sizes."""

import json
import os
import subprocess
import sys
import time

import pytest
import torch

from benchmarks.gpu.report import Report, markdown
from benchmarks.gpu.schedule import Clock, CudaTests, expected, measure, tasks
from benchmarks.gpu.worker import Outcome, Worker
from gst_core.evaluation.machine import this_machine

COMMAND = [sys.executable, "-m", "benchmarks.gpu"]
MISSING = ("streamlit", "plotly", "sentence_transformers", "torchdr", "cuml")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_cuda_it_says_so_in_a_sentence_and_exits_with_2(tmp_path):
    run = subprocess.run([*COMMAND, "--out", str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 2
    assert run.stderr.startswith("There is no CUDA device here")
    assert len(run.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_is_not_installed_is_said_and_the_rest_is_measured(tmp_path):
    for name in MISSING:
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('no', name={name!r})")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    out = tmp_path / "docs"
    out.mkdir()
    sizes = ["--sizes", "300,600", "--texts", "64"]
    command = [*COMMAND, "--device", "cpu", "--no-tests", *sizes, "--seconds", "300", "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr
    told = json.loads((out / "benchmarks-gpu.json").read_text())["outcomes"]
    found = {(o["part"], o["rows"], o["side"]): o for o in told}
    assert set(found[("transform", 600, "gpu")]["seconds"]) == {"fit", "transform"}
    assert set(found[("reform", 600, "cpu")]["seconds"]) == {"first map", "first frame", "settled"}
    assert found[("layout", 600, "gpu")]["remark"] == "neither cuML nor TorchDR can be imported"
    assert found[("layout", 600, "cpu")]["library"] == "numba"
    assert found[("encoding", 64, "gpu")]["remark"] == "sentence_transformers is not installed"
    page = (out / "benchmarks.md").read_text()
    assert "<!-- gpu:start -->" in page
    assert "| layout | 600 | neither cuML nor TorchDR can be imported |  |" in page


def test_a_part_that_takes_too_long_is_ended_and_the_next_one_runs():
    worker = Worker("cpu")
    try:
        stopped = worker.run("transform", 200_000, "cpu", 0.5)
        assert stopped.remark.startswith("stopped after")
        assert stopped.wall < 30
        assert worker.run("no such part", 300, "cpu", 60).remark.startswith("KeyError")
    finally:
        worker.close()


def test_what_does_not_fit_the_time_is_skipped_and_says_so():
    start = time.monotonic()
    outcomes = measure(Clock(0.0), "cpu", [300, 600], 64, 300, lambda _: None)
    assert time.monotonic() - start < 60
    assert all(o.remark.startswith("skipped") for o in outcomes)
    assert len(outcomes) == len(list(tasks([300, 600], 64))) == 18


def test_the_time_that_a_part_takes_is_expected_from_a_smaller_size():
    before = [Outcome("layout", 100, "gpu", "cuml", {"layout": 1.0}, wall=2.0)]
    assert expected(before, "layout", 1_000, "gpu") == pytest.approx(26.0)
    assert expected(before, "layout", 1_000, "cpu") == 0.0


def test_the_section_names_the_libraries_the_ratio_and_what_was_skipped():
    outcomes = [
        Outcome("neighbours", 100, "gpu", "cuml", {"neighbours": 0.5}),
        Outcome("neighbours", 100, "cpu", "faiss", {"neighbours": 2.0}, {"recall": 0.9}),
        Outcome("encoding", 8, "gpu", "torch", {"fp32": 1.0, "bf16": 0.5}),
        Outcome("encoding", 8, "cpu", "torch", {"fp32": 4.0}),
        Outcome("layout", 100, "gpu", remark="skipped: 9 s or so"),
    ]
    report = Report("command", "a card", this_machine(), {"python": "3"}, CudaTests(3, 1, 0, "stopped"), outcomes, 9.0)
    text = markdown(report)
    assert "| neighbours | 100 | 0.50 s | cuml | 2.00 s | faiss | 4.0 × as fast |" in text
    assert "| encoding: bf16 | 8 | 0.50 s | torch |  | torch | 8.0 × as fast |" in text
    assert "| layout | 100 | skipped: 9 s or so |  | not run |  |  |" in text
    assert "3 passed, 1 failed, 0 skipped (stopped)" in text
    assert "a card" in text
