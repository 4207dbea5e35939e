"""The map of some texts alone, as frames of the whole corpus."""

import numpy as np

from gst_core import reform
from gst_core.work import PartMap
from tests.conftest import few


def test_some_texts_are_laid_out_by_themselves_and_the_others_have_no_place(blobs):
    X, kinds = blobs
    *_, whole = reform(X, few(kinds, 4), random_state=0)
    rows = np.flatnonzero(kinds == "red")
    part = PartMap(whole, rows, random_state=0)
    first = part.state
    assert first.running
    assert np.array_equal(first.frame.positions[rows], whole.positions[rows])
    now = part.wait(60)
    assert (now.running, now.error) == (False, "")
    assert now.frame.final
    assert np.array_equal(np.isfinite(now.frame.positions).all(axis=1), kinds == "red")
    assert not np.allclose(now.frame.positions[rows], whole.positions[rows])
    assert (now.clusters[kinds != "red"] == -1).all()
    assert now.frame.classes == whole.classes
    assert now.frame.probabilities is whole.probabilities
    assert part.state is now
