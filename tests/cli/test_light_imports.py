"""What loads nothing heavy, and in which order what is heavy is loaded."""

import json
import os
import subprocess
import sys
from importlib import import_module

import pytest

import gst_core

HEAVY = ("numpy", "pandas", "pyarrow", "scipy", "sklearn", "torch", "faiss", "numba", "rich", "streamlit", "plotly")
LOADED = "import json, sys; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
COMMANDS = ("open", "encode", "fit", "transform", "annotate", "export", "bench")


def python(code, **environment):
    """Run Python in a process of its own, without variables that bound threads, and return what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**clean, **environment})
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import gst_core",
        "import gst_core.cli.main",
        "import gst_core.errors, gst_core.installation, gst_core.compute.threads",
        "from gst_core.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass",
        "from gst_core.cli.main import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass",
        "from gst_core.cli.main import main\ntry:\n    main(['open', '--help'])\nexcept SystemExit:\n    pass",
    ],
)
def test_the_package_and_its_help_load_nothing_heavy(code):
    loaded = json.loads(python(f"{code}\n{LOADED}").splitlines()[-1])
    assert not set(HEAVY) & set(loaded)


def test_the_help_names_every_command_and_comes_at_once():
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gst_core", "--help"], capture_output=True, text=True, check=True
    )
    assert all(f"    {command}" in run.stdout for command in COMMANDS)
    assert len(run.stderr.splitlines()) < 400  # a module a line; numpy alone is a hundred


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_waits_for_no_torch(command):
    code = f"from gst_core.cli.main import main\ntry:\n    main(['{command}', '--help'])\nexcept SystemExit:\n    pass"
    printed = python(f"{code}\n{LOADED}")
    assert printed.startswith(f"usage: gst-studio {command}")
    assert not {"torch", "sklearn", "faiss", "numba"} & set(json.loads(printed.splitlines()[-1]))


ROOMS = ("annotate", "compute", "corpus", "encoding", "evaluation", "map", "transform", "work", "workspace")
PROMISED = {
    *("Corpus", "read_corpus", "encode", "encode_class_names", "default_views", "Embeddings"),
    *("GuidedSpaceTransform", "reform", "Frame", "Workspace", "GstError", "CorpusError"),
}


@pytest.mark.parametrize("package", ["gst_core", *(f"gst_core.{room}" for room in ROOMS)])
def test_every_public_name_is_where_its_room_looks_for_it(package):
    face = import_module(package)
    assert face.__all__
    assert all(hasattr(face, name) for name in face.__all__)
    with pytest.raises(AttributeError):
        face.nothing  # noqa: B018


def test_the_package_has_the_names_that_it_promises():
    assert set(gst_core.__all__) >= PROMISED


SERVED = """
import runpy, sys
def serve(name, **options):
    import numpy, threadpoolctl
    blas = [lib["num_threads"] for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas"]
    print(name, sys.argv[1:], blas)
runpy.run_module = serve
from gst_core.cli.main import main
sys.exit(main([{arguments}]))
"""


@pytest.mark.parametrize("file", ["", "reviews.csv"])
def test_the_process_that_serves_the_page_has_one_thread_for_matrix_products(tmp_path, file):
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("review,stars\nLovely room,5\nCold soup,2\n")
    given = f"{str(reviews)!r}, '--text', 'review', " if file else ""
    code = SERVED.format(arguments=f"{given}'--port', '9', '--workspace', {str(tmp_path / 'w')!r}")
    served = python(code).splitlines()[-1]
    assert served.startswith("streamlit ['run', ")
    assert "app.py', '--server.port', '9'" in served
    assert served.endswith("[1]")
