"""What `pip install` gives: the wheel, installed into an environment of its own, used from another folder."""

import re
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
REVIEWS = "review,stars\nLovely room and a soft bed,5\nThe soup was cold,2\nBreakfast eggs were perfect,4\n"
PAGE = ("app.py", "pages/explore.py", "pages/corpus.py", "pages/export.py", ".streamlit/config.toml")
PATIENCE = 180_000  # milliseconds
DEMOS = tuple(
    f"{name}.{ending}"
    for name in ("hotel_reviews", "city_letters", "flight_feedback")
    for ending in ("csv", "lenses.json")
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A virtual environment with the wheel, which finds the packages that the wheel needs where the tests find them."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "--python",
        str(folder / "bin/python"),
    ]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    (packages / "test-environment.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture
def elsewhere(environment, tmp_path, monkeypatch):
    """Run a program of the environment from another folder, as a person with an empty home does."""
    for name in ("GST_WORKSPACE", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    (tmp_path / "reviews.csv").write_text(REVIEWS)

    def start(program, *arguments):
        command = [str(environment / "bin" / program), *arguments]
        return subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return start


def ended(process, code=0):
    said = process.communicate(timeout=120)[0]
    assert process.returncode == code, said
    return said


def test_the_wheel_holds_the_page_its_demos_and_the_map_and_no_workspace(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"gst_core/app/{name}" for name in PAGE} <= set(names)
    assert {f"gst_core/app/data/{name}" for name in DEMOS} <= set(names)
    assert {"gst_core/ui/icon.svg", "gst_core/ui/map_component/map.js", "gst_core/ui/map_component/map.css"} <= set(
        names
    )
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "workspace/" in name and not name.endswith((".py", ".pyi"))]
    assert not [name for name in names if name.startswith(("tests/", "data/", "pages/"))]
    tracked = subprocess.run(["git", "ls-files", "gst_core"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.split()) <= set(names)


def test_the_package_asks_for_what_the_requirements_pin_in_ranges_that_take_the_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {"": project["dependencies"], "-gpu": extras["gpu"], "-llm": extras["llm"], "-dev": extras["dev"]}
    for file, ranges in asked.items():
        lines = (ROOT / f"requirements{file}.txt").read_text().splitlines()
        pins = dict(line.split("#")[0].strip().split("==") for line in lines if re.match(r"\w[\w.-]*==", line))
        for wanted in map(Requirement, ranges):
            assert pins[wanted.name] in wanted.specifier, f"requirements{file}.txt pins {wanted.name} out of its range"
        if not file:
            assert {Requirement(r).name for r in ranges} == set(pins)


def test_the_command_of_the_package_tells_its_help_from_anywhere(elsewhere):
    assert ended(elsewhere("gst-studio", "--help")).startswith("usage: gst-studio [FILE]")
    where = ended(elsewhere("python", "-c", "import gst_core; print(gst_core.__file__, gst_core.__version__)"))
    assert "site-packages" in where
    assert str(ROOT) not in where


def test_texts_are_encoded_into_the_persons_own_data_folder(elsewhere, tmp_path):
    ended(elsewhere("gst-studio", "encode", "reviews.csv", "--text", "review", "--out", "x.npy"))
    assert (tmp_path / "x.npy").is_file()
    assert (tmp_path / "share" / "gst-studio" / "workspace.sqlite").is_file()


def test_a_word_that_is_no_file_and_no_command_is_wrong_usage(elsewhere):
    assert "“encod” is neither a file nor a command" in ended(elsewhere("gst-studio", "encod"), code=2)


def test_a_file_that_cannot_be_read_opens_no_page(elsewhere):
    assert "no column “comment”" in ended(elsewhere("gst-studio", "reviews.csv", "--text", "comment"), code=3)


@pytest.mark.e2e
def test_the_page_opens_on_a_file_and_nothing_is_written_into_the_package(elsewhere, environment, chromium, tmp_path):
    before = files(environment)
    port = free_port()
    server = elsewhere("gst-studio", "reviews.csv", "--text", "review", "--port", str(port))
    try:
        wait_until_healthy(server, port)
        assert listens_on(port) in ({"0100007F"}, set())
        with chromium.new_context() as context:
            page = context.new_page()
            with page.expect_response(re.compile(r"/app/static/.+/map\.js$"), timeout=PATIENCE):  # drawn when encoded
                page.goto(f"http://127.0.0.1:{port}")
            page.wait_for_url(re.compile(r"[?&]corpus=\w+"), timeout=PATIENCE)  # the page's script writes it there
        static = tmp_path / "share" / "gst-studio" / "page" / "static"
        served = [file.relative_to(static).as_posix() for file in static.rglob("*.js")]
        assert served
        for name in served:
            assert urllib.request.urlopen(f"http://127.0.0.1:{port}/app/static/{name}", timeout=10).status == 200
    finally:
        server.terminate()
        said = server.communicate(timeout=60)[0]
    assert "3 rows, 3 different texts" in said
    assert "Traceback" not in said
    assert files(environment) == before


def files(folder):
    return {file for file in folder.rglob("*") if "__pycache__" not in file.parts}


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until_healthy(server, port):
    for _ in range(240):
        assert server.poll() is None, server.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                assert answer.read() == b"ok"
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the server did not start")


def listens_on(port):
    """Return the addresses that are listened on at a port, as Linux writes them; none on another system."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        return set()
    lines = [line.split() for line in table.read_text().splitlines()[1:]]
    listening = [line[1].split(":") for line in lines if line[3] == "0A"]
    return {address for address, number in listening if int(number, 16) == port}
