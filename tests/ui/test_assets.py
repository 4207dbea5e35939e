import re
import shutil

import plotly
import pytest

from gst_core.ui.map_component import assets

PRIVATE = re.compile(r"\._[a-zA-Z]|\b(l2p|regl|scatter2d)\b")  # of Plotly; the modules' own begin with #
IMPORTS = re.compile(r'^(?:import|export)\b[^"]*?\bfrom "([^"]+)";', re.MULTILINE)


@pytest.fixture
def other_place(tmp_path, monkeypatch):
    """A copy of the modules that may be changed."""
    copy = tmp_path / "component"
    shutil.copytree(assets.HERE, copy)
    monkeypatch.setattr(assets, "HERE", copy)
    assets.modules_folder.cache_clear()
    yield copy
    assets.modules_folder.cache_clear()


def test_the_modules_and_plotlys_script_are_served_whole(tmp_path):
    static = tmp_path / "static"
    assets.serve_assets(static)
    names = {path.relative_to(static).as_posix() for path in static.rglob("*.js")}
    modules = {f"{assets.modules_folder()}/{module.name}" for module in assets.modules()}
    assert names == {f"plotly-{plotly.__version__}.min.js"} | modules
    assert {"map.js", "documents.js", "positions.js"} <= {module.name for module in assets.modules()}
    for module in assets.modules():
        assert (static / assets.modules_folder() / module.name).read_bytes() == module.read_bytes()
    assert len(list(static.iterdir())) == 2, "nothing half-copied is left"


def test_what_is_there_is_not_copied_again(tmp_path):
    assets.serve_assets(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assets.serve_assets(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_is_missing_is_copied(tmp_path):
    assets.serve_assets(tmp_path)
    (tmp_path / assets.modules_folder() / "map.js").unlink()
    (tmp_path / assets.PLOTLY_NAME).write_text("half")
    assets.serve_assets(tmp_path)
    assert (tmp_path / assets.modules_folder() / "map.js").is_file()
    assert (tmp_path / assets.PLOTLY_NAME).stat().st_size == assets.PLOTLY.stat().st_size


@pytest.mark.parametrize("damage", ["zero-length", "flipped", "a folder"])
def test_what_is_damaged_is_copied_again(tmp_path, damage):
    assets.serve_assets(tmp_path)
    sources = {tmp_path / assets.PLOTLY_NAME: assets.PLOTLY}
    sources |= {tmp_path / assets.modules_folder() / module.name: module for module in assets.modules()[:2]}
    for served, source in sources.items():
        served.unlink()
        if damage == "a folder":
            served.mkdir()
        else:
            served.write_bytes(b"" if damage == "zero-length" else source.read_bytes()[:-1] + b"?")
    assets.serve_assets(tmp_path)
    assert all(served.read_bytes() == source.read_bytes() for served, source in sources.items())


def test_another_text_of_a_module_is_served_from_another_folder(other_place):
    before = assets.modules_folder()
    assets.modules_folder.cache_clear()
    assert assets.modules_folder() == before
    (other_place / "drawing.js").write_text("export const other = 1;\n")
    assets.modules_folder.cache_clear()
    assert assets.modules_folder() != before


@pytest.mark.parametrize(("base", "path"), [("", ""), ("tool", "/tool"), ("/a/tool/", "/a/tool")])
def test_a_component_gets_its_module_from_under_the_servers_own_path(base, path):
    script = assets.entry_script("map.js", base)
    assert f'new URL("{path}/", window.location.origin)' in script
    assert f"`${{base}}app/static/{assets.modules_folder()}/map.js`" in script
    assert script.rstrip().splitlines()[-1].startswith("export default ")


def test_modules_import_only_each_other():
    names = {module.name for module in assets.modules()}
    for module in assets.modules():
        imported = IMPORTS.findall(module.read_text("utf-8"))
        assert {f"./{name}" for name in names}.issuperset(imported), module.name
    assert IMPORTS.findall((assets.HERE / "map.js").read_text("utf-8"))


def test_only_one_module_knows_what_is_private_in_plotly():
    knowing = {module.name for module in assets.modules() if PRIVATE.search(module.read_text("utf-8"))}
    assert knowing == {"plotly.js"}
