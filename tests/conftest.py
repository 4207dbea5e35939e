"""What all tests share: threads as the product bounds them, one cache of compiled code, and corpora that are small."""

import os
from pathlib import Path

from gst_core.compute import bound_threads, keep_compiled_code

bound_threads()  # before anything numeric is loaded, as threads that wait in loops take the cores from each other
keep_compiled_code(Path(__file__).parent.parent / ".venv" / "numba-cache")  # from one run to the next
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

SEEDS_AT_ONCE = 100  # which take half of the time that a test has, on cores that are busy
LONG_EXAMPLES = 1_000

# What shares something that costs seconds: a browser and servers, or umap-learn, which compiles when it is imported.
SHARED = {
    "walks": ("tests/e2e/", "tests/test_package.py"),
    "umap": ("tests/map/test_umap", "tests/map/test_gpu", "tests/compute/test_gpu", "tests/evaluation/test_realtime"),
}


def together(test):
    """Return what one process has to run where several do: the tests that share something, or those of a file."""
    file = test.split("::")[0]
    return next((name for name, paths in SHARED.items() if file.startswith(paths)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling  # only where several processes test

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return together(nodeid)

    return Together(config, log)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="samples as large as `make test-long` has them")


def pytest_configure(config):
    settings.register_profile("long", max_examples=LONG_EXAMPLES, deadline=None)
    if config.getoption("--long"):
        settings.load_profile("long")


def pytest_generate_tests(metafunc):
    """Give a test marked `long(short, long)` its seeds, a range of at most `SEEDS_AT_ONCE` at a time."""
    if "seeds" in metafunc.fixturenames:
        sizes = metafunc.definition.get_closest_marker("long").kwargs
        count = sizes["long" if metafunc.config.getoption("--long") else "short"]
        starts = range(0, count, SEEDS_AT_ONCE)
        metafunc.parametrize("seeds", [range(s, min(s + SEEDS_AT_ONCE, count)) for s in starts], ids=map(str, starts))


def pytest_collection_modifyitems(config, items):
    """Where several processes test, begin with what takes longest."""
    if hasattr(config, "workerinput"):
        first = list(SHARED)
        items.sort(key=lambda item: first.index(name) if (name := together(item.nodeid)) in first else len(first))


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
