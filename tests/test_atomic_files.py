import errno
import os
import stat
from pathlib import Path

import pytest

from gst_core.atomic_files import atomic_file, atomic_folder, remove_unfinished, save_array
from gst_core.errors import WorkspaceError


@pytest.fixture
def flushed(monkeypatch):
    """What was flushed to disk: "file", or the name of a folder."""
    seen, fsync = [], os.fsync

    def note(handle):
        about = os.fstat(handle)
        seen.append(str(Path(f"/proc/self/fd/{handle}").readlink()) if stat.S_ISDIR(about.st_mode) else "file")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    return seen


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="handles have no names here")
def test_a_file_and_then_the_folder_that_names_it_are_flushed(tmp_path, flushed):
    with atomic_file(tmp_path / "a.npy") as file:
        file.write(b"whole")
    assert flushed == ["file", str(tmp_path)]
    flushed.clear()
    with atomic_folder(tmp_path / "map") as folder:
        (folder / "map.npz").write_bytes(b"whole")
    assert flushed[0] == "file"
    assert flushed[-1] == str(tmp_path)


def test_what_fails_leaves_the_file_before_and_no_other(tmp_path):
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(ValueError, match="closed"), atomic_file(tmp_path / "a") as file:
        file.close()
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "b"):
        raise RuntimeError
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"before"}


@pytest.mark.parametrize("there", ["file", "folder"])
def test_a_file_or_folder_takes_the_place_of_whatever_is_there(tmp_path, there):
    for name in ("a", "b"):
        if there == "folder":
            (tmp_path / name).mkdir()
            (tmp_path / name / "inside").write_bytes(b"")
        else:
            (tmp_path / name).write_bytes(b"")
    with atomic_file(tmp_path / "a") as file:
        file.write(b"new")
    with atomic_folder(tmp_path / "b") as folder:
        (folder / "new").write_bytes(b"new")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b" / "new").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the folder is read-only"),
        (errno.EACCES, "you may not write there"),
    ],
)
def test_what_the_system_refuses_is_a_sentence_that_names_the_file(tmp_path, monkeypatch, code, says):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(WorkspaceError, match=f"x.npy cannot be written: {says}"):
        save_array(tmp_path / "x.npy", [1])


def test_only_what_nobody_writes_is_taken_for_left(tmp_path):
    left, others = tmp_path / ".a.npy.abcd1234", [".gitignore", ".hidden.folder", "a.b.abcd1234"]
    left.write_bytes(b"")
    for name in others:
        (tmp_path / name).write_bytes(b"")
    with atomic_file(tmp_path / "now.npy") as file:
        remove_unfinished(tmp_path)
        assert not left.exists()
        file.write(b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {*others, "now.npy"}
