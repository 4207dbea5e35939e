"""What all tests share: one cache of compiled code, kept between runs, and corpora that are small but real."""

import os
from pathlib import Path

os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".venv" / "numba-cache"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pytest


@pytest.fixture(scope="session")
def chromium():
    """The one browser of all walks; each opens pages of its own in it."""
    from playwright.sync_api import sync_playwright  # not for who runs other tests

    from tests.e2e.browser import ARGUMENTS, executable

    path = executable()  # may ask another Playwright, and there cannot be two at once
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def blobs():
    """300 points around 3 directions in 24 dimensions, and which direction each belongs to."""
    rng = np.random.default_rng(7)
    centres = np.linalg.qr(rng.normal(size=(24, 24)))[0][:3] * 3
    kinds = np.arange(300) % 3
    X = (centres[kinds] + rng.normal(size=(300, 24))).astype(np.float32)
    return X / np.linalg.norm(X, axis=1, keepdims=True), np.array(["red", "green", "blue"])[kinds]


def few(kinds, per_class, seed=0):
    """Labels for a few of each kind, None for the rest."""
    rng = np.random.default_rng(seed)
    y = np.full(len(kinds), None, dtype=object)
    for kind in np.unique(kinds):
        rows = rng.choice(np.flatnonzero(kinds == kind), per_class, replace=False)
        y[rows] = kind
    return list(y)
