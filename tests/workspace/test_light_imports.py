import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "pyarrow", "torch", "sklearn", "faiss", "numba", "sentence_transformers"}
LOADED = "import json, sys; print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
STORED = Path(__file__).parent / "stored"


def loaded_by(code):
    run = subprocess.run([sys.executable, "-c", f"{code}\n{LOADED}"], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "module",
    [
        "corpus",
        "corpus.tables",
        "encoding",
        "encoding.names",
        "encoding.embeddings",
        "encoding.encoders",
        "workspace.demos",
        "workspace.records",
        "workspace.workspace",
        "export",
        "suggest",
    ],
)
def test_a_module_on_the_pages_way_loads_nothing_heavy(module):
    assert not HEAVY & loaded_by(f"import gst_core.{module}")


def test_the_place_of_compiled_code_is_known_before_anything_numeric_is_loaded():
    assert "numpy" not in loaded_by("import gst_core.workspace.folder")


def test_a_workspace_is_looked_at_without_pandas(tmp_path):
    shutil.copytree(STORED, tmp_path / "ws")
    code = (
        "from gst_core import Workspace\n"
        f"workspace = Workspace({str(tmp_path / 'ws')!r})\n"
        "for corpus in workspace.corpora():\n"
        "    for lens in workspace.lenses(corpus.id):\n"
        "        assert workspace.labels(lens.id) and workspace.label_set(lens.id).classes\n"
        "        workspace.undo(lens.id)\n"
    )
    assert not HEAVY & loaded_by(code)
