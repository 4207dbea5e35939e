import json
import pkgutil
import subprocess
import sys

import gst_core.annotate

HEAVY = {"torch", "sklearn", "scipy", "pandas", "faiss", "numba", "openai", "sentence_transformers", "streamlit"}


def test_the_modules_that_the_page_imports_load_nothing_heavy():
    modules = [f"gst_core.annotate.{module.name}" for module in pkgutil.iter_modules(gst_core.annotate.__path__)]
    code = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(run.stdout)
    assert set(modules) < set(loaded)
    assert not HEAVY & set(loaded)
