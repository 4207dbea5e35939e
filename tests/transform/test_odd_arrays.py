"""Arrays, labels, settings and saved folders of every kind: a result, or one typed sentence."""

import json
import resource

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from gst_core import GuidedSpaceTransform, TransformError, reform
from tests.odd_arrays import odd_array, odd_labels, odd_names, odd_settings, odd_weights, plain_labels, plain_table

SECONDS = 10  # of computing
LONGEST_SENTENCE = 700

pytestmark = pytest.mark.filterwarnings("ignore")  # NumPy's, of the odd arrays themselves


def shape_of(X):
    """Rows and columns of something, or any where it has none."""
    try:
        return len(X), np.shape(X)[1]
    except (TypeError, ValueError, IndexError, RuntimeError):
        return 3, 4


def given(seed):
    """What is given to the estimator: odd things, or good ones that are near, far, equal or few."""
    rng = np.random.default_rng(seed)
    if seed % 3 == 0:
        X = plain_table(rng)
        n, d = X.shape
        names = {"a": rng.normal(size=d), "b": rng.normal(size=d), "e": X[0]} if rng.random() < 0.4 else None
        settings = {"views": (d - 1, 1)} if d > 2 and names is None and rng.random() < 0.3 else {}
        return X, plain_labels(rng, n), None, names, settings
    X = odd_array(rng) if seed % 3 == 1 else plain_table(rng)
    n, d = shape_of(X)
    return X, odd_labels(rng, n), odd_weights(rng, n), odd_names(rng, d), odd_settings(rng)


def used_in(X, y, weights, names, settings, folder):
    """Do all that one does with a transform, and look at what comes out."""
    gst = GuidedSpaceTransform(**settings).fit(X, y, weights, names=names)
    outputs, probabilities = gst.transform_and_predict_proba(X)
    assert outputs.dtype == probabilities.dtype == np.float32
    assert np.allclose(np.linalg.norm(outputs, axis=1), 1, atol=1e-3)
    assert np.isfinite(probabilities).all()
    if len(gst.classes_):
        assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)
        assert set(gst.predict(X).tolist()) <= set(gst.classes_.tolist())
    gst.save(folder)
    loaded = GuidedSpaceTransform.load(folder)
    assert loaded.classes_.tolist() == gst.classes_.tolist()
    assert np.allclose(loaded.transform(X), outputs, atol=1e-4)


def mapped(X, y, weights, names, settings):
    """Make a map, and a second one from it."""
    options = {k: v for k, v in settings.items() if k in ("views", "random_state", "device")}
    *_, frame = reform(X, y, names=names, weights=weights, **options)
    assert np.isfinite(frame.positions).all()
    assert len(frame.clusters) == len(frame.positions) == len(X)
    *_, frame = reform(X, None, frame)
    assert np.isfinite(frame.positions).all()


def tried(use, *things):
    """Use things; return whether they could be, after looking at the sentence if not."""
    sentence = "."
    try:
        use(*things)
    except TransformError as error:
        sentence = str(error)
    assert 0 < len(sentence) < LONGEST_SENTENCE
    return sentence == "."


@pytest.mark.long(short=60, long=2_000)
def test_what_is_given_is_used_or_refused_in_a_typed_sentence(seeds, tmp_path):
    used = set()
    for seed in seeds:
        began, things = computed(), given(seed)
        try:
            used.add(tried(used_in, *things, tmp_path / str(seed)))
            if seed % 4 == 0:
                tried(mapped, *things)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        assert computed() - began < SECONDS, f"seed {seed}"
    assert used == {True, False}


def computed():
    """Seconds that this process has computed for."""
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


VALUES = (None, -1, 0, 3, 2.5, 10**30, "x", "", [], [1], {}, {"a": 1}, True, [["a"]], [None], ["a", "a"], "\ud83d")


def spoilt(folder, rng):
    """Change something in a saved transform: a value, bytes, or the shape of a tensor."""
    about, weights = folder / "transform.json", folder / "transform.safetensors"
    kind = rng.integers(5)
    if kind == 0:
        said = json.loads(about.read_text())
        inside = said if rng.random() < 0.6 else said["parameters"]
        name = rng.choice(list(inside))
        value = VALUES[rng.integers(len(VALUES))]
        if rng.random() < 0.1:
            del inside[name]
        else:
            inside[name] = value
        about.write_text(json.dumps(said))
    elif kind == 1:
        tensors = load_file(weights)
        name = rng.choice(list(tensors))
        tensor = tensors[name]
        odd = [
            tensor[..., :1],
            tensor.T,
            tensor * np.nan,
            tensor.double(),
            tensor.long(),
            tensor.reshape(-1),
            tensor[:0],
        ]
        tensors[name] = odd[rng.integers(len(odd))].contiguous()
        if rng.random() < 0.2:
            del tensors[name]
        save_file(tensors, weights)
    else:
        file = about if kind == 2 else weights
        data = bytearray(file.read_bytes())
        at = int(rng.integers(min(len(data), 600)))
        data[at : at + int(rng.integers(9))] = rng.bytes(int(rng.integers(9)))
        file.write_bytes(data[: rng.integers(len(data))] if rng.random() < 0.2 else data)


def used_again(folder, X):
    """Load a transform and apply it."""
    gst = GuidedSpaceTransform.load(folder)
    outputs, probabilities = gst.transform_and_predict_proba(X)
    assert np.allclose(np.linalg.norm(outputs, axis=1), 1, atol=1e-3)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)
    gst.predict(X)


@pytest.mark.long(short=100, long=2_000)
def test_a_saved_transform_that_was_changed_is_loaded_whole_or_refused(seeds, tmp_path, blobs):
    X = blobs[0]
    for seed in seeds:
        rng, folder = np.random.default_rng(seed), tmp_path / str(seed)
        labels = ["a", "b", "c"] if seed % 2 else [1, 2, 3]
        GuidedSpaceTransform(random_state=0, hidden=4).fit(X, labels * 3 + [None] * 291).save(folder)
        spoilt(folder, rng)
        try:
            tried(used_again, folder, X)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
