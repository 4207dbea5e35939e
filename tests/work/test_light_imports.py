import subprocess
import sys

HEAVY = ("torch", "sklearn", "faiss", "pandas", "sentence_transformers", "numba", "umap", "hdbscan")


def heavy_libraries_loaded_by(*lines):
    """Return what of the heavy libraries is loaded in a process that runs these lines."""
    code = "\n".join([*lines, "import sys", "print(*(name for name in sys.argv[1:] if name in sys.modules))"])
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_page_that_imports_the_work_loads_nothing_heavy():
    lines = [
        "import importlib, pkgutil, gst_core.work",
        "modules = [module.name for module in pkgutil.iter_modules(gst_core.work.__path__)]",
        "assert 'jobs' in modules",
        "for name in modules: importlib.import_module(f'gst_core.work.{name}')",
    ]
    assert not heavy_libraries_loaded_by(*lines)


def test_a_page_that_asks_what_there_is_loads_nothing_heavy(tmp_path):
    lines = [
        "from gst_core.work.jobs import Jobs",
        "from gst_core.workspace.workspace import Workspace",
        f"jobs = Jobs(Workspace({str(tmp_path)!r}))",
        "assert jobs.workspace.corpora() == []",
    ]
    assert not heavy_libraries_loaded_by(*lines)
