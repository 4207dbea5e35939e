import os

from gst_core.workspace.folder import MapFiles, WorkspaceFiles, settled_maps


def test_the_newest_settled_map_comes_last_and_what_a_crash_left_is_none(tmp_path):
    maps = WorkspaceFiles(tmp_path).maps("lens")
    for age, name in enumerate(["newer", "older", ".newest.x1y2"]):
        (maps / name).mkdir(parents=True)
        MapFiles(maps / name).arrays.touch()
        os.utime(maps / name, (100 - age, 100 - age if name != ".newest.x1y2" else 500))
    (maps / "empty").mkdir()
    assert [one.key for one in settled_maps(maps)] == ["older", "newer"]
