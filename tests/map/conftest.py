"""What the tests of maps share: a corpus of groups and kinds, and maps that landmarks lead."""

import numpy as np
import pytest


@pytest.fixture
def led_by_landmarks(monkeypatch):
    monkeypatch.setattr("gst_core.map.landmarks.ALL_UP_TO", 200)
    monkeypatch.setattr("gst_core.map.landmarks.LANDMARKS", 150)


@pytest.fixture
def corpus():
    """1,200 points around 12 centres, of which the first dimensions tell 3 kinds."""
    rng = np.random.default_rng(3)
    group = np.arange(1200) % 12
    X = 3 * np.eye(20)[group] + 2 * np.eye(20)[12 + group % 3] + 0.4 * rng.normal(size=(1200, 20))
    return X.astype(np.float32), np.array(["red", "green", "blue"])[group % 3]


def last(frames):
    *_, frame = frames
    return frame
