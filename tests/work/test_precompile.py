import subprocess
import sys
import threading
from importlib.util import find_spec

import pytest

from gst_core.work import jobs, precompile
from gst_core.work.jobs import Jobs
from gst_core.workspace.workspace import Workspace


@pytest.fixture
def commands(monkeypatch):
    """What would have been run in another process."""
    run = []
    monkeypatch.setattr(precompile.subprocess, "run", lambda command, **_: run.append(command))
    return run


def test_what_is_compiled_once_is_not_compiled_again(tmp_path, commands):
    for _ in range(2):
        precompile.compile_elsewhere(tmp_path / "numba")
    assert len(commands) == 1


def test_other_code_is_compiled_again(tmp_path, commands, monkeypatch):
    source = tmp_path / "layout.py"
    monkeypatch.setattr(precompile, "COMPILED_MODULE", source)
    for text in ("one", "another"):
        source.write_text(text)
        precompile.compile_elsewhere(tmp_path / "numba")
    assert len(commands) == 2


def test_what_is_compiled_elsewhere_need_not_be_compiled_here(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    precompile.compile_elsewhere(tmp_path / "numba")
    found = sorted(file.suffix for file in (tmp_path / "numba").rglob("*.nb?"))
    assert found == [".nbc", ".nbi"], "one version of one kernel is what a page needs"
    again = (
        "from gst_core.map import compile_kernels; from gst_core.map.umap_sgd import _on_all_cores as kernel; "
        "compile_kernels(); print(sum(kernel.stats.cache_hits.values()))"
    )
    assert subprocess.run([sys.executable, "-c", again], capture_output=True, text=True, check=True).stdout == "1\n"
    assert precompile.COMPILED_MODULE.is_file()


@pytest.mark.parametrize("damage", ["zero-length", "flipped", "gone", "an old mark"])
def test_damaged_compiled_code_is_compiled_again_before_it_runs(tmp_path, monkeypatch, damage):
    folder = tmp_path / "numba"
    code, runs = folder / "map" / "kernel.1.nbc", []

    def compile_it(*_, **__):
        runs.append(code.exists())
        code.parent.mkdir(parents=True, exist_ok=True)
        code.write_bytes(b"machine code")

    monkeypatch.setattr(precompile.subprocess, "run", compile_it)
    precompile.compile_elsewhere(folder)
    precompile.compile_elsewhere(folder)
    assert len(runs) == 1
    if damage == "gone":
        code.unlink()
    elif damage == "an old mark":
        next(folder.glob("compiled-layout-*")).write_bytes(b"")
    else:
        code.write_bytes(b"" if damage == "zero-length" else b"machine cude")
    precompile.compile_elsewhere(folder)
    precompile.compile_elsewhere(folder)
    assert runs == [False, False], "nothing of it was there any more"
    assert code.read_bytes() == b"machine code"


def test_maps_wait_for_the_warm_up_and_not_for_one_that_fails(tmp_path, monkeypatch):
    may_end, ready = threading.Event(), threading.Event()
    ready.set()

    def fail(*_, **__):
        assert may_end.wait(60)
        raise subprocess.CalledProcessError(1, "compile")

    monkeypatch.setattr(precompile.subprocess, "run", fail)
    monkeypatch.setattr(precompile, "load_encoder", lambda: None)
    thread = precompile.start_warm_up(ready, tmp_path)
    assert not ready.is_set()
    may_end.set()
    thread.join(60)
    assert ready.is_set()


def test_one_thread_loads_what_several_use_before_they_begin(tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr(precompile.subprocess, "run", lambda *_, **__: None)
    monkeypatch.setattr(precompile, "import_module", loaded.append)
    monkeypatch.setattr(precompile, "load_encoder", lambda: loaded.append("the encoder"))
    precompile.start_warm_up(threading.Event(), tmp_path).join(60)
    assert loaded == [*precompile.LIBRARIES, "the encoder"]
    assert all(name in sys.modules or find_spec(name) for name in precompile.LIBRARIES)


def test_the_mark_that_all_is_compiled_lies_beside_what_numba_compiled(tmp_path, monkeypatch):
    folders = []
    monkeypatch.setattr(jobs, "start_warm_up", lambda ready, folder: folders.append(folder))
    for variable in (str(tmp_path / "elsewhere"), None):
        if variable is None:
            monkeypatch.delenv("NUMBA_CACHE_DIR")
        else:
            monkeypatch.setenv("NUMBA_CACHE_DIR", variable)
        Jobs(Workspace(tmp_path / "ws")).warm_up()
    assert folders == [tmp_path / "elsewhere", tmp_path / "ws" / "numba"]
