import subprocess
import threading

import pytest

from gst_core.work import precompile


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


def test_the_compiled_module_and_the_command_are_there():
    assert precompile.COMPILED_MODULE.is_file()
    compile(precompile.COMPILE_COMMAND, "command", "exec")
    from gst_core.map import warm_up

    assert f"{warm_up.__name__}()" in precompile.COMPILE_COMMAND


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
