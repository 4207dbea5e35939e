"""A saved transform comes back as it was, also from a folder that an older version wrote."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from gst_core import Embeddings, GuidedSpaceTransform
from gst_core.compute import check_embeddings
from gst_core.encoding import learn_lexical_view, with_lexical_view
from gst_core.errors import TransformError
from tests.conftest import few


def test_saved_and_loaded_it_does_the_same(blobs, tmp_path):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 2))
    gst.save(tmp_path)
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert np.array_equal(loaded.transform(X), gst.transform(X))
    assert np.array_equal(loaded.predict_proba(X), gst.predict_proba(X))
    assert {f.suffix for f in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_a_damaged_folder_is_refused(tmp_path):
    with pytest.raises(TransformError, match="no transform"):
        GuidedSpaceTransform.load(tmp_path)
    (tmp_path / "transform.json").write_text("{")
    (tmp_path / "transform.safetensors").write_bytes(b"123")
    with pytest.raises(TransformError, match="damaged"):
        GuidedSpaceTransform.load(tmp_path)


def test_a_loaded_transform_knows_the_columns_of_its_fit(blobs, tmp_path):
    table = pd.DataFrame(blobs[0], columns=[f"e{i}" for i in range(24)])
    GuidedSpaceTransform(random_state=0).fit(table, few(blobs[1], 2)).save(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GuidedSpaceTransform.load(tmp_path).transform(table)


def test_a_folder_of_an_older_version_with_its_names_of_tensors_is_read(tmp_path):
    rng = np.random.default_rng(0)
    shapes = {"units.weight": (5, 8), "units.bias": (5,), "out.weight": (3, 13), "out.bias": (3,)}
    tensors = {f"network.{name}": rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    tensors["centre"] = rng.normal(size=8).astype(np.float32)
    save_file({name: torch.from_numpy(tensor) for name, tensor in tensors.items()}, tmp_path / "transform.safetensors")
    parameters = dict(device="cpu", expand=True, guidance=0.8, hidden=512, random_state=0, views=None)
    about = {"format": 4, "parameters": parameters, "classes": ["food", "money", "room"], "evidence": 4.5}
    about |= {"seen": [8], "label_counts": [5, 4, 5], "n_features_in": 8, "columns": []}
    (tmp_path / "transform.json").write_text(json.dumps(about))
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert np.array_equal(loaded.network_.hidden_layer.weight, tensors["network.units.weight"])
    assert loaded.transform(rng.normal(size=(4, 8))).shape == (4, 3 + 8)
    assert loaded.get_params() == parameters
    assert loaded.label_counts_.tolist() == [5, 4, 5]


def test_a_folder_of_the_format_before_says_by_widths_which_views_were_looked_at(blobs, tmp_path):
    X, kinds = blobs
    gst = GuidedSpaceTransform(views=(12, 12), random_state=0).fit(X, few(kinds, 6))
    gst.kept_ = (0,)
    gst.save(tmp_path)
    file = tmp_path / "transform.json"
    about = json.loads(file.read_text())
    old = {name: about[name] for name in about if name not in ("widths", "kept", "words_only")}
    file.write_text(json.dumps(old | {"format": 4, "seen": [12, 12][: len(gst.seen_)]}))
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert (loaded.seen_, loaded.kept_, loaded.widths_) == (gst.seen_, (0,), (12, 12))
    assert np.array_equal(loaded.transform(X), gst.transform(X))


def test_tensors_have_the_names_that_older_versions_gave_them(blobs, tmp_path):
    GuidedSpaceTransform(random_state=0).fit(blobs[0], few(blobs[1], 2)).save(tmp_path)
    names = {"centre", *(f"network.{layer}.{part}" for layer in ("units", "out") for part in ("weight", "bias"))}
    assert set(load_file(tmp_path / "transform.safetensors")) == names


def test_a_transform_without_labels_is_saved_and_loaded(blobs, tmp_path):
    GuidedSpaceTransform().fit(blobs[0]).save(tmp_path)
    loaded = GuidedSpaceTransform.load(tmp_path)
    assert loaded.classes_.tolist() == []
    assert np.allclose(loaded.transform(blobs[0]), blobs[0], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 3}, "another version"),
        ({"parameters": {"speed": 3}}, "damaged"),
        ({"seen": None}, "damaged"),
        ({"kept": [1]}, "damaged"),
    ],
    ids=["another format", "a setting that there is not", "nothing where views should be", "a view that there is not"],
)
def test_a_folder_whose_json_does_not_fit_is_refused(blobs, tmp_path, change, says):
    GuidedSpaceTransform(random_state=0).fit(blobs[0], few(blobs[1], 2)).save(tmp_path)
    file = tmp_path / "transform.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(TransformError, match=says):
        GuidedSpaceTransform.load(tmp_path)


def test_half_an_emoji_in_a_class_name_survives(blobs, tmp_path):
    gst = GuidedSpaceTransform(random_state=0).fit(blobs[0], ["\ud83d", "b"] * 5 + [None] * 290)
    gst.save(tmp_path)
    assert GuidedSpaceTransform.load(tmp_path).classes_.tolist() == ["b", "\ud83d"]


@pytest.fixture
def with_words():
    """Embeddings with a lexical view, their texts and kinds."""
    texts = [f"the {('soup', 'room', 'pool', 'lift')[i % 4]} of house {i % 7}" for i in range(80)]
    words = learn_lexical_view(texts)
    plain = Embeddings(check_embeddings(np.random.default_rng(0).normal(size=(80, 12))), (12,))
    return with_lexical_view(plain, texts, words), texts, np.array([text.split()[1] for text in texts])


def test_the_words_are_saved_with_a_transform_and_later_texts_have_the_vectors_of_the_corpus(with_words, tmp_path):
    E, texts, kinds = with_words
    gst = GuidedSpaceTransform(random_state=0).fit(E, few(kinds, 4))
    gst.save(tmp_path)
    loaded = GuidedSpaceTransform.load(tmp_path)
    plain = Embeddings(check_embeddings(E.matrix[20:30, :12]), (12,))
    later = with_lexical_view(plain, texts[20:30], loaded.lexical_)
    assert np.allclose(loaded.transform(later), gst.transform(E)[20:30], atol=1e-5)
    assert {f.suffix for f in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_words_that_are_damaged_or_of_another_transform_are_refused(with_words, tmp_path):
    E, texts, kinds = with_words
    GuidedSpaceTransform(random_state=0).fit(E, few(kinds, 4)).save(tmp_path)
    learn_lexical_view(texts, columns=3).save(tmp_path)
    with pytest.raises(TransformError, match="lexical does not fit"):
        GuidedSpaceTransform.load(tmp_path)
    (tmp_path / "lexical.json").write_text("{}")
    with pytest.raises(TransformError, match="lexical view in"):
        GuidedSpaceTransform.load(tmp_path)


def test_no_words_of_a_transform_stay_where_another_is_saved_over_it(with_words, blobs, tmp_path):
    E, _, kinds = with_words
    GuidedSpaceTransform(random_state=0).fit(E, few(kinds, 4)).save(tmp_path)
    GuidedSpaceTransform(random_state=0).fit(blobs[0], few(blobs[1], 2)).save(tmp_path)
    assert not list(tmp_path.glob("lexical*"))
    assert GuidedSpaceTransform.load(tmp_path).lexical_ is None
