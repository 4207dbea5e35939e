import shutil

import numpy as np

from gst_core import reform
from gst_core.compute import as_embeddings
from gst_core.map.persistence import load_map, save_map


def test_a_map_that_a_crash_left_half_written_is_not_taken_for_the_lens_map(blobs, tmp_path):
    X, _ = blobs
    *_, frame = reform(X, None, random_state=0)
    save_map(tmp_path / "lens", "key", frame)
    shutil.copytree(tmp_path / "lens" / "key", tmp_path / "lens" / ".another.x1y2z3")
    key, again = load_map(tmp_path / "lens", as_embeddings(X))
    assert key == "key"
    assert np.array_equal(again.positions, frame.positions)
    shutil.rmtree(tmp_path / "lens" / "key")
    assert load_map(tmp_path / "lens", as_embeddings(X)) is None
