"""Importing the room is cheap until its estimator is asked for, which leaves sentence-transformers out."""

import subprocess
import sys

LOADED = "import sys; {}; print(*[name for name in {} if name in sys.modules])"


def loaded(statement, names):
    code = LOADED.format(statement, names)
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


def test_the_room_loads_nothing_heavy():
    heavy = ["torch", "sklearn", "faiss", "pandas", "scipy", "numba", "sentence_transformers"]
    assert loaded("import gst_core.transform", heavy) == []


def test_the_estimator_loads_no_sentence_transformers():
    names = ["gst_core.transform.estimator", "sentence_transformers", "transformers"]
    assert loaded("from gst_core.transform import GuidedSpaceTransform", names) == ["gst_core.transform.estimator"]


def test_saving_and_cards_know_nothing_of_the_estimator():
    rooms = "gst_core.transform.persistence, gst_core.transform.model_card, gst_core.transform.fitted"
    assert loaded(f"import {rooms}", ["gst_core.transform.estimator", "sklearn"]) == []
