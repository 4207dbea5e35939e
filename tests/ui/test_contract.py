import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gst_core.ui.map_component.contract import positions_payload


@given(st.text(max_size=20), st.integers(0, 2**31), st.integers(0, 50))
def test_positions_travel_as_bytes(key, revision, n):
    positions = np.random.default_rng(n).normal(size=(n, 2)).astype(np.float32)
    payload = positions_payload(key, revision, positions)
    told, length = np.frombuffer(payload[:8], dtype="<u4")
    assert told == revision
    assert payload[8 : 8 + length].decode("utf-8") == key
    start = 8 + -(-int(length) // 4) * 4
    assert np.array_equal(np.frombuffer(payload[start:], dtype="<f4").reshape(-1, 2), positions)
